using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>The elements converted to another type; this tensor if it is of that type already.</summary>
        /// <param name="dtype"> Element type of the result. Floating point to integers rounds towards zero, and goes to
        /// the nearest end of the type from outside (NaN to 0); integers keep their low bits; anything but 0 is true.
        /// </param>
        /// <returns>
        /// Shape of this tensor, <paramref name="dtype"/>. The gradient flows between Float32 and Float64.
        /// </returns>
        public Tensor To(DType dtype)
        {
            if (dtype == DType) return this;
            Tensor y = ConvertTo(dtype);
            return dtype.IsFloatingPoint() && Graph.Needs(this) ? Graph.Record(y, new ConvertNode(this)) : y;
        }

        /// <summary>The same elements in row-major memory without gaps: this tensor if it is so already.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Contiguous()
        {
            if (IsContiguous) return this;
            Tensor y = Dense();
            return Graph.Needs(this) ? Graph.Record(y, new ContiguousNode(this)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class ConvertNode(Tensor x) : Op(x)
    {
        public override string Name => "to";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, dy.To(A!.DType));
    }

    internal sealed class ContiguousNode(Tensor x) : Op(x)
    {
        public override string Name => "contiguous";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, dy);
    }
}
