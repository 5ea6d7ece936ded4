namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>True where an element is NaN. No gradient.</summary>
    /// <returns>Shape of this tensor, Bool; false for integers.</returns>
    public Tensor IsNaN() => DType.IsFloatingPoint() ? NotEqual(this) : Zeros(Shape, DType.Bool);

    /// <summary>True where an element is one of the infinities. No gradient.</summary>
    /// <returns>Shape of this tensor, Bool; false for integers.</returns>
    public Tensor IsInf()
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        return DType.IsFloatingPoint() ? Abs().EqualTo(double.PositiveInfinity) : Zeros(Shape, DType.Bool);
    }

    /// <summary>True where an element is neither NaN nor infinite. No gradient.</summary>
    /// <returns>Shape of this tensor, Bool; true for integers.</returns>
    public Tensor IsFinite()
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        return DType.IsFloatingPoint() ? Abs().Less(double.PositiveInfinity) : Ones(Shape, DType.Bool);
    }
}
