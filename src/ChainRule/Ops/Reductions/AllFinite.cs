namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>True when no element is NaN or infinite.</summary>
    internal bool AllFinite()
    {
        if (!DType.IsFloatingPoint()) return true;
        using NoGrad.Scope _ = NoGrad.Begin();
        // x - x is 0 for finite numbers and NaN for all others, and a sum keeps a NaN.
        return (this - this).Sum().Item() == 0;
    }
}
