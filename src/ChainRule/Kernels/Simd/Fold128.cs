using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Kernels;

/// <summary>Lanes of 128 bits folded to one number, upper half onto lower half, in a fixed order.</summary>
internal static class Fold128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? v[0] + v[1] : v[0] + v[2] + (v[1] + v[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? T.Max(v[0], v[1]) : T.Max(T.Max(v[0], v[2]), T.Max(v[1], v[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? T.Min(v[0], v[1]) : T.Min(T.Min(v[0], v[2]), T.Min(v[1], v[3]));
}
