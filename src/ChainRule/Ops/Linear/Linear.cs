using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>Operations with parameters or targets; layers and losses are built from them.</summary>
    public static partial class F
    {
        /// <summary>
        /// Affine map of the last dimension: y = x W^T + b, or max(0, x W^T + b) with
        /// <see cref="FusedActivation.Relu"/>.
        /// </summary>
        /// <param name="x"><c>[..., inFeatures]</c> float32 or float64.</param>
        /// <param name="weight"><c>[outFeatures, inFeatures]</c> same dtype.</param>
        /// <param name="bias"><c>[outFeatures]</c> same dtype, or null for none.</param>
        /// <param name="activation">What is done to the result within the operation.</param>
        /// <returns><c>[..., outFeatures]</c> same dtype.</returns>
        /// <exception cref="ShapeException">The sizes do not fit.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
        /// <remarks>
        /// One operation: bias and activation are applied to each tile of the product while it is in the cache, and the
        /// way back takes the activation's and the bias's gradient in one pass.
        /// </remarks>
        public static Tensor Linear(
            Tensor x, Tensor weight, Tensor? bias = null, FusedActivation activation = FusedActivation.None)
        {
            LinearNode.Check(x, weight, bias);
            bool relu = FusedRelu.In("Linear", activation);
            Tensor rows = x.Rank == 2 ? x : x.Reshape(-1, x.Shape[^1]);
            Tensor y = Tensor.Empty([rows.Shape[0], weight.Shape[0]], x.DType);
            Products.Plain(rows, false, weight, true, y, bias: bias, relu: relu);
            if (Graph.Needs(rows, weight, bias)) Graph.Record(y, new LinearNode(rows, weight, bias, relu ? y : null));
            return x.Rank == 2 ? y : y.Reshape([.. x.Shape.Dims[..^1], weight.Shape[0]]);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class LinearNode(Tensor x, Tensor weight, Tensor? bias, Tensor? rectified) : Op(x, weight, bias)
    {
        // The result, where a rectifier is part of the operation: it tells where the gradient passes.
        private Tensor? _rectified = rectified;

        public override string Name => _rectified is null ? "linear" : "linear_relu";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor x = A!, weight = B!;
            if (pass.CreateGraph)
            {
                if (_rectified is not null) dy = FusedRelu.Graph(dy, _rectified);
                if (pass.Wants(x)) pass.Add(x, dy.MatMul(weight));
                if (pass.Wants(weight)) pass.Add(weight, dy.T.MatMul(x));
                if (pass.Wants(C)) pass.Add(C, dy.Sum(0));
                return;
            }
            if (_rectified is not null) dy = FusedRelu.Backward(this, dy, _rectified, C, pass);
            else if (pass.Wants(C)) SumKernel.RowsTo(pass, dy, C!);
            if (pass.Wants(x)) Products.Plain(dy, false, weight, false, pass.Target(x, out bool add), add);
            if (!pass.Wants(weight)) return;
            Products.Plain(dy, true, x, false, pass.Target(weight, out bool adds), adds);
            // A batch of rows makes a gradient of many times their size: the rows tell sooner that it is finite.
            if (pass.NotesBounds && !adds && weight.IsLeaf) weight.GradBound = Products.Bound(dy, true, x, false);
        }

        public override void Release()
        {
            base.Release();
            _rectified = null;
        }

        public static void Check(Tensor x, Tensor weight, Tensor? bias, string op = "Linear")
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            Elementwise.CheckType(op, x.DType, takesIntegers: false);
            if (weight.Rank != 2)
                throw new ShapeException(
                    $"{op}: weight must be [outFeatures, inFeatures], got {weight.Shape}.", weight.Shape);
            if (x.Rank == 0 || x.Shape[^1] != weight.Shape[1])
            {
                throw new ShapeException(
                    $"{op}: expects [..., {weight.Shape[1]}], got {x.Shape}.\n"
                    + $"  {Elementwise.Operand("x", x)}    {Elementwise.Operand("weight", weight)}",
                    x.Shape, weight.Shape);
            }
            if (bias is not null && bias.Shape != [weight.Shape[0]])
                throw new ShapeException($"{op}: bias must be [{weight.Shape[0]}], got {bias.Shape}.", bias.Shape);
            if (weight.DType != x.DType || (bias is not null && bias.DType != x.DType))
            {
                throw new DTypeException(
                    $"{op}: x is {x.DType.Text()}, weight {weight.DType.Text()}"
                    + $"{(bias is null ? "" : ", bias " + bias.DType.Text())}; all must be equal.",
                    x.DType, weight.DType);
            }
        }
    }
}
