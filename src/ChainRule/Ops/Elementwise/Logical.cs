using ChainRule.Ops;

namespace ChainRule
{
    public sealed unsafe partial class Tensor
    {
        /// <summary>True where both are, element by element, with broadcasting.</summary>
        /// <param name="other"><c>...</c> Bool: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        /// <exception cref="DTypeException">An operand is not Bool.</exception>
        public Tensor LogicalAnd(Tensor other) => Logical.Apply("logical_and", this, other, &Logical.And);

        /// <summary>True where at least one is, element by element, with broadcasting.</summary>
        /// <param name="other"><c>...</c> Bool: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        /// <exception cref="DTypeException">An operand is not Bool.</exception>
        public Tensor LogicalOr(Tensor other) => Logical.Apply("logical_or", this, other, &Logical.Or);

        /// <summary>True where this tensor is false.</summary>
        /// <returns>Shape of this tensor, Bool.</returns>
        /// <exception cref="DTypeException">This tensor is not Bool.</exception>
        public Tensor LogicalNot() => Logical.Apply("logical_not", this, this, &Logical.Not);
    }
}

namespace ChainRule.Ops
{
    internal static unsafe class Logical
    {
        public static byte And(byte a, byte b) => (byte)(a & b);

        public static byte Or(byte a, byte b) => (byte)(a | b);

        public static byte Not(byte a, byte b) => (byte)(a ^ 1);

        public static Tensor Apply(string name, Tensor a, Tensor b, delegate*<byte, byte, byte> f)
        {
            ArgumentNullException.ThrowIfNull(b);
            if (a.DType != DType.Bool || b.DType != DType.Bool)
            {
                throw new DTypeException(
                    $"{name}: needs bool, got {a.DType.Text()} and {b.DType.Text()}.", a.DType, b.DType);
            }
            Shape shape = Broadcasting.ShapeOf(name, a, b);
            Tensor x = a.ExpandView(shape).Dense(), y = b.ExpandView(shape).Dense();
            Tensor result = Tensor.Empty(shape, DType.Bool);
            byte* px = x.Pointer, py = y.Pointer, pr = result.Pointer;
            for (nint i = 0; i < result.Count; i++) pr[i] = f(px[i], py[i]);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            return result;
        }
    }
}
