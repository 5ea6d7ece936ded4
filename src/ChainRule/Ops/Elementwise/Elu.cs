using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Exponential linear unit, element by element: y = x for x &gt; 0, else alpha * (e^x - 1).</summary>
        /// <param name="alpha">The value that -y approaches for very negative x.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not finite.</exception>
        /// <remarks>Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by ELUs"
        /// (2016), eq. 15.</remarks>
        public Tensor Elu(double alpha = 1)
        {
            OptionCheck.Finite("elu", nameof(alpha), alpha);
            return Elementwise.Apply(this, new EluOp(alpha));
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct EluOp(double alpha) : IUnaryOp
    {
        public static string Name => "elu";

        public static Saves Saves => Saves.Both;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, x), x, V.Const(alpha) * V.Expm1(x));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, x), dy, dy * (y + V.Const(alpha)));
    }
}
