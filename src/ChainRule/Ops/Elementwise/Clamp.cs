using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Limits every element to a range: y = min(max(x, min), max); NaN stays NaN.</summary>
        /// <param name="min">Lower limit, or null for none.</param>
        /// <param name="max">Upper limit, or null for none; it wins where it is below <paramref name="min"/>.</param>
        /// <returns>Shape and dtype of this tensor. The gradient passes where min &lt;= x &lt;= max and is 0
        /// elsewhere.</returns>
        /// <exception cref="ArgumentException">Neither limit is given.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A limit is NaN.</exception>
        public Tensor Clamp(double? min = null, double? max = null) =>
            Elementwise.Apply(this, ClampOp.For(DType, min, max));
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ClampOp(double min, double max) : IUnaryOp
    {
        public static string Name => "clamp";

        public static Saves Saves => Saves.Input;

        public static bool TakesIntegers => true;

        // Limits that the type cannot hold would wrap around on their way into a register of integers.
        public static ClampOp For(DType dtype, double? min, double? max)
        {
            if (min is null && max is null) throw new ArgumentException("clamp: neither min nor max is given.");
            OptionCheck.Number("clamp", nameof(min), min ?? 0);
            OptionCheck.Number("clamp", nameof(max), max ?? 0);
            double low = min ?? double.NegativeInfinity, high = max ?? double.PositiveInfinity;
            (double least, double most) = dtype switch
            {
                DType.Int64 => (long.MinValue, long.MaxValue),
                DType.Int32 => (int.MinValue, int.MaxValue),
                DType.UInt8 => (byte.MinValue, byte.MaxValue),
                _ => (double.NegativeInfinity, double.PositiveInfinity),
            };
            return dtype.IsFloatingPoint()
                ? new ClampOp(low, high)
                : new ClampOp(Math.Clamp(Math.Ceiling(low), least, most), Math.Clamp(Math.Floor(high), least, most));
        }

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Min(V.Max(x, V.Const(min)), V.Const(max));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> =>
            V.Select(V.Less(x, V.Const(min)), V.Zero, V.Select(V.Less(V.Const(max), x), V.Zero, dy));
    }
}
