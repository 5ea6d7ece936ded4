using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>Sums over the middle of [outer, reduced, inner], in an order fixed by the sizes alone.</summary>
internal static unsafe class SumLoops
{
    /// <summary>Elements one thread takes at a time.</summary>
    private const int Grain = 32 * 1024;

    /// <summary>Columns of a stripe that fit into the first cache beside the rows that are added.</summary>
    private const int MostColumns = 2048;

    /// <summary>
    /// Elements that are summed before the partial sum joins the others: keeps rounding errors small.
    /// </summary>
    private const int Block = 1024;

    /// <summary>Sums of the numbers.</summary>
    public static void Run<T>(T* x, T* y, int outer, int reduced, int inner)
        where T : unmanaged, INumber<T> => Run<SumFold, T>(x, y, outer, reduced, inner);

    /// <summary>Sums of what the fold makes of each number, which for 0 must be 0.</summary>
    public static void Run<TF, T>(T* x, T* y, int outer, int reduced, int inner)
        where TF : struct, IFold
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Run<TF, Vec512<T>, T>(x, y, outer, reduced, inner); break;
            case 256: Run<TF, Vec256<T>, T>(x, y, outer, reduced, inner); break;
            case 128: Run<TF, Vec128<T>, T>(x, y, outer, reduced, inner); break;
            default: Run<TF, Vec1<T>, T>(x, y, outer, reduced, inner); break;
        }
    }

    private static void Run<TF, V, T>(T* x, T* y, int outer, int reduced, int inner)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (reduced == 0 || outer == 0 || inner == 0)
        {
            new Span<T>(y, outer * inner).Clear();
            return;
        }
        Arguments<T> a = new() { X = x, Y = y, Outer = outer, Reduced = reduced, Inner = inner };
        if (inner == 1 && outer == 1 && reduced >= 2 * Grain)
        {
            int chunks = (reduced + Grain - 1) / Grain;
            T[] parts = new T[chunks];
            fixed (T* p = parts)
            {
                a.Y = p;
                Scheduler.Current.Run(&Part<TF, V, T>, &a, chunks);
                *y = Row<SumFold, V, T>(p, chunks);
            }
            return;
        }
        // Columns are cut into stripes of whole cache lines, rows into groups: every result has one owner.
        a.PerChunk = inner == 1
            ? Math.Max(1, Grain / reduced)
            : Math.Clamp(Grain / reduced / 64 * 64, inner < 1024 ? 64 : 256, MostColumns);
        int stripes = inner == 1 ? (outer + a.PerChunk - 1) / a.PerChunk : (inner + a.PerChunk - 1) / a.PerChunk;
        a.Stripes = stripes;
        int total = inner == 1 ? stripes : stripes * outer;
        delegate*<void*, int, void> body = inner == 1 ? &Rows<TF, V, T> : &Columns<TF, V, T>;
        if ((long)outer * reduced * inner < 2 * Grain)
        {
            for (int i = 0; i < total; i++) body(&a, i);
        }
        else
        {
            Scheduler.Current.Run(body, &a, total);
        }
    }

    private static void Part<TF, V, T>(void* argument, int index)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        int begin = index * Grain;
        a->Y[index] = Row<TF, V, T>(a->X + begin, Math.Min(Grain, a->Reduced - begin));
    }

    private static void Rows<TF, V, T>(void* argument, int index)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        int end = Math.Min((index + 1) * a->PerChunk, a->Outer);
        for (int row = index * a->PerChunk; row < end; row++)
            a->Y[row] = Row<TF, V, T>(a->X + ((nint)row * a->Reduced), a->Reduced);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Row<TF, V, T>(T* x, int count)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T total = T.Zero;
        for (int begin = 0; begin < count; begin += Block)
        {
            T* p = x + begin;
            int n = Math.Min(Block, count - begin);
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            int i = 0;
            for (; i <= n - (4 * V.Count); i += 4 * V.Count)
            {
                s0 = TF.Of(s0, V.Load(p + i));
                s1 = TF.Of(s1, V.Load(p + i + V.Count));
                s2 = TF.Of(s2, V.Load(p + i + (2 * V.Count)));
                s3 = TF.Of(s3, V.Load(p + i + (3 * V.Count)));
            }
            for (; i <= n - V.Count; i += V.Count) s0 = TF.Of(s0, V.Load(p + i));
            if (i < n) s1 = TF.Of(s1, V.LoadPartial(p + i, n - i));
            total += V.Sum(s0 + s2 + (s1 + s3));
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<TF, V, T>(void* argument, int index)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint outer = index / a->Stripes;
        int begin = index % a->Stripes * a->PerChunk, end = Math.Min(begin + a->PerChunk, a->Inner);
        nint inner = a->Inner;
        T* x = a->X + (outer * a->Reduced * inner);
        T* y = a->Y + (outer * inner);
        // Rows are read along, four at a time, and the sums stay in the first cache: columns alone would touch a new
        // page with every number.
        T* partial = stackalloc T[a->Reduced > Block ? MostColumns : 1];
        for (nint block = 0; block < a->Reduced; block += Block)
        {
            nint stop = Math.Min(block + Block, a->Reduced);
            T* sums = block == 0 ? y + begin : partial;
            new Span<T>(sums, end - begin).Clear();
            RowFold.Run<TF, V, T>(x + (block * inner) + begin, inner, stop - block, sums, end - begin);
            if (block > 0) RowFold.Run<SumFold, V, T>(partial, 0, 1, y + begin, end - begin);
        }
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Y;
        public int Outer, Reduced, Inner, PerChunk, Stripes;
    }
}
