using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>Lanes of 128 bits folded to one number, upper half onto lower half, in a fixed order.</summary>
internal static class Fold128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? v[0] + v[1] : v[0] + v[2] + (v[1] + v[3]);

    /// <summary>Four sums side by side: the additions of <see cref="Sum"/>, four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Sums<T>(Vector128<T> a, Vector128<T> b, Vector128<T> c, Vector128<T> d, T* target)
        where T : unmanaged, INumber<T>
    {
        if (Sse.IsSupported && typeof(T) == typeof(float))
        {
            Vector128<float> a4 = a.AsSingle(), b4 = b.AsSingle(), c4 = c.AsSingle(), d4 = d.AsSingle();
            Vector128<float> ab = Sse.UnpackLow(a4, b4) + Sse.UnpackHigh(a4, b4);
            Vector128<float> cd = Sse.UnpackLow(c4, d4) + Sse.UnpackHigh(c4, d4);
            (Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab)).Store((float*)target);
        }
        else
        {
            target[0] = Sum(a);
            target[1] = Sum(b);
            target[2] = Sum(c);
            target[3] = Sum(d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? T.Max(v[0], v[1]) : T.Max(T.Max(v[0], v[2]), T.Max(v[1], v[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector128<T> v)
        where T : unmanaged, INumber<T> =>
        Vector128<T>.Count == 2 ? T.Min(v[0], v[1]) : T.Min(T.Min(v[0], v[2]), T.Min(v[1], v[3]));
}
