using System.Globalization;

namespace ChainRule.Ops;

/// <summary>Norms of windows, from average pooling of powers.</summary>
internal static class LpPooling
{
    public static Tensor Apply(in PoolingOptions options, Tensor x, double p)
    {
        CheckExponent(options.Op, p);
        PoolingSizes sizes = options.For(x);
        if (double.IsPositiveInfinity(p)) return MaxPooling.Apply(options, x.Abs());

        // An average over the cells there are, times the cells of a whole window.
        Tensor powers = p == 1 ? x.Abs() : p == 2 ? x.Square() : x.Abs().Pow(p);
        Tensor sum = AveragePooling.Forward(sizes, powers) * sizes.Kernel.Kernel.Volume;
        return Roots.Of(sum, p);
    }

    public static void CheckExponent(string op, double p)
    {
        if (p > 0) return;
        string given = p.ToString(CultureInfo.InvariantCulture);
        throw new ArgumentOutOfRangeException(nameof(p), $"{op}: p must be above 0, got {given}.");
    }
}
