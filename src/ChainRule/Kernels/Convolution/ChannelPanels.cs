namespace ChainRule.Kernels.Convolution;

/// <summary>
/// Output channels divided into panels of up to three vectors, as equal as can be: 64 are 32 + 32, not 48 + 16.
/// </summary>
internal readonly struct ChannelPanels
{
    private readonly int vectors;
    private readonly int lanes;

    public ChannelPanels(int channels, int lanes)
    {
        Channels = channels;
        this.lanes = lanes;
        vectors = (channels + lanes - 1) / lanes;
        Count = (vectors + 2) / 3;
    }

    public int Channels { get; }

    public int Count { get; }

    /// <summary>Channels with the zeros that fill the last vector.</summary>
    public int Padded => vectors * lanes;

    /// <summary>First channel of panel <paramref name="i"/>.</summary>
    public int First(int i) => (int)((long)vectors * i / Count) * lanes;

    /// <summary>Vectors in panel <paramref name="i"/>.</summary>
    public int Vectors(int i) => (First(i + 1) - First(i)) / lanes;
}
