using ChainRule.Resume;

return args switch
{
    ["train", var name, var folder] => Training.Run(name, folder),
    [] => Killing.Run(200, seed: 1),
    [var kills] when int.TryParse(kills, out int count) && count > 0 => Killing.Run(count, seed: 1),
    [var kills, var seed] when int.TryParse(kills, out int count) && count > 0 && int.TryParse(seed, out int s)
        => Killing.Run(count, s),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: ChainRule.Resume [KILLS [SEED]]");
    return 2;
}
