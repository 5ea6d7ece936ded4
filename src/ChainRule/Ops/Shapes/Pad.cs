using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Surrounds the tensor with a constant.</summary>
        /// <param name="pads">How many entries to add before and after, one pair for each of the last dimensions, in
        /// the order of the dimensions: <c>x.Pad([(1, 1), (2, 2)])</c> adds a row above and below and two columns at
        /// either side.</param>
        /// <param name="value">The constant, in the tensor's type.</param>
        /// <returns>Sizes grown by before + after.</returns>
        /// <exception cref="ShapeException">There are more pairs than dimensions.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
        /// <remarks>Differs from PyTorch: D13 (pairs stand in the order of the dimensions, not from the last one
        /// backwards).</remarks>
        public Tensor Pad(ReadOnlySpan<(int Before, int After)> pads, double value = 0)
        {
            if (pads.Length > Rank)
                throw new ShapeException($"pad: {pads.Length} pairs for {Shape}, which has {Rank} dimensions.", Shape);
            int first = Rank - pads.Length;
            int[] sizes = Dims.ToArray();
            for (int i = 0; i < pads.Length; i++)
            {
                if (pads[i].Before < 0 || pads[i].After < 0)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(pads),
                        $"pad: ({pads[i].Before}, {pads[i].After}) for dim {first + i} has a negative count; "
                        + "cut with Slice.");
                }
                sizes[first + i] += pads[i].Before + pads[i].After;
            }
            SliceSpec place = SliceSpec.Whole(sizes);
            for (int d = 0; d < Rank; d++) place.Sizes[d] = Dims[d];
            for (int i = 0; i < pads.Length; i++) place.First[first + i] = pads[i].Before;
            Tensor y = Empty(sizes, DType);
            y.Fill(value);
            StridedScatter.FromDense(Dense(), place.ViewOf(y));
            return Graph.Needs(this) ? Graph.Record(y, new PadNode(this, place)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class PadNode(Tensor x, SliceSpec place) : Op(x)
    {
        public override string Name => "pad";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, place.Take(dy));
        }
    }
}
