using ChainRule.Kernels.Gemm;

namespace ChainRule.Bench;

/// <summary>C[M, N] = A B in float32; a transposed operand lies in memory transposed.</summary>
internal sealed record GemmCase(
    string Name, int M, int K, int N, bool TransA = false, bool TransB = false, int Batch = 1)
{
    /// <summary>
    /// The shapes of the feasibility study: squares, layers of networks and their gradients, attention.
    /// </summary>
    public static IReadOnlyList<GemmCase> All { get; } =
    [
        .. new[] { 16, 32, 64, 128, 256, 512, 1024, 2048 }.Select(n => new GemmCase($"nn_{n}", n, n, n)),
        .. new[] { 64, 256, 512, 1024 }.Select(n => new GemmCase($"nt_{n}", n, n, n, TransB: true)),
        .. new[] { 64, 256, 512, 1024 }.Select(n => new GemmCase($"tn_{n}", n, n, n, TransA: true)),
        new("mlp_nn", 32, 784, 128),
        new("mlp_nt", 32, 784, 128, TransB: true),
        new("mlp_dw", 784, 32, 128, TransA: true),
        new("head", 32, 128, 10),
        new("head_dw", 128, 32, 10, TransA: true),
        new("head_dx", 32, 10, 128, TransB: true),
        new("fc_nn", 50, 3136, 1024),
        new("fc_nt", 50, 3136, 1024, TransB: true),
        new("fc_dx", 50, 1024, 3136, TransB: true),
        new("fc_dw", 3136, 50, 1024, TransA: true),
        new("wide_nn", 64, 800, 9800),
        new("wide_nt", 64, 9800, 800, TransB: true),
        new("wide_tn", 800, 64, 9800, TransA: true),
        new("lstm", 64, 256, 1024),
        new("lstm_dx", 64, 1024, 256, TransB: true),
        new("lstm_dw", 256, 64, 1024, TransA: true),
        new("attention_nt", 64, 32, 64, TransB: true, Batch: 32),
        new("attention_nn", 64, 64, 32, Batch: 32),
    ];

    public double Operations => 2.0 * M * N * K * Batch;

    public string Text =>
        $"{(Batch == 1 ? "" : $"{Batch} x ")}{M}x{K}x{N} {(TransA ? 'T' : 'N')}{(TransB ? 'T' : 'N')}";
}

