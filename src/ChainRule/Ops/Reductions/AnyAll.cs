using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>True where at least one element along the dimensions is.</summary>
        /// <param name="dims">Dimensions, negative from the end; none for all.</param>
        /// <returns>The shape without <paramref name="dims"/>, Bool; false over no elements. No gradient.</returns>
        /// <exception cref="DTypeException">The elements are not Bool.</exception>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        public Tensor Any(params ReadOnlySpan<int> dims) =>
            TruthReduction.Apply("any", this, dims, wanted: 1, found: 1);

        /// <summary>True where all elements along the dimensions are.</summary>
        /// <param name="dims">Dimensions, negative from the end; none for all.</param>
        /// <returns>The shape without <paramref name="dims"/>, Bool; true over no elements. No gradient.</returns>
        /// <exception cref="DTypeException">The elements are not Bool.</exception>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        public Tensor All(params ReadOnlySpan<int> dims) =>
            TruthReduction.Apply("all", this, dims, wanted: 0, found: 0);
    }
}

namespace ChainRule.Ops
{
    internal static unsafe class TruthReduction
    {
        /// <summary><paramref name="found"/> where a run contains <paramref name="wanted"/>, the other truth
        /// elsewhere.</summary>
        public static Tensor Apply(string op, Tensor x, ReadOnlySpan<int> dims, byte wanted, byte found)
        {
            if (x.DType != DType.Bool)
            {
                throw new DTypeException($"{op}: needs bool, got {x.DType.Text()}.", x.DType)
                {
                    Help = "compare first, as in x > 0.",
                };
            }
            ReductionPlan plan = ReductionPlan.For(op, x, dims);
            Tensor ordered = plan.Order(x), y = Tensor.Empty(plan.ResultShape(keepDim: false), DType.Bool);
            byte* p = ordered.Pointer;
            Span<byte> results = y.WritableSpan<byte>();
            results.Fill((byte)(1 - found));
            if (plan.Inner == 1)
            {
                for (int row = 0; row < plan.Outer; row++)
                {
                    if (new ReadOnlySpan<byte>(p + ((nint)row * plan.Reduced), plan.Reduced).Contains(wanted))
                        results[row] = found;
                }
            }
            else
            {
                for (int i = 0; i < plan.Outer * plan.Reduced; i++)
                {
                    Span<byte> target = results.Slice(i / plan.Reduced * plan.Inner, plan.Inner);
                    for (int j = 0; j < plan.Inner; j++)
                    {
                        if (p[((nint)i * plan.Inner) + j] == wanted) target[j] = found;
                    }
                }
            }
            GC.KeepAlive(ordered);
            GC.KeepAlive(y);
            return y;
        }
    }
}
