using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Bench;

/// <summary>
/// The float32 multiply-adds that the machine does at this moment: a loop over registers alone. On a shared machine it
/// moves by a fifth within minutes, so it is read in the same run as what is compared with it.
/// </summary>
internal static unsafe class Peak
{
    // Twelve sums in flight hide the latency of four cycles at two instructions a cycle, and fit 16 registers.
    private const int Sums = 12;
    private const int Repeats = 20_000;
    private const int ChunksPerThread = 8;

    // Of the peaks printed at the start.
    private const int Rounds = 5;
    private const double Seconds = 0.05;

    // What the loop leaves, so that it cannot be left out.
    private static float s_sink;

    /// <summary>The loop at the width that kernels use, on the threads set at the time of the call.</summary>
    public static Candidate Candidate => At(SimdInfo.Width);

    /// <summary>Floating-point operations per second from the time of one call.</summary>
    public static double Rate(double seconds) => Rate(SimdInfo.Width, seconds);

    /// <summary>Prints the peak of every width for 1 to n threads.</summary>
    public static void Print(SuiteOptions options, Report report)
    {
        int[] widths = SimdInfo.Width == 0 ? [0] : [.. new[] { 512, 256, 128 }.Where(w => w <= SimdInfo.Width)];
        int most = Math.Max(Environment.ProcessorCount, options.Threads.Max());
        // All of a small machine's, and on a large one those that matter.
        IEnumerable<int> counts = Enumerable.Range(1, most)
            .Where(t => t <= 4 || t == most || options.Threads.Contains(t));
        Console.WriteLine($"Peak of multiply-adds in registers, GFLOP/s (kernels use {SimdInfo.Width} bits here):");
        foreach (int threads in counts)
        {
            Compute.Threads = threads;
            double[] times = Turns.Run([.. widths.Select(At)], Rounds, Seconds);
            List<string> texts = [];
            for (int i = 0; i < widths.Length; i++)
            {
                double rate = Rate(widths[i], times[i]) / 1e9;
                texts.Add($"{widths[i]} bits {Report.Text(rate, 1)}");
                report.Json($"peak_{widths[i]}", threads, ("gflops", rate));
            }
            Console.WriteLine($"  {threads} thread(s): {string.Join(", ", texts)}");
        }
        Handover.Print(report, "start");
        Console.WriteLine();
    }

    private static double Rate(int width, double seconds) =>
        2.0 * Math.Max(1, width / 32) * Sums * Repeats * ChunksPerThread * Compute.Threads / seconds;

    private static Call At(int width) => new(() => Run(width));

    private static void Run(int width)
    {
        delegate*<void*, int, void> body = width switch
        {
            512 => &Loop<Vec512<float>>,
            256 => &Loop<Vec256<float>>,
            128 => &Loop<Vec128<float>>,
            _ => &Loop<Vec1<float>>,
        };
        int threads = Compute.Threads, chunks = ChunksPerThread * threads;
        float* results = stackalloc float[chunks];
        Scheduler.Current.Run(body, results, chunks);
        for (int i = 0; i < chunks; i++) s_sink += results[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<V>(void* results, int chunk)
        where V : struct, ISimdVec<V, float>
    {
        // x -> x/2 + 1 stays near 2: neither denormal nor infinite.
        V half = V.Const(0.5), one = V.One;
        V s0 = one, s1 = one, s2 = one, s3 = one, s4 = one, s5 = one;
        V s6 = one, s7 = one, s8 = one, s9 = one, s10 = one, s11 = one;
        for (int i = 0; i < Repeats; i++)
        {
            s0 = V.Fma(s0, half, one);
            s1 = V.Fma(s1, half, one);
            s2 = V.Fma(s2, half, one);
            s3 = V.Fma(s3, half, one);
            s4 = V.Fma(s4, half, one);
            s5 = V.Fma(s5, half, one);
            s6 = V.Fma(s6, half, one);
            s7 = V.Fma(s7, half, one);
            s8 = V.Fma(s8, half, one);
            s9 = V.Fma(s9, half, one);
            s10 = V.Fma(s10, half, one);
            s11 = V.Fma(s11, half, one);
        }
        ((float*)results)[chunk] = V.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }
}
