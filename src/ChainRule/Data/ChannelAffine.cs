using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Data;

/// <summary>y = factor[c] * x + shift[c] for each channel c of a batch, from any type to floating point.</summary>
internal static unsafe class ChannelAffine
{
    // A shift beyond this is larger than what is left by so much that float32 would lose some of it.
    private const double Far = 64;

    /// <summary>One factor and shift for everything, or one for each place along dimension 1.</summary>
    /// <returns>Float64 for float64 input, else float32.</returns>
    internal static Tensor Apply(Tensor input, double[] factor, double[] shift, string subject)
    {
        int channels = factor.Length;
        if (channels > 1 && (input.Rank < 2 || input.Shape[1] != channels))
            throw new ShapeException(
                $"{subject}: {channels} channels for input {input.Shape}; expected [N, {channels}, ...].",
                input.Shape);
        bool wide = input.DType == DType.Float64;
        bool direct = input.DType is DType.UInt8 or DType.Float32 or DType.Float64;
        var x = direct ? input.Contiguous() : input.To(DType.Float64);
        var y = Tensor.EmptyKept(x.Shape, wide ? DType.Float64 : DType.Float32);
        int blocks = channels == 1 ? 1 : x.Shape[0] * channels, size = blocks == 0 ? 0 : x.Count / blocks;
        for (int block = 0; block < blocks; block++)
        {
            long at = (long)block * size;
            double a = factor[block % channels], b = shift[block % channels];
            if (wide) Run(x.Ptr<double>() + at, y.Ptr<double>() + at, size, a, b);
            else if (!direct) Run(x.Ptr<double>() + at, y.Ptr<float>() + at, size, a, b);
            else if (x.DType == DType.UInt8) Run(x.Ptr<byte>() + at, y.Ptr<float>() + at, size, (float)a, (float)b);
            else if (Math.Abs(b) > Far) Run(x.Ptr<float>() + at, y.Ptr<float>() + at, size, a, b);
            else Run(x.Ptr<float>() + at, y.Ptr<float>() + at, size, (float)a, (float)b);
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(byte* x, float* y, int count, float a, float b)
    {
        int i = 0, step = Vector<float>.Count;
        var (factor, shift) = (new Vector<float>(a), new Vector<float>(b));
        for (; i <= count - 4 * step; i += 4 * step)
        {
            Vector.Widen(*(Vector<byte>*)(x + i), out var low, out var high);
            Vector.Widen(low, out var v0, out var v1);
            Vector.Widen(high, out var v2, out var v3);
            *(Vector<float>*)(y + i) = Vector.ConvertToSingle(Vector.AsVectorInt32(v0)) * factor + shift;
            *(Vector<float>*)(y + i + step) = Vector.ConvertToSingle(Vector.AsVectorInt32(v1)) * factor + shift;
            *(Vector<float>*)(y + i + 2 * step) = Vector.ConvertToSingle(Vector.AsVectorInt32(v2)) * factor + shift;
            *(Vector<float>*)(y + i + 3 * step) = Vector.ConvertToSingle(Vector.AsVectorInt32(v3)) * factor + shift;
        }
        for (; i < count; i++) y[i] = x[i] * a + b;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(float* x, float* y, int count, float a, float b)
    {
        int i = 0, step = Vector<float>.Count;
        var (factor, shift) = (new Vector<float>(a), new Vector<float>(b));
        for (; i <= count - step; i += step) *(Vector<float>*)(y + i) = *(Vector<float>*)(x + i) * factor + shift;
        for (; i < count; i++) y[i] = x[i] * a + b;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TFrom, TTo>(TFrom* x, TTo* y, int count, double a, double b)
        where TFrom : unmanaged, IFloatingPoint<TFrom>
        where TTo : unmanaged, IFloatingPoint<TTo>
    {
        for (int i = 0; i < count; i++) y[i] = TTo.CreateTruncating((double.CreateTruncating(x[i]) * a) + b);
    }
}
