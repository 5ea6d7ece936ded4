using ChainRule.Kernels.Convolution;

namespace ChainRule.Bench;

/// <summary>A convolution layer.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="IsFirst">A layer that sees the data: nobody asks for the gradient of its input.</param>
internal sealed record ConvCase(string Name, ConvolutionShape Shape, bool IsFirst = false)
{
    public static IReadOnlyList<ConvCase> All { get; } =
    [
        // Of the feasibility study and the steps suite.
        new("mnist1_5x5", ConvolutionShape.For2D(50, 1, 28, 28, 32, 5, padding: 2), IsFirst: true),
        new("mnist2_5x5", ConvolutionShape.For2D(50, 32, 14, 14, 64, 5, padding: 2)),
        new("wide_3x3", ConvolutionShape.For2D(32, 64, 16, 16, 64, 3, padding: 1)),
        new("cifar1_3x3", ConvolutionShape.For2D(32, 3, 32, 32, 16, 3, padding: 1), IsFirst: true),
        new("cifar2_3x3", ConvolutionShape.For2D(32, 16, 16, 16, 32, 3, padding: 1)),
        new("cifar3_3x3", ConvolutionShape.For2D(32, 32, 8, 8, 64, 3, padding: 1)),
        new("point_1x1", ConvolutionShape.For2D(32, 64, 16, 16, 128, 1)),
        new("depthwise_3x3", ConvolutionShape.For2D(32, 64, 16, 16, 64, 3, padding: 1) with { Groups = 64 }),

        // Neighbours of these, which nobody tuned for: strides, odd sizes, groups.
        new("stem_7x7s2", ConvolutionShape.For2D(4, 3, 112, 112, 64, 7, stride: 2, padding: 3), IsFirst: true),
        new("down_3x3s2", ConvolutionShape.For2D(16, 64, 28, 28, 128, 3, stride: 2, padding: 1)),
        new("odd_3x3", ConvolutionShape.For2D(16, 48, 13, 13, 80, 3, padding: 1)),
        new("groups_3x3", ConvolutionShape.For2D(16, 64, 28, 28, 64, 3, padding: 1) with { Groups = 4 }),
        new("depthwise_5x5s2",
            ConvolutionShape.For2D(16, 96, 28, 28, 96, 5, stride: 2, padding: 2) with { Groups = 96 }),
    ];

    public IEnumerable<ConvolutionPass> Passes =>
        Enum.GetValues<ConvolutionPass>().Where(p => !(IsFirst && p == ConvolutionPass.Data));

    public string Text =>
        $"{Shape.Batch}x{Shape.InputChannels}x{Shape.Input.H}x{Shape.Input.W} -> {Shape.OutputChannels}"
        + $" {Shape.Kernel.H}x{Shape.Kernel.W}{(Shape.Groups == 1 ? "" : $" g{Shape.Groups}")}";
}

