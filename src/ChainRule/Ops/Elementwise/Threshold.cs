using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Replaces small elements: y = value for x &lt;= threshold, else x; NaN stays NaN.</summary>
        /// <param name="threshold">The largest number that is replaced.</param>
        /// <param name="value">What replaces it.</param>
        /// <returns>Shape and dtype of this tensor. The gradient is 0 for what was replaced.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is NaN.</exception>
        public Tensor Threshold(double threshold, double value)
        {
            OptionCheck.Number("threshold", nameof(threshold), threshold);
            OptionCheck.Number("threshold", nameof(value), value);
            return Elementwise.Apply(this, new ThresholdOp(threshold, value));
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ThresholdOp(double threshold, double value) : IUnaryOp
    {
        public static string Name => "threshold";

        public static Saves Saves => Saves.Input;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Select(V.LessOrEqual(x, V.Const(threshold)), V.Const(value), x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.LessOrEqual(x, V.Const(threshold)), V.Zero, dy);
    }
}
