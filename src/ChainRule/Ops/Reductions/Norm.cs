using System.Globalization;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>p-norm of all elements as one vector.</summary>
        /// <param name="p">Order: any number, or an infinity.</param>
        /// <returns><c>[]</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The tensor is empty, and p is negative or infinite.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is NaN.</exception>
        public Tensor Norm(double p = 2) => Norm(p, []);

        /// <summary>p-norm of the vectors along one dimension.</summary>
        /// <param name="p">Order: any number, or an infinity.</param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>, same dtype.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or its size is 0 and p is negative or
        /// infinite.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is NaN.</exception>
        public Tensor Norm(double p, int dim, bool keepDim = false) => Norm(p, [dim], keepDim);

        /// <summary>p-norm over several dimensions: y = (sum of |x|^p)^(1/p); the largest |x| for p = infinity, the
        /// smallest for -infinity, and the number of elements other than 0 for p = 0.</summary>
        /// <param name="p">Order: any number, or an infinity.</param>
        /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
        /// <param name="keepDim">Keep the dimensions with size 1.</param>
        /// <returns>The shape without <paramref name="dims"/>, same dtype; 0 over no elements. The gradient where the
        /// norm is 0 is 0; equal elements share that of the infinite norms.</returns>
        /// <exception cref="ShapeException">There is no such dimension, one is named twice, or there are no elements
        /// and p is negative or infinite.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is NaN.</exception>
        /// <remarks>p = 0, 1 and 2 read the elements once; the squares of p = 2 must neither overflow nor vanish. Other
        /// orders are scaled by the extremum first, which costs copies.</remarks>
        public Tensor Norm(double p, ReadOnlySpan<int> dims, bool keepDim = false) =>
            NormNode.Apply(this, p, dims, keepDim);
    }
}

namespace ChainRule.Ops
{
    internal sealed class NormNode(Tensor x, Tensor y, double p, ReductionPlan plan) : Op(x)
    {
        private Tensor? _y = y;

        public override string Name => "norm";

        public static Tensor Apply(Tensor x, double p, ReadOnlySpan<int> dims, bool keepDim)
        {
            Elementwise.CheckType("norm", x.DType, takesIntegers: false);
            if (double.IsNaN(p))
                throw new ArgumentOutOfRangeException(nameof(p), "norm: p must be a number or an infinity, got NaN.");
            ReductionPlan plan = ReductionPlan.For("norm", x, dims);
            if (plan.Reduced == 0 && plan.Outer * plan.Inner > 0 && (p < 0 || double.IsInfinity(p)))
            {
                throw new ShapeException(string.Create(CultureInfo.InvariantCulture,
                    $"norm: {x.Shape} has no elements, and without any there is no norm of order {p}."), x.Shape);
            }
            Tensor y;
            using (NoGrad.Begin())
            {
                y = p switch
                {
                    0 => Sum<NonzeroFold>(x, plan, keepDim),
                    1 => Sum<AbsoluteFold>(x, plan, keepDim),
                    2 => Sum<SquareFold>(x, plan, keepDim).Sqrt(),
                    double.PositiveInfinity => x.Abs().Amax(dims, keepDim),
                    double.NegativeInfinity => x.Abs().Amin(dims, keepDim),
                    _ => Scaled(x, p, dims, keepDim, plan),
                };
            }
            return Graph.Needs(x) ? Graph.Record(y, new NormNode(x, y, p, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!;
            if (p == 0)
            {
                pass.Add(x, Tensor.Zeros(x.Shape, x.DType));
                return;
            }
            Shape kept = plan.ResultShape(keepDim: true);
            Tensor d = dy.Reshape(kept);
            if (p == 1)
            {
                pass.Add(x, x.Sign() * d);
                return;
            }
            Tensor y = _y!.Reshape(kept);
            if (double.IsInfinity(p))
            {
                pass.Add(x, d * Hits(x, y, kept));
                return;
            }
            // A norm of 0 has no slope: both factors are made harmless, for the second derivative as well.
            Tensor none = y.EqualTo(0), length = y.MaskedFill(none, 1), slope = d.MaskedFill(none, 0);
            if (p == 2)
            {
                pass.Add(x, x * (slope / length));
                return;
            }
            // dy sign(x) (|x| / y)^(p - 1), whose powers stay in range where those of |x| and y would not
            Tensor zero = x.EqualTo(0), ratio = (x.Abs() / length).MaskedFill(zero, 1);
            pass.Add(x, x.Sign() * slope * ratio.Pow(p - 1));
        }

        public override void Release()
        {
            base.Release();
            _y = null;
        }

        private static unsafe Tensor Sum<TF>(Tensor x, ReductionPlan plan, bool keepDim)
            where TF : struct, IFold
        {
            Tensor ordered = plan.Order(x), y = Tensor.Empty(plan.ResultShape(keepDim), x.DType);
            (int outer, int reduced, int inner) = (plan.Outer, plan.Reduced, plan.Inner);
            if (x.DType == DType.Float32)
                SumLoops.Run<TF, float>(ordered.Ptr<float>(), y.Ptr<float>(), outer, reduced, inner);
            else SumLoops.Run<TF, double>(ordered.Ptr<double>(), y.Ptr<double>(), outer, reduced, inner);
            GC.KeepAlive(ordered);
            GC.KeepAlive(y);
            return y;
        }

        // The element that decides is brought to 1, so that no power that matters overflows or vanishes.
        private static Tensor Scaled(Tensor x, double p, ReadOnlySpan<int> dims, bool keepDim, ReductionPlan plan)
        {
            if (plan.Reduced == 0) return Tensor.Zeros(plan.ResultShape(keepDim), x.DType);
            Tensor size = x.Abs(), scale = p > 0 ? size.Amax(dims, keepDim: true) : size.Amin(dims, keepDim: true);
            scale = scale.MaskedFill(scale.Greater(0).LogicalAnd(scale.Less(double.PositiveInfinity)).LogicalNot(), 1);
            Tensor sum = (size / scale).Pow(p).Sum(dims, keepDim);
            return sum.Pow(1 / p) * scale.Reshape(sum.Shape);
        }

        // The signs of the elements that reach the extremum, divided by their number. Where it is NaN, so is one of
        // them.
        private static Tensor Hits(Tensor x, Tensor y, Shape kept)
        {
            using NoGrad.Scope _ = NoGrad.Begin();
            Tensor hits = x.Abs().EqualTo(y).LogicalOr(x.NotEqual(x)).To(x.DType), count = hits;
            for (int d = 0; d < x.Rank; d++)
            {
                if (kept.Dims[d] != x.Dims[d]) count = count.Sum(d, keepDim: true);
            }
            return x.Sign() * hits / count;
        }
    }

    /// <summary>A sum of absolute values.</summary>
    internal readonly struct AbsoluteFold : IFold
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V a, V b)
            where V : struct, IVec<V> => a + V.Abs(b);
    }

    /// <summary>A sum of squares.</summary>
    internal readonly struct SquareFold : IFold
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V a, V b)
            where V : struct, IVec<V> => V.Fma(b, b, a);
    }

    /// <summary>A count of the numbers other than 0; NaN is one.</summary>
    internal readonly struct NonzeroFold : IFold
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V a, V b)
            where V : struct, IVec<V> => a + V.Select(V.Equal(b, V.Zero), V.Zero, V.One);
    }
}
