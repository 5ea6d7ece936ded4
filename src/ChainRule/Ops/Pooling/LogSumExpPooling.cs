using System.Globalization;

namespace ChainRule.Ops;

/// <summary>Soft maxima of windows, from windows as columns.</summary>
internal static class LogSumExpPooling
{
    public static Tensor Apply(in PoolingOptions options, Tensor x, double r)
    {
        CheckSharpness(options.Op, r);
        PoolingSizes sizes = options.For(x);
        Tensor columns = Windows.Unfold(sizes, x);
        if (r != 1) columns = columns * r;
        Tensor y = columns.LogSumExp(2) - Math.Log(sizes.Kernel.Kernel.Volume);
        return (r == 1 ? y : y / r).Reshape(sizes.Y);
    }

    public static void CheckSharpness(string op, double r) => OptionCheck.Positive(op, nameof(r), r);
}
