using System.Diagnostics;
using System.Globalization;
using ChainRule.Bench.Experiments;

namespace ChainRule.Bench;

/// <summary>A figure that a network must reach, and the experiment that shows it.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="What">What is trained on what.</param>
/// <param name="Target">What must be reached, in words.</param>
/// <param name="Run">Trains and measures, from a seed.</param>
internal sealed record Figure(string Name, string What, string Target, Func<ulong, FigureResult> Run);

/// <summary>What an experiment showed.</summary>
/// <param name="Measured">The figure, in words.</param>
/// <param name="Passed">Whether it is the target or better.</param>
internal sealed record FigureResult(string Measured, bool Passed);

/// <summary>
/// The figures suite: the seed is 1 or given as --seed N, so that two runs print the same figures; XOR and iris keep
/// theirs.
/// </summary>
internal static class Figures
{
    private static readonly Figure[] All =
    [
        new("xor", "exclusive or, 2-4-1 and 2-1", "2-4-1 all four, 2-1 not", _ => Xor.Figure()),
        new("iris", "iris 4-10-20-10-3, the TensorFlow split", "29 of 30", _ => IrisFlowers.Figure()),
        new("softmax", "MNIST softmax regression, 1,000 batches of 100, rate 0.5", "91.50%",
            seed => OfMnist(HandwrittenDigits.Softmax, 0.915, seed)),
        new("mlp", "MNIST 784-128-10, dropout 0.2, 5 epochs", "97.70%",
            seed => OfMnist(HandwrittenDigits.Mlp, 0.977, seed)),
        new("cnn", "MNIST two convolutions, 1024 units, dropout 0.5", "99.20%",
            seed => OfMnist(HandwrittenDigits.Cnn, 0.992, seed)),
        new("cnn-augmented", "the same on moved pictures, 8 epochs, weights averaged", "99.50%",
            seed => OfMnist(HandwrittenDigits.CnnAugmented, 0.995, seed)),
    ];

    public static int Run(string[] arguments)
    {
        ulong seed = 1;
        int at = Array.IndexOf(arguments, "--seed");
        if (at >= 0 && (at + 1 == arguments.Length || !ulong.TryParse(arguments[at + 1], out seed)))
        {
            Console.Error.WriteLine("figures: --seed takes a whole number of 0 or more.");
            return 2;
        }
        string[] names = at < 0 ? arguments : [.. arguments[..at], .. arguments[(at + 2)..]];
        foreach (string name in names)
        {
            if (All.Any(f => f.Name == name)) continue;
            string help = NearestName.Of(name, All.Select(f => f.Name)) is { } near ? $" Did you mean '{near}'?" : "";
            Console.Error.WriteLine(
                $"figures: there is no '{name}'.{help} There are {string.Join(", ", All.Select(f => f.Name))}.");
            return 2;
        }
        int failed = 0;
        foreach (Figure figure in All.Where(f => names.Length == 0 || names.Contains(f.Name)))
        {
            Stopwatch clock = Stopwatch.StartNew();
            FigureResult result = Try(figure, seed);
            if (!result.Passed) failed++;
            string verdict = result.Passed ? "passed" : "FAILED";
            string time = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            Console.WriteLine(
                $"{verdict}  {figure.Name,-8} {result.Measured}; target {figure.Target}; {time} s; {figure.What}");
        }
        return failed == 0 ? 0 : 1;
    }

    private static FigureResult Try(Figure figure, ulong seed)
    {
        try
        {
            return figure.Run(seed);
        }
        catch (DataException e)
        {
            return new FigureResult(e.Message.ReplaceLineEndings(" "), false);
        }
    }

    private static FigureResult OfMnist(Func<HandwrittenDigits, double> experiment, double target, ulong seed)
    {
        double accuracy = experiment(HandwrittenDigits.Mnist(seed: seed));
        return new FigureResult(
            string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:0.00}%"), accuracy >= target);
    }
}
