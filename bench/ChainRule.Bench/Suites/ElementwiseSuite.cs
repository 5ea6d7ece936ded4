namespace ChainRule.Bench;

/// <summary>
/// Elementwise functions, reductions and fused operations through the public API and as bare kernels, beside
/// TensorPrimitives in this process and PyTorch in one that waits for its turn.
/// </summary>
internal static class ElementwiseSuite
{
    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read(
            "elementwise", args, [.. ElementwiseCase.All.Select(c => c.Name)], rounds: 5, seconds: 0.05);
        if (options is null) return 2;
        Report report = new(
            "elementwise", options, new("case", -20), new("threads", 8), new("public API", 12), new("kernel", 11),
            new("TensorPrimitives", 18), new("PyTorch", 12), new("floor", 10), new("ratio", 8), new("  what", -40));
        Peak.Print(options, report);
        string reason = "--no-peer";
        PyTorch? torch = options.WithPeer ? PyTorch.Find(out reason) : null;
        Console.WriteLine(
            torch is null ? $"PyTorch: none: {reason}." : $"PyTorch {torch.Version}, eager, denormals flushed.");
        Console.WriteLine("TensorPrimitives runs on one thread whatever the setting.");
        Console.WriteLine(
            $"{options.Rounds} turns each; medians in microseconds a call, "
            + "ratio = the faster peer / public API of ChainRule,");
        Console.WriteLine(
            "floor = a copy of as many bytes as the case must read and write, by the same threads in the same turn.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            Compute.Threads = threads;
            using TorchProcess? process = torch is null ? null : new TorchProcess(torch, threads);
            Ratios ratios = new("the faster peer");
            foreach (ElementwiseCase c in ElementwiseCase.All.Where(c => options.Selects(c.Name)))
                Measure(c, threads, process, options, report, ratios);
            ratios.Summarise(report, threads);
        }
        report.Finish();
        return 0;
    }

    private static void Measure(
        ElementwiseCase c, int threads, TorchProcess? torch, SuiteOptions options, Report report, Ratios ratios)
    {
        ElementwiseSides here = c.Make(c.N);
        bool withPrimitives = options.WithPeer && here.Primitives is not null;
        List<Candidate> sides = [];
        int own = Add(new Call(here.Public));
        int kernel = Add(here.Kernel is null ? null : new Call(here.Kernel));
        int primitives = Add(withPrimitives ? new Call(here.Primitives!) : null);
        int other = Add(torch?.Case(c.Torch, c.N));
        int floor = Add(here.Bytes > 0 ? MemoryCopy.Of(here.Bytes) : null);
        double[] times = Turns.Run(sides, options.Rounds, options.Seconds);
        double better = Math.Min(TimeOf(primitives, double.PositiveInfinity), TimeOf(other, double.PositiveInfinity));
        double ratio = better / TimeOf(own, double.NaN);
        ratios.Add(c.Name, ratio);
        report.Row(
            c.Name, $"{threads}", Micros(own), Micros(kernel), Micros(primitives), Micros(other),
            Micros(floor), Report.Text(ratio, 2), "  " + c.Text);
        report.Json(
            c.Name, threads, ("n", c.N), ("chainrule_us", TimeOf(own, double.NaN)),
            ("kernel_us", TimeOf(kernel, double.NaN)), ("tensorprimitives_us", TimeOf(primitives, double.NaN)),
            ("torch_us", TimeOf(other, double.NaN)), ("floor_us", TimeOf(floor, double.NaN)), ("ratio", ratio));

        int Add(Candidate? side)
        {
            if (side is null) return -1;
            sides.Add(side);
            return sides.Count - 1;
        }

        double TimeOf(int side, double none) => side < 0 ? none : times[side] * 1e6;
        string Micros(int side) => Report.Text(TimeOf(side, double.NaN), 2);
    }
}