/// <summary>
/// The passes of convolutions beside oneDNN's, in this process: as a framework of plain NCHW tensors calls it (reorders
/// counted), and on its own blocked layouts (reorders not counted). Without bias on both sides.
/// </summary>
internal static unsafe class ConvSuite
{
    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read(
            "conv", args, [.. ConvCase.All.Select(c => c.Name)], rounds: 5, seconds: 0.1);
        if (options is null) return 2;
        Report report = new(
            "conv", options, new("case", -15), new("layer", -26), new("pass", -8), new("threads", 8),
            new("ChainRule", 11), new("%", 6),
            new("oneDNN NCHW", 13), new("ratio", 7), new("blocked", 11), new("ratio", 7), new("layouts", 9));
        Peak.Print(options, report);
        bool withPeer = options.WithPeer && FindPeer();
        Console.WriteLine(
            $"{options.Rounds} turns each; medians in microseconds, ratio = peer / ChainRule; % = share of the peak in "
            + "the same turns; layouts = operands that oneDNN reorders.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            Compute.Threads = threads;
            if (withPeer) OneDnn.SetThreads(threads);
            Ratios plain = new("oneDNN NCHW"), blocked = new("oneDNN blocked");
            foreach (ConvCase c in ConvCase.All.Where(c => options.Selects(c.Name)))
            {
                foreach (ConvolutionPass pass in c.Passes)
                    Measure(c, pass, threads, withPeer, options, report, plain, blocked);
            }
            plain.Summarise(report, threads);
            blocked.Summarise(report, threads);
        }
        report.Finish();
        return 0;
    }

    private static bool FindPeer()
    {
        string? version = OneDnn.Find(out string reason);
        if (version is not null && !OneDnn.HasConvolution)
        {
            reason = $"its version is {version}, and the convolutions of version 2 alone can be called from here";
            version = null;
        }
        Console.WriteLine(version is null ? $"oneDNN: none: {reason}." : $"oneDNN {version}, direct convolution.");
        return version is not null;
    }

    private static void Measure(
        ConvCase c, ConvolutionPass pass, int threads, bool withPeer, SuiteOptions options, Report report,
        Ratios plain, Ratios blocked)
    {
        ConvolutionShape s = c.Shape;
        Rng rng = new(1);
        // The result of the pass is overwritten; the peer writes to a tensor of its own.
        using Buffer<float> x = new(s.InputLength, rng), w = new(s.WeightLength, rng), y = new(s.OutputLength, rng);
        Buffer<float> result = pass switch { ConvolutionPass.Forward => y, ConvolutionPass.Data => x, _ => w };
        using Buffer<float> theirs = new(result.Count);

        void Ours()
        {
            if (pass == ConvolutionPass.Forward) Convolution.Forward(s, x.Data, w.Data, null, y.Data);
            else if (pass == ConvolutionPass.Data) Convolution.BackwardData(s, y.Data, w.Data, x.Data);
            else Convolution.BackwardWeights(s, x.Data, y.Data, w.Data);
        }

        List<Candidate> sides = [new Call(Ours), Peak.Candidate];
        float* Theirs(Buffer<float> buffer) => buffer == result ? theirs.Data : buffer.Data;
        using OneDnnConvolution? peer = withPeer
            ? new OneDnnConvolution(s, pass, Theirs(x), Theirs(w), Theirs(y))
            : null;
        if (peer is not null)
        {
            Ours();
            long terms = pass switch
            {
                ConvolutionPass.Forward => s.Depth,
                ConvolutionPass.Data => (long)s.OutputPerGroup * s.Kernel.Volume,
                _ => (long)s.Batch * s.Output.Volume,
            };
            result.MustEqual(theirs, 1e-5 * Math.Sqrt(terms) + 1e-6, $"{c.Name} {pass}");
            sides.Add(new Call(peer.RunPlain));
            sides.Add(new Call(peer.RunBlocked));
        }
        double[] times = Turns.Run(sides, options.Rounds, options.Seconds);
        double own = times[0] * 1e6, nchw = peer is null ? double.NaN : times[2] * 1e6;
        double inside = peer is null ? double.NaN : times[3] * 1e6;
        double share = 2.0 * s.OutputLength * s.Depth / times[0] / Peak.Rate(times[1]);
        string name = $"{c.Name}_{pass.ToString().ToLowerInvariant()}";
        plain.Add(name, nchw / own);
        blocked.Add(name, inside / own);
        report.Row(
            c.Name, c.Text, pass.ToString().ToLowerInvariant(), $"{threads}", Report.Text(own, 1),
            Report.Text(100 * share, 0), Report.Text(nchw, 1), Report.Text(nchw / own, 2), Report.Text(inside, 1),
            Report.Text(inside / own, 2), peer?.Layouts ?? "-");
        report.Json(
            name, threads, ("layer", c.Text), ("chainrule_us", own), ("share_of_peak", share), ("onednn_nchw_us", nchw),
            ("onednn_nchw_ratio", nchw / own), ("onednn_blocked_us", inside), ("onednn_blocked_ratio", inside / own),
            ("onednn_reorders", peer?.Layouts));
    }
}
