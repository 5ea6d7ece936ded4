using System.Diagnostics;
using System.Runtime;

namespace ChainRule.Bench;

/// <summary>One side of a comparison.</summary>
internal abstract class Candidate
{
    /// <summary>
    /// Works for about <paramref name="seconds"/> and throws the first half away: the threads of the side before it may
    /// still be spinning, and caches hold that side's data.
    /// </summary>
    /// <returns>Median time of one call in the second half, in seconds.</returns>
    public abstract double Turn(double seconds);
}

/// <summary>A call in this process.</summary>
internal sealed class Call(Action body) : Candidate
{
    // Calls that are shorter are timed in groups, so that reading the clock does not count.
    private const double ShortestSample = 20e-6;

    private readonly List<double> _samples = new(1 << 14);

    public override double Turn(double seconds)
    {
        long half = (long)(seconds / 2 * Stopwatch.Frequency), begin = Stopwatch.GetTimestamp(), now, calls = 0;
        do
        {
            body();
            calls++;
            now = Stopwatch.GetTimestamp();
        }
        while (now - begin < half);
        double each = (double)(now - begin) / calls;
        int group = (int)Math.Clamp(ShortestSample * Stopwatch.Frequency / each, 1, 1 << 20);
        _samples.Clear();
        long end = now + half;
        do
        {
            long start = now;
            for (int i = 0; i < group; i++) body();
            now = Stopwatch.GetTimestamp();
            _samples.Add((double)(now - start) / group);
        }
        while (now < end);
        return Median.Of(_samples) / Stopwatch.Frequency;
    }
}

/// <summary>Another side's work, on a number of threads of its own.</summary>
internal sealed class OnThreads(int threads, Candidate work) : Candidate
{
    public override double Turn(double seconds)
    {
        Compute.Threads = threads;
        return work.Turn(seconds);
    }
}

/// <summary>Lets the sides of a comparison take turns.</summary>
internal static class Turns
{
    // The run-time compiler looks for hot methods every tenth of a second.
    private const double WarmUp = 0.25;
    private const int MostWarmUps = 12;

    // Worker threads of OpenBLAS and OpenMP go on spinning for some 20 ms, on the cores that the next side wants.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    /// <summary>The median of each side's turns in seconds, once its code has stopped changing.</summary>
    public static double[] Run(IReadOnlyList<Candidate> sides, int rounds, double seconds)
    {
        foreach (Candidate side in sides) Warm(side.Turn, Math.Max(seconds, WarmUp));
        List<double>[] turns = [.. sides.Select(_ => new List<double>(rounds))];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < sides.Count; i++)
            {
                if (sides.Count > 1) Thread.Sleep(Quiet);
                turns[i].Add(sides[i].Turn(seconds));
            }
        }
        return [.. turns.Select(Median.Of)];
    }

    /// <summary>Repeats turns until one passes in which no method was compiled.</summary>
    /// <remarks>
    /// Loops without AggressiveOptimization are up to a hundred times slower before their last tier, and a loaded
    /// machine reaches it late: a time measured before says nothing about TensorPrimitives.
    /// </remarks>
    public static void Warm(Func<double, double> turn, double seconds)
    {
        for (int i = 0; i < MostWarmUps; i++)
        {
            long compiled = JitInfo.GetCompiledMethodCount();
            turn(seconds);
            if (i > 0 && JitInfo.GetCompiledMethodCount() == compiled) return;
        }
    }
}

/// <summary>Averages that a disturbed turn does not move.</summary>
internal static class Median
{
    public static double Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0) return double.NaN;
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
