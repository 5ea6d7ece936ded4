using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Matrix or batch of matrices with the last two dimensions exchanged; a view.</summary>
        /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
        public Tensor T => Rank >= 2
            ? Transpose(-2, -1)
            : throw new ShapeException($"T: needs at least two dimensions, got {Shape}.", Shape);

        /// <summary>Exchanges two dimensions; a view.</summary>
        /// <param name="dim0">One dimension; negative counts from the end.</param>
        /// <param name="dim1">The other.</param>
        /// <returns>The sizes with the two exchanged.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Transpose(int dim0, int dim1)
        {
            int a = Shape.ResolveDim(dim0, "transpose"), b = Shape.ResolveDim(dim1, "transpose");
            if (Rank == 0) return this;
            Span<int> order = stackalloc int[Rank];
            for (int i = 0; i < order.Length; i++) order[i] = i;
            (order[a], order[b]) = (order[b], order[a]);
            return Permute(order);
        }

        /// <summary>Puts the dimensions into another order; a view.</summary>
        /// <param name="dims">For each dimension of the result, the one it comes from.</param>
        /// <returns><c>[Shape[dims[0]], Shape[dims[1]], ...]</c>.</returns>
        /// <exception cref="ShapeException">The dimensions are not each named once.</exception>
        public Tensor Permute(params ReadOnlySpan<int> dims)
        {
            PermuteNode.Check(this, dims);
            int[] order = new int[Rank], strides = new int[Rank];
            Span<int> sizes = stackalloc int[Rank];
            for (int i = 0; i < Rank; i++)
            {
                order[i] = dims[i] < 0 ? dims[i] + Rank : dims[i];
                (sizes[i], strides[i]) = (Dims[order[i]], Strides[order[i]]);
            }
            Tensor y = View(sizes, strides);
            return Graph.Needs(this) ? Graph.Record(y, new PermuteNode(this, order)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class PermuteNode(Tensor x, int[] order) : Op(x)
    {
        public override string Name => "permute";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Span<int> inverse = stackalloc int[order.Length];
            for (int i = 0; i < order.Length; i++) inverse[order[i]] = i;
            pass.Add(A, dy.Permute(inverse));
        }

        public static void Check(Tensor x, ReadOnlySpan<int> dims)
        {
            Span<bool> seen = stackalloc bool[x.Rank];
            bool good = dims.Length == x.Rank;
            for (int i = 0; good && i < dims.Length; i++)
            {
                int d = dims[i] < 0 ? dims[i] + x.Rank : dims[i];
                good = d >= 0 && d < x.Rank && !seen[d];
                if (good) seen[d] = true;
            }
            if (!good)
            {
                throw new ShapeException(
                    $"permute: [{string.Join(", ", dims.ToArray())}] does not name each of the {x.Rank} dimensions of "
                    + $"{x.Shape} once.", x.Shape);
            }
        }
    }
}
