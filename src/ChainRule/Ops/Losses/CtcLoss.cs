using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Connectionist temporal classification: the negative logarithm of the probability of a label sequence, summed
        /// over every way to spread it over the frames with repeats and blanks.
        /// </summary>
        /// <param name="logProbabilities"><c>[N, T, C]</c> float32 or float64: logarithms of class probabilities a
        /// frame, from <see cref="Tensor.LogSoftmax"/> over the last dimension.</param>
        /// <param name="targets"><c>[N, S]</c> Int64 or Int32: labels without blanks; what follows a sample's length is
        /// not read.</param>
        /// <param name="inputLengths"><c>[N]</c> Int64 or Int32: frames of each sample, 0 to T.</param>
        /// <param name="targetLengths"><c>[N]</c> Int64 or Int32: labels of each sample, 0 to S.</param>
        /// <param name="blank">Class number of the blank.</param>
        /// <param name="zeroInfinity">A sample whose labels do not fit into its frames has loss and gradient 0, not an
        /// infinite loss.</param>
        /// <param name="reduction">What is made of the samples' losses; the mean divides each by its number of labels
        /// (at least 1) and then takes the mean over the samples.</param>
        /// <returns><c>[]</c>, or <c>[N]</c> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="DTypeException">The types do not fit.</exception>
        /// <exception cref="DataException">A label or a length is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="blank"/> is no class.</exception>
        /// <remarks>
        /// Loss and gradient come from one forward-backward pass in double precision and logarithms, so long sequences
        /// and certain predictions neither overflow nor vanish. Source: Graves, Fernandez, Gomez and Schmidhuber,
        /// "Connectionist temporal classification" (2006), eqs. 6 to 16. Differs from PyTorch: D30.
        /// </remarks>
        public static Tensor CtcLoss(
            Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank = 0,
            bool zeroInfinity = false, Reduction reduction = Reduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(logProbabilities);
            CtcProblem problem =
                CtcProblem.Of(logProbabilities, targets, inputLengths, targetLengths, blank, zeroInfinity);
            Tensor losses = CtcNode.Apply(logProbabilities, problem);
            if (reduction != Reduction.Mean) return Losses.Reduce(losses, reduction);
            double[] counts = [.. problem.LabelCounts.Select(n => (double)Math.Max(n, 1))];
            return (losses / Tensor.From(counts, losses.Shape).ConvertTo(losses.DType)).Mean();
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>The checked labels and lengths of one call.</summary>
    internal sealed class CtcProblem
    {
        private CtcProblem(int samples, int frames, int classes, int blank, bool zeroInfinity)
        {
            (Samples, Frames, Classes, Blank, ZeroInfinity) = (samples, frames, classes, blank, zeroInfinity);
            FrameCounts = new int[samples];
            LabelCounts = new int[samples];
        }

        public int Samples { get; }

        public int Frames { get; }

        public int Classes { get; }

        public int Blank { get; }

        public bool ZeroInfinity { get; }

        public int[] FrameCounts { get; }

        public int[] LabelCounts { get; }

        /// <summary>States of the sample with most labels: a blank before, between and after the labels.</summary>
        public int States { get; private set; }

        /// <summary>Class of each state of each sample, [samples, states]; blanks beyond a sample's own.</summary>
        public long[] Labels { get; private set; } = [];

        public int StatesOf(int sample) => (2 * LabelCounts[sample]) + 1;

        /// <summary>True where a state can be reached from the one two before: other labels lie side by side without a
        /// blank.</summary>
        public bool CanSkip(int sample, int state)
        {
            int at = (sample * States) + state;
            return state >= 2 && Labels[at] != Blank && Labels[at] != Labels[at - 2];
        }

        public static CtcProblem Of(
            Tensor x, Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank, bool zeroInfinity)
        {
            const string Name = "CtcLoss";
            Elementwise.CheckType(Name, x.DType, takesIntegers: false);
            if (x.Rank != 3)
                throw new ShapeException($"{Name}: logProbabilities must be [N, T, C], got {x.Shape}.", x.Shape);
            (int samples, int frames, int classes) = (x.Dims[0], x.Dims[1], x.Dims[2]);
            if ((uint)blank >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(blank), $"{Name}: blank is {blank}; expected a class, 0 to {classes - 1}.");
            }
            Tensor labels = IndexTensor.Dense(Name, nameof(targets), targets);
            if (labels.Rank != 2 || labels.Dims[0] != samples)
            {
                throw new ShapeException(
                    $"{Name}: targets must be [{samples}, S], a row a sample, got {targets.Shape}.", x.Shape,
                    targets.Shape);
            }
            CtcProblem problem = new(samples, frames, classes, blank, zeroInfinity);
            ReadLengths(nameof(inputLengths), inputLengths, frames, problem.FrameCounts);
            ReadLengths(nameof(targetLengths), targetLengths, labels.Dims[1], problem.LabelCounts);
            problem.Spread(labels.ToArray<long>(), labels.Dims[1]);
            return problem;
        }

        private static void ReadLengths(string what, Tensor lengths, int most, int[] target)
        {
            Tensor dense = IndexTensor.Dense("CtcLoss", what, lengths);
            if (dense.Shape != [target.Length])
            {
                throw new ShapeException(
                    $"CtcLoss: {what} must be [{target.Length}], one number a sample, got {lengths.Shape}.",
                    lengths.Shape);
            }
            long[] all = dense.ToArray<long>();
            for (int i = 0; i < all.Length; i++)
            {
                if ((ulong)all[i] > (ulong)most)
                    throw new DataException("CtcLoss", $"{what}[{i}] is {all[i]}; expected 0 to {most}.");
                target[i] = (int)all[i];
            }
        }

        private void Spread(long[] labels, int width)
        {
            States = (2 * (LabelCounts.Length == 0 ? 0 : LabelCounts.Max())) + 1;
            Labels = new long[Samples * States];
            Array.Fill(Labels, Blank);
            for (int n = 0; n < Samples; n++)
            {
                for (int k = 0; k < LabelCounts[n]; k++)
                {
                    long label = labels[(n * width) + k];
                    if ((ulong)label >= (ulong)Classes || label == Blank)
                    {
                        throw new DataException(
                            "CtcLoss", $"label {label} at position [{n}, {k}] is no label; use 0 to {Classes - 1} "
                            + $"without the blank {Blank}.");
                    }
                    Labels[(n * States) + (2 * k) + 1] = label;
                }
            }
        }
    }

    internal sealed class CtcNode(Tensor x, CtcProblem problem, Tensor gradient) : Op(x)
    {
        // Gradient of each sample's loss, computed with it.
        private Tensor? _gradient = gradient;

        public override string Name => "ctc_loss";

        public static Tensor Apply(Tensor x, CtcProblem problem)
        {
            Tensor dense = x.Dense(), losses = Tensor.Empty([problem.Samples], x.DType);
            Tensor? gradient = Graph.Needs(x) ? Tensor.Empty(x.Shape, x.DType) : null;
            CtcKernel.Run(problem, dense, losses, gradient);
            GC.KeepAlive(dense);
            return gradient is null ? losses : Graph.Record(losses, new CtcNode(x, problem, gradient));
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor x = A!;
            if (!pass.Wants(x)) return;
            Tensor gradient = pass.CreateGraph ? CtcByOperators.Gradient(x, problem) : _gradient!;
            pass.Add(x, gradient * dy.Reshape(problem.Samples, 1, 1));
        }

        public override void Release()
        {
            base.Release();
            _gradient = null;
        }
    }
}