/// <summary>
/// Matrix products beside oneDNN's and OpenBLAS's, in this process, with the machine's peak as a further side.
/// </summary>
internal static unsafe class GemmSuite
{
    private delegate void Product(bool transA, bool transB, int m, int n, int k, float* a, float* b, float* c);

    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read(
            "gemm", args, [.. GemmCase.All.Select(c => c.Name)], rounds: 5, seconds: 0.05);
        if (options is null) return 2;
        Report report = new(
            "gemm", options, new("case", -14), new("M x K x N", -22), new("threads", 8), new("ChainRule", 12),
            new("GFLOP/s", 9),
            new("%", 6), new("oneDNN", 12), new("ratio", 7), new("OpenBLAS", 12), new("ratio", 7));
        Peak.Print(options, report);
        List<Rival> rivals = options.WithPeer ? Rivals() : [];
        Console.WriteLine(
            $"{options.Rounds} turns each; medians in microseconds, peer's ratio = peer / ChainRule; "
            + "% = share of the peak in the same turns.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            Compute.Threads = threads;
            foreach (Rival rival in rivals) rival.SetThreads(threads);
            Ratios oneDnn = new("oneDNN"), openBlas = new("OpenBLAS");
            foreach (GemmCase c in GemmCase.All.Where(c => options.Selects(c.Name)))
                Measure(c, threads, rivals, options, report, oneDnn, openBlas);
            oneDnn.Summarise(report, threads);
            openBlas.Summarise(report, threads);
        }
        report.Finish();
        return 0;
    }

    private static List<Rival> Rivals()
    {
        List<Rival> found = [];
        string? version = OneDnn.Find(out string reason);
        Console.WriteLine(version is null ? $"oneDNN: none: {reason}." : $"oneDNN {version}, dnnl_sgemm.");
        if (version is not null) found.Add(new Rival("oneDNN", OneDnn.Multiply, OneDnn.SetThreads));
        string? config = OpenBlas.Find(out reason);
        Console.WriteLine(config is null ? $"OpenBLAS: none: {reason}." : $"{config}, cblas_sgemm.");
        if (config is not null) found.Add(new Rival("OpenBLAS", OpenBlas.Multiply, OpenBlas.SetThreads));
        return found;
    }

    private static void Measure(
        GemmCase c, int threads, List<Rival> rivals, SuiteOptions options, Report report, Ratios oneDnn,
        Ratios openBlas)
    {
        Rng rng = new(1);
        int sizeA = c.M * c.K, sizeB = c.K * c.N, sizeC = c.M * c.N;
        using FloatBuffer a = new((long)sizeA * c.Batch, rng), b = new((long)sizeB * c.Batch, rng);
        using FloatBuffer own = new((long)sizeC * c.Batch), other = new((long)sizeC * c.Batch);
        GemmProblem<float> problem = new(
            c.M, c.N, c.K,
            c.TransA ? new Matrix<float>(a.Data, 1, c.M, sizeA) : new Matrix<float>(a.Data, c.K, 1, sizeA),
            c.TransB ? new Matrix<float>(b.Data, 1, c.K, sizeB) : new Matrix<float>(b.Data, c.N, 1, sizeB),
            new Matrix<float>(own.Data, c.N, 1, sizeC))
        {
            Batch = c.Batch,
        };
        List<Candidate> sides = [new Call(() => Gemm.Run(problem)), Peak.Candidate];
        Gemm.Run(problem);
        foreach (Rival rival in rivals)
        {
            void Theirs()
            {
                for (int i = 0; i < c.Batch; i++)
                {
                    rival.Multiply(
                        c.TransA, c.TransB, c.M, c.N, c.K, a.Data + ((nint)i * sizeA), b.Data + ((nint)i * sizeB),
                        other.Data + ((nint)i * sizeC));
                }
            }

            Theirs();
            own.MustEqual(other, 1e-5 * Math.Sqrt(c.K) + 1e-6, $"{c.Name}, {rival.Name}");
            sides.Add(new Call(Theirs));
        }
        double[] times = Turns.Run(sides, options.Rounds, options.Seconds);
        double rate = c.Operations / times[0], peak = Peak.Rate(times[1]);
        double dnnl = TimeOf("oneDNN", rivals, times), blas = TimeOf("OpenBLAS", rivals, times);
        oneDnn.Add(c.Name, dnnl / times[0]);
        openBlas.Add(c.Name, blas / times[0]);
        report.Row(
            c.Name, c.Text, $"{threads}", Report.Text(times[0] * 1e6, 2), Report.Text(rate / 1e9, 1),
            Report.Text(100 * rate / peak, 0), Report.Text(dnnl * 1e6, 2), Report.Text(dnnl / times[0], 2),
            Report.Text(blas * 1e6, 2), Report.Text(blas / times[0], 2));
        report.Json(
            c.Name, threads, ("shape", c.Text), ("chainrule_us", times[0] * 1e6), ("gflops", rate / 1e9),
            ("peak_gflops", peak / 1e9),
            ("onednn_us", dnnl * 1e6), ("onednn_ratio", dnnl / times[0]), ("openblas_us", blas * 1e6),
            ("openblas_ratio", blas / times[0]));
    }

    private static double TimeOf(string name, List<Rival> rivals, double[] times)
    {
        int at = rivals.FindIndex(r => r.Name == name);
        return at < 0 ? double.NaN : times[2 + at];
    }

    private sealed record Rival(string Name, Product Multiply, Action<int> SetThreads);
}
