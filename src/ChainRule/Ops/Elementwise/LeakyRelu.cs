using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Rectifier with a slope below 0, element by element: y = x for x &gt; 0, else negativeSlope *
        /// x.</summary>
        /// <param name="negativeSlope">Slope for x &lt;= 0.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="negativeSlope"/> is not finite.</exception>
        /// <remarks>Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models"
        /// (2013).</remarks>
        public Tensor LeakyRelu(double negativeSlope = 0.01)
        {
            OptionCheck.Finite("leaky_relu", nameof(negativeSlope), negativeSlope);
            return Elementwise.Apply(this, new LeakyReluOp(negativeSlope));
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct LeakyReluOp(double slope) : IUnaryOp
    {
        public static string Name => "leaky_relu";

        public static Saves Saves => Saves.Input;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, x), x, x * V.Const(slope));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, x), dy, dy * V.Const(slope));
    }
}
