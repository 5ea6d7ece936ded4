using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Layer normalisation over the last dimensions: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean
        /// and biased variance of each run of <paramref name="normalizedShape"/>.
        /// </summary>
        /// <param name="x"><c>[..., normalizedShape]</c> float32 or float64.</param>
        /// <param name="normalizedShape">Sizes of the last dimensions, over which is normalised; one or more.</param>
        /// <param name="weight"><c>normalizedShape</c> same dtype; 1 if left out.</param>
        /// <param name="bias"><c>normalizedShape</c> same dtype; 0 if left out.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <returns><c>*</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The last dimensions are not <paramref name="normalizedShape"/>, or weight
        /// or bias are not of that shape.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
        /// <remarks>
        /// Source: Ba, Kiros and Hinton, "Layer normalization" (2016), eq. 4. A run is read while it is in the first
        /// cache; the gradients of weight and bias are summed over fixed groups of runs: the same bits for any number
        /// of threads.
        /// </remarks>
        public static Tensor LayerNorm(
            Tensor x, Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
            LayerNormNode.Apply(x, normalizedShape, weight, bias, eps);
    }
}

namespace ChainRule.Ops
{
    internal sealed class LayerNormNode(
        Tensor x, Tensor? weight, Tensor? bias, Shape normal, Tensor mean, Tensor scale, double eps)
        : Op(x, weight, bias)
    {
        // Mean and 1 / sqrt(var + eps) of each run.
        private Tensor? _mean = mean;
        private Tensor? _scale = scale;

        public override string Name => "layer_norm";

        public static Tensor Apply(Tensor x, Shape normal, Tensor? weight, Tensor? bias, double eps)
        {
            Check(x, normal, weight, bias);
            OptionCheck.NotNegative("LayerNorm", nameof(eps), eps);
            Shape runs = Shape.Create(x.Dims[..^normal.Rank]);
            Tensor dense = x.Dense(), y = Tensor.Empty(x.Shape, x.DType);
            Tensor mean = Tensor.Empty(runs, x.DType), scale = Tensor.Empty(runs, x.DType);
            LayerNormTensors tensors = new()
            {
                X = dense,
                Y = y,
                Weight = weight?.Dense(),
                Bias = bias?.Dense(),
                Mean = mean,
                InvStd = scale,
            };
            LayerNormKernel.Forward(in tensors, normal.Count, eps);
            return Graph.Needs(x, weight, bias)
                ? Graph.Record(y, new LayerNormNode(x, weight, bias, normal, mean, scale, eps))
                : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.CreateGraph)
            {
                BackwardByOperators(dy, pass);
                return;
            }
            Tensor x = A!;
            bool add = false;
            LayerNormTensors tensors = new()
            {
                X = x.Dense(),
                Y = dy.Dense(),
                Weight = B?.Dense(),
                Mean = _mean!,
                InvStd = _scale!,
                DX = pass.Wants(x) ? pass.Target(x, out add) : null,
                DWeight = pass.Wants(B) ? Tensor.Empty(normal, x.DType) : null,
                DBias = pass.Wants(C) ? Tensor.Empty(normal, x.DType) : null,
            };
            LayerNormKernel.Backward(in tensors, normal.Count, add);
            if (tensors.DWeight is not null) pass.Add(B, tensors.DWeight);
            if (tensors.DBias is not null) pass.Add(C, tensors.DBias);
        }

        public override void Release()
        {
            base.Release();
            (_mean, _scale) = (null, null);
        }

        private void BackwardByOperators(Tensor dy, BackwardPass pass)
        {
            Tensor x = A!;
            int outer = x.Rank - normal.Rank;
            int[] inside = [.. Enumerable.Range(outer, normal.Rank)], runs = [.. Enumerable.Range(0, outer)];
            // Statistics as operators of x, so that the second derivative flows through them.
            Tensor centred = x - x.Mean(inside, keepDim: true);
            Tensor scale = (centred.Square().Mean(inside, keepDim: true) + eps).Rsqrt();
            Tensor normed = centred * scale;
            if (pass.Wants(x))
            {
                Tensor d = B is null ? dy : dy * B;
                d = d - d.Mean(inside, keepDim: true) - (normed * (d * normed).Mean(inside, keepDim: true));
                pass.Add(x, d * scale);
            }
            if (pass.Wants(B)) pass.Add(B, Total(dy * normed));
            if (pass.Wants(C)) pass.Add(C, Total(dy));

            Tensor Total(Tensor t) => runs.Length == 0 ? t : t.Sum(runs);
        }

        private static void Check(Tensor x, Shape normal, Tensor? weight, Tensor? bias)
        {
            ArgumentNullException.ThrowIfNull(x);
            Elementwise.CheckType("LayerNorm", x.DType, takesIntegers: false);
            if (normal.Rank == 0)
                throw new ShapeException("LayerNorm: normalizedShape must have one dimension or more, got [].", normal);
            if (x.Rank < normal.Rank || !x.Dims[^normal.Rank..].SequenceEqual(normal.Dims))
            {
                string sizes = string.Join(", ", normal.Dims.ToArray());
                throw new ShapeException($"LayerNorm: expects [..., {sizes}], got {x.Shape}.", x.Shape, normal);
            }
            CheckParameter(x, normal, "weight", weight);
            CheckParameter(x, normal, "bias", bias);
        }

        private static void CheckParameter(Tensor x, Shape normal, string what, Tensor? t)
        {
            if (t is null) return;
            if (t.Shape != normal)
                throw new ShapeException($"LayerNorm: {what} must be {normal}, got {t.Shape}.", t.Shape, normal);
            if (t.DType != x.DType)
                throw new DTypeException($"LayerNorm: {what} is {t.DType.Text()}, x {x.DType.Text()}.", t.DType,
                    x.DType);
        }
    }
}
