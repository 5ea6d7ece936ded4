using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Cuts the tensor along a dimension into pieces of one size; views.</summary>
        /// <param name="size">Size of a piece, 1 or more; the last piece may be smaller.</param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>The pieces in order.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
        public Tensor[] Split(int size, int dim = 0)
        {
            if (size < 1)
                throw new ArgumentOutOfRangeException(nameof(size),
                    $"split: the size of a piece must be at least 1, got {size}.");
            int length = Dims[Shape.ResolveOwnDim(dim, "split")];
            int[] sizes = new int[Math.Max(1, (length + size - 1) / size)];
            for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Min(size, length - (i * size));
            return SplitNode.Apply(this, sizes, dim);
        }

        /// <summary>Cuts the tensor along a dimension into pieces of given sizes; views.</summary>
        /// <param name="sizes">Sizes of the pieces, which add up to the size of the dimension.</param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>The pieces in order.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or the sizes do not add up.</exception>
        public Tensor[] Split(ReadOnlySpan<int> sizes, int dim = 0) => SplitNode.Apply(this, sizes.ToArray(), dim);

        /// <summary>Cuts the tensor along a dimension into a number of pieces of nearly equal size; views.</summary>
        /// <param name="chunks">How many pieces at most, 1 or more.</param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Pieces of size ceil(size / chunks), the last may be smaller; fewer than asked where that covers the
        /// dimension.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="chunks"/> is below 1.</exception>
        public Tensor[] Chunk(int chunks, int dim = 0)
        {
            if (chunks < 1)
                throw new ArgumentOutOfRangeException(nameof(chunks),
                    $"chunk: the number of pieces must be at least 1, got {chunks}.");
            int length = Dims[Shape.ResolveOwnDim(dim, "chunk")];
            return Split(Math.Max(1, (length + chunks - 1) / chunks), dim);
        }

        /// <summary>The slices along a dimension, one by one; views. The reverse of <see cref="Stack"/>.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>As many tensors as the dimension has positions, each of the shape without
        /// <paramref name="dim"/>.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor[] Unbind(int dim = 0)
        {
            int at = Shape.ResolveOwnDim(dim, "unbind");
            if (Dims[at] == 0) return [];
            Tensor[] slices = Split(1, at);
            for (int i = 0; i < slices.Length; i++) slices[i] = slices[i].Squeeze(at);
            return slices;
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>All pieces are results of one operation, so that their gradients are joined once.</summary>
    internal sealed class SplitNode(Tensor x, int[] sizes, int dim) : MultiOp(x)
    {
        public override string Name => "split";

        public override int Outputs => sizes.Length;

        public static Tensor[] Apply(Tensor x, int[] sizes, int dim)
        {
            int at = x.Shape.ResolveOwnDim(dim, "split");
            long total = 0;
            foreach (int size in sizes) total += size;
            if (total != x.Dims[at] || Array.Exists(sizes, s => s < 0))
            {
                throw new ShapeException(
                    $"split: sizes [{string.Join(", ", sizes)}] do not add up to {x.Dims[at]}, dim {at} of {x.Shape}.",
                    x.Shape);
            }
            SplitNode? node = Graph.Needs(x) ? new SplitNode(x, sizes, at) : null;
            Tensor[] pieces = new Tensor[sizes.Length];
            int start = 0;
            for (int i = 0; i < pieces.Length; i++)
            {
                SliceSpec spec = SliceSpec.Whole(x.Shape);
                (spec.First[at], spec.Sizes[at]) = (start, sizes[i]);
                pieces[i] = spec.ViewOf(x);
                if (node is not null) Graph.Record(pieces[i], node, i);
                start += sizes[i];
            }
            return pieces;
        }

        public override void Backward(Tensor?[] dys, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!;
            Tensor[] parts = new Tensor[sizes.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                int[] dims = x.Dims.ToArray();
                dims[dim] = sizes[i];
                parts[i] = dys[i] ?? Tensor.Zeros(dims, x.DType);
            }
            pass.Add(x, Tensor.Concat(parts, dim));
        }
    }
}
