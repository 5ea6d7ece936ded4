using System.Diagnostics;
using System.Globalization;
using ChainRule.Bench.Experiments;

namespace ChainRule.Bench;

/// <summary>A figure that a network must reach, and the experiment that shows it.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="What">What is trained on what.</param>
/// <param name="Target">What must be reached, in words.</param>
/// <param name="Run">Trains and measures.</param>
internal sealed record Figure(string Name, string What, string Target, Func<FigureResult> Run);

/// <summary>What an experiment showed.</summary>
/// <param name="Measured">The figure, in words.</param>
/// <param name="Passed">Whether it is the target or better.</param>
internal sealed record FigureResult(string Measured, bool Passed);

/// <summary>The figures suite: every seed is fixed, so that two runs print the same figures.</summary>
internal static class Figures
{
    private static readonly Figure[] All =
    [
        new("xor", "exclusive or, 2-4-1 and 2-1", "2-4-1 all four, 2-1 not", Xor.Figure),
        new("iris", "iris 4-10-20-10-3, the TensorFlow split", "29 of 30", IrisFlowers.Figure),
        new("softmax", "MNIST softmax regression, 1,000 batches of 100, rate 0.5", "91.50%",
            () => OfMnist(HandwrittenDigits.Softmax, 0.915)),
        new("mlp", "MNIST 784-128-10, dropout 0.2, 5 epochs", "97.70%", () => OfMnist(HandwrittenDigits.Mlp, 0.977)),
        new("cnn", "MNIST two convolutions, 1024 units, dropout 0.5", "99.20%",
            () => OfMnist(HandwrittenDigits.Cnn, 0.992)),
    ];

    public static int Run(string[] names)
    {
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
            FigureResult result = Try(figure);
            if (!result.Passed) failed++;
            string verdict = result.Passed ? "passed" : "FAILED";
            string time = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            Console.WriteLine(
                $"{verdict}  {figure.Name,-8} {result.Measured}; target {figure.Target}; {time} s; {figure.What}");
        }
        return failed == 0 ? 0 : 1;
    }

    private static FigureResult Try(Figure figure)
    {
        try
        {
            return figure.Run();
        }
        catch (DataException e)
        {
            return new FigureResult(e.Message.ReplaceLineEndings(" "), false);
        }
    }

    private static FigureResult OfMnist(Func<HandwrittenDigits, double> experiment, double target)
    {
        double accuracy = experiment(HandwrittenDigits.Mnist());
        return new FigureResult(
            string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:0.00}%"), accuracy >= target);
    }
}
