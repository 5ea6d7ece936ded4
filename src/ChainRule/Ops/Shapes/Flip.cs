using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Reverses the order along dimensions.</summary>
        /// <param name="dims">The dimensions, negative from the end, each at most once.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        public Tensor Flip(params ReadOnlySpan<int> dims)
        {
            int[] strides = Strides.ToArray();
            Span<bool> seen = stackalloc bool[Math.Max(1, Rank)];
            long offset = 0;
            foreach (int dim in dims)
            {
                int at = Shape.ResolveDim(dim, "flip");
                if (seen[at]) throw new ShapeException($"flip: dim {dim} is named twice for {Shape}.", Shape);
                seen[at] = true;
                if (Rank == 0) continue;
                offset += (long)Math.Max(Dims[at] - 1, 0) * strides[at];
                strides[at] = -strides[at];
            }
            // Other operators count on strides that are not negative, so the view is copied at once.
            Tensor y = View(Dims, strides, Count == 0 ? 0 : offset).Dense();
            return Graph.Needs(this) ? Graph.Record(y, new FlipNode(this, dims.ToArray())) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class FlipNode(Tensor x, int[] dims) : Op(x)
    {
        public override string Name => "flip";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, dy.Flip(dims));
        }
    }
}
