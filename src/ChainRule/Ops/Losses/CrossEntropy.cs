using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Cross-entropy of a choice among C classes, from logits: terms w[y] (ln(sum over c of e^x[c]) - x[y]) for
        /// class numbers y, or sum over c of w[c] p[c] (ln(sum of e^x) - x[c]) for class probabilities p.
        /// </summary>
        /// <param name="logits"><c>[N, C]</c>, <c>[N, C, d1, ...]</c> or <c>[C]</c> float32 or float64: x.</param>
        /// <param name="target"><c>[N]</c>, <c>[N, d1, ...]</c> or <c>[]</c> Int64 or Int32: y; or probabilities of the
        /// shape and dtype of <paramref name="logits"/>.</param>
        /// <param name="weight"><c>[C]</c>, same dtype as <paramref name="logits"/>: w, without gradient; 1 if left
        /// out.</param>
        /// <param name="labelSmoothing">Share in [0, 1] of the target that is spread evenly over all classes.</param>
        /// <param name="ignoreIndex">Class number of positions that count nothing.</param>
        /// <param name="reduction">What is made of the terms; the mean divides by the sum of w[y] over the positions
        /// that count, and for probabilities by the number of positions.</param>
        /// <returns><c>[]</c>, or one term a position for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="DTypeException">The types do not fit.</exception>
        /// <exception cref="DataException">A label is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside [0,
        /// 1].</exception>
        /// <remarks>
        /// One pass computes loss and gradient; gradients below 1e-20 become 0, so that a network that has learned its
        /// batch does not fill up with subnormal numbers (5 to 20 times slower).
        /// </remarks>
        public static Tensor CrossEntropy(
            Tensor logits, Tensor target, Tensor? weight = null, double labelSmoothing = 0, long ignoreIndex = -100,
            Reduction reduction = Reduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(logits);
            ArgumentNullException.ThrowIfNull(target);
            OptionCheck.That(
                "CrossEntropy", nameof(labelSmoothing), labelSmoothing, labelSmoothing is >= 0 and <= 1, "0 to 1");
            Losses.Check(reduction);
            ClassLoss.CheckInput("CrossEntropy", logits, weight);
            return target.DType.IsFloatingPoint()
                ? ProbabilityLoss(logits, target, weight, labelSmoothing, reduction)
                : CrossEntropyNode.Apply(logits, target, weight, labelSmoothing, ignoreIndex, reduction);
        }

        private static Tensor ProbabilityLoss(Tensor logits, Tensor target, Tensor? weight, double smoothing,
            Reduction reduction)
        {
            if (target.Rank == logits.Rank - 1)
            {
                throw new ShapeException(
                    $"CrossEntropy: target is {target.Shape} {target.DType.Text()}, input {logits.Shape}; "
                    + "probabilities must have the input's shape.", logits.Shape, target.Shape)
                {
                    Help = "if these are class numbers convert them with To(DType.Int64).",
                };
            }
            Losses.CheckPair("CrossEntropy", logits, target);
            int dim = logits.Rank == 1 ? 0 : 1, classes = logits.Shape[dim];
            Tensor share = smoothing == 0 ? target : (target * (1 - smoothing)) + (smoothing / classes);
            if (weight is not null) share *= ClassLoss.AlongClasses(weight, logits);
            Tensor terms = -(share * logits.LogSoftmax(dim)).Sum(dim);
            return Losses.Reduce(terms, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed unsafe class CrossEntropyNode(
        Tensor logits, Tensor labels, CrossEntropySetup setup, Tensor gradient) : Op(logits, labels)
    {
        // Gradient of the sum of the scaled terms, computed with the loss.
        private Tensor? _gradient = gradient;

        public override string Name => "cross_entropy";

        public static Tensor Apply(
            Tensor logits, Tensor target, Tensor? weight, double smoothing, long ignoreIndex, Reduction reduction)
        {
            AxisPlan plan = AxisPlan.For("CrossEntropy", logits.Shape, logits.Rank == 1 ? 0 : 1);
            Tensor labels = ClassLoss.Labels("CrossEntropy", logits, target, plan, ignoreIndex);
            CrossEntropySetup setup =
                new(plan, labels, weight?.ConvertTo(DType.Float64).Dense(), smoothing, ignoreIndex, reduction);
            Tensor? gradient = Graph.Needs(logits) ? Tensor.Empty(logits.Shape, logits.DType) : null;
            bool single = reduction != Reduction.None;
            Tensor loss = single
                ? Tensor.Empty([], logits.DType, (long)labels.Count * logits.DType.Size())
                : Tensor.Empty(labels.Shape, logits.DType);
            byte* terms = single ? loss.Behind : loss.Pointer;
            CrossEntropyKernel.Run(logits, labels, setup, terms, gradient);
            if (single) SumKernel.All(terms, labels.Count, loss, setup.Total);
            GC.KeepAlive(loss);
            return gradient is null ? loss : Graph.Record(loss, new CrossEntropyNode(logits, labels, setup, gradient));
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor x = A!;
            if (!pass.Wants(x)) return;
            Tensor slope = setup.Reduction == Reduction.None && x.Rank > 1 ? dy.Unsqueeze(1) : dy;
            if (pass.CreateGraph)
            {
                // Softmax is differentiated again; everything that depends on the labels alone is constant.
                (Tensor factor, Tensor shift) = setup.Constants(B!, x.Shape, x.DType);
                pass.Add(x, slope * ((x.Softmax(setup.Plan.Dim) * factor) - shift));
                return;
            }
            pass.Add(x, dy.Count == 1 && dy.Item() == 1 ? _gradient! : _gradient! * slope);
        }

        public override void Release()
        {
            base.Release();
            _gradient = null;
        }
    }
}
