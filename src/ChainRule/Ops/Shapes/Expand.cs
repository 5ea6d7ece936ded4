using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Repeats dimensions of size 1, and adds leading ones, without copying; a view.</summary>
        /// <param name="shape">Sizes to reach; this tensor must broadcast to them.</param>
        /// <returns><paramref name="shape"/>, same dtype.</returns>
        /// <exception cref="ShapeException">A size other than 1 would have to change.</exception>
        public Tensor Expand(Shape shape)
        {
            if (shape == Shape) return this;
            Tensor y = ExpandView(shape);
            return Graph.Needs(this) ? Graph.Record(y, new ExpandNode(this)) : y;
        }

        /// <summary>Sums over the dimensions that broadcasting repeated: the reverse of <see cref="Expand"/>.</summary>
        internal Tensor SumTo(Shape shape)
        {
            if (shape == Shape) return this;
            int extra = Rank - shape.Rank;
            Span<int> dims = stackalloc int[Rank];
            int count = 0;
            for (int i = 0; i < Rank; i++)
            {
                if (i < extra || (shape.Dims[i - extra] == 1 && Dims[i] != 1)) dims[count++] = i;
            }
            return Sum(dims[..count], keepDim: true).Reshape(shape);
        }

        /// <summary>As <see cref="Expand"/>, without a record.</summary>
        internal Tensor ExpandView(Shape shape)
        {
            if (shape == Shape) return this;
            int extra = shape.Rank - Rank;
            bool good = extra >= 0;
            int[] strides = new int[shape.Rank];
            for (int i = 0; good && i < Rank; i++)
            {
                good = Dims[i] == shape.Dims[i + extra] || Dims[i] == 1;
                strides[i + extra] = Dims[i] == shape.Dims[i + extra] ? Strides[i] : 0;
            }
            return good
                ? View(shape.Dims, strides)
                : throw new ShapeException($"expand: {Shape} does not broadcast to {shape}.", Shape, shape);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class ExpandNode(Tensor x) : Op(x)
    {
        public override string Name => "expand";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, dy.SumTo(A!.Shape));
    }
}
