using System.Numerics;

namespace ChainRule.Tests.Kernels;

/// <summary>What kernel tests share: random contents and closeness.</summary>
internal static class KernelAssert
{
    public static void Fill<T>(Span<T> target, Random random)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < target.Length; i++) target[i] = T.CreateTruncating((random.NextDouble() * 2) - 1);
    }

    /// <summary>
    /// Largest absolute difference within a tolerance for sums of <paramref name="terms"/> products below 1.
    /// </summary>
    public static void Close<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, double terms, string what)
        where T : unmanaged, INumber<T>
    {
        double unit = typeof(T) == typeof(float) ? 1.2e-7 : 2.3e-16;
        double tolerance = unit * (8 + (4 * terms));
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(double.CreateTruncating(expected[i]) - double.CreateTruncating(actual[i]));
            if (!(difference <= tolerance))
                Assert.Fail($"{what}: at {i} expected {expected[i]}, got {actual[i]} (tolerance {tolerance:g3})");
        }
    }

    public static void SameBits<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
        where T : unmanaged
    {
        ReadOnlySpan<byte> a = System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected);
        ReadOnlySpan<byte> b = System.Runtime.InteropServices.MemoryMarshal.AsBytes(actual);
        int same = a.CommonPrefixLength(b);
        if (same != a.Length || a.Length != b.Length)
            Assert.Fail($"{what}: bits differ from byte {same} of {a.Length} on");
    }
}
