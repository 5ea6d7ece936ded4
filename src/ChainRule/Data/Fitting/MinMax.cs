using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// Brings what lies between the smallest and the largest training input into a range: y = low + (high - low) (x - min)
/// / (max - min), for all or for each channel.
/// </summary>
public sealed class MinMax : Transform, IInvertible
{
    private readonly double[] _min, _max, _factor, _shift;

    /// <summary>Ranges of the inputs that are known.</summary>
    /// <param name="min"><c>[C]</c> smallest input of each channel; one number for everything.</param>
    /// <param name="max"><c>[C]</c> largest input of each channel; where it equals the smallest, low is given.</param>
    /// <param name="low">Lower end of the range.</param>
    /// <param name="high">Upper end of the range, above it.</param>
    /// <exception cref="ArgumentException">The numbers of minima and maxima differ or are 0, or one is not
    /// finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A minimum is above its maximum, or low not below high.</exception>
    public MinMax(ReadOnlySpan<double> min, ReadOnlySpan<double> max, double low = 0, double high = 1)
    {
        if (min.Length != max.Length || min.Length == 0)
            throw new ArgumentException(
                $"MinMax: {min.Length} minima and {max.Length} maxima; expected as many, at least 1.");
        if (!(low < high && double.IsFinite(high - low)))
            throw new ArgumentOutOfRangeException(
                nameof(low), FormattableString.Invariant($"MinMax: range {low} to {high}; expected low below high."));
        (_min, _max, Low, High) = (min.ToArray(), max.ToArray(), low, high);
        (_factor, _shift) = (new double[min.Length], new double[min.Length]);
        for (int i = 0; i < min.Length; i++)
        {
            if (!(min[i] <= max[i] && double.IsFinite(max[i] - min[i])))
            {
                throw new ArgumentOutOfRangeException(nameof(min), FormattableString.Invariant(
                    $"MinMax: channel {i} is from {min[i]} to {max[i]}; expected finite numbers, the smaller first."));
            }
            _factor[i] = max[i] > min[i] ? (high - low) / (max[i] - min[i]) : 0;
            _shift[i] = low - (_factor[i] * min[i]);
        }
    }

    /// <summary>Smallest inputs, one for all or one for each channel.</summary>
    public IReadOnlyList<double> Min => _min;

    /// <summary>Largest inputs, one for all or one for each channel.</summary>
    public IReadOnlyList<double> Max => _max;

    /// <summary>Lower end of the range.</summary>
    public double Low { get; }

    /// <summary>Upper end of the range.</summary>
    public double High { get; }

    /// <inheritdoc/>
    public override string? Kind => "minmax";

    /// <summary>Finds the ranges of a data set's channels, the places along dimension 1.</summary>
    /// <param name="training">The training part alone: what is measured on must not be looked at.</param>
    /// <param name="low">Lower end of the range.</param>
    /// <param name="high">Upper end of the range, above it.</param>
    /// <param name="before">The transforms before this one; null for none.</param>
    /// <exception cref="DataException">The data set is empty, held out, or holds NaN, an infinity or padded
    /// sequences.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Low is not below high.</exception>
    public static MinMax Fit(
        Dataset training, double low = 0, double high = 1, IReadOnlyList<Transform>? before = null)
    {
        var (_, _, least, most) = Moments.OfChannels(training, before, "MinMax.Fit");
        return new MinMax(least, most, low, high);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">Dimension 1 is not the number of channels.</exception>
    public override Tensor Apply(Tensor input, SampleRandom random) =>
        ChannelAffine.Apply(input, _factor, _shift, "MinMax");

    /// <inheritdoc/>
    /// <exception cref="ShapeException">Dimension 1 is not the number of channels.</exception>
    public Tensor Invert(Tensor output)
    {
        double[] factor = [.. _min.Zip(_max, (min, max) => (max - min) / (High - Low))];
        return ChannelAffine.Apply(output, factor, [.. factor.Zip(_min, (f, min) => min - (f * Low))], "MinMax");
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("min", Tensor.From(_min));
        state.Add("max", Tensor.From(_max));
        state.Add("low", Low);
        state.Add("high", High);
    }

    internal static MinMax Load(StateReader state) => new(
        state.Numbers<double>("min"), state.Numbers<double>("max"), state.Number("low"), state.Number("high"));
}
