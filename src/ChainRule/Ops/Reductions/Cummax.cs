using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Running maximum along a dimension: entry i is the largest of the entries 0 to i. NaN counts as the
        /// largest.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Values (same dtype) and their Int64 positions along <paramref name="dim"/>, the last of equals,
        /// both of the shape of this tensor. Gradients go back to where the values came from.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are Bool.</exception>
        public (Tensor Values, Tensor Indices) Cummax(int dim) => RunningExtremum.Apply<NotBelow>("cummax", this, dim);

        /// <summary>Running minimum along a dimension: entry i is the smallest of the entries 0 to i. NaN counts as
        /// the smallest.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Values (same dtype) and their Int64 positions along <paramref name="dim"/>, the last of equals,
        /// both of the shape of this tensor. Gradients go back to where the values came from.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are Bool.</exception>
        public (Tensor Values, Tensor Indices) Cummin(int dim) => RunningExtremum.Apply<NotAbove>("cummin", this, dim);
    }
}

namespace ChainRule.Ops
{
    internal static unsafe class RunningExtremum
    {
        public static (Tensor Values, Tensor Indices) Apply<TWins>(string op, Tensor x, int dim)
            where TWins : struct, IWins
        {
            Elementwise.CheckType(op, x.DType, takesIntegers: true);
            AxisPlan plan = AxisPlan.For(op, x.Shape, dim);
            Tensor dense = x.Dense(), values = Tensor.Empty(x.Shape, x.DType);
            Tensor places = Tensor.Empty(x.Shape, DType.Int64);
            AxisOperands operands = plan.Operands(dense.Pointer, values.Pointer);
            operands.Indices = places.Ptr<long>();
            if (x.Count > 0) AxisLoops.Run<RunningExtremumKernel<TWins>>(x.DType, in operands);
            GC.KeepAlive(dense);
            GC.KeepAlive(places);
            if (Graph.Needs(x)) Graph.Record(values, new GatherNode(op, x, places, plan.Dim));
            return (values, places);
        }
    }

    /// <summary>Whether a number takes the place of the best so far.</summary>
    internal interface IWins
    {
        static abstract bool Over<T>(T next, T best)
            where T : INumber<T>;
    }

    internal readonly struct NotBelow : IWins
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Over<T>(T next, T best)
            where T : INumber<T> => next >= best;
    }

    internal readonly struct NotAbove : IWins
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Over<T>(T next, T best)
            where T : INumber<T> => next <= best;
    }

    internal readonly unsafe struct RunningExtremumKernel<TWins> : IAxisKernel
        where TWins : struct, IWins
    {
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => Along(in p, row * p.Length, 1, 1);

        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => Along(in p, start, p.Inner, lanes);

        // Runs side by side, entry by entry; the best so far is read from the result.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Along<T>(in AxisArguments<T> p, nint start, nint step, int lanes)
            where T : unmanaged, INumber<T>
        {
            T* x = p.X + start, y = p.Out + start;
            long* places = p.Indices + start;
            for (int lane = 0; lane < lanes; lane++) (y[lane], places[lane]) = (x[lane], 0);
            for (nint i = 1; i < p.Length; i++)
            {
                x += step;
                y += step;
                places += step;
                for (int lane = 0; lane < lanes; lane++)
                {
                    T next = x[lane], best = y[lane - step];
                    bool wins = T.IsNaN(next) || TWins.Over(next, best);
                    y[lane] = wins ? next : best;
                    places[lane] = wins ? i : places[lane - step];
                }
            }
        }
    }
}
