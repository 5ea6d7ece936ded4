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
            _ => throw new ArgumentOutOfRangeException(nameof(reduction),
            $"Reduction: {reduction} is no kind of reduction; use Mean, Sum or None."),
        };

        /// <summary>Checks that prediction and target have one shape and one floating-point type.</summary>
        public static void CheckPair(string name, Tensor input, Tensor target)
        {
            ArgumentNullException.ThrowIfNull(input);
            ArgumentNullException.ThrowIfNull(target);
            Elementwise.CheckType(name, input.DType, takesIntegers: false);
            if (input.DType != target.DType)
            {
                throw new DTypeException(
                    $"{name}: types differ: {input.DType.Text()} (input) and {target.DType.Text()} (target).",
                    input.DType, target.DType)
                {
                    Help = "convert the target with To(DType).",
                };
            }
            if (input.Shape != target.Shape)
                throw new ShapeException($"{name}: input is {input.Shape}, target {target.Shape}; they must be equal.",
                    input.Shape, target.Shape);
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
