using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Batch normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, channel by channel, with the statistics of
/// the batch while learning and running ones in evaluation mode.
/// </summary>
/// <remarks>
/// Running statistics are buffers, saved with the model: running = (1 - momentum) * running + momentum * new, the
/// variance unbiased. Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
/// internal covariate shift" (2015), algorithms 1 and 2.
/// </remarks>
public abstract class BatchNorm : Layer
{
    private readonly Tensor? _batches;

    private protected BatchNorm(
        int channels, double eps, double? momentum, bool affine, bool trackRunningStats, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        NeedFloat(dtype);
        BatchNormNode.CheckNumbers(Kind, momentum ?? 0, eps);
        (Channels, Eps, Momentum) = (channels, eps, momentum);
        if (affine)
        {
            Weight = AddParameter("weight", Init.Ones([channels], dtype));
            Bias = AddParameter("bias", Init.Zeros([channels], dtype));
        }
        if (!trackRunningStats) return;
        RunningMean = AddBuffer("running_mean", Tensor.Zeros([channels], dtype));
        RunningVar = AddBuffer("running_var", Tensor.Ones([channels], dtype));
        _batches = AddBuffer("num_batches_tracked", Tensor.Zeros([], DType.Int64));
    }

    /// <summary>Channels of the input.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>Share of the new batch in running statistics; null for the plain mean over all batches.</summary>
    public double? Momentum { get; }

    /// <summary>Scale, <c>[channels]</c>; null without.</summary>
    public Parameter? Weight { get; }

    /// <summary>Shift, <c>[channels]</c>; null without.</summary>
    public Parameter? Bias { get; }

    /// <summary>Running mean, <c>[channels]</c>; null where none is kept.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>Running variance, <c>[channels]</c>; null where none is kept.</summary>
    public Tensor? RunningVar { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"{Kind} {Channels}" + (Eps == 1e-5 ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {Eps}"))
        + (Momentum is not { } m ? ", plain mean"
            : m == 0.1 ? "" : string.Create(CultureInfo.InvariantCulture, $", momentum {m}"))
        + (Weight is null ? ", no scale and shift" : "") + (RunningMean is null ? ", no running statistics" : "");

    private protected abstract string Kind { get; }

    /// <summary>What the layer takes, for errors.</summary>
    private protected abstract string Pattern { get; }

    private protected abstract bool TakesRank(int rank);

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"{Kind}: expects {expected}, got {x.Shape}.", x.Shape);
        bool learn = IsTraining && _batches is not null;
        double momentum = Momentum ?? (learn ? 1 / (_batches!.Item() + 1) : 0);
        Tensor y = F.BatchNorm(
            x, RunningMean, RunningVar, Weight, Bias, IsTraining || RunningMean is null, momentum, Eps);
        if (learn) _batches!.Fill(_batches.Item() + 1);
        return y;
    }

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        !TakesRank(x.Rank) || x.Shape[1] != Channels ? Pattern : null;
}
