using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sigmoid-weighted linear unit, element by element: y = x / (1 + e^-x). Also called swish.</summary>
        /// <returns>Shape and dtype of this tensor; 0 where the logistic function is below the smallest normal
        /// number.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function
        /// approximation in reinforcement learning" (2018), eq. 3.</remarks>
        public Tensor Silu() => Elementwise.Apply<SiluOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SiluOp : IUnaryOp
    {
        public static string Name => "silu";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * V.Sigmoid(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V s = V.Sigmoid(x);
            return dy * s * (V.One + (x * (V.One - s)));
        }
    }
}
