using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Batch normalisation over dimension 1: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and
        /// variance of each channel over all other dimensions, or with running statistics.
        /// </summary>
        /// <param name="x"><c>[N, C]</c> or <c>[N, C, d1, ...]</c> float32 or float64.</param>
        /// <param name="runningMean"><c>[C]</c> same dtype, or null. In training it is updated in place.</param>
        /// <param name="runningVar"><c>[C]</c> same dtype, or null like <paramref name="runningMean"/>. In training it
        /// is updated in place with the unbiased variance.</param>
        /// <param name="weight"><c>[C]</c> same dtype; 1 if left out.</param>
        /// <param name="bias"><c>[C]</c> same dtype; 0 if left out.</param>
        /// <param name="training">True: statistics of this batch. False: running statistics.</param>
        /// <param name="momentum">Share m of the new value: running = (1 - m) running + m new.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <returns><c>*</c>, same dtype. Gradients flow through the statistics of the batch; running statistics carry
        /// none.</returns>
        /// <exception cref="ShapeException">The rank is below 2, a [C] tensor has another size, or training has one
        /// value a channel.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="momentum"/> is outside [0, 1] where
        /// it is used, or <paramref name="eps"/> negative or not finite.</exception>
        /// <exception cref="ArgumentException">Running statistics are missing: only one is given, or none without
        /// training.</exception>
        /// <remarks>
        /// Source: Ioffe and Szegedy, "Batch normalization" (2015), algorithm 1; backward with their closed form. A
        /// channel is read while it is in the cache, by one thread: the same bits for any number of threads.
        /// </remarks>
        public static Tensor BatchNorm(
            Tensor x, Tensor? runningMean, Tensor? runningVar, Tensor? weight = null, Tensor? bias = null,
            bool training = false, double momentum = 0.1, double eps = 1e-5) =>
            BatchNormNode.Apply(x, runningMean, runningVar, weight, bias, training, momentum, eps);
    }
}

namespace ChainRule.Ops
{
    internal sealed class BatchNormNode(
        Tensor x, Tensor? weight, Tensor? bias, Tensor mean, Tensor scale, bool training, double eps)
        : Op(x, weight, bias)
    {
        // Mean and 1 / sqrt(var + eps) of each channel.
        private Tensor? _mean = mean;
        private Tensor? _scale = scale;

        public override string Name => "batch_norm";

        public static Tensor Apply(
            Tensor x, Tensor? runningMean, Tensor? runningVar, Tensor? weight, Tensor? bias, bool training,
            double momentum, double eps)
        {
            Check(x, runningMean, runningVar, weight, bias, training);
            CheckNumbers("BatchNorm", training && runningMean is not null ? momentum : 0, eps);
            Shape channels = [x.Dims[1]];
            Tensor dense = x.Dense(), y = Tensor.Empty(x.Shape, x.DType);
            Tensor mean = Tensor.Empty(channels, x.DType), scale = Tensor.Empty(channels, x.DType);
            BatchNormTensors tensors = new()
            {
                X = dense,
                Y = y,
                Weight = weight?.Dense(),
                Bias = bias?.Dense(),
                Mean = mean,
                InvStd = scale,
            };
            BatchNormKernel.Forward(in tensors, runningMean, runningVar, training, momentum, eps);
            return Graph.Needs(x, weight, bias)
                ? Graph.Record(y, new BatchNormNode(x, weight, bias, mean, scale, training, eps))
                : y;
        }

        public static void CheckNumbers(string of, double momentum, double eps)
        {
            OptionCheck.NotNegative(of, nameof(eps), eps);
            OptionCheck.That(of, nameof(momentum), momentum, momentum is >= 0 and <= 1, "0 to 1");
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.CreateGraph)
            {
                BackwardByOperators(dy, pass);
                return;
            }
            Tensor x = A!;
            Tensor? dx = pass.Wants(x) ? Tensor.Empty(x.Shape, x.DType) : null;
            Tensor? dWeight = pass.Wants(B) ? Tensor.Empty(_mean!.Shape, x.DType) : null;
            Tensor? dBias = pass.Wants(C) ? Tensor.Empty(_mean!.Shape, x.DType) : null;
            BatchNormKernel.Backward(
                new BatchNormTensors
                {
                    X = x.Dense(),
                    Y = dy.Dense(),
                    Weight = B?.Dense(),
                    Mean = _mean!,
                    InvStd = _scale!,
                    DX = dx,
                    DWeight = dWeight,
                    DBias = dBias,
                },
                training);
            if (dx is not null) pass.Add(x, dx);
            if (dWeight is not null) pass.Add(B, dWeight);
            if (dBias is not null) pass.Add(C, dBias);
        }

