using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// Shifts and scales to mean 0 and standard deviation 1: y = (x - mean) / std, for all or for each channel.
/// </summary>
public sealed class Standardize : Transform, IInvertible
{
    private readonly double[] _mean, _std, _factor, _shift;

    /// <summary>One mean and standard deviation for everything.</summary>
    /// <param name="mean">Mean of the training inputs.</param>
    /// <param name="std">Standard deviation of the training inputs, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A mean is not finite or a deviation not above 0.</exception>
    public Standardize(double mean, double std)
        : this([mean], [std])
    {
    }

    /// <summary>A mean and standard deviation for each channel or feature: each place along dimension 1.</summary>
    /// <param name="mean"><c>[C]</c> means.</param>
    /// <param name="std"><c>[C]</c> standard deviations, above 0.</param>
    /// <exception cref="ArgumentException">The numbers of means and standard deviations differ, or are 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A mean is not finite or a deviation not above 0.</exception>
    public Standardize(ReadOnlySpan<double> mean, ReadOnlySpan<double> std)
    {
        if (mean.Length != std.Length || mean.Length == 0)
            throw new ArgumentException(
                $"Standardize: {mean.Length} means and {std.Length} standard deviations; expected as many, at least "
                + "1.");
        (_mean, _std) = (mean.ToArray(), std.ToArray());
        (_factor, _shift) = (new double[mean.Length], new double[mean.Length]);
        for (int i = 0; i < mean.Length; i++)
        {
            if (!double.IsFinite(mean[i]))
                throw Wrong(nameof(mean), mean[i], "a finite number");
            if (!(std[i] > 0 && double.IsFinite(std[i])))
                throw Wrong(nameof(std), std[i], "a number above 0");
            _factor[i] = 1 / std[i];
            _shift[i] = -mean[i] / std[i];
        }
    }

    /// <summary>Means, one for all or one for each channel.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>Standard deviations, one for all or one for each channel.</summary>
    public IReadOnlyList<double> Std => _std;

    /// <inheritdoc/>
    public override string? Kind => "standardize";

    /// <summary>Finds mean and deviation of a data set's channels, the places along dimension 1.</summary>
    /// <param name="training">The training part alone: what is measured on must not be looked at.</param>
    /// <param name="before">The transforms before this one; null for none.</param>
    /// <returns>The transform; a channel that never changes becomes 0 and keeps its scale.</returns>
    /// <exception cref="DataException">The data set is empty, held out, or holds NaN, an infinity or padded
    /// sequences.</exception>
    public static Standardize Fit(Dataset training, IReadOnlyList<Transform>? before = null)
    {
        var (mean, variance, least, most) = Moments.OfChannels(training, before, "Standardize.Fit");
        var std = new double[mean.Length];
        // Rounding leaves a little variance where nothing varies.
        for (int c = 0; c < std.Length; c++)
            (mean[c], std[c]) = most[c] > least[c] ? (mean[c], Math.Sqrt(variance[c])) : (least[c], 1);
        return new Standardize(mean, std);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">Dimension 1 is not the number of channels.</exception>
    public override Tensor Apply(Tensor input, SampleRandom random) =>
        ChannelAffine.Apply(input, _factor, _shift, "Standardize");

    /// <inheritdoc/>
    /// <exception cref="ShapeException">Dimension 1 is not the number of channels.</exception>
    public Tensor Invert(Tensor output) => ChannelAffine.Apply(output, _std, _mean, "Standardize");

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("mean", Tensor.From(_mean));
        state.Add("std", Tensor.From(_std));
    }

    private static ArgumentOutOfRangeException Wrong(string name, double value, string expected) =>
        new(name, FormattableString.Invariant($"Standardize: {name} is {value}; expected {expected}."));

    internal static Standardize Load(StateReader state) =>
        new(state.Numbers<double>("mean"), state.Numbers<double>("std"));
}
