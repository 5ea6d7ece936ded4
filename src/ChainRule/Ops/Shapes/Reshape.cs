using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>The same elements in row-major order with other sizes; a view where the memory allows.</summary>
        /// <param name="sizes">
        /// New sizes, whose product is the count of elements; one may be -1 and is worked out.
        /// </param>
        /// <returns><c>[sizes]</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The product differs, or the -1 cannot be worked out.</exception>
        [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
        public Tensor Reshape(params ReadOnlySpan<int> sizes)
        {
            Shape shape = ReshapeNode.Resolve(this, sizes);
            if (shape == Shape) return this;
            Tensor dense = Dense();
            Tensor y = dense.View(shape.Dims, shape.Info.Strides);
            return Graph.Needs(this) ? Graph.Record(y, new ReshapeNode(this)) : y;
        }

        /// <inheritdoc cref="Reshape(ReadOnlySpan{int})"/>
        /// <param name="shape">New sizes.</param>
        public Tensor Reshape(Shape shape) => Reshape(shape.Dims);

        /// <summary>Merges neighbouring dimensions into one.</summary>
        /// <param name="startDim">First dimension to merge; negative counts from the end.</param>
        /// <param name="endDim">Last dimension to merge; negative counts from the end.</param>
        /// <returns>Rank lower by endDim - startDim; a number becomes <c>[1]</c>.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or they are in the wrong order.</exception>
        public Tensor Flatten(int startDim = 0, int endDim = -1)
        {
            int start = Shape.ResolveDim(startDim, "flatten"), end = Shape.ResolveDim(endDim, "flatten");
            if (Rank == 0) return Reshape(1);
            if (start > end)
                throw new ShapeException(
                    $"flatten: startDim {startDim} lies behind endDim {endDim} for {Shape}.", Shape);
            int merged = 1;
            foreach (int d in Dims[start..(end + 1)]) merged *= d;
            Span<int> dims = stackalloc int[Rank - end + start];
            Dims[..start].CopyTo(dims);
            dims[start] = merged;
            Dims[(end + 1)..].CopyTo(dims[(start + 1)..]);
            return Reshape(dims);
        }

        /// <summary>Adds a dimension of size 1.</summary>
        /// <param name="dim">Where it goes, from -Rank - 1 to Rank.</param>
        /// <returns>Rank higher by one.</returns>
        /// <exception cref="ShapeException">There is no such place.</exception>
        public Tensor Unsqueeze(int dim)
        {
            if (dim < -Rank - 1 || dim > Rank)
                throw new ShapeException(
                    $"unsqueeze: dim {dim} is out of range for rank {Rank}; use {-Rank - 1} to {Rank}.", Shape);
            int at = dim < 0 ? dim + Rank + 1 : dim;
            return Reshape([.. Dims[..at], 1, .. Dims[at..]]);
        }

        /// <summary>Drops dimensions of size 1.</summary>
        /// <param name="dim">The one to drop, which stays if its size is not 1; all of size 1 if left out.</param>
        /// <returns>The remaining sizes.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Squeeze(int? dim = null)
        {
            if (dim is { } only)
            {
                int at = Shape.ResolveDim(only, "squeeze");
                return Rank > 0 && Dims[at] == 1 ? Reshape([.. Dims[..at], .. Dims[(at + 1)..]]) : this;
            }
            List<int> left = [];
            foreach (int d in Dims)
            {
                if (d != 1) left.Add(d);
            }
            return Reshape([.. left]);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class ReshapeNode(Tensor x) : Op(x)
    {
        public override string Name => "reshape";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, dy.Reshape(A!.Shape));

        public static Shape Resolve(Tensor x, ReadOnlySpan<int> sizes)
        {
            Span<int> dims = stackalloc int[sizes.Length];
            sizes.CopyTo(dims);
            int unknown = -1;
            long known = 1;
            for (int i = 0; i < dims.Length; i++)
            {
                if (dims[i] == -1)
                {
                    if (unknown >= 0)
                        throw new ShapeException(
                            $"reshape: only one size may be -1, got [{string.Join(", ", sizes.ToArray())}].", x.Shape);
                    unknown = i;
                }
                else
                {
                    known *= dims[i];
                }
            }
            if (unknown >= 0 && known != 0 && x.Count % known == 0) dims[unknown] = (int)(x.Count / known);
            else if (unknown >= 0 || known != x.Count)
            {
                throw new ShapeException(
                    $"reshape: {x.Shape} has {x.Count} elements, "
                    + $"which do not fill [{string.Join(", ", sizes.ToArray())}].", x.Shape);
            }
            return Shape.Create(dims);
        }
    }
}
