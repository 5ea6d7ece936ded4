namespace ChainRule.Data;

/// <summary>Pictures of one size with a class each, held as bytes.</summary>
public sealed class ImageSet
{
    private bool _heldOut;

    /// <summary>Takes the arrays over; they are not copied.</summary>
    /// <param name="pixels"><c>[N, C, H, W]</c> row-major; 0 is background, 255 full ink or light.</param>
    /// <param name="labels"><c>[N]</c> class of each picture, an index into <paramref name="classNames"/>.</param>
    /// <param name="classNames">Names of the classes.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H, in pixels.</param>
    /// <param name="width">W, in pixels.</param>
    /// <param name="file">The file that the labels come from, for errors.</param>
    /// <exception cref="ArgumentException">The number of pixels is not N * C * H * W.</exception>
    /// <exception cref="DataException">A label is not the index of a class; names the picture.</exception>
    public ImageSet(byte[] pixels, byte[] labels, IReadOnlyList<string> classNames,
        int channels, int height, int width, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        long expected = (long)labels.Length * channels * height * width;
        if (pixels.Length != expected)
            throw new ArgumentException($"{pixels.Length} pixels for {labels.Length} pictures of "
                + $"{channels} x {height} x {width}; expected {expected}.", nameof(pixels));
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < classNames.Count) continue;
            throw new DataException("labels", $"label {i} is {labels[i]}; expected 0 to {classNames.Count - 1}.")
            {
                File = file,
            };
        }
        (Pixels, Labels, ClassNames) = (pixels, labels, classNames);
        (Channels, Height, Width) = (channels, height, width);
    }

    /// <summary>Number of pictures N.</summary>
    public int Count => Labels.Length;

    /// <summary>Numbers per point C: 1 for grey, 3 for colour.</summary>
    public int Channels { get; }

    /// <summary>Rows of a picture H.</summary>
    public int Height { get; }

    /// <summary>Columns of a picture W.</summary>
    public int Width { get; }

    /// <summary><c>[N, C, H, W]</c> row-major; the set's own memory.</summary>
    public byte[] Pixels { get; }

    /// <summary><c>[N]</c> classes; the set's own memory.</summary>
    public byte[] Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The pixels of one picture.</summary>
    /// <param name="index">The picture, from 0.</param>
    public ReadOnlySpan<byte> Picture(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int size = Channels * Height * Width;
        return Pixels.AsSpan(index * size, size);
    }

    /// <summary>The pictures and classes as tensors.</summary>
    /// <returns>Inputs <c>[N, C, H, W]</c> uint8, targets <c>[N]</c> int64.</returns>
    public TensorDataset ToDataset()
    {
        TensorDataset all = new(
            Tensor.From(Pixels, [Count, Channels, Height, Width]),
            Tensor.From(Array.ConvertAll(Labels, label => (long)label), [Count]));
        return _heldOut ? all.HeldOut() : all;
    }

    /// <summary>The same pictures, to measure on.</summary>
    internal ImageSet HeldOut() => new(Pixels, Labels, ClassNames, Channels, Height, Width) { _heldOut = true };
}
