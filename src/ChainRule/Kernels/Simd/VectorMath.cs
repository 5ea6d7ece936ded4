using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>
/// Elementary functions over registers of any width, from + - * / Fma and operations on bits alone: every machine with
/// a fused multiply-add gets the same bits at every width (without one, in a browser, the last bit may differ).
/// </summary>
/// <remarks>
/// Each function is an argument reduction and a polynomial. The polynomials are minimax fits of this project (exchange
/// algorithm: E. Ya. Remez, 1934), weighted by the relative error of the function, coefficients rounded to the type.
/// The type is a constant to the compiler, which drops the other branch. Errors are in units in the last place (ulp)
/// of the correctly rounded value: measured over every float32, and over samples of float64. Results below the
/// smallest normal number are 0 where they would come from a normal argument far from 0 (exp, sigmoid): a subnormal
/// number costs the machine a hundred cycles. Arguments near 0 of odd functions come back as they are, subnormal or
/// not.
/// </remarks>
internal static partial class VectorMath
{
    // Added to a number of small magnitude these leave its nearest integer in the low bits of the fraction.
    private const double ShifterSingle = 12582912;          // 1.5 * 2^23
    private const double ShifterDouble = 6755399441055744;  // 1.5 * 2^52

    private const double Log2E = 1.4426950408889634;
}
