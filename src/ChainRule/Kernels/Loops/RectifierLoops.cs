using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>
/// What a rectifier lets through of a gradient over [outer, channels, inner], and in the same pass the sum of that for
/// each channel: the gradient of the bias that came before the rectifier.
/// </summary>
/// <remarks>
/// Sums are formed in the order of <see cref="SumLoops"/> where inner is 1, otherwise plane by plane: an order fixed by
/// the sizes alone.
/// </remarks>
internal static unsafe class RectifierLoops
{
    // Whole cache lines of channels have one writer; planes are long enough to be a chunk each.
    private const nint Stripe = 256;
    private const nint ParallelWork = 64 * 1024;
    private const nint Block = 1024;
    private const int Line = 64;

    /// <summary>dz = dy where y is above 0 or NaN, else 0; sums = (sums if adding) + the sum of dz a channel.</summary>
    /// <param name="dy">Gradient of the result.</param>
    /// <param name="y">The result.</param>
    /// <param name="dz">Receives what passes; may be <paramref name="dy"/>.</param>
    /// <param name="sums">One number a channel, or null.</param>
    /// <param name="add">Add to what <paramref name="sums"/> holds.</param>
    /// <param name="outer">Count of what lies before the channels.</param>
    /// <param name="channels">Count of channels.</param>
    /// <param name="inner">Count of neighbours that share a channel.</param>
    public static void Run<T>(T* dy, T* y, T* dz, T* sums, bool add, nint outer, nint channels, nint inner)
        where T : unmanaged, INumber<T>
    {
        Arguments<T> a = new() { Dy = dy, Y = y, Dz = dz, Sums = sums, Add = add };
        (a.Outer, a.Channels, a.Inner) = (outer, channels, inner);
        switch (SimdInfo.Width)
        {
            case 512: Run<Vec512<T>, T>(&a); break;
            case 256: Run<Vec256<T>, T>(&a); break;
            case 128: Run<Vec128<T>, T>(&a); break;
            default: Run<Vec1<T>, T>(&a); break;
        }
    }

    private static void Run<V, T>(Arguments<T>* a)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool narrow = a->Channels < 4 * V.Count;
        delegate*<void*, int, void> body = a->Inner != 1 ? &Planes<V, T> : narrow ? &Columns<V, T> : &Rows<V, T>;
        int chunks = (int)(a->Inner != 1 ? a->Channels : narrow ? 1 : (a->Channels + Stripe - 1) / Stripe);
        if (a->Outer * a->Channels * a->Inner >= ParallelWork) Scheduler.Current.Run(body, a, chunks);
        else for (int i = 0; i < chunks; i++) body(a, i);
    }

    // A few vectors of channels: their sums stay in a register. Loads may reach into the next row, stores may not (a
    // load from where a store half reaches waits for it), so the gradient itself is a loop of its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint width = a->Channels, count = a->Outer * width, last = count - V.Count, i = 0;
        for (nint c = 0; c < width && a->Sums != null; c += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, width - c);
            V total = V.Zero;
            for (nint block = 0; block < a->Outer; block += Block)
            {
                nint end = (Math.Min(block + Block, a->Outer) * width) + c, at = (block * width) + c;
                V sum = V.Zero;
                for (; at < end && at <= last; at += width) sum += Let<V, T>(V.Load(a->Y + at), V.Load(a->Dy + at));
                for (; at < end; at += width)
                    sum += Let<V, T>(V.LoadPartial(a->Y + at, lanes), V.LoadPartial(a->Dy + at, lanes));
                total += sum;
            }
            Finish(a, c, total, lanes);
        }
        for (; i <= last; i += V.Count) Pass<V, T>(a, i);
        if (i < count) Pass<V, T>(a, i, (int)(count - i));
    }

    // Many channels: the memory is read in its order, and the sums of a stripe stay in the cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Rows<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint begin = chunk * Stripe, count = Math.Min(Stripe, a->Channels - begin), c;
        byte* memory = stackalloc byte[(2 * (int)Stripe * sizeof(T)) + Line];
        T* totals = (T*)(((nint)memory + Line - 1) & -Line), sums = totals + Stripe;
        new Span<T>(totals, (int)Stripe).Clear();
        for (nint block = 0; block < a->Outer; block += Block)
        {
            nint stop = Math.Min(block + Block, a->Outer);
            new Span<T>(sums, (int)Stripe).Clear();
            for (nint r = block; r < stop; r++)
            {
                nint row = (r * a->Channels) + begin;
                for (c = 0; c <= count - V.Count; c += V.Count)
                    V.Store(sums + c, V.Load(sums + c) + Pass<V, T>(a, row + c));
                if (c < count) V.Store(sums + c, V.Load(sums + c) + Pass<V, T>(a, row + c, (int)(count - c)));
            }
            for (c = 0; c < Stripe; c += V.Count) V.Store(totals + c, V.Load(totals + c) + V.Load(sums + c));
        }
        for (c = 0; c < count; c += V.Count)
            Finish(a, begin + c, V.Load(totals + c), (int)Math.Min(V.Count, count - c));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Planes<V, T>(void* argument, int channel)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint plane = a->Inner;
        T total = T.Zero;
        for (nint n = 0; n < a->Outer; n++)
        {
            nint at = ((n * a->Channels) + channel) * plane, i = 0;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= plane - (4 * V.Count); i += 4 * V.Count)
            {
                s0 += Pass<V, T>(a, at + i);
                s1 += Pass<V, T>(a, at + i + V.Count);
                s2 += Pass<V, T>(a, at + i + (2 * V.Count));
                s3 += Pass<V, T>(a, at + i + (3 * V.Count));
            }
            for (; i <= plane - V.Count; i += V.Count) s0 += Pass<V, T>(a, at + i);
            if (i < plane) s1 += Pass<V, T>(a, at + i, (int)(plane - i));
            total += V.Sum(s0 + s2 + (s1 + s3));
        }
        if (a->Sums != null) a->Sums[channel] = a->Add ? a->Sums[channel] + total : total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Let<V, T>(V y, V dy)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged => V.Select(V.LessOrEqual(y, V.Zero), V.Zero, dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pass<V, T>(Arguments<T>* a, nint at)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged
    {
        V dz = Let<V, T>(V.Load(a->Y + at), V.Load(a->Dy + at));
        V.Store(a->Dz + at, dz);
        return dz;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pass<V, T>(Arguments<T>* a, nint at, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged
    {
        V dz = Let<V, T>(V.LoadPartial(a->Y + at, lanes), V.LoadPartial(a->Dy + at, lanes));
        V.StorePartial(a->Dz + at, dz, lanes);
        return dz;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<V, T>(Arguments<T>* a, nint channel, V total, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged
    {
        if (a->Sums == null) return;
        T* target = a->Sums + channel;
        Lanes.Store(target, a->Add ? Lanes.Load<V, T>(target, lanes) + total : total, lanes);
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* Dy, Y, Dz, Sums;
        public nint Outer, Channels, Inner;
        public bool Add;
    }
}
