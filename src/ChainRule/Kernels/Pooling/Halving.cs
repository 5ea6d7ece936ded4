using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Kernels.Pooling;

/// <summary>Rows of 2 x 2 windows side by side, a vector of results at a time.</summary>
/// <remarks>
/// Even and odd columns are told apart as halves of 64-bit numbers, which narrow to them on every machine. A row's last
/// vector is put at its end and overlaps the one before.
/// </remarks>
internal static unsafe class Halving
{
    /// <summary>The shortest row of results worth a vector.</summary>
    public const int Shortest = 4;

    public static bool Available => SimdInfo.Width >= 128;

    /// <param name="top">The upper row of the windows; the lower one follows after <paramref name="width"/>.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="y">Maxima.</param>
    /// <param name="index">Their places in the plane.</param>
    /// <param name="first">Place of the upper row's first number in the plane.</param>
    /// <param name="count">How many results, at least <see cref="Shortest"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maximum(float* top, int width, float* y, int* index, int first, int count)
    {
        if (Vector256.IsHardwareAccelerated && count >= 8)
        {
            Vector256<int> two = Vector256.Create(0, 2, 4, 6, 8, 10, 12, 14);
            for (int i = 0; i < count; i += 8)
            {
                if (i + 8 > count) i = count - 8;
                float* a = top + (2 * i), b = a + width;
                Vector256<ulong> a0 = Vector256.Load(a).AsUInt64(), a1 = Vector256.Load(a + 8).AsUInt64();
                Vector256<ulong> b0 = Vector256.Load(b).AsUInt64(), b1 = Vector256.Load(b + 8).AsUInt64();
                Vector256<int> at = two + Vector256.Create(first + (2 * i));
                Vector256<float> best = Vector256.Narrow(a0, a1).AsSingle();
                Vector256<int> where = at;
                Take(Vector256.Narrow(a0 >>> 32, a1 >>> 32).AsSingle(), at + Vector256.Create(1), ref best, ref where);
                Take(Vector256.Narrow(b0, b1).AsSingle(), at + Vector256.Create(width), ref best, ref where);
                at += Vector256.Create(width + 1);
                Take(Vector256.Narrow(b0 >>> 32, b1 >>> 32).AsSingle(), at, ref best, ref where);
                best.Store(y + i);
                where.Store(index + i);
            }
            return;
        }
        Vector128<int> twice = Vector128.Create(0, 2, 4, 6);
        for (int i = 0; i < count; i += 4)
        {
            if (i + 4 > count) i = count - 4;
            float* a = top + (2 * i), b = a + width;
            Vector128<ulong> a0 = Vector128.Load(a).AsUInt64(), a1 = Vector128.Load(a + 4).AsUInt64();
            Vector128<ulong> b0 = Vector128.Load(b).AsUInt64(), b1 = Vector128.Load(b + 4).AsUInt64();
            Vector128<int> at = twice + Vector128.Create(first + (2 * i));
            Vector128<float> best = Vector128.Narrow(a0, a1).AsSingle();
            Vector128<int> where = at;
            Take(Vector128.Narrow(a0 >>> 32, a1 >>> 32).AsSingle(), at + Vector128.Create(1), ref best, ref where);
            Take(Vector128.Narrow(b0, b1).AsSingle(), at + Vector128.Create(width), ref best, ref where);
            at += Vector128.Create(width + 1);
            Take(Vector128.Narrow(b0 >>> 32, b1 >>> 32).AsSingle(), at, ref best, ref where);
            best.Store(y + i);
            where.Store(index + i);
        }
    }

    /// <summary>The sums of the windows over <paramref name="divisor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(float* top, int width, float* y, float divisor, int count)
    {
        if (Vector256.IsHardwareAccelerated && count >= 8)
        {
            for (int i = 0; i < count; i += 8)
            {
                if (i + 8 > count) i = count - 8;
                float* a = top + (2 * i), b = a + width;
                Vector256<ulong> a0 = Vector256.Load(a).AsUInt64(), a1 = Vector256.Load(a + 8).AsUInt64();
                Vector256<ulong> b0 = Vector256.Load(b).AsUInt64(), b1 = Vector256.Load(b + 8).AsUInt64();
                Vector256<float> sum = Vector256.Narrow(a0, a1).AsSingle();
                sum += Vector256.Narrow(a0 >>> 32, a1 >>> 32).AsSingle();
                sum += Vector256.Narrow(b0, b1).AsSingle();
                sum += Vector256.Narrow(b0 >>> 32, b1 >>> 32).AsSingle();
                (sum / Vector256.Create(divisor)).Store(y + i);
            }
            return;
        }
        for (int i = 0; i < count; i += 4)
        {
            if (i + 4 > count) i = count - 4;
            float* a = top + (2 * i), b = a + width;
            Vector128<ulong> a0 = Vector128.Load(a).AsUInt64(), a1 = Vector128.Load(a + 4).AsUInt64();
            Vector128<ulong> b0 = Vector128.Load(b).AsUInt64(), b1 = Vector128.Load(b + 4).AsUInt64();
            Vector128<float> sum = Vector128.Narrow(a0, a1).AsSingle();
            sum += Vector128.Narrow(a0 >>> 32, a1 >>> 32).AsSingle();
            sum += Vector128.Narrow(b0, b1).AsSingle();
            sum += Vector128.Narrow(b0 >>> 32, b1 >>> 32).AsSingle();
            (sum / Vector128.Create(divisor)).Store(y + i);
        }
    }

    // Larger, or not a number: then it stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector256<float> x, Vector256<int> at, ref Vector256<float> best, ref Vector256<int> where)
    {
        Vector256<float> take = Vector256.GreaterThan(x, best) | ~Vector256.Equals(x, x);
        best = Vector256.ConditionalSelect(take, x, best);
        where = Vector256.ConditionalSelect(take.AsInt32(), at, where);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector128<float> x, Vector128<int> at, ref Vector128<float> best, ref Vector128<int> where)
    {
        Vector128<float> take = Vector128.GreaterThan(x, best) | ~Vector128.Equals(x, x);
        best = Vector128.ConditionalSelect(take, x, best);
        where = Vector128.ConditionalSelect(take.AsInt32(), at, where);
    }
}
