using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Puts tensors one behind the other along a dimension.</summary>
        /// <param name="tensors">
        /// <c>...</c>: one or more of equal rank, dtype and sizes, but for <paramref name="dim"/>.
        /// </param>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Sizes of the first, with the sizes along <paramref name="dim"/> added up.</returns>
        /// <exception cref="ArgumentException">There is no tensor.</exception>
        /// <exception cref="ShapeException">Ranks or other sizes differ.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public static Tensor Concat(IReadOnlyList<Tensor> tensors, int dim = 0) => ConcatNode.Apply(tensors, dim);

        /// <summary>Puts tensors of one shape side by side along a new dimension.</summary>
        /// <param name="tensors"><c>...</c>: one or more of equal shape and dtype.</param>
        /// <param name="dim">Where the new dimension goes, from -Rank - 1 to Rank.</param>
        /// <returns>Rank higher by one, with the count of tensors along <paramref name="dim"/>.</returns>
        /// <exception cref="ArgumentException">There is no tensor.</exception>
        /// <exception cref="ShapeException">The shapes differ, or there is no such place for a dimension.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public static Tensor Stack(IReadOnlyList<Tensor> tensors, int dim = 0)
        {
            ArgumentNullException.ThrowIfNull(tensors);
            if (tensors.Count == 0) throw new ArgumentException("stack: there is no tensor.", nameof(tensors));
            foreach (Tensor t in tensors)
            {
                ArgumentNullException.ThrowIfNull(t, nameof(tensors));
                if (t.Shape != tensors[0].Shape)
                    throw new ShapeException(
                        $"stack: shapes differ: {tensors[0].Shape} and {t.Shape}.", tensors[0].Shape, t.Shape);
            }
            int rank = tensors[0].Rank;
            if (dim < -rank - 1 || dim > rank)
                throw new ShapeException(
                    $"stack: dim {dim} is out of range for rank {rank}; use {-rank - 1} to {rank}.", tensors[0].Shape);
            int at = dim < 0 ? dim + rank + 1 : dim;
            return ConcatNode.Apply([.. tensors.Select(t => t.Unsqueeze(at))], at, "stack");
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class ConcatNode(Tensor[] parts, int dim) : Op(null)
    {
        private Tensor[] _parts = parts;

        public override string Name => "concat";

        public override ReadOnlySpan<Tensor> MoreInputs => _parts;

        public static Tensor Apply(IReadOnlyList<Tensor> tensors, int dim, string op = "concat")
        {
            ArgumentNullException.ThrowIfNull(tensors);
            if (tensors.Count == 0) throw new ArgumentException("concat: there is no tensor.", nameof(tensors));
            foreach (Tensor t in tensors) ArgumentNullException.ThrowIfNull(t, nameof(tensors));
            Tensor first = tensors[0];
            int at = first.Shape.ResolveOwnDim(dim, "concat");
            int[] sizes = first.Dims.ToArray();
            for (int i = 1; i < tensors.Count; i++)
            {
                Tensor t = tensors[i];
                if (t.DType != first.DType)
                    throw new DTypeException(
                        $"{op}: types differ: {first.DType.Text()} (0) and {t.DType.Text()} ({i}).",
                        first.DType, t.DType)
                    {
                        Help = "convert one of them with To(DType); there is no implicit conversion.",
                    };
                bool fits = t.Rank == first.Rank;
                for (int d = 0; fits && d < t.Rank; d++) fits = d == at || t.Dims[d] == first.Dims[d];
                if (!fits)
                    throw new ShapeException(
                        $"concat: {t.Shape} ({i}) does not fit {first.Shape} (0) along dim {at}.",
                        first.Shape, t.Shape);
                sizes[at] += t.Dims[at];
            }
            Tensor y = Tensor.Empty(sizes, first.DType);
            int start = 0;
            foreach (Tensor t in tensors)
            {
                SliceSpec spec = Part(y.Shape, at, start, t.Dims[at]);
                StridedScatter.FromDense(t.Dense(), spec.ViewOf(y));
                GC.KeepAlive(t);
                start += t.Dims[at];
            }
            Tensor[] parts = [.. tensors];
            return Graph.Needs(parts) ? Graph.Record(y, new ConcatNode(parts, at)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            int start = 0;
            foreach (Tensor t in _parts)
            {
                if (pass.Wants(t)) pass.Add(t, Part(dy.Shape, dim, start, t.Dims[dim]).Take(dy));
                start += t.Dims[dim];
            }
        }

        public override void Release()
        {
            base.Release();
            _parts = [];
        }

        private static SliceSpec Part(Shape shape, int dim, int start, int size)
        {
            SliceSpec spec = SliceSpec.Whole(shape);
            (spec.First[dim], spec.Sizes[dim]) = (start, size);
            return spec;
        }
    }
}
