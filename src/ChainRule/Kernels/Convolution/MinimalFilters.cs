using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// Two neighbouring outputs of a filter along one dimension, with fewer products than 2 * Taps: transform Taps + 1
/// inputs, multiply by transformed weights, transform the products back (Winograd 1980; Lavin and Gray, "Fast
/// Algorithms for Convolutional Neural Networks", 2016). All five transforms are linear; the two for the gradient of
/// the weights are transposes of those for the weights and outputs.
/// </summary>
/// <remarks>Each reads and writes vectors at a distance of so many numbers from each other.</remarks>
internal unsafe interface IMinimalFilter
{
    static abstract int Taps { get; }
    static abstract int Products { get; }

    /// <summary>Taps + 1 inputs to their factors of the products.</summary>
    static abstract void Input<TVec, T>(T* x, nint stepX, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged;

    /// <summary>Weights to their factors of the products.</summary>
    static abstract void Weights<TVec, T>(T* w, nint stepW, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged;

    /// <summary>Products to two outputs.</summary>
    static abstract void Output<TVec, T>(T* products, nint step, T* y, nint stepY)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged;

    /// <summary>Gradients of two outputs to those of the products.</summary>
    static abstract void OutputGradient<TVec, T>(T* dy, nint stepY, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged;

    /// <summary>Gradients of the weights' factors to those of the weights.</summary>
    static abstract void WeightsGradient<TVec, T>(T* factors, nint step, T* dw, nint stepW)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged;
}

/// <summary>F(2, 3): 4 products instead of 6. Transforms add three numbers at most: no digit is lost.</summary>
internal readonly unsafe struct ThreeTaps : IMinimalFilter
{
    public static int Taps => 3;

    public static int Products => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVec, T>(T* x, nint stepX, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec x0 = TVec.Load(x), x1 = TVec.Load(x + stepX), x2 = TVec.Load(x + (2 * stepX));
        TVec x3 = TVec.Load(x + (3 * stepX));
        TVec.Store(to, x0 - x2);
        TVec.Store(to + step, x1 + x2);
        TVec.Store(to + (2 * step), x2 - x1);
        TVec.Store(to + (3 * step), x1 - x3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TVec, T>(T* w, nint stepW, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec half = TVec.Const(0.5);
        TVec w0 = TVec.Load(w), w1 = TVec.Load(w + stepW) * half, w2 = TVec.Load(w + (2 * stepW));
        TVec outer = (w0 + w2) * half;
        TVec.Store(to, w0);
        TVec.Store(to + step, outer + w1);
        TVec.Store(to + (2 * step), outer - w1);
        TVec.Store(to + (3 * step), w2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVec, T>(T* products, nint step, T* y, nint stepY)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec m1 = TVec.Load(products + step), m2 = TVec.Load(products + (2 * step));
        TVec.Store(y, TVec.Load(products) + (m1 + m2));
        TVec.Store(y + stepY, (m1 - m2) - TVec.Load(products + (3 * step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVec, T>(T* dy, nint stepY, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec d0 = TVec.Load(dy), d1 = TVec.Load(dy + stepY);
        TVec.Store(to, d0);
        TVec.Store(to + step, d0 + d1);
        TVec.Store(to + (2 * step), d0 - d1);
        TVec.Store(to + (3 * step), -d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightsGradient<TVec, T>(T* factors, nint step, T* dw, nint stepW)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec half = TVec.Const(0.5);
        TVec u1 = TVec.Load(factors + step) * half, u2 = TVec.Load(factors + (2 * step)) * half, outer = u1 + u2;
        TVec.Store(dw, TVec.Load(factors) + outer);
        TVec.Store(dw + stepW, u1 - u2);
        TVec.Store(dw + (2 * stepW), outer + TVec.Load(factors + (3 * step)));
    }
}

/// <summary>
/// Five taps as three and two, F(2, 3) and F(2, 2): 7 products instead of 10. F(2, 5) needs only 6, but its transforms
/// multiply and divide by numbers up to 4 and lose a digit of the result.
/// </summary>
internal readonly unsafe struct FiveTaps : IMinimalFilter
{
    public static int Taps => 5;

    public static int Products => 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVec, T>(T* x, nint stepX, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        ThreeTaps.Input<TVec, T>(x, stepX, to, step);
        TVec x4 = TVec.Load(x + (4 * stepX));
        TVec.Store(to + (4 * step), TVec.Load(x + (3 * stepX)) - x4);
        TVec.Store(to + (5 * step), x4);
        TVec.Store(to + (6 * step), x4 - TVec.Load(x + (5 * stepX)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<TVec, T>(T* w, nint stepW, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        ThreeTaps.Weights<TVec, T>(w, stepW, to, step);
        TVec w3 = TVec.Load(w + (3 * stepW)), w4 = TVec.Load(w + (4 * stepW));
        TVec.Store(to + (4 * step), w3);
        TVec.Store(to + (5 * step), w3 + w4);
        TVec.Store(to + (6 * step), w4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVec, T>(T* products, nint step, T* y, nint stepY)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec m1 = TVec.Load(products + step), m2 = TVec.Load(products + (2 * step));
        TVec m5 = TVec.Load(products + (5 * step));
        TVec.Store(y, TVec.Load(products) + (m1 + m2) + (TVec.Load(products + (4 * step)) + m5));
        TVec.Store(y + stepY, (m1 - m2) - TVec.Load(products + (3 * step)) + (m5 - TVec.Load(products + (6 * step))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVec, T>(T* dy, nint stepY, T* to, nint step)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        TVec d0 = TVec.Load(dy), d1 = TVec.Load(dy + stepY);
        ThreeTaps.OutputGradient<TVec, T>(dy, stepY, to, step);
        TVec.Store(to + (4 * step), d0);
        TVec.Store(to + (5 * step), d0 + d1);
        TVec.Store(to + (6 * step), -d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightsGradient<TVec, T>(T* factors, nint step, T* dw, nint stepW)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        ThreeTaps.WeightsGradient<TVec, T>(factors, step, dw, stepW);
        TVec u5 = TVec.Load(factors + (5 * step));
        TVec.Store(dw + (3 * stepW), TVec.Load(factors + (4 * step)) + u5);
        TVec.Store(dw + (4 * stepW), u5 + TVec.Load(factors + (6 * step)));
    }
}
