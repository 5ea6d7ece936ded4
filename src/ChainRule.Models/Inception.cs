using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>
/// Block of GoogLeNet: convolutions of 1x1, 3x3 and 5x5 and a maximum of 3x3 side by side, their maps one behind the
/// other. A 1x1 convolution before each large kernel, and after the maximum, keeps the number of maps down.
/// </summary>
/// <remarks>
/// Takes <c>[N, inChannels, H, W]</c>, gives <c>[N, conv1 + conv3 + conv5 + pool, H, W]</c>. A ReLU follows each
/// convolution. The branches are "branch1" to "branch4", in the order of the output. Source: Szegedy et al., "Going
/// deeper with convolutions" (2015), fig. 2b; its table 1 holds the numbers of the nine blocks, the first of which is
/// <code>new Inception(192, conv1: 64, reduce3: 96, conv3: 128, reduce5: 16, conv5: 32, pool: 32)</code>
/// </remarks>
public sealed class Inception : Layer
{
    private readonly Layer[] _branches;

    /// <summary>A block with start values.</summary>
    /// <param name="inChannels">Maps of the input.</param>
    /// <param name="conv1">Maps of the 1x1 convolution.</param>
    /// <param name="reduce3">Maps that the 3x3 convolution sees.</param>
    /// <param name="conv3">Maps of the 3x3 convolution.</param>
    /// <param name="reduce5">Maps that the 5x5 convolution sees.</param>
    /// <param name="conv5">Maps of the 5x5 convolution.</param>
    /// <param name="pool">Maps of the 1x1 convolution behind the maximum.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public Inception(
        int inChannels, int conv1, int reduce3, int conv3, int reduce5, int conv5, int pool, Rng? rng = null,
        DType dtype = DType.Float32)
    {
        rng ??= Init.NextRng();
        (InChannels, OutChannels) = (inChannels, conv1 + conv3 + conv5 + pool);
        _branches =
        [
            AddModule("branch1", new Sequential(Conv(inChannels, conv1, 1), new Relu())),
            AddModule("branch2", new Sequential(
                Conv(inChannels, reduce3, 1), new Relu(), Conv(reduce3, conv3, 3), new Relu())),
            AddModule("branch3", new Sequential(
                Conv(inChannels, reduce5, 1), new Relu(), Conv(reduce5, conv5, 5), new Relu())),
            AddModule("branch4", new Sequential(
                new MaxPool2d(3, stride: 1, padding: 1), Conv(inChannels, pool, 1), new Relu())),
        ];

        Conv2d Conv(int from, int to, int size) =>
            new(from, to, size, padding: size / 2, rng: rng, dtype: dtype);
    }

    /// <summary>Maps of the input.</summary>
    public int InChannels { get; }

    /// <summary>Maps of the output: those of the four branches.</summary>
    public int OutChannels { get; }

    /// <inheritdoc/>
    public override string Summary => $"Inception {InChannels} -> {OutChannels}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Tensor.Concat([.. _branches.Select(b => b.Forward(x))], dim: 1);
}
