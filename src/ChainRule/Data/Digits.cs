using ChainRule.Kernels.Scheduling;

namespace ChainRule.Data;

/// <summary>
/// Built-in handwritten digits, 28 x 28, grey, drawn by code: pen strokes in several handwritings for each digit, with
/// random size, slant, turn, shift, thickness and pressure, a trembling hand, elastic distortion and grain.
/// </summary>
/// <remarks>
/// Sample i of a seed is always the same bytes, on every machine and for any number of threads, and is drawn without
/// those before it. About as hard as MNIST: the same networks do about as well on it.
/// </remarks>
public static class Digits
{
    /// <summary>Height and width of a picture in pixels.</summary>
    public const int Size = DigitPen.Size;

    /// <summary>Mean of the pixels, divided by 255.</summary>
    public const float Mean = 0.1149f;

    /// <summary>Standard deviation of the pixels, divided by 255.</summary>
    public const float Std = 0.2614f;

    /// <summary>Index of the first sample of test sets: far beyond any training set.</summary>
    public const long TestStart = 1L << 32;

    /// <summary>Names of the classes: "0" to "9".</summary>
    public static IReadOnlyList<string> ClassNames => Mnist.ClassNames;

    /// <summary>Training and test samples of one seed; no sample is in both.</summary>
    /// <param name="train">Number of training samples.</param>
    /// <param name="test">Number of test samples.</param>
    /// <param name="seed">Seed.</param>
    public static (ImageSet Train, ImageSet Test) Load(int train = 20_000, int test = 4_000, ulong seed = 0) =>
        (Generate(train, seed), Generate(test, seed, TestStart).HeldOut());

    /// <summary>Draws samples <paramref name="start"/>, start + 1, ... of a seed.</summary>
    /// <param name="count">Number of samples.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="start">Index of the first sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or the pictures exceed an array.</exception>
    public static ImageSet Generate(int count, ulong seed = 0, long start = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / (Size * Size));
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        var pixels = new byte[count * Size * Size];
        var labels = new byte[count];
        Fill(pixels, labels, seed, start);
        return new ImageSet(pixels, labels, ClassNames, channels: 1, Size, Size);
    }

    /// <summary>Draws one sample.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="index">Index of the sample.</param>
    /// <param name="pixels"><c>[784]</c> receives the picture row by row; 0 is background, 255 is ink.</param>
    /// <returns>The digit.</returns>
    /// <exception cref="ArgumentException">There are not 784 pixels.</exception>
    public static int Draw(ulong seed, long index, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        if (pixels.Length != Size * Size)
            throw new ArgumentException($"room for {pixels.Length} pixels; expected {Size * Size}.", nameof(pixels));
        return DigitPen.Draw(seed, (ulong)index, pixels);
    }

    private const int ChunkSize = 64;

    private static unsafe void Fill(byte[] pixels, byte[] labels, ulong seed, long start)
    {
        fixed (byte* firstPixel = pixels, firstLabel = labels)
        {
            var work = new Work(firstPixel, firstLabel, labels.Length, seed, start);
            Scheduler.Current.Run(&FillChunk, &work, (labels.Length + ChunkSize - 1) / ChunkSize);
        }
    }

    private static unsafe void FillChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int end = Math.Min(work->Count, (chunk + 1) * ChunkSize);
        for (int i = chunk * ChunkSize; i < end; i++)
        {
            var picture = new Span<byte>(work->Pixels + (long)i * Size * Size, Size * Size);
            work->Labels[i] = (byte)DigitPen.Draw(work->Seed, (ulong)(work->Start + i), picture);
        }
    }

    private readonly unsafe struct Work(byte* pixels, byte* labels, int count, ulong seed, long start)
    {
        public readonly byte* Pixels = pixels, Labels = labels;
        public readonly int Count = count;
        public readonly ulong Seed = seed;
        public readonly long Start = start;
    }
}
