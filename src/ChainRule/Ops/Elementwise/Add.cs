using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sum, element by element: y = a + b. The same as the operator.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, same dtype.</returns>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public Tensor Add(Tensor other)
        {
            Shape shape = Elementwise.CheckPair("add", this, other, takesIntegers: true);
            Tensor y = Broadcasting.Map(default(AddForward), this, other, this, shape, operands: 2);
            return Graph.Needs(this, other) ? Graph.Record(y, new AddNode(this, other)) : y;
        }

        /// <summary>Difference, element by element: y = a - b. The same as the operator.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, same dtype.</returns>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public Tensor Subtract(Tensor other)
        {
            Shape shape = Elementwise.CheckPair("sub", this, other, takesIntegers: true);
            Tensor y = Broadcasting.Map(default(SubtractForward), this, other, this, shape, operands: 2);
            return Graph.Needs(this, other) ? Graph.Record(y, new SubtractNode(this, other)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct AddForward : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => a + b;
    }

    internal readonly struct SubtractForward : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => a - b;
    }

    // The gradient passes through unchanged: no kernel runs unless an operand was broadcast.
    internal sealed class AddNode(Tensor a, Tensor b) : Op(a, b)
    {
        public override string Name => "add";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, dy.SumTo(A!.Shape));
            if (pass.Wants(B)) pass.Add(B, dy.SumTo(B!.Shape));
        }
    }

    internal sealed class SubtractNode(Tensor a, Tensor b) : Op(a, b)
    {
        public override string Name => "sub";

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, dy.SumTo(A!.Shape));
            if (pass.Wants(B)) pass.Add(B, -dy.SumTo(B!.Shape));
        }
    }
}
