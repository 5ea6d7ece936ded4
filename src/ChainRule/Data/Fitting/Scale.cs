using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// Multiplies by a number, in floating point: y = factor * x. <c>new Scale(1f / 255)</c> brings bytes to 0..1.
/// </summary>
/// <param name="factor">The number.</param>
public sealed class Scale(float factor) : Transform, IInvertible
{
    /// <summary>The number.</summary>
    public float Factor { get; } = factor;

    /// <inheritdoc/>
    public override string? Kind => "scale";

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, SampleRandom random) =>
        ChannelAffine.Apply(input, [Factor], [0], "Scale");

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The factor is 0.</exception>
    public Tensor Invert(Tensor output) => Factor != 0
        ? ChannelAffine.Apply(output, [1.0 / Factor], [0], "Scale")
        : throw new InvalidOperationException("Scale: what was multiplied by 0 cannot be brought back.");

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("factor", Factor);
    }

    internal static Scale Load(StateReader state) => new((float)state.Number("factor"));
}
