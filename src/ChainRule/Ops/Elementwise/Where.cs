using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Chooses element by element: a where the condition is true, b elsewhere, with broadcasting.
        /// </summary>
        /// <param name="condition"><c>...</c> Bool.</param>
        /// <param name="a"><c>...</c>: taken where true.</param>
        /// <param name="b"><c>...</c>, dtype of <paramref name="a"/>: taken where false.</param>
        /// <returns>The broadcast shape of all three, dtype of <paramref name="a"/>.</returns>
        /// <exception cref="DTypeException">The condition is not Bool, or a and b differ in type.</exception>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor Where(Tensor condition, Tensor a, Tensor b)
        {
            ArgumentNullException.ThrowIfNull(condition);
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            if (condition.DType != DType.Bool)
                throw new DTypeException(
                    $"where: the condition must be bool, got {condition.DType.Text()}.", condition.DType);
            Elementwise.CheckSameType("where", a, b);
            Shape shape = Broadcasting.ShapeOf("where", a, b);
            shape = Broadcasting.ShapeOf("where", a.ExpandView(shape), condition, "a and b", "condition");
            Tensor choice = condition.ConvertTo(a.DType == DType.Bool ? DType.UInt8 : a.DType);
            Tensor y = Broadcasting.Map(default(WhereMap), a, b, choice, shape, operands: 3);
            return Graph.Needs(a, b) ? Graph.Record(y, new WhereNode(a, b, condition)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct WhereMap : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => V.Select(V.Equal(c, V.Zero), b, a);
    }

    internal sealed class WhereNode(Tensor a, Tensor b, Tensor condition) : Op(a, b, condition)
    {
        public override string Name => "where";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor zero = Tensor.Scalar(0, dy.DType);
            if (pass.Wants(A)) pass.Add(A, Tensor.Where(C!, dy, zero).SumTo(A!.Shape));
            if (pass.Wants(B)) pass.Add(B, Tensor.Where(C!, zero, dy).SumTo(B!.Shape));
        }
    }
}
