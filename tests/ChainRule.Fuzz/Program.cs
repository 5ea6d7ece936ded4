using System.Globalization;
using ChainRule.Fuzz;

return args switch
{
    [] => Fuzzing.Run(1000, seed: 1, only: null),
    ["one", var reader, var count, var seed] when Number(count) is { } n && Number(seed) is { } s
        => Fuzzing.RunOne(reader, n, s),
    ["replay", var reader, var file] => Fuzzing.Replay(reader, file),
    [var count] when Number(count) is { } n => Fuzzing.Run(n, seed: 1, only: null),
    [var count, var seed] when Number(count) is { } n && Number(seed) is { } s => Fuzzing.Run(n, s, only: null),
    [var count, var seed, var reader] when Number(count) is { } n && Number(seed) is { } s => Fuzzing.Run(n, s, reader),
    _ => Usage(),
};

static int? Number(string text) =>
    int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;

static int Usage()
{
    Console.Error.WriteLine("usage: ChainRule.Fuzz [FILES [SEED [READER]]] | replay READER FILE");
    Console.Error.WriteLine($"readers: {string.Join(", ", Readers.All.Select(r => r.Name))}");
    return 2;
}
