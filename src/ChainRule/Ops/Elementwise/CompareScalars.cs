using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>a &lt; b, element by element, with broadcasting. No gradient.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => NotNull(a).Less(b);

    /// <summary>a &gt; b, element by element, with broadcasting. No gradient.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => NotNull(a).Greater(b);

    /// <summary>a &lt;= b, element by element, with broadcasting. No gradient.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => NotNull(a).LessEqual(b);

    /// <summary>a &gt;= b, element by element, with broadcasting. No gradient.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => NotNull(a).GreaterEqual(b);

    /// <summary>Compares every element with a number, which takes the tensor's type. No gradient.</summary>
    public static Tensor operator <(Tensor a, double b) => NotNull(a).Less(b);

    /// <summary>Compares every element with a number, which takes the tensor's type. No gradient.</summary>
    public static Tensor operator >(Tensor a, double b) => NotNull(a).Greater(b);

    /// <summary>Compares every element with a number, which takes the tensor's type. No gradient.</summary>
    public static Tensor operator <=(Tensor a, double b) => NotNull(a).LessEqual(b);

    /// <summary>Compares every element with a number, which takes the tensor's type. No gradient.</summary>
    public static Tensor operator >=(Tensor a, double b) => NotNull(a).GreaterEqual(b);

    /// <summary>x &lt; number, element by element. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction compares rightly with
    /// integers.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor Less(double other) =>
        Comparison.Apply<LessMap>("less", this, Comparison.Number(this, Math.Ceiling, other));

    /// <summary>x &lt;= number, element by element. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction compares rightly with
    /// integers.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor LessEqual(double other) =>
        Comparison.Apply<LessEqualMap>("less_equal", this, Comparison.Number(this, Math.Floor, other));

    /// <summary>x &gt; number, element by element. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction compares rightly with
    /// integers.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor Greater(double other) =>
        Comparison.Apply<GreaterMap>("greater", this, Comparison.Number(this, Math.Floor, other));

    /// <summary>x &gt;= number, element by element. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction compares rightly with
    /// integers.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor GreaterEqual(double other) =>
        Comparison.Apply<GreaterEqualMap>("greater_equal", this, Comparison.Number(this, Math.Ceiling, other));

    /// <summary>x = number, element by element; NaN equals nothing. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction equals no integer.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor EqualTo(double other) => DType.IsFloatingPoint() || Math.Floor(other) == other
        ? Comparison.Apply<EqualMap>("equal", this, Scalar(other, DType))
        : Zeros(Shape, DType.Bool);

    /// <summary>x != number, element by element; NaN differs from everything. No gradient.</summary>
    /// <param name="other">The number; it takes the tensor's type, and a fraction differs from every integer.</param>
    /// <returns>Shape of this tensor, Bool.</returns>
    public Tensor NotEqual(double other) => EqualTo(other).LogicalNot();
}
