using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>Options of an <see cref="MnistCnn"/>.</summary>
public sealed record MnistCnnOptions : ModelOptions
{
    /// <summary>Share of the 1024 hidden units that is dropped while learning, in [0, 1].</summary>
    [JsonRequired]
    public double Dropout { get; init; } = 0.5;

    /// <summary>Classes, 1 or more.</summary>
    [JsonRequired]
    public int Classes { get; init; } = 10;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Architecture => "mnist-cnn";

    internal override int Outputs => Classes;

    internal override Int128 ParameterCount =>
        Affine(25, 32) + Affine(25 * 32, 64) + Affine(64 * 7 * 7, 1024) + Affine(1024, Classes);

    /// <inheritdoc/>
    public override Layer Build(Rng? rng = null) => new MnistCnn(this, rng);
}

/// <summary>
/// The convolutional network of the classic MNIST tutorials: 5x5 convolution to 32 maps, 2x2 maximum, 5x5 convolution
/// to 64 maps, 2x2 maximum, 1024 hidden units, dropout, scores.
/// </summary>
/// <remarks>
/// Takes <c>[N, 1, 28, 28]</c>, gives scores <c>[N, classes]</c>. Convolutions are padded by 2, so the maps are 28x28,
/// 14x14 and 7x7 large. 3,274,634 parameters, most of them between the maps and the hidden units. Source: "Deep MNIST
/// for experts", TensorFlow tutorial (2015); test accuracy 99.2 %.
/// </remarks>
public sealed class MnistCnn : Layer
{
    private readonly Layer[] _layers;

    /// <summary>The network with its usual options, or with others.</summary>
    /// <param name="options">Dropout and classes; 0.5 and 10 if left out.</param>
    /// <param name="rng">Generator of the start values and of dropout; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">Dropout or the number of classes is out of range.</exception>
    public MnistCnn(MnistCnnOptions? options = null, Rng? rng = null)
    {
        Options = options ?? new MnistCnnOptions();
        rng ??= Init.NextRng();
        _layers =
        [
            AddModule("conv1", new Conv2d(1, 32, 5, padding: 2, rng: rng)),
            AddModule("act1", new Relu()), AddModule("pool1", new MaxPool2d(2)),
            AddModule("conv2", new Conv2d(32, 64, 5, padding: 2, rng: rng)),
            AddModule("act2", new Relu()), AddModule("pool2", new MaxPool2d(2)),
            AddModule("flatten", new Flatten()),
            AddModule("fc1", new Linear(64 * 7 * 7, 1024, rng: rng)), AddModule("act3", new Relu()),
            AddModule("dropout", new Dropout(Options.Dropout, rng)),
            AddModule("fc2", new Linear(1024, Options.Classes, rng: rng)),
        ];
    }

    /// <summary>What the network was built from.</summary>
    public MnistCnnOptions Options { get; }

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Chain(_layers, x);
}
