using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>In training, sets whole channels to 0 with probability p and divides the others by 1 - p; otherwise
    /// returns x.</summary>
    /// <param name="x"><c>[N, C, ...]</c> float32 or float64.</param>
    /// <param name="p">Probability in [0, 1] of a channel of a sample to be dropped.</param>
    /// <param name="training">False: nothing is dropped.</param>
    /// <param name="rng">Generator; not needed without training.</param>
    /// <returns><c>*</c>, same dtype.</returns>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
    /// <exception cref="ArgumentNullException">There is no generator in training.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    /// <remarks>
    /// Source: Tompson, Goroshin, Jain, LeCun and Bregler, "Efficient object localization using convolutional networks"
    /// (2015), section 3.2.
    /// </remarks>
    /// <torch>torch.nn.functional.dropout1d, torch.nn.functional.dropout2d, torch.nn.functional.dropout3d</torch>
    public static Tensor ChannelDropout(Tensor x, double p, bool training, Rng? rng)
    {
        ArgumentNullException.ThrowIfNull(x);
        Elementwise.CheckType("ChannelDropout", x.DType, takesIntegers: false);
        DropoutShare.Check("ChannelDropout", p, 1);
        if (x.Rank < 2) throw new ShapeException($"ChannelDropout: expects [N, C, ...], got {x.Shape}.", x.Shape);
        if (!training || p == 0) return x;
        int[] channels = new int[x.Rank];
        Array.Fill(channels, 1);
        (channels[0], channels[1]) = (x.Shape[0], x.Shape[1]);
        return x * Dropout(Tensor.Ones(channels, x.DType), p, training: true, rng);
    }

    /// <summary>
    /// Dropout that keeps mean 0 and variance 1: in training, an element becomes a' with probability p, a' = -1.7581
    /// being where SELU saturates, and all are scaled and shifted; otherwise returns x.
    /// </summary>
    /// <param name="x"><c>...</c> float32 or float64.</param>
    /// <param name="p">Probability in [0, 1) of an element to be dropped.</param>
    /// <param name="training">False: nothing is dropped.</param>
    /// <param name="rng">Generator; not needed without training.</param>
    /// <returns><c>*</c>, same dtype: a (x d + a' (1 - d)) + b with d 1 for what is kept and 0 for the others,
    /// a = ((1 - p) (1 + p a'^2))^(-1/2) and b = -a p a'.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1).</exception>
    /// <exception cref="ArgumentNullException">There is no generator in training.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    /// <remarks>
    /// Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017), section 3.
    /// </remarks>
    public static Tensor AlphaDropout(Tensor x, double p, bool training, Rng? rng)
    {
        // -lambda alpha of SELU: its limit for small arguments.
        const double saturated = -1.7580993408473766;
        ArgumentNullException.ThrowIfNull(x);
        Elementwise.CheckType("AlphaDropout", x.DType, takesIntegers: false);
        DropoutShare.Check("AlphaDropout", p, Math.BitDecrement(1.0));
        if (!training || p == 0) return x;
        double scale = 1 / Math.Sqrt((1 - p) * (1 + (p * saturated * saturated))), shift = -scale * p * saturated;

        // 1 / (1 - p) for what is kept, and 0.
        Tensor kept = Dropout(Tensor.Ones(x.Shape, x.DType), p, training: true, rng);
        Tensor constant = (kept * (-scale * saturated * (1 - p))) + ((scale * saturated) + shift);
        return (x * (kept * (scale * (1 - p)))) + constant;
    }
}
