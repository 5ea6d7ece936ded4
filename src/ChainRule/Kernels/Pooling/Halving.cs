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

    /// <summary>The shortest row of results that spreads back by vectors.</summary>
    public const int ShortestBack = 8;

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

    /// <summary>Gives each gradient to the place that <see cref="Maximum"/> found, and 0 to the other three.</summary>
    /// <param name="dy">Gradients of the maxima.</param>
    /// <param name="index">Their places in the plane.</param>
    /// <param name="top">The upper row of the windows; the lower one follows after <paramref name="width"/>.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="first">Place of the upper row's first number in the plane.</param>
    /// <param name="count">How many maxima, at least 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(float* dy, int* index, float* top, int width, int first, int count)
    {
        Vector256<int> two = Vector256.Create(0, 2, 4, 6, 8, 10, 12, 14), one = Vector256.Create(1);
        for (int i = 0; i < count; i += 8)
        {
            if (i + 8 > count) i = count - 8;
            Vector256<uint> d = Vector256.Load(dy + i).AsUInt32();
            Vector256<int> at = two + Vector256.Create(first + (2 * i)), won = Vector256.Load(index + i);
            Vector256<int> below = at + Vector256.Create(width);
            float* a = top + (2 * i), b = a + width;
            Pairs(d & Vector256.Equals(won, at).AsUInt32(), d & Vector256.Equals(won, at + one).AsUInt32(), a);
            Pairs(d & Vector256.Equals(won, below).AsUInt32(), d & Vector256.Equals(won, below + one).AsUInt32(), b);
        }
        if ((width & 1) == 0) return;
        top[width - 1] = 0;
        top[(2 * width) - 1] = 0;
    }

    /// <summary>Gives each gradient over <paramref name="divisor"/> to the four positions of its window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SpreadMean(float* dy, float* top, int width, float divisor, int count)
    {
        for (int i = 0; i < count; i += 8)
        {
            if (i + 8 > count) i = count - 8;
            Vector256<uint> d = (Vector256.Load(dy + i) / Vector256.Create(divisor)).AsUInt32();
            Pairs(d, d, top + (2 * i));
            Pairs(d, d, top + (2 * i) + width);
        }
        if ((width & 1) == 0) return;
        top[width - 1] = 0;
        top[(2 * width) - 1] = 0;
    }

    /// <summary>to = even[0], odd[0], even[1], odd[1] ... as far as whole vectors go.</summary>
    /// <returns>How many of <paramref name="count"/> were written, an even number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Interleave(float* even, float* odd, float* to, int count)
    {
        int n = 0;
        if (!Vector256.IsHardwareAccelerated) return n;
        for (; n <= count - 16; n += 16)
            Pairs(Vector256.Load(even + (n / 2)).AsUInt32(), Vector256.Load(odd + (n / 2)).AsUInt32(), to + n);
        return n;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs(Vector256<uint> even, Vector256<uint> odd, float* to)
    {
        (Vector256<ulong> e0, Vector256<ulong> e1) = Vector256.Widen(even);
        (Vector256<ulong> o0, Vector256<ulong> o1) = Vector256.Widen(odd);
        (e0 | (o0 << 32)).AsSingle().Store(to);
        (e1 | (o1 << 32)).AsSingle().Store(to + 8);
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
