using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Product of all elements.</summary>
        /// <returns><c>[]</c>, same dtype; Int64 for integers and Bool. 1 for an empty tensor.</returns>
        public Tensor Prod() => ProdNode.Apply(Rank == 1 ? this : Reshape(-1), 0, keepDim: false);

        /// <summary>Product along a dimension.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>; Int64 for integers and Bool. The gradient of a factor is
        /// the product of the others, also where factors are 0.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Prod(int dim, bool keepDim = false) => ProdNode.Apply(this, dim, keepDim);
    }
}

namespace ChainRule.Ops
{
    internal sealed class ProdNode(Tensor x, AxisPlan plan) : Op(x)
    {
        public override string Name => "prod";

        public static unsafe Tensor Apply(Tensor x, int dim, bool keepDim)
        {
            AxisPlan plan = AxisPlan.For("prod", x.Shape, dim);
            Tensor dense = (x.DType.IsFloatingPoint() ? x : x.ConvertTo(DType.Int64)).Dense();
            ReductionPlan shapes = ReductionPlan.For("prod", x, [dim]);
            Tensor y = Tensor.Empty(shapes.ResultShape(keepDim), dense.DType);
            AxisOperands operands = plan.Operands(dense.Pointer, y.Pointer);
            AxisLoops.Run<ProductKernel>(dense.DType, in operands);
            GC.KeepAlive(dense);
            return Graph.Needs(x) ? Graph.Record(y, new ProdNode(x, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!;
            if (x.Rank == 0)
            {
                pass.Add(x, dy);
                return;
            }
            int[] kept = x.Dims.ToArray();
            kept[plan.Dim] = 1;
            pass.Add(x, (pass.CreateGraph ? OthersByOperators(x) : plan.Map<OthersKernel>(x, null)) * dy.Reshape(kept));
        }

        // Running products from either side by doubling: products of 1, 2, 4, ... neighbours.
        private Tensor OthersByOperators(Tensor x)
        {
            int n = plan.Length, dim = plan.Dim;
            Tensor before = x, after = x;
            for (int step = 1; step < n; step *= 2)
            {
                before *= Shifted(before, step);
                after *= Shifted(after, -step);
            }
            return Shifted(before, 1) * Shifted(after, -1);

            // Entry i of the result is entry i - by, or 1 where there is none.
            Tensor Shifted(Tensor t, int by)
            {
                int gap = Math.Min(Math.Abs(by), n);
                int[] sizes = t.Dims.ToArray();
                sizes[dim] = gap;
                Tensor ones = Tensor.Ones(sizes, t.DType);
                return by > 0
                    ? Tensor.Concat([ones, t.Slice(dim, 0, n - gap)], dim)
                    : Tensor.Concat([t.Slice(dim, gap), ones], dim);
            }
        }
    }

    /// <summary>Out: the product of each run.</summary>
    internal readonly unsafe struct ProductKernel : IAxisKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            T* x = p.X + (row * p.Length);
            V products = V.One;
            nint i = 0;
            for (; i <= p.Length - V.Count; i += V.Count) products *= V.Load(x + i);
            T* lanes = stackalloc T[V.Count];
            V.Store(lanes, products);
            T product = T.One;
            for (int lane = 0; lane < V.Count; lane++) product *= lanes[lane];
            for (; i < p.Length; i++) product *= x[i];
            p.Out[row] = product;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V product = V.One;
            for (nint r = 0; r < p.Length; r++) product *= Lanes.Load<V, T>(p.X + start + (r * p.Inner), lanes);
            Lanes.Store(p.Out + run, product, lanes);
        }
    }

    /// <summary>Out[i]: the product of all elements of the run but the i-th, from running products of either
    /// side.</summary>
    internal readonly unsafe struct OthersKernel : IAxisKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            T* x = p.X + (row * p.Length), y = p.Out + (row * p.Length);
            T product = T.One;
            for (nint i = 0; i < p.Length; i++)
            {
                y[i] = product;
                product *= x[i];
            }
            product = T.One;
            for (nint i = p.Length - 1; i >= 0; i--)
            {
                y[i] *= product;
                product *= x[i];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V product = V.One;
            for (nint r = 0; r < p.Length; r++)
            {
                nint at = start + (r * p.Inner);
                Lanes.Store(p.Out + at, product, lanes);
                product *= Lanes.Load<V, T>(p.X + at, lanes);
            }
            product = V.One;
            for (nint r = p.Length - 1; r >= 0; r--)
            {
                nint at = start + (r * p.Inner);
                Lanes.Store(p.Out + at, Lanes.Load<V, T>(p.Out + at, lanes) * product, lanes);
                product *= Lanes.Load<V, T>(p.X + at, lanes);
            }
        }
    }
}
