using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>
    /// What <see cref="F.Linear"/>, <see cref="F.Conv2d"/> and its like do to their results within the same operation.
    /// </summary>
    public enum FusedActivation
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>max(0, x), as <see cref="Tensor.Relu"/>.</summary>
        Relu,
    }
}

namespace ChainRule.Ops
{
    /// <summary>A rectifier that is part of another operation.</summary>
    internal static unsafe class FusedRelu
    {
        /// <summary>Whether the rectifier is asked for.</summary>
        /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
        public static bool In(string op, FusedActivation activation) => activation switch
        {
            FusedActivation.None => false,
            FusedActivation.Relu => true,
            _ => throw new ArgumentOutOfRangeException(
                nameof(activation), $"{op}: there is no fused activation {activation}; use None or Relu."),
        };

        /// <summary>
        /// Gradient before the rectifier, and that of the bias before it where one is wanted, in one pass.
        /// </summary>
        /// <param name="op">Operation with the rectifier in it.</param>
        /// <param name="dy">Gradient of its result, which is overwritten where nobody else holds it.</param>
        /// <param name="y"><c>[N, C, ...]</c>: its result.</param>
        /// <param name="bias"><c>[C]</c>, or null.</param>
        /// <param name="pass">Receives the gradient of the bias.</param>
        /// <returns>Dense tensor of y's shape.</returns>
        public static Tensor Backward(Op op, Tensor dy, Tensor y, Tensor? bias, BackwardPass pass)
        {
            Tensor dense = dy.Dense();
            Tensor dz = pass.MayOverwrite(op) || !ReferenceEquals(dense, dy) ? dense : Tensor.Empty(y.Shape, y.DType);
            bool add = false;
            Tensor? sums = pass.Wants(bias) ? pass.Target(bias!, out add) : null;
            if (y.DType == DType.Float32) Run<float>(dense, y, dz, sums, add);
            else Run<double>(dense, y, dz, sums, add);
            GC.KeepAlive(dense);
            GC.KeepAlive(y);
            GC.KeepAlive(dz);
            GC.KeepAlive(sums);
            return dz;
        }

        /// <summary>The same with operators, to be differentiated again; the bias is the caller's.</summary>
        public static Tensor Graph(Tensor dy, Tensor y) =>
            default(ReluOp).Backward(default, new GraphVec(y), new GraphVec(dy)).ToTensor(dy);

        private static void Run<T>(Tensor dy, Tensor y, Tensor dz, Tensor? sums, bool add)
            where T : unmanaged, System.Numerics.INumber<T>
        {
            int outer = y.Dims[0], channels = y.Dims[1];
            if (y.Count == 0)
            {
                if (sums is not null && !add) sums.Fill(0);
                return;
            }
            T* target = sums is null ? null : sums.Ptr<T>();
            int inner = y.Count / (outer * channels);
            RectifierLoops.Run(dy.Ptr<T>(), y.Ptr<T>(), dz.Ptr<T>(), target, add, outer, channels, inner);
        }
    }
}
