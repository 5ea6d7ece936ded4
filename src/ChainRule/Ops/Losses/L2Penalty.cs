using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Half the sum of squares of all weights, times a factor: factor / 2 * sum over weights of sum of w^2.
    /// </summary>
    /// <param name="weights"><c>...</c> float32 or float64, of one dtype: the weights, mostly without the
    /// biases.</param>
    /// <param name="factor">How strong the penalty is; it is added to a mean loss as it stands: lambda / m for lambda
    /// over m samples.</param>
    /// <returns><c>[]</c>, the dtype of the weights.</returns>
    /// <exception cref="ArgumentException">There are no weights.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is negative or not finite.</exception>
    /// <torch>none</torch>
    public static Tensor L2Penalty(IReadOnlyList<Tensor> weights, double factor)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count == 0) throw new ArgumentException("L2Penalty: there are no weights.", nameof(weights));
        OptionCheck.NotNegative("L2Penalty", nameof(factor), factor);
        Tensor? total = null;
        foreach (Tensor w in weights)
        {
            ArgumentNullException.ThrowIfNull(w, nameof(weights));
            Elementwise.CheckType("L2Penalty", w.DType, takesIntegers: false);
            Elementwise.CheckSameType("L2Penalty", weights[0], w);
            Tensor squares = w.Square().Sum();
            total = total is null ? squares : total + squares;
        }
        return total! * (factor / 2);
    }
}