        public override void Release()
        {
            base.Release();
            (_mean, _scale) = (null, null);
        }

        private void BackwardByOperators(Tensor dy, BackwardPass pass)
        {
            Tensor x = A!;
            int[] others = [0, .. Enumerable.Range(2, x.Rank - 2)], along = new int[x.Rank - 1];
            Array.Fill(along, 1);
            along[0] = x.Dims[1];
            // Statistics as operators of x, so that the second derivative flows through them.
            Tensor centred = x - (training ? x.Mean(others, keepDim: true) : _mean!.Reshape(along));
            Tensor scale = training ? (centred.Square().Mean(others, keepDim: true) + eps).Rsqrt()
                : _scale!.Reshape(along);
            Tensor normal = centred * scale;
            if (pass.Wants(x))
            {
                Tensor d = B is null ? dy : dy * B.Reshape(along);
                if (training)
                    d = d - d.Mean(others, keepDim: true) - (normal * (d * normal).Mean(others, keepDim: true));
                pass.Add(x, d * scale);
            }
            if (pass.Wants(B)) pass.Add(B, (dy * normal).Sum(others));
            if (pass.Wants(C)) pass.Add(C, dy.Sum(others));
        }

        private static void Check(
            Tensor x, Tensor? runningMean, Tensor? runningVar, Tensor? weight, Tensor? bias, bool training)
        {
            ArgumentNullException.ThrowIfNull(x);
            Elementwise.CheckType("BatchNorm", x.DType, takesIntegers: false);
            if (x.Rank < 2)
                throw new ShapeException($"BatchNorm: expects [N, C] or [N, C, d1, ...], got {x.Shape}.", x.Shape);
            if (runningMean is null != runningVar is null)
                throw new ArgumentException(
                    "BatchNorm: runningMean and runningVar belong together; give both or neither.");
            if (!training && runningMean is null)
                throw new ArgumentException("BatchNorm: without training, runningMean and runningVar are needed.");
            CheckChannels(x, "runningMean", runningMean);
            CheckChannels(x, "runningVar", runningVar);
            CheckChannels(x, "weight", weight);
            CheckChannels(x, "bias", bias);
            if (training && x.Dims[1] > 0 && x.Count / x.Dims[1] < 2)
            {
                throw new ShapeException($"BatchNorm: training needs more than one value a channel, got {x.Shape}.",
                    x.Shape)
                {
                    Help = "use a larger batch, or drop the last one of an epoch where it is that small.",
                };
            }
            if (training && (NotWritable(runningMean) || NotWritable(runningVar)))
                throw new ArgumentException(
                    "BatchNorm: running statistics are updated in place; they must be dense and without gradient.");
        }

        private static bool NotWritable(Tensor? t) => t is not null && (!t.IsContiguous || t.RequiresGrad);

        private static void CheckChannels(Tensor x, string what, Tensor? t)
        {
            if (t is null) return;
            if (t.Shape != [x.Dims[1]])
                throw new ShapeException($"BatchNorm: {what} must be [{x.Dims[1]}] for {x.Shape}, got {t.Shape}.",
                    t.Shape, x.Shape);
            if (t.DType != x.DType)
                throw new DTypeException($"BatchNorm: {what} is {t.DType.Text()}, x {x.DType.Text()}.", t.DType,
                    x.DType);
        }
    }
}
