using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Bench;

/// <summary>
/// The time that memory alone takes: half of so many bytes is read, the other half written, by all threads, from
/// whichever cache holds so much.
/// </summary>
internal static unsafe class MemoryCopy
{
    /// <summary>A copy that reads and writes <paramref name="bytes"/> together.</summary>
    public static Candidate Of(long bytes)
    {
        int count = (int)(bytes / 8);
        Buffer<float> from = new(count), to = new(count);
        return new Call(
            () => VectorLoops.Map(default(Same), DType.Float32, (byte*)from.Data, (byte*)to.Data, count));
    }

    private readonly struct Same : IMap1
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V x)
            where V : struct, IVec<V> => x;
    }
}
