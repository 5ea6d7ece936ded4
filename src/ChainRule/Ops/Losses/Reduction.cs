using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>What a loss makes of its terms.</summary>
    public enum Reduction
    {
        /// <summary>Their mean, one number.</summary>
        Mean,

        /// <summary>Their sum, one number.</summary>
        Sum,

        /// <summary>The terms as they are.</summary>
        None,

        /// <summary>Their sum divided by the size of dimension 0, the number of samples: one number.</summary>
        BatchMean,
    }
}

namespace ChainRule.Ops
{
    /// <summary>What the losses share.</summary>
    internal static class Losses
    {
        public static Tensor Reduce(Tensor terms, Reduction reduction) => reduction switch
        {
            Reduction.Mean => terms.Mean(),
            Reduction.Sum => terms.Sum(),
            Reduction.None => terms,
            Reduction.BatchMean => terms.Sum() / Samples(terms),
            _ => throw Unknown(reduction),
        };

        /// <summary>Checks what a loss that reduces by itself was asked for.</summary>
        public static void Check(Reduction reduction)
        {
            if (reduction is not (Reduction.Mean or Reduction.Sum or Reduction.None or Reduction.BatchMean))
                throw Unknown(reduction);
        }

        private static ArgumentOutOfRangeException Unknown(Reduction reduction) => new(nameof(reduction),
            $"Reduction: {reduction} is no kind of reduction; use Mean, Sum, None or BatchMean.");

        /// <summary>What <see cref="Reduction.BatchMean"/> divides by.</summary>
        public static int Samples(Tensor terms) => terms.Rank == 0 ? 1 : terms.Dims[0];

        /// <summary>Checks that the input holds rows of components, and the target one number of each row.</summary>
        public static void CheckPerRow(string name, Tensor input, Tensor target)
        {
            ArgumentNullException.ThrowIfNull(target);
            if (input.Rank == 0)
                throw new ShapeException($"{name}: the input must be [..., D], got a single number.", input.Shape);
            if (target.DType != input.DType)
                throw new DTypeException($"{name}: target is {target.DType.Text()}, input {input.DType.Text()}.",
                    target.DType, input.DType);
            int[] rows = [.. input.Dims[..^1]];
            if (target.Dims.SequenceEqual(rows)) return;
            throw new ShapeException(
                $"{name}: target must be [{string.Join(", ", rows)}], one number a row, got {target.Shape}.",
                input.Shape, target.Shape);
        }

        /// <summary>Checks that the input is a row of classes for each sample, or the row of one.</summary>
        public static void CheckRows(string name, Tensor input)
        {
            if (input.Rank is not (1 or 2))
                throw new ShapeException($"{name}: the input must be [N, C] or [C], got {input.Shape}.", input.Shape);
        }

        /// <summary>Checks that prediction and target have one shape and one floating-point type.</summary>
        public static void CheckPair(
            string name, Tensor input, Tensor target, string first = "input", string second = "target")
        {
            ArgumentNullException.ThrowIfNull(input);
            ArgumentNullException.ThrowIfNull(target);
            Elementwise.CheckType(name, input.DType, takesIntegers: false);
            if (input.DType != target.DType)
            {
                throw new DTypeException(
                    $"{name}: types differ: {input.DType.Text()} ({first}) and {target.DType.Text()} ({second}).",
                    input.DType, target.DType)
                {
                    Help = $"convert the {second} with To(DType).",
                };
            }
            if (input.Shape != target.Shape)
            {
                throw new ShapeException(
                    $"{name}: {first} is {input.Shape}, {second} {target.Shape}; they must be equal.",
                    input.Shape, target.Shape);
            }
        }

        /// <summary>Checks that a tensor of factors has the type of the input and broadcasts to its shape.</summary>
        public static void CheckFactor(string name, string what, Tensor? factor, Tensor input)
        {
            if (factor is null) return;
            if (factor.DType != input.DType)
                throw new DTypeException($"{name}: {what} is {factor.DType.Text()}, input {input.DType.Text()}.",
                    factor.DType, input.DType);
            int extra = input.Rank - factor.Rank;
            bool good = extra >= 0;
            for (int i = 0; good && i < factor.Rank; i++)
                good = factor.Dims[i] == 1 || factor.Dims[i] == input.Dims[i + extra];
            if (!good)
                throw new ShapeException($"{name}: {what} {factor.Shape} does not broadcast to {input.Shape}.",
                    factor.Shape, input.Shape);
        }
    }
}
