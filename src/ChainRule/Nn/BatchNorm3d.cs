namespace ChainRule.Nn;

/// <summary>
/// Batch normalisation of volumes: y = (x - mean) / sqrt(var + eps) * weight + bias; see <see cref="BatchNorm"/>.
/// </summary>
/// <remarks>Takes <c>[N, channels, D, H, W]</c>, gives the same.</remarks>
public sealed class BatchNorm3d : BatchNorm
{
    /// <summary>A layer with scale 1, shift 0, running mean 0 and running variance 1.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">Share of the new batch in running statistics, 0 to 1; null for the mean of all.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="trackRunningStats">Keep running statistics; without, the batch's count in both modes.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public BatchNorm3d(
        int channels, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true,
        DType dtype = DType.Float32)
        : base(channels, eps, momentum, affine, trackRunningStats, dtype)
    {
    }

    private protected override string Kind => "BatchNorm3d";

    private protected override string Pattern => $"[N, {Channels}, D, H, W]";

    private protected override bool TakesRank(int rank) => rank == 5;
}
