using System.Globalization;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule;

/// <summary>How the processor is used: the number of threads and the width of vector instructions.</summary>
/// <remarks>
/// Results do not depend on <see cref="Threads"/>: every output element is computed by the same instructions in the
/// same order on any number of threads. They may differ in the last bits between vector widths.
/// </remarks>
public static class Compute
{
    // Far beyond what any kernel can use; a number mistyped by some zeros would exhaust the system's threads.
    private const int MostThreads = 1024;

    private static readonly Lock Gate = new();

    /// <summary>
    /// The largest number of threads an operator runs on, the calling thread included. At the start this is the
    /// environment variable <c>CHAINRULE_THREADS</c> where it holds a positive integer, else
    /// <see cref="Environment.ProcessorCount"/>.
    /// </summary>
    /// <value>
    /// 1 to 1024. With 1 no other thread is started, nor was one before the first operator large enough.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value set is less than 1 or more than 1024.</exception>
    /// <remarks>
    /// May be set at any time, from any thread; operators under way finish on the threads they began with. In the
    /// browser there is one thread, and setting more leaves it so. When several user threads call operators at once,
    /// one of them has the pool and the others run alone, so the process never computes on more than Threads - 1
    /// threads besides its own.
    /// </remarks>
    public static int Threads
    {
        get => Scheduler.Current.Threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostThreads);
            lock (Gate)
            {
                if (value != Scheduler.Current.Threads) Scheduler.Use(Scheduler.Create(value));
            }
        }
    }

    /// <summary>Width in bits of the vector registers that kernels use, chosen once when the process starts.</summary>
    /// <value>
    /// 512, 256 or 128: the widest that the processor runs at full speed, or the narrower one that the environment
    /// variable <c>CHAINRULE_SIMD</c> names; 0 for scalar code.
    /// </value>
    public static int SimdBits => SimdInfo.Width;

    internal static int DefaultThreads() =>
        int.TryParse(Environment.GetEnvironmentVariable("CHAINRULE_THREADS"), NumberStyles.None,
            CultureInfo.InvariantCulture, out int asked) && asked > 0
            ? Math.Min(asked, MostThreads)
            : Environment.ProcessorCount;
}
