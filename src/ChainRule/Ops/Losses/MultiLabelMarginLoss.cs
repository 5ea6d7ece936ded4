using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Hinge of a choice of several among C classes: terms (sum over right j and wrong i of max(0, 1 - (x[j] -
        /// x[i]))) / C.
        /// </summary>
        /// <param name="input"><c>[N, C]</c> or <c>[C]</c> float32 or float64: x, the scores.</param>
        /// <param name="target"><c>[N, C]</c> or <c>[C]</c> Int64 or Int32: the right classes of each sample, ended by
        /// -1 where they are fewer than C.</param>
        /// <param name="reduction">What is made of the terms; the mean divides by N.</param>
        /// <returns><c>[]</c>, or <c>[N]</c> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="DTypeException">The types do not fit.</exception>
        /// <exception cref="DataException">A label is out of range.</exception>
        /// <remarks>Cost: N * C * (labels of the sample that has most) numbers.</remarks>
        public static Tensor MultiLabelMarginLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
        {
            const string Name = "MultiLabelMarginLoss";
            ArgumentNullException.ThrowIfNull(input);
            Losses.CheckRows(Name, input);
            Elementwise.CheckType(Name, input.DType, takesIntegers: false);
            Tensor labels = IndexTensor.Dense(Name, "target", target);
            if (labels.Shape != input.Shape)
            {
                throw new ShapeException(
                    $"{Name}: input is {input.Shape}, target {target.Shape}; they must be equal.",
                    input.Shape, target.Shape);
            }
            int classes = input.Dims[^1];
            (long[] right, bool[] listed, bool[] wrong, int most) = LabelLists.Of(Name, labels, classes);
            int[] lists = [.. input.Dims[..^1], most, 1], others = [.. input.Dims[..^1], 1, classes];
            Tensor at = Tensor.From(right, lists).Squeeze(-1);
            Tensor counts = Tensor.From(listed, lists).LogicalAnd(Tensor.From(wrong, others));
            Tensor excess = (1 - input.Gather(-1, at).Unsqueeze(-1) + input.Unsqueeze(-2)).Relu();
            Tensor terms = excess.MaskedFill(counts.LogicalNot(), 0).Sum([-1, -2]) / classes;
            return Losses.Reduce(terms, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Lists of right classes that end with -1, as masks.</summary>
    internal static class LabelLists
    {
        /// <summary>
        /// The lists cut to the longest of them, which of their entries count, and which classes are on no list.
        /// </summary>
        public static (long[] Right, bool[] Listed, bool[] Wrong, int Most) Of(string name, Tensor labels, int classes)
        {
            long[] all = labels.ToArray<long>();
            int rows = classes == 0 ? 0 : all.Length / classes, most = 0;
            bool[] wrong = new bool[all.Length];
            Array.Fill(wrong, true);
            for (int row = 0; row < rows; row++)
            {
                for (int k = 0; k < classes && all[(row * classes) + k] is not -1; k++)
                {
                    long label = all[(row * classes) + k];
                    if ((ulong)label >= (ulong)classes)
                    {
                        string at = labels.Rank == 1 ? $"[{k}]" : $"[{row}, {k}]";
                        throw new DataException(
                            name, $"label {label} at position {at} is out of range for {classes} classes; use 0 to "
                            + $"{classes - 1}, and -1 to end a list.");
                    }
                    wrong[(row * classes) + label] = false;
                    most = Math.Max(most, k + 1);
                }
            }
            long[] right = new long[rows * most];
            bool[] listed = new bool[rows * most];
            for (int row = 0; row < rows; row++)
            {
                for (int k = 0; k < most && all[(row * classes) + k] is not -1; k++)
                    (right[(row * most) + k], listed[(row * most) + k]) = (all[(row * classes) + k], true);
            }
            return (right, listed, wrong, most);
        }
    }
}
