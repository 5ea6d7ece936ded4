namespace ChainRule.Ops;

/// <summary>Roots of sums of powers, that is norms: at 0, where the slope is infinite, the gradient is 0.</summary>
internal static class Roots
{
    /// <summary>x^(1/p) for x of 0 or more, differentiable any number of times.</summary>
    public static Tensor Of(Tensor x, double p)
    {
        if (p == 1) return x;
        Tensor zero = x.EqualTo(0), positive = x.MaskedFill(zero, 1);
        return (p == 2 ? positive.Sqrt() : positive.Pow(1 / p)).MaskedFill(zero, 0);
    }
}
