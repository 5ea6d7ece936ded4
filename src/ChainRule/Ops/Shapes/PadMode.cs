using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>What stands beyond the edge of a padded dimension.</summary>
    public enum PadMode
    {
        /// <summary>A constant.</summary>
        Constant,

        /// <summary>The mirror image without the edge itself: x[-k] = x[k].</summary>
        Reflect,

        /// <summary>The edge, repeated.</summary>
        Replicate,

        /// <summary>The other end: x[-k] = x[n - k].</summary>
        Circular,
    }

    public sealed partial class Tensor
    {
        /// <summary>Surrounds the tensor with values of its own, or with zeros.</summary>
        /// <param name="pads">How many entries to add before and after, one pair for each of the last dimensions, in
        /// the order of the dimensions.</param>
        /// <param name="mode">What stands beyond the edge.</param>
        /// <returns>Sizes grown by before + after, same dtype.</returns>
        /// <exception cref="ShapeException">There are more pairs than dimensions, or a dimension is too small for what
        /// it has to give: reflecting adds at most n - 1 entries at either side, wrapping n, and neither has anything
        /// to repeat where n is 0.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A count is negative, or the mode is none.</exception>
        public Tensor Pad(ReadOnlySpan<(int Before, int After)> pads, PadMode mode)
        {
            if (mode == PadMode.Constant) return Pad(pads);
            PadModes.Check(this, pads, mode);
            Tensor y = this;
            for (int i = 0; i < pads.Length; i++)
            {
                int dim = Rank - pads.Length + i;
                if (pads[i] != (0, 0)) y = IndexSelectNode.Apply(y, PadModes.Places(Dims[dim], pads[i], mode), dim);
            }
            return y;
        }
    }
}

namespace ChainRule.Ops
{
    internal static class PadModes
    {
        public static void Check(Tensor x, ReadOnlySpan<(int Before, int After)> pads, PadMode mode)
        {
            if (mode is not (PadMode.Reflect or PadMode.Replicate or PadMode.Circular))
                throw new ArgumentOutOfRangeException(nameof(mode), $"pad: {mode} is no mode of padding.");
            if (pads.Length > x.Rank)
                throw new ShapeException(
                    $"pad: {pads.Length} pairs for {x.Shape}, which has {x.Rank} dimensions.", x.Shape);
            for (int i = 0; i < pads.Length; i++)
            {
                int dim = x.Rank - pads.Length + i, size = x.Dims[dim], most = Math.Max(pads[i].Before, pads[i].After);
                if (Math.Min(pads[i].Before, pads[i].After) < 0)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(pads),
                        $"pad: ({pads[i].Before}, {pads[i].After}) for dim {dim} has a negative count; "
                        + "cut with Slice.");
                }
                int limit = mode switch
                {
                    PadMode.Reflect => size - 1,
                    PadMode.Circular => size,
                    _ => size > 0 ? int.MaxValue : 0,
                };
                if (most > Math.Max(limit, 0))
                {
                    throw new ShapeException(
                        $"pad: {mode} can add at most {Math.Max(limit, 0)} entries at either side of dim {dim} "
                        + $"of {x.Shape}, asked for ({pads[i].Before}, {pads[i].After}).", x.Shape);
                }
            }
        }

        /// <summary>For each entry of the padded dimension, the position it repeats.</summary>
        public static Tensor Places(int size, (int Before, int After) pad, PadMode mode)
        {
            long[] places = new long[pad.Before + size + pad.After];
            for (int i = 0; i < places.Length; i++)
            {
                int at = i - pad.Before;
                places[i] = mode switch
                {
                    PadMode.Replicate => Math.Clamp(at, 0, size - 1),
                    PadMode.Circular => (at + size) % size,
                    _ => at < 0 ? -at : at >= size ? (2 * (size - 1)) - at : at,
                };
            }
            return Tensor.From(places);
        }
    }
}
