using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Running sum along a dimension: entry i is the sum of the entries 0 to i.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Shape of this tensor, same dtype; Int64 for integers and Bool.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Cumsum(int dim) => CumsumNode.Apply(this, AxisPlan.For("cumsum", Shape, dim), backwards: false);
    }
}

namespace ChainRule.Ops
{
    internal sealed class CumsumNode(Tensor x, AxisPlan plan, bool backwards) : Op(x)
    {
        public override string Name => "cumsum";

        public static Tensor Apply(Tensor x, AxisPlan plan, bool backwards)
        {
            Tensor numbers = x.DType.IsFloatingPoint() ? x : x.ConvertTo(DType.Int64);
            Tensor y = backwards ? plan.Map<RunningSumFromEnd>(numbers, null) : plan.Map<RunningSum>(numbers, null);
            return Graph.Needs(x) ? Graph.Record(y, new CumsumNode(x, plan, backwards)) : y;
        }

        // Entry i went into all sums from i on: its gradient is the running sum from the other end.
        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, Apply(dy, plan, !backwards));
        }
    }

    internal readonly unsafe struct RunningSum : IAxisKernel
    {
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => AlongRow(p.X + (row * p.Length), p.Out + (row * p.Length), p.Length, 1);

        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => AlongColumns<V, T>(p.X + start, p.Out + start, p.Length, p.Inner, lanes);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void AlongRow<T>(T* x, T* y, nint length, nint step)
            where T : unmanaged, INumber<T>
        {
            if (typeof(T) == typeof(float))
            {
                // A float would lose a digit every ten thousand entries.
                double exact = 0;
                for (nint i = 0; i < length; i++) ((float*)y)[i * step] = (float)(exact += ((float*)x)[i * step]);
                return;
            }
            T sum = T.Zero;
            for (nint i = 0; i < length; i++) y[i * step] = sum += x[i * step];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void AlongColumns<V, T>(T* x, T* y, nint length, nint step, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V sum = V.Zero;
            for (nint i = 0; i < length; i++)
            {
                sum += Lanes.Load<V, T>(x + (i * step), lanes);
                Lanes.Store(y + (i * step), sum, lanes);
            }
        }
    }

    internal readonly unsafe struct RunningSumFromEnd : IAxisKernel
    {
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            nint last = (row * p.Length) + p.Length - 1;
            RunningSum.AlongRow(p.X + last, p.Out + last, p.Length, -1);
        }

        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            nint last = start + ((p.Length - 1) * p.Inner);
            RunningSum.AlongColumns<V, T>(p.X + last, p.Out + last, p.Length, -p.Inner, lanes);
        }
    }
}
