using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ChainRule;

public sealed unsafe partial class Tensor
{
    /// <summary>Tensor with a copy of the given numbers, in row-major order.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool; decides the element type.</typeparam>
    /// <param name="values">As many numbers as the shape has elements.</param>
    /// <param name="shape">Sizes; left out, the tensor has one dimension.</param>
    /// <exception cref="ShapeException">The count of numbers is not that of the shape.</exception>
    /// <exception cref="DTypeException">No element type stores <typeparamref name="T"/>.</exception>
    /// <torch>torch.tensor</torch>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        if (values.Length != shape.Count)
            throw new ShapeException(
                $"From: {values.Length} values do not fill {shape}, which has {shape.Count} elements.", shape);
        Tensor made = EmptyKept(shape, DTypes.Of<T>());
        values.CopyTo(new Span<T>(made._data, values.Length));
        GC.KeepAlive(made);
        return made;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(T[] values, Shape shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, shape);
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape)"/>
    public static Tensor From<T>(params T[] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, [values.Length]);
    }

    /// <summary>Matrix with a copy of the given numbers.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool; decides the element type.</typeparam>
    /// <param name="values">Rows and columns.</param>
    /// <exception cref="DTypeException">No element type stores <typeparamref name="T"/>.</exception>
    public static Tensor From<T>(T[,] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ref T first = ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values));
        return From(
            MemoryMarshal.CreateReadOnlySpan(ref first, values.Length), [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>A single number, a tensor of rank 0.</summary>
    /// <param name="value">The number.</param>
    /// <param name="dtype">Element type.</param>
    /// <torch>torch.tensor</torch>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>Tensor of zeros.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="dtype">Element type.</param>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Full(shape, 0, dtype);

    /// <summary>Tensor of ones.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="dtype">Element type.</param>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>Tensor with the same number everywhere.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="value">
    /// The number, converted to the element type as <see cref="To"/> does: towards zero, and to the nearest end of the
    /// type.
    /// </param>
    /// <param name="dtype">Element type.</param>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        Tensor made = EmptyKept(shape, dtype);
        made.Fill(value);
        return made;
    }

    /// <summary>Numbers start, start + step, ... below <paramref name="stop"/>.</summary>
    /// <param name="start">First number.</param>
    /// <param name="stop">Bound that is not reached.</param>
    /// <param name="step">Distance, not 0.</param>
    /// <param name="dtype">Element type.</param>
    /// <returns><c>[ceil((stop - start) / step)]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="step"/> is 0 or a number is not finite.
    /// </exception>
    /// <exception cref="ShapeException">There are more numbers than a tensor can hold.</exception>
    public static Tensor Arange(double start, double stop, double step = 1, DType dtype = DType.Float32)
    {
        NeedFinite(start, nameof(start), "Arange");
        NeedFinite(stop, nameof(stop), "Arange");
        NeedFinite(step, nameof(step), "Arange");
        if (step == 0)
            throw new ArgumentOutOfRangeException(nameof(step), "Arange: step is 0; expected another number.");
        double count = Math.Max(0, Math.Ceiling((stop - start) / step));
        if (count > Array.MaxLength)
        {
            throw new ShapeException(string.Create(
                CultureInfo.InvariantCulture,
                $"Arange: {start} to {stop} by {step} are more numbers than one tensor can hold."));
        }
        double[] values = new double[(int)count];
        for (int i = 0; i < values.Length; i++) values[i] = start + (i * step);
        return From(values, [values.Length]).ConvertTo(dtype, kept: true);
    }

    /// <summary>Evenly spaced numbers, both ends included.</summary>
    /// <param name="start">First number.</param>
    /// <param name="stop">Last number.</param>
    /// <param name="count">How many, 0 or more.</param>
    /// <param name="dtype">Element type.</param>
    /// <returns><c>[count]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or an end is not finite.</exception>
    public static Tensor Linspace(double start, double stop, int count, DType dtype = DType.Float32)
    {
        NeedFinite(start, nameof(start), "Linspace");
        NeedFinite(stop, nameof(stop), "Linspace");
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        double[] values = new double[count];
        double step = count > 1 ? (stop - start) / (count - 1) : 0;
        for (int i = 0; i < count; i++) values[i] = i == count - 1 && count > 1 ? stop : start + (i * step);
        return From(values, [count]).ConvertTo(dtype, kept: true);
    }

    /// <summary>Identity matrix.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="dtype">Element type.</param>
    /// <returns><c>[size, size]</c>.</returns>
    /// <exception cref="ShapeException">The size is negative, or its square more than a tensor can hold.</exception>
    public static Tensor Eye(int size, DType dtype = DType.Float32)
    {
        if (size < 0) throw new ShapeException($"Eye: size is {size}; expected 0 or more.");
        Tensor made = Zeros([size, size], dtype);
        switch (dtype)
        {
            case DType.Float32: Diagonal<float>(made, size); break;
            case DType.Float64: Diagonal<double>(made, size); break;
            case DType.Int64: Diagonal<long>(made, size); break;
            case DType.Int32: Diagonal<int>(made, size); break;
            default: Diagonal<byte>(made, size); break;
        }
        return made;
    }

    /// <summary>Uniform random numbers in [low, high).</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="rng">Generator.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end, not below <paramref name="low"/>.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ends are not finite, or in the wrong order.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    public static Tensor Rand(Shape shape, Rng rng, double low = 0, double high = 1, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(rng);
        NeedFinite(low, nameof(low), "Rand");
        NeedFinite(high, nameof(high), "Rand");
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        Tensor made = EmptyKept(shape, NeedFloat(dtype, "Rand"));
        double width = high - low;
        // Rounding can reach the upper end, which does not belong to the interval.
        if (dtype == DType.Float32)
        {
            float most = MathF.Max((float)low, MathF.BitDecrement((float)high));
            Uniform(made.WritableSpan<float>(), rng, low, width, most);
        }
        else
        {
            double most = Math.Max(low, Math.BitDecrement(high));
            foreach (ref double v in made.WritableSpan<double>()) v = Math.Min(low + (width * rng.NextDouble()), most);
        }
        GC.KeepAlive(made);
        return made;
    }

    /// <summary>Random numbers of a normal distribution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="rng">Generator.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="std">Standard deviation.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    public static Tensor Randn(Shape shape, Rng rng, double mean = 0, double std = 1, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(rng);
        NeedFinite(mean, nameof(mean), "Randn");
        NeedFinite(std, nameof(std), "Randn");
        Tensor made = EmptyKept(shape, NeedFloat(dtype, "Randn"));
        if (dtype == DType.Float32)
        {
            foreach (ref float v in made.WritableSpan<float>()) v = (float)(mean + (std * rng.NextNormal()));
        }
        else
        {
            foreach (ref double v in made.WritableSpan<double>()) v = mean + (std * rng.NextNormal());
        }
        GC.KeepAlive(made);
        return made;
    }

    // Optimised at once: the first thing a program does may be to draw the weights of a large layer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Uniform(Span<float> target, Rng rng, double low, double width, float most)
    {
        Span<uint> words = stackalloc uint[256];
        for (; target.Length > 0; target = target[words.Length..])
        {
            words = words[..Math.Min(words.Length, target.Length)];
            rng.Fill(words);
            for (int i = 0; i < words.Length; i++)
                target[i] = MathF.Min((float)(low + (width * Rng.FloatOf(words[i]))), most);
        }
    }

    internal static DType NeedFloat(DType dtype, string op) => dtype.IsFloatingPoint()
        ? dtype
        : throw new DTypeException($"{op}: needs float32 or float64, got {dtype.Text()}.", dtype);

    private static void Diagonal<T>(Tensor square, int size)
        where T : unmanaged, INumberBase<T>
    {
        Span<T> values = square.WritableSpan<T>();
        for (int i = 0; i < size; i++) values[i * (size + 1)] = T.One;
        GC.KeepAlive(square);
    }

    private static void NeedFinite(double value, string name, string op)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(
                name, FormattableString.Invariant($"{op}: {name} is {value}; expected a finite number."));
    }

    /// <summary>The elements of a dense tensor, for writing. Keep the tensor alive while the span is used.</summary>
    internal Span<T> WritableSpan<T>()
        where T : unmanaged => new(Pointer, Count);

    /// <summary>Sets every element of a dense tensor.</summary>
    internal void Fill(double value)
    {
        switch (DType)
        {
            case DType.Float32: WritableSpan<float>().Fill((float)value); break;
            case DType.Float64: WritableSpan<double>().Fill(value); break;
            case DType.Int64: WritableSpan<long>().Fill(long.CreateSaturating(value)); break;
            case DType.Int32: WritableSpan<int>().Fill(int.CreateSaturating(value)); break;
            case DType.UInt8: WritableSpan<byte>().Fill(byte.CreateSaturating(value)); break;
            default: WritableSpan<byte>().Fill(value != 0 ? (byte)1 : (byte)0); break;
        }
        GC.KeepAlive(this);
    }
}
