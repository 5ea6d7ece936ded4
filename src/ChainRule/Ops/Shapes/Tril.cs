using System.Runtime.InteropServices;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Lower triangle of matrices: elements with column - row &lt;= diagonal, zeros elsewhere.</summary>
        /// <param name="diagonal">The last diagonal kept: 0 the main one, above 0 to its right.</param>
        /// <returns>Shape and dtype of this tensor, <c>[..., M, N]</c>.</returns>
        /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
        public Tensor Tril(int diagonal = 0) => TriangleNode.Apply("tril", this, diagonal, lower: true);
    }
}

namespace ChainRule.Ops
{
    /// <summary>One side of a diagonal of each matrix; the gradient passes through the same side.</summary>
    internal sealed class TriangleNode(string name, Tensor x, int diagonal, bool lower) : Op(x)
    {
        public override string Name => name;

        public static Tensor Apply(string op, Tensor x, int diagonal, bool lower)
        {
            if (x.Rank < 2) throw new ShapeException($"{op}: needs at least two dimensions, got {x.Shape}.", x.Shape);
            Tensor y = Tensor.Empty(x.Shape, x.DType);
            if (y.Count > 0) Fill(x, diagonal, lower, y);
            return Graph.Needs(x) ? Graph.Record(y, new TriangleNode(op, x, diagonal, lower)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, Apply(name, dy, diagonal, lower));
        }

        // A view is gathered into the result first; rows that lie together are copied where they are kept.
        private static unsafe void Fill(Tensor x, int diagonal, bool lower, Tensor y)
        {
            int rows = x.Dims[^2], columns = x.Dims[^1];
            nint bytes = x.DType.Size(), stride = columns * bytes;
            bool together = x.IsContiguous;
            if (!together) x.CopyDense(y);
            byte* source = x.Pointer, target = y.Pointer;
            for (int i = 0; i < y.Count / columns; i++, source += stride, target += stride)
            {
                // The first column that is not kept (lower), or the first that is (upper).
                nint cut = (nint)Math.Clamp((i % rows) + (long)diagonal + (lower ? 1 : 0), 0, columns) * bytes;
                (nint from, nint to) = lower ? (0, cut) : (cut, stride);
                if (together) Buffer.MemoryCopy(source + from, target + from, to - from, to - from);
                NativeMemory.Clear(target + (lower ? cut : 0), (nuint)(stride - to + from));
            }
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }
}
