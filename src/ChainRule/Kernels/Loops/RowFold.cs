using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>How two numbers of a reduction become one.</summary>
internal interface IFold
{
    static abstract V Of<V>(V a, V b)
        where V : struct, IVec<V>;
}

/// <summary>The sum.</summary>
internal readonly struct SumFold : IFold
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V a, V b)
        where V : struct, IVec<V> => a + b;
}

/// <summary>Folds the rows of a matrix into one, in their order: rows are read along, four at a time.</summary>
/// <remarks>
/// Down the columns every number would lie in a new page; along the rows the machine fetches ahead, and what has been
/// folded so far stays in the first cache.
/// </remarks>
internal static unsafe class RowFold
{
    /// <summary>into[i] = into[i], x[0, i], x[1, i] ... folded.</summary>
    /// <param name="x">First number of the first row.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="into">What was folded before.</param>
    /// <param name="count">Columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TF, V, T>(T* x, nint stride, nint rows, T* into, int count)
        where TF : struct, IFold
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        int whole = count / V.Count * V.Count, rest = count - whole;
        for (; rows >= 4; rows -= 4, x += 4 * stride)
        {
            T* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
            for (nint i = 0; i < whole; i += V.Count)
            {
                V two = TF.Of(TF.Of(V.Load(into + i), V.Load(x + i)), V.Load(x1 + i));
                V.Store(into + i, TF.Of(TF.Of(two, V.Load(x2 + i)), V.Load(x3 + i)));
            }
            if (rest == 0) continue;
            V last = TF.Of(V.LoadPartial(into + whole, rest), V.LoadPartial(x + whole, rest));
            last = TF.Of(TF.Of(last, V.LoadPartial(x1 + whole, rest)), V.LoadPartial(x2 + whole, rest));
            V.StorePartial(into + whole, TF.Of(last, V.LoadPartial(x3 + whole, rest)), rest);
        }
        for (; rows > 0; rows--, x += stride)
        {
            for (nint i = 0; i < whole; i += V.Count) V.Store(into + i, TF.Of(V.Load(into + i), V.Load(x + i)));
            if (rest == 0) continue;
            V last = TF.Of(V.LoadPartial(into + whole, rest), V.LoadPartial(x + whole, rest));
            V.StorePartial(into + whole, last, rest);
        }
    }
}
