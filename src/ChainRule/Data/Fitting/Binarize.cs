using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// 1 for what is above a threshold, else 0: y = x > threshold. Of counts it leaves whether a word is there at all.
/// </summary>
/// <param name="threshold">The largest number that becomes 0.</param>
public sealed class Binarize(double threshold = 0) : Transform
{
    /// <summary>The largest number that becomes 0.</summary>
    public double Threshold { get; } = double.IsFinite(threshold) ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold),
            FormattableString.Invariant($"Binarize: threshold is {threshold}; expected a finite number."));

    /// <inheritdoc/>
    public override string? Kind => "binarize";

    /// <inheritdoc/>
    /// <returns>Shape as the input; Float64 for Float64 input, else Float32.</returns>
    public override Tensor Apply(Tensor input, SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(input);
        using NoGrad.Scope _ = NoGrad.Begin();
        return input.Greater(Threshold).To(input.DType == DType.Float64 ? DType.Float64 : DType.Float32).Keep();
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("threshold", Threshold);
    }

    internal static Binarize Load(StateReader state) => new(state.Number("threshold"));
}
