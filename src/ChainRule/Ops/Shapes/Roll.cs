using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Shifts the elements in row-major order; those that leave at the end come in at the front.</summary>
        /// <param name="shift">How far; negative shifts towards the front.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Roll(int shift) => Rank == 0 ? this : Reshape(Count).Roll([shift], [0]).Reshape(Shape);

        /// <summary>Shifts along a dimension: y[(i + shift) mod n] = x[i].</summary>
        /// <param name="shift">How far; negative shifts towards the front.</param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Roll(int shift, int dim) => Roll([shift], [dim]);

        /// <summary>Shifts along several dimensions: y[(i + shift) mod n] = x[i] along each.</summary>
        /// <param name="shifts">How far, one for each dimension; negative shifts towards the front.</param>
        /// <param name="dims">Dimensions, negative from the end; the shifts of one named twice add up.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentException">There are not as many shifts as dimensions.</exception>
        public Tensor Roll(ReadOnlySpan<int> shifts, ReadOnlySpan<int> dims)
        {
            if (shifts.Length != dims.Length)
            {
                throw new ArgumentException(
                    $"roll: {shifts.Length} shifts for {dims.Length} dimensions; give one for each.", nameof(shifts));
            }
            // Where the first element of each dimension goes, in [0, size).
            int[] starts = new int[Rank];
            for (int i = 0; i < dims.Length; i++)
            {
                int at = Shape.ResolveOwnDim(dims[i], "roll"), size = Math.Max(1, Dims[at]);
                starts[at] = (int)((((starts[at] + (long)shifts[i]) % size) + size) % size);
            }
            return RollNode.Apply(this, starts);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class RollNode(Tensor x, int[] starts) : Op(x)
    {
        public override string Name => "roll";

        public static Tensor Apply(Tensor x, int[] starts)
        {
            int last = Array.FindLastIndex(starts, s => s != 0);
            if (last < 0) return x;
            Tensor y = Tensor.Empty(x.Shape, x.DType);
            if (y.Count > 0) Fill(x, starts, last, y);
            return Graph.Needs(x) ? Graph.Record(y, new RollNode(x, starts)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            int[] back = new int[starts.Length];
            for (int d = 0; d < back.Length; d++) back[d] = starts[d] == 0 ? 0 : dy.Dims[d] - starts[d];
            pass.Add(A, Apply(dy, back));
        }

        // What lies behind the last shifted dimension stays together: each entry of the dimensions before it is
        // copied in two pieces, from wherever the input has them.
        private static unsafe void Fill(Tensor x, int[] starts, int last, Tensor y)
        {
            int bytes = x.DType.Size(), size = x.Dims[last], start = starts[last];
            Span<int> piece = stackalloc int[x.Rank - last], at = stackalloc int[Math.Max(1, last)];
            x.Dims[last..].CopyTo(piece);
            nint inner = 1;
            foreach (int d in piece[1..]) inner *= d;
            byte* source = x.Pointer, target = y.Pointer;
            at.Clear();
            for (nint row = y.Count / (size * inner); row > 0; row--)
            {
                nint from = 0;
                for (int d = 0; d < last; d++)
                {
                    int place = at[d] - starts[d];
                    from += (nint)(place < 0 ? place + x.Dims[d] : place) * x.Strides[d];
                }
                Copy(from + ((nint)(size - start) * x.Strides[last]), start, piece);
                Copy(from, size - start, piece);
                for (int d = last - 1; d >= 0 && ++at[d] == x.Dims[d]; d--) at[d] = 0;
            }
            GC.KeepAlive(x);
            GC.KeepAlive(y);

            void Copy(nint from, int count, Span<int> sizes)
            {
                sizes[0] = count;
                StridedCopy.ToDense(source + (from * bytes), sizes, x.Strides[last..], target, bytes);
                target += count * inner * bytes;
            }
        }
    }
}
