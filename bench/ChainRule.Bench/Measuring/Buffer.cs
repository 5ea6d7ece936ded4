using System.Numerics;
using System.Runtime.InteropServices;

namespace ChainRule.Bench;

/// <summary>Aligned native numbers for kernels and peers; freed with the case that made it.</summary>
internal sealed unsafe class Buffer<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    // Kernels may read a little beyond an end.
    private const int Slack = 128;

    /// <param name="count">How many numbers, all 0 unless <paramref name="rng"/> is given.</param>
    /// <param name="rng">Draws from [-0.5, 0.5).</param>
    public Buffer(long count, Rng? rng = null)
    {
        Count = checked((int)count);
        Data = (T*)NativeMemory.AlignedAlloc((nuint)(count + Slack) * (nuint)sizeof(T), 64);
        new Span<T>(Data, Count + Slack).Clear();
        if (rng is null) return;
        foreach (ref T value in Span) value = T.CreateChecked(rng.NextFloat() - 0.5f);
    }

    ~Buffer() => NativeMemory.AlignedFree(Data);

    public T* Data { get; }

    public int Count { get; }

    public Span<T> Span => new(Data, Count);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        GC.SuppressFinalize(this);
    }

    /// <summary>A comparison of speeds means nothing unless both sides compute the same.</summary>
    /// <exception cref="InvalidOperationException">The largest difference is above the tolerance.</exception>
    public void MustEqual(Buffer<T> other, double tolerance, string name)
    {
        double worst = 0;
        for (int i = 0; i < Count; i++)
        {
            double difference = double.CreateChecked(T.Abs(Data[i] - other.Data[i]));
            if (!(difference <= worst)) worst = difference;          // a NaN counts as worst
        }
        if (worst <= tolerance) return;
        throw new InvalidOperationException(
            $"{name}: the peer's result differs by {worst:G3}, more than {tolerance:G3}.");
    }
}

/// <summary>Aligned native float64 numbers, all 0 at first.</summary>
internal sealed unsafe class DoubleBuffer(int count)
{
    private const int Slack = 64;

    ~DoubleBuffer() => NativeMemory.AlignedFree(Data);

    public double* Data { get; } = Zeros(count);

    public Span<double> Span => new(Data, count);

    private static double* Zeros(int count)
    {
        double* data = (double*)NativeMemory.AlignedAlloc((nuint)(count + Slack) * sizeof(double), 64);
        new Span<double>(data, count + Slack).Clear();
        return data;
    }
}
