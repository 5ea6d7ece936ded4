using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>The diagonal of matrices, along two dimensions; a view.</summary>
        /// <param name="offset">0 for the main diagonal, above 0 to its right, below 0 to its left.</param>
        /// <param name="dim1">Dimension of the rows; negative counts from the end.</param>
        /// <param name="dim2">Dimension of the columns.</param>
        /// <returns>The other sizes, then the length of the diagonal: 0 where the offset lies outside.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or both are the same.</exception>
        public Tensor Diagonal(int offset = 0, int dim1 = 0, int dim2 = 1)
        {
            int rows = Shape.ResolveOwnDim(dim1, "diagonal"), columns = Shape.ResolveOwnDim(dim2, "diagonal");
            if (rows == columns)
            {
                throw new ShapeException(
                    $"diagonal: dim1 and dim2 are both dimension {rows} of {Shape}; two different ones are needed.",
                    Shape);
            }
            return DiagonalNode.Apply(this, new DiagonalPlace(Shape, offset, rows, columns));
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Which elements of a shape lie on a diagonal.</summary>
    internal sealed record DiagonalPlace(Shape Source, int Offset, int Rows, int Columns)
    {
        /// <summary>The diagonal as a view, without a record.</summary>
        public Tensor ViewOf(Tensor x)
        {
            long up = Math.Max(Offset, 0L), down = Math.Max(-(long)Offset, 0);
            int length = (int)Math.Max(0, Math.Min(x.Dims[Rows] - down, x.Dims[Columns] - up));
            int[] dims = new int[x.Rank - 1], strides = new int[x.Rank - 1];
            int next = 0;
            for (int d = 0; d < x.Rank; d++)
            {
                if (d != Rows && d != Columns) (dims[next], strides[next++]) = (x.Dims[d], x.Strides[d]);
            }
            // With a single element the stride is never used.
            (dims[^1], strides[^1]) = (length, length > 1 ? x.Strides[Rows] + x.Strides[Columns] : 0);
            return x.View(dims, strides, length == 0 ? 0 : (down * x.Strides[Rows]) + (up * x.Strides[Columns]));
        }

        /// <summary>Zeros with a tensor in the place of the diagonal.</summary>
        public Tensor Put(Tensor part)
        {
            Tensor whole = Tensor.Empty(Source, part.DType);
            whole.Fill(0);
            StridedScatter.FromDense(part.Dense(), ViewOf(whole));
            return Graph.Needs(part) ? Graph.Record(whole, new DiagonalPutNode(part, this)) : whole;
        }
    }

    internal sealed class DiagonalNode(Tensor x, DiagonalPlace place) : Op(x)
    {
        public override string Name => "diagonal";

        public static Tensor Apply(Tensor x, DiagonalPlace place)
        {
            Tensor y = place.ViewOf(x);
            return Graph.Needs(x) ? Graph.Record(y, new DiagonalNode(x, place)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, place.Put(dy));
        }
    }

    internal sealed class DiagonalPutNode(Tensor part, DiagonalPlace place) : Op(part)
    {
        public override string Name => "put_diagonal";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, DiagonalNode.Apply(dy, place));
        }
    }
}
