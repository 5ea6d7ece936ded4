using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Part of the tensor by positions, ranges, slices, new dimensions and an ellipsis: <c>x[0]</c>,
        /// <c>x[1..3]</c>, <c>x[.., ^1]</c>; a view.
        /// </summary>
        /// <param name="indices">One entry a dimension from the first; missing ones mean the whole dimension.</param>
        /// <returns>A dimension less for each position, one more for each <see cref="TensorIndex.NewDim"/>.</returns>
        /// <exception cref="ShapeException">Too many entries, or a position outside its dimension.</exception>
        [System.Runtime.CompilerServices.IndexerName("Element")]
        public Tensor this[params ReadOnlySpan<TensorIndex> indices]
        {
            get
            {
                return SliceSpec.Resolve(this, indices).Take(this);
            }
        }

        /// <summary>Positions of one dimension from a start up to but not including an end; a view.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="start">First position; negative counts from the end.</param>
        /// <param name="stop">
        /// Position after the last; negative counts from the end, and beyond the end means the end.
        /// </param>
        /// <param name="step">Distance, 1 or more.</param>
        /// <returns>Size ceil((stop - start) / step) along <paramref name="dim"/>.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is below 1.</exception>
        /// <torch>none</torch>
        public Tensor Slice(int dim, int start, int stop = int.MaxValue, int step = 1)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
            int at = Shape.ResolveOwnDim(dim, "slice"), size = Dims[at];
            int first = Math.Clamp(start < 0 ? start + size : start, 0, size);
            int end = Math.Clamp(stop < 0 ? stop + size : stop, first, size);
            SliceSpec spec = SliceSpec.Whole(Shape);
            spec.First[at] = first;
            spec.Step[at] = step;
            spec.Sizes[at] = SliceSpec.SizeOf(first, end, step);
            return spec.Take(this);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Which elements of a shape a slice takes, independent of where they lie in memory.</summary>
    /// <param name="source">Shape that is sliced.</param>
    /// <param name="rank">Rank of the slice.</param>
    internal sealed class SliceSpec(Shape source, int rank)
    {
        /// <summary>First position along each dimension of the source.</summary>
        public int[] First { get; } = new int[source.Rank];

        /// <summary>Dimension of the source behind each dimension of the slice, -1 for a new one.</summary>
        public int[] From { get; } = new int[rank];

        /// <summary>Distance between positions, for each dimension of the slice.</summary>
        public int[] Step { get; } = new int[rank];

        /// <summary>Sizes of the slice.</summary>
        public int[] Sizes { get; } = new int[rank];

        public static SliceSpec Whole(Shape shape)
        {
            SliceSpec spec = new(shape, shape.Rank);
            for (int i = 0; i < shape.Rank; i++) spec.Set(i, i, shape.Dims[i], 1);
            return spec;
        }

        public static SliceSpec Resolve(Tensor x, ReadOnlySpan<TensorIndex> indices)
        {
            int used = 0, positions = 0, added = 0;
            foreach (TensorIndex index in indices)
            {
                if (index.Kind == TensorIndexKind.At) positions++;
                if (index.Kind == TensorIndexKind.NewDim) added++;
                if (index.Kind is TensorIndexKind.At or TensorIndexKind.Range) used++;
            }
            if (used > x.Rank)
                throw new ShapeException(
                    $"slice: {used} indices for {x.Shape}, which has {x.Rank} dimensions.", x.Shape);
            SliceSpec spec = new(x.Shape, x.Rank - positions + added);
            int from = 0, to = 0;
            foreach (TensorIndex index in indices)
            {
                int size = from < x.Rank ? x.Dims[from] : 0;
                switch (index.Kind)
                {
                    case TensorIndexKind.NewDim:
                        spec.Set(to++, -1, 1, 0);
                        break;
                    case TensorIndexKind.Ellipsis:
                        for (int skip = x.Rank - used; skip > 0; skip--, from++) spec.Set(to++, from, x.Dims[from], 1);
                        used = x.Rank;                               // a second ellipsis stands for nothing
                        break;
                    case TensorIndexKind.At:
                        int at = index.Start.GetOffset(size);
                        if (at < 0 || at >= size)
                        {
                            throw new ShapeException(
                                $"slice: position {index.Start} is outside dim {from} of {x.Shape}, "
                                + $"which has {size} positions.", x.Shape);
                        }
                        spec.First[from++] = at;
                        break;
                    default:
                        int start = Math.Clamp(index.Start.GetOffset(size), 0, size);
                        int stop = Math.Clamp(index.Stop.GetOffset(size), start, size);
                        spec.First[from] = start;
                        spec.Set(to++, from++, SizeOf(start, stop, index.Step), index.Step);
                        break;
                }
            }
            for (; from < x.Rank; from++) spec.Set(to++, from, x.Dims[from], 1);
            return spec;
        }

        /// <summary>How many positions lie in [start, stop) at the given distance; the distance may be any.</summary>
        public static int SizeOf(int start, int stop, int step) => (int)(((long)stop - start + step - 1) / step);

        /// <summary>The slice of a tensor; a view.</summary>
        public Tensor Take(Tensor x)
        {
            Tensor y = ViewOf(x);
            return Graph.Needs(x) ? Graph.Record(y, new SliceNode(x, this)) : y;
        }

        /// <summary>Zeros of the source's shape with a tensor in the place of the slice.</summary>
        public Tensor Put(Tensor part)
        {
            Tensor whole = Tensor.Empty(source, part.DType);
            whole.Fill(0);
            Tensor place = ViewOf(whole);
            Tensor dense = part.Dense();
            StridedScatter.FromDense(dense, place);
            GC.KeepAlive(whole);
            return Graph.Needs(part) ? Graph.Record(whole, new PutNode(part, this)) : whole;
        }

        private void Set(int to, int from, int size, int step) => (From[to], Sizes[to], Step[to]) = (from, size, step);

        /// <summary>The slice as a view, without a record.</summary>
        public Tensor ViewOf(Tensor x)
        {
            long offset = 0;
            for (int d = 0; d < First.Length; d++) offset += (long)First[d] * x.Strides[d];
            int[] strides = new int[Sizes.Length];
            for (int i = 0; i < strides.Length; i++)
            {
                // With a single position the stride is never used, and its product with the step need not fit an int.
                int step = Sizes[i] > 1 ? Step[i] : 1;
                strides[i] = From[i] < 0 ? 0 : x.Strides[From[i]] * step;
            }
            return x.View(Sizes, strides, x.Count == 0 ? 0 : offset);
        }
    }

    internal sealed class SliceNode(Tensor x, SliceSpec spec) : Op(x)
    {
        public override string Name => "slice";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, spec.Put(dy));
        }
    }

    internal sealed class PutNode(Tensor part, SliceSpec spec) : Op(part)
    {
        public override string Name => "put_slice";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, spec.Take(dy));
    }
}
