using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>How the maps of a network are made smaller.</summary>
public enum Pooling
{
    /// <summary>The largest number of each window.</summary>
    [JsonStringEnumMemberName("max")]
    Max,

    /// <summary>The mean of each window.</summary>
    [JsonStringEnumMemberName("average")]
    Average,
}

/// <summary>Options of a <see cref="LeNet5"/>.</summary>
public sealed record LeNet5Options : ModelOptions
{
    /// <summary>Maps of the two convolutions and units of the two hidden linear layers: four numbers from 1.</summary>
    [JsonRequired]
    public IReadOnlyList<int> Widths { get; init; } = [6, 16, 120, 84];

    /// <summary>What follows each convolution and each hidden linear layer.</summary>
    [JsonRequired]
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>How the maps are halved.</summary>
    [JsonRequired]
    public Pooling Pooling { get; init; } = Pooling.Max;

    /// <summary>Classes, 1 or more.</summary>
    [JsonRequired]
    public int Classes { get; init; } = 10;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Architecture => "lenet5";

    internal override int Outputs => Classes;

    internal override Int128 ParameterCount => Widths is [int c1, int c2, int f1, int f2]
        ? Affine(25, c1) + Affine((Int128)c1 * 25, c2)
            + Affine((Int128)c2 * 16, f1) + Affine(f1, f2) + Affine(f2, Classes)
        : 0;

    /// <inheritdoc/>
    public override Layer Build(Rng? rng = null) => new LeNet5(this, rng);
}

/// <summary>
/// LeNet-5 for 28x28 images: two convolutions of 5x5, each with a pooling of 2x2, then three linear layers.
/// </summary>
/// <remarks>
/// Takes <c>[N, 1, 28, 28]</c>, gives scores <c>[N, classes]</c>. Source: LeCun, Bottou, Bengio and Haffner,
/// "Gradient-based learning applied to document recognition" (1998), fig. 2. As is usual today: images without their
/// border of 2, every map of the second convolution sees all of the first, ReLU and maximum unless asked for, linear
/// scores. 44,426 parameters.
/// </remarks>
public sealed class LeNet5 : Layer
{
    private readonly Layer[] _layers;

    /// <summary>The network with its usual options, or with others.</summary>
    /// <param name="options">Widths, activation, pooling, classes; the usual ones if left out.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentException">A number is below 1, or there are not four widths.</exception>
    public LeNet5(LeNet5Options? options = null, Rng? rng = null)
    {
        Options = options ?? new LeNet5Options();
        if (Options.Widths is not [int c1, int c2, int f1, int f2])
        {
            throw new ArgumentException(
                $"LeNet5: widths must be four numbers, got [{string.Join(", ", Options.Widths)}].", nameof(options));
        }
        rng ??= Init.NextRng();
        _layers =
        [
            AddModule("conv1", new Conv2d(1, c1, 5, rng: rng)), AddModule("act1", Act()), AddModule("pool1", Pool()),
            AddModule("conv2", new Conv2d(c1, c2, 5, rng: rng)), AddModule("act2", Act()), AddModule("pool2", Pool()),
            AddModule("flatten", new Flatten()),
            AddModule("fc1", new Linear(c2 * 4 * 4, f1, rng: rng)), AddModule("act3", Act()),
            AddModule("fc2", new Linear(f1, f2, rng: rng)), AddModule("act4", Act()),
            AddModule("fc3", new Linear(f2, Options.Classes, rng: rng)),
        ];
    }

    /// <summary>What the network was built from.</summary>
    public LeNet5Options Options { get; }

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Chain(_layers, x);

    private Layer Act() => Options.Activation.Layer();

    private Layer Pool() => Options.Pooling == Pooling.Max ? new MaxPool2d(2) : new AvgPool2d(2);
}
