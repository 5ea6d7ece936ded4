using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Whether anchors lie nearer to positives than to negatives: terms max(0, d(a, p) - d(a, n) + margin), where d(x,
    /// y) is the norm of x - y + epsilon.
    /// </summary>
    /// <param name="anchor"><c>[..., D]</c> float32 or float64: a.</param>
    /// <param name="positive"><c>*</c>, same dtype: p, what should be near.</param>
    /// <param name="negative"><c>*</c>, same dtype: n, what should be far.</param>
    /// <param name="margin">By how much nearer.</param>
    /// <param name="power">Power of the norm, above 0; infinity for the largest component.</param>
    /// <param name="epsilon">Added to every component of a difference; the norm of 0 has no derivative.</param>
    /// <param name="swap">Takes d(p, n) for d(a, n) where it is the smaller.</param>
    /// <param name="reduction">What is made of the terms.</param>
    /// <returns><c>[]</c>, or <c>[...]</c> for <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="power"/> is not above 0,
    /// <paramref name="margin"/> is not finite, or <paramref name="epsilon"/> is negative or not finite.</exception>
    /// <remarks>
    /// Source: Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional neural
    /// networks" (2016).
    /// </remarks>
    public static Tensor TripletMarginLoss(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double power = 2, double epsilon = 1e-6,
        bool swap = false, Reduction reduction = Reduction.Mean)
    {
        const string Name = "TripletMarginLoss";
        Losses.CheckPair(Name, anchor, positive, "anchor", "positive");
        Losses.CheckPair(Name, anchor, negative, "anchor", "negative");
        OptionCheck.That(Name, nameof(power), power, power > 0, "a number above 0");
        OptionCheck.Finite(Name, nameof(margin), margin);
        OptionCheck.NotNegative(Name, nameof(epsilon), epsilon);
        if (anchor.Rank == 0)
            throw new ShapeException($"{Name}: anchor must be [..., D], got a single number.", anchor.Shape);

        Tensor Distance(Tensor x, Tensor y)
        {
            Tensor d = x - y + epsilon;
            if (power == 2) return d.Square().Sum(-1).Sqrt();
            if (power == 1) return d.Abs().Sum(-1);
            return double.IsInfinity(power) ? d.Abs().Max(-1).Values : d.Abs().Pow(power).Sum(-1).Pow(1 / power);
        }

        Tensor far = Distance(anchor, negative);
        if (swap) far = far.Minimum(Distance(positive, negative));
        return Losses.Reduce((Distance(anchor, positive) - far + margin).Relu(), reduction);
    }
}
