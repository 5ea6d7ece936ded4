using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Where the elements other than 0 stand, in row-major order; NaN is one of them.</summary>
        /// <returns><c>[number of such elements, rank]</c> Int64: a row of positions, one a dimension, for each. No
        /// gradient.</returns>
        public unsafe Tensor Nonzero()
        {
            Tensor flat = TruePlaces.Of(DType == DType.Bool ? this : NotEqual(0));
            Tensor places = Empty([flat.Count, Rank], DType.Int64);
            long* from = flat.Ptr<long>(), to = places.Ptr<long>();
            for (int i = 0; i < flat.Count; i++, to += Rank)
            {
                long rest = from[i];
                for (int d = Rank - 1; d >= 0; d--) (rest, to[d]) = Math.DivRem(rest, Dims[d]);
            }
            GC.KeepAlive(flat);
            GC.KeepAlive(places);
            return places;
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Numbers, in row-major order, of the elements of a Bool tensor that are true.</summary>
    internal static unsafe class TruePlaces
    {
        public static Tensor Of(Tensor mask)
        {
            Tensor dense = mask.Dense();
            ReadOnlySpan<byte> flags = new(dense.Pointer, dense.Count);
            Tensor places = Tensor.Empty([flags.Length - flags.Count((byte)0)], DType.Int64);
            long* place = places.Ptr<long>();
            for (int i = 0; i < flags.Length; i++)
            {
                if (flags[i] != 0) *place++ = i;
            }
            GC.KeepAlive(dense);
            GC.KeepAlive(places);
            return places;
        }
    }
}
