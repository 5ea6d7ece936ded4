using System.Numerics;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Bench;

/// <summary>
/// Matrix products beside oneDNN's and OpenBLAS's, in this process, with the machine's peak as a further side.
/// </summary>
internal static unsafe class GemmSuite
{
    // Whose gain by threads is measured by themselves: small, square, a layer, its gradient, wide, many.
    private static readonly string[] Scaled =
        ["nn_64", "nn_256", "nn_1024", "mlp_nt", "fc_dw", "wide_nn", "attention_nt"];

    private delegate void Product<T>(bool transA, bool transB, int m, int n, int k, T* a, T* b, T* c)
        where T : unmanaged;

    public static int Run(string[] args)
    {
        IReadOnlyList<GemmCase> cases = [.. GemmCase.All, .. args.Select(GemmCase.Read).OfType<GemmCase>()];
        // In turns of 0.05 s wide_nt on two threads took twice the time that it takes in these.
        SuiteOptions? options = SuiteOptions.Read(
            "gemm", args, [.. cases.Select(c => c.Name), "scaling"], rounds: 5, seconds: 0.2);
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
            foreach (GemmCase c in cases.Where(c => options.Selects(c.Name)))
            {
                if (c.Double) Measure<double>(c, threads, rivals, options, report, oneDnn, openBlas);
                else Measure<float>(c, threads, rivals, options, report, oneDnn, openBlas);
            }
            oneDnn.Summarise(report, threads);
            openBlas.Summarise(report, threads);
        }
        if (options.Selects("scaling")) Scale(options, report);
        report.Finish();
        return 0;
    }

    // Shapes without peers, on 1 to n threads in turn.
    private static void Scale(SuiteOptions options, Report report)
    {
        int most = Environment.ProcessorCount;
        int[] counts = [.. Enumerable.Range(1, most).Where(t => t <= 4 || int.IsPow2(t) || t == most)];
        Console.WriteLine($"\nSpeed-up over 1 thread on {string.Join(", ", counts)} threads:");
        foreach (GemmCase c in GemmCase.All.Where(c => Scaled.Contains(c.Name)))
        {
            using Operands<float> data = new(c);
            GemmProblem<float> problem = data.Problem;
            Call call = new(() => Gemm.Run(problem));
            double[] times = Turns.Run(
                [.. counts.Select(t => new OnThreads(t, call))], options.Rounds, options.Seconds);
            Console.WriteLine(
                $"  {c.Name,-14}{string.Join("  ", times.Select(t => Report.Text(times[0] / t, 2)))}");
            for (int i = 0; i < counts.Length; i++)
            {
                report.Json(
                    "scaling_" + c.Name, counts[i], ("shape", c.Text), ("chainrule_us", times[i] * 1e6),
                    ("speed_up", times[0] / times[i]));
            }
        }
    }

    private static List<Rival> Rivals()
    {
        List<Rival> found = [];
        string? version = OneDnn.Find(out string reason);
        Console.WriteLine(version is null ? $"oneDNN: none: {reason}." : $"oneDNN {version}, dnnl_sgemm.");
        if (version is not null) found.Add(new Rival("oneDNN", OneDnn.Multiply, null, OneDnn.SetThreads));
        string? config = OpenBlas.Find(out reason);
        Console.WriteLine(config is null ? $"OpenBLAS: none: {reason}." : $"{config}, cblas_sgemm and cblas_dgemm.");
        if (config is not null)
            found.Add(new Rival("OpenBLAS", OpenBlas.Multiply, OpenBlas.Multiply, OpenBlas.SetThreads));
        return found;
    }

    private static void Measure<T>(
        GemmCase c, int threads, List<Rival> rivals, SuiteOptions options, Report report, Ratios oneDnn,
        Ratios openBlas)
        where T : unmanaged, INumber<T>
    {
        using Operands<T> data = new(c);
        using Buffer<T> other = new(data.C.Count);
        GemmProblem<T> problem = data.Problem;
        List<Candidate> sides = [new Call(() => Gemm.Run(problem)), Peak.Candidate];
        List<string> names = [];
        Gemm.Run(problem);
        foreach (Rival rival in rivals)
        {
            if (rival.Of<T>() is not { } multiply) continue;

            void Theirs()
            {
                for (int i = 0; i < c.Batch; i++)
                {
                    multiply(
                        c.TransA, c.TransB, c.M, c.N, c.K, data.A.Data + (i * problem.A.Batch),
                        data.B.Data + (i * problem.B.Batch), other.Data + (i * problem.C.Batch));
                }
            }

            Theirs();
            data.C.MustEqual(other, 1e-5 * Math.Sqrt(c.K) + 1e-6, $"{c.Name}, {rival.Name}");
            sides.Add(new Call(Theirs));
            names.Add(rival.Name);
        }
        double[] times = Turns.Run(sides, options.Rounds, options.Seconds);
        double rate = c.Operations / times[0], peak = Peak.Rate(times[1]) * sizeof(float) / sizeof(T);
        double dnnl = TimeOf("oneDNN", names, times), blas = TimeOf("OpenBLAS", names, times);
        if (c.Studied)
        {
            oneDnn.Add(c.Name, dnnl / times[0]);
            openBlas.Add(c.Name, blas / times[0]);
        }
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

    private static double TimeOf(string name, List<string> names, double[] times)
    {
        int at = names.IndexOf(name);
        return at < 0 ? double.NaN : times[2 + at];
    }

    private sealed record Rival(
        string Name, Product<float> Single, Product<double>? Double, Action<int> SetThreads)
    {
        public Product<T>? Of<T>()
            where T : unmanaged =>
            typeof(T) == typeof(float) ? (Product<T>)(Delegate)Single : (Product<T>?)(Delegate?)Double;
    }

    /// <summary>Memory for one case: random operands, and room for the result.</summary>
    private sealed class Operands<T>(GemmCase c) : IDisposable
        where T : unmanaged, INumber<T>
    {
        public Buffer<T> A { get; } = new((long)c.M * c.K * c.Batch, new Rng(1));

        public Buffer<T> B { get; } = new((long)c.K * c.N * c.Batch, new Rng(2));

        public Buffer<T> C { get; } = new((long)c.M * c.N * c.Batch);

        public GemmProblem<T> Problem => new(
            c.M, c.N, c.K,
            c.TransA ? new(A.Data, 1, c.M, (nint)c.M * c.K) : new(A.Data, c.K, 1, (nint)c.M * c.K),
            c.TransB ? new(B.Data, 1, c.K, (nint)c.K * c.N) : new(B.Data, c.N, 1, (nint)c.K * c.N),
            new(C.Data, c.N, 1, (nint)c.M * c.N))
        {
            Batch = c.Batch,
        };

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
            C.Dispose();
        }
    }
}
