using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Data;

/// <summary>Size of a picture.</summary>
/// <param name="Channels">Numbers per point C.</param>
/// <param name="Height">Rows H.</param>
/// <param name="Width">Columns W.</param>
public readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>Numbers of one channel, H * W.</summary>
    public int Plane => Height * Width;

    /// <summary>Numbers of the picture, C * H * W.</summary>
    public int Count => Channels * Plane;
}

/// <summary>
/// A change to pictures, one by one, each with a generator of its own: the same picture is changed in the same way
/// whatever its batch and whoever makes it, and in another way in the next epoch.
/// </summary>
/// <remarks>
/// Pictures of bytes stay bytes, rounded to the nearest and cut off at 0 and 255. Several changes with a
/// <see cref="Scale"/> before them round nothing and cost four times the memory.
/// </remarks>
public abstract unsafe class ImageTransform : Transform
{
    /// <summary>Changes a batch of pictures.</summary>
    /// <param name="input"><c>[N, C, H, W]</c> uint8 or float32; left as it is.</param>
    /// <param name="random">A generator for each picture.</param>
    /// <returns><c>[N, C, H', W']</c> in the input's dtype.</returns>
    /// <exception cref="ShapeException">The input is no batch of pictures, or too small for this change.</exception>
    /// <exception cref="DTypeException">The input is not uint8 or float32.</exception>
    public sealed override Tensor Apply(Tensor input, SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(input);
        string name = GetType().Name;
        if (input.Rank != 4)
            throw new ShapeException($"{name}: input is {input.Shape}; expected [N, C, H, W].", input.Shape);
        if (input.DType is not (DType.UInt8 or DType.Float32))
            throw new DTypeException($"{name}: input is {input.DType.Text()}; expected uint8 or float32.", input.DType);
        var (n, c, h, w) = input.Shape;
        ImageSize from = new(c, h, w), to = Result(from);
        Tensor x = input.Contiguous(), y = Tensor.EmptyKept([n, to.Channels, to.Height, to.Width], input.DType);
        bool bytes = input.DType == DType.UInt8;
        float[] wide = new float[bytes ? from.Count : 0], changed = new float[bytes ? to.Count : 0];
        for (int i = 0; i < n; i++)
        {
            if (bytes)
            {
                Widen(x.Ptr<byte>() + ((long)i * from.Count), wide);
                Apply(wide, changed, from, random[i]);
                Narrow(changed, y.Ptr<byte>() + ((long)i * to.Count));
            }
            else
            {
                Apply(
                    new ReadOnlySpan<float>(x.Ptr<float>() + ((long)i * from.Count), from.Count),
                    new Span<float>(y.Ptr<float>() + ((long)i * to.Count), to.Count), from, random[i]);
            }
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>Size of what a picture becomes; its own unless overridden.</summary>
    /// <param name="size">Size of the picture.</param>
    /// <exception cref="ShapeException">The picture is too small for this change.</exception>
    protected virtual ImageSize Result(ImageSize size) => size;

    /// <summary>Changes one picture.</summary>
    /// <param name="from"><c>[C, H, W]</c> the picture; bytes come as 0 to 255.</param>
    /// <param name="to"><c>[C, H', W']</c> receives every number of the result.</param>
    /// <param name="size">Size of the picture.</param>
    /// <param name="rng">The picture's generator.</param>
    protected abstract void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* from, Span<float> to)
    {
        fixed (float* y = to)
        {
            int i = 0, step = Vector<float>.Count;
            for (; i <= to.Length - (4 * step); i += 4 * step)
            {
                Vector.Widen(*(Vector<byte>*)(from + i), out var low, out var high);
                Vector.Widen(low, out var v0, out var v1);
                Vector.Widen(high, out var v2, out var v3);
                *(Vector<float>*)(y + i) = Vector.ConvertToSingle(Vector.AsVectorInt32(v0));
                *(Vector<float>*)(y + i + step) = Vector.ConvertToSingle(Vector.AsVectorInt32(v1));
                *(Vector<float>*)(y + i + (2 * step)) = Vector.ConvertToSingle(Vector.AsVectorInt32(v2));
                *(Vector<float>*)(y + i + (3 * step)) = Vector.ConvertToSingle(Vector.AsVectorInt32(v3));
            }
            for (; i < to.Length; i++) y[i] = from[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<float> from, byte* to)
    {
        fixed (float* x = from)
        {
            int i = 0, step = Vector<float>.Count;
            for (; i <= from.Length - (4 * step); i += 4 * step)
            {
                *(Vector<byte>*)(to + i) = Vector.Narrow(
                    Vector.Narrow(Rounded(x + i), Rounded(x + i + step)),
                    Vector.Narrow(Rounded(x + i + (2 * step)), Rounded(x + i + (3 * step))));
            }
            for (; i < from.Length; i++) to[i] = (byte)(int)(Math.Min(Math.Max(x[i], 0), 255) + 0.5f);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Rounded(float* x) => Vector.AsVectorUInt32(Vector.ConvertToInt32(
        Vector.Min(Vector.Max(*(Vector<float>*)x, Vector<float>.Zero), new Vector<float>(255))
        + new Vector<float>(0.5f)));
}
