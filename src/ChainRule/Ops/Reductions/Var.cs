using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Variance of all elements, the unbiased estimate: divided by their number less one.</summary>
        /// <returns><c>[]</c>, same dtype; NaN for fewer than two elements.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor Var() => Var([]);

        /// <summary>Variance along one dimension.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="correction">Subtracted from the number of elements in the divisor; 1 for the unbiased estimate,
        /// 0 for the plain one.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>, same dtype.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="correction"/> is not finite.</exception>
        public Tensor Var(int dim, double correction = 1, bool keepDim = false) => Var([dim], correction, keepDim);

        /// <summary>Variance along several dimensions: sum of (x - mean)^2 / (n - correction).</summary>
        /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
        /// <param name="correction">Subtracted from the number of elements n in the divisor; 1 for the unbiased
        /// estimate, 0 for the plain one.</param>
        /// <param name="keepDim">Keep the dimensions with size 1.</param>
        /// <returns>The shape without <paramref name="dims"/>, same dtype; NaN where the divisor is not above
        /// 0.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="correction"/> is not finite.</exception>
        /// <remarks>Two passes, the mean first: no digits are lost where the mean is large.</remarks>
        public Tensor Var(ReadOnlySpan<int> dims, double correction = 1, bool keepDim = false) =>
            VarNode.Apply("var", this, dims, correction, keepDim);

        /// <summary>Standard deviation of all elements, the unbiased estimate: divided by their number less
        /// one.</summary>
        /// <returns><c>[]</c>, same dtype; NaN for fewer than two elements.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor Std() => Std([]);

        /// <summary>Standard deviation along one dimension.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="correction">Subtracted from the number of elements in the divisor; 1 for the unbiased estimate,
        /// 0 for the plain one.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>, same dtype.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="correction"/> is not finite.</exception>
        public Tensor Std(int dim, double correction = 1, bool keepDim = false) => Std([dim], correction, keepDim);

        /// <summary>Standard deviation along several dimensions: the square root of the variance; its derivative at 0
        /// is taken as 0.</summary>
        /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
        /// <param name="correction">Subtracted from the number of elements in the divisor; 1 for the unbiased estimate,
        /// 0 for the plain one.</param>
        /// <param name="keepDim">Keep the dimensions with size 1.</param>
        /// <returns>The shape without <paramref name="dims"/>, same dtype; NaN where the divisor is not above
        /// 0.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="correction"/> is not finite.</exception>
        public Tensor Std(ReadOnlySpan<int> dims, double correction = 1, bool keepDim = false) =>
            Elementwise.Apply<DeviationOp>(VarNode.Apply("std", this, dims, correction, keepDim));
    }
}

namespace ChainRule.Ops
{
    internal sealed class VarNode(Tensor x, Tensor mean, ReductionPlan plan, double divisor) : Op(x)
    {
        private Tensor? _mean = mean;

        public override string Name => "var";

        public static Tensor Apply(string op, Tensor x, ReadOnlySpan<int> dims, double correction, bool keepDim)
        {
            Elementwise.CheckType(op, x.DType, takesIntegers: false);
            OptionCheck.Finite(op, nameof(correction), correction);
            ReductionPlan plan = ReductionPlan.For(op, x, dims);
            double divisor = Math.Max(0, plan.Reduced - correction);
            Tensor y, mean;
            using (NoGrad.Begin())
            {
                mean = x.Mean(dims, keepDim: true);
                Tensor squares = Broadcasting.Map(default(SquaredDistance), x, mean, x, x.Shape, operands: 2);
                y = squares.Sum(dims, keepDim) / divisor;
            }
            return Graph.Needs(x) ? Graph.Record(y, new VarNode(x, mean, plan, divisor)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!, d = dy.Reshape(plan.ResultShape(keepDim: true)) * (2 / divisor);
            if (pass.CreateGraph)
            {
                Tensor mean = x;
                for (int i = 0; i < x.Rank; i++)
                {
                    if (d.Dims[i] != x.Dims[i]) mean = mean.Mean(i, keepDim: true);
                }
                pass.Add(x, d * (x - mean));
                return;
            }
            pass.Add(x, Broadcasting.Map(default(ScaledDistance), x, _mean!, d, x.Shape, operands: 3));
        }

        public override void Release()
        {
            base.Release();
            _mean = null;
        }
    }

    internal readonly struct SquaredDistance : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V>
        {
            V d = a - b;
            return d * d;
        }
    }

    internal readonly struct ScaledDistance : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => c * (a - b);
    }

    /// <summary>Square root with derivative 0 at 0: a deviation is 0 only where it cannot become less.</summary>
    internal readonly struct DeviationOp : IUnaryOp
    {
        public static string Name => "std";

        public static Saves Saves => Saves.Output;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Sqrt(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V none = V.Equal(y, V.Zero);
            return V.Select(none, V.Zero, dy * V.Const(0.5) / V.Select(none, V.One, y));
        }
    }
}
