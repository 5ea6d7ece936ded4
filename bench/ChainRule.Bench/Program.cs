namespace ChainRule.Bench;

/// <summary>Measures ChainRule. Each suite prints a table and JSON lines.</summary>
internal static class Program
{
    private static readonly (string Name, string Text, Func<string[], int> Run)[] Suites =
    [
        ("gemm", "matrix products beside oneDNN's and OpenBLAS's", GemmSuite.Run),
        ("conv", "the passes of convolutions beside oneDNN's", ConvSuite.Run),
        ("elementwise", "elementwise and fused operations beside TensorPrimitives and PyTorch", ElementwiseSuite.Run),
        ("steps", "time of a whole training step beside PyTorch's, as ratios of medians", Steps.Run),
        ("trainer", "what Trainer costs over the loop written by hand, as a ratio of medians", TrainerSuite.Run),
        ("startup", "time from the start of a process to the end of its first step beside PyTorch's", StartupSuite.Run),
        ("figures", "trains the networks with a promised figure, and prints figure and target", Figures.Run),
    ];

    private static int Main(string[] args)
    {
        string wish = args.Length > 0 ? args[0] : "";
        if (wish == StartupSuite.ChildArgument) return StartupSuite.Child(args[1..]);
        foreach ((string name, _, Func<string[], int> run) in Suites)
        {
            if (name == wish) return run(args[1..]);
        }
        TextWriter to = wish is "" or "--help" or "-h" ? Console.Out : Console.Error;
        if (to == Console.Error) to.WriteLine($"There is no suite '{wish}'.");
        to.WriteLine("dotnet run dev.cs -- bench SUITE [options]");
        foreach ((string name, string text, _) in Suites) to.WriteLine($"  {name,-12}{text}");
        return to == Console.Out ? 0 : 2;
    }
}
