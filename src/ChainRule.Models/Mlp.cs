using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>Options of an <see cref="Mlp"/>.</summary>
public sealed record MlpOptions : ModelOptions
{
    /// <summary>
    /// Numbers of inputs, of units of each hidden layer, and of outputs: two or more, each 1 or more.
    /// </summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>What follows each hidden layer.</summary>
    [JsonRequired]
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Share of the hidden units that is dropped while learning, in [0, 1]; 0 for none.</summary>
    [JsonRequired]
    public double Dropout { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Architecture => "mlp";

    internal override int Outputs => Sizes.Count == 0 ? 0 : Sizes[^1];

    internal override Int128 ParameterCount
    {
        get
        {
            Int128 count = 0;
            for (int i = 1; i < Sizes.Count; i++) count += Affine(Sizes[i - 1], Sizes[i]);
            return count;
        }
    }

    /// <inheritdoc/>
    public override Layer Build(Rng? rng = null) => new Mlp(this, rng);
}

/// <summary>Multilayer perceptron: linear layers, with an activation after each but the last.</summary>
/// <remarks>
/// Takes <c>[N, sizes[0]]</c>, or images <c>[N, ...]</c> of as many pixels, which are flattened; gives scores
/// <c>[N, sizes[^1]]</c> for <see cref="F.CrossEntropy"/> or another loss. Its layers are "fc1", "fc2", ...
/// </remarks>
/// <example><code>
/// Mlp digits = new(784, 128, 10);
/// Mlp table = new(new MlpOptions { Sizes = [4, 10, 20, 10, 3], Activation = Activation.Tanh });
/// </code></example>
public sealed class Mlp : Layer
{
    private readonly List<Layer> _layers = [];

    /// <summary>A network with ReLU and no dropout.</summary>
    /// <param name="sizes">Numbers of inputs, of units of each hidden layer, and of outputs.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, or one is below 1.</exception>
    public Mlp(params int[] sizes)
        : this(new MlpOptions { Sizes = sizes })
    {
    }

    /// <summary>A network with options.</summary>
    /// <param name="options">Sizes, activation, dropout.</param>
    /// <param name="rng">Generator of the start values and of dropout; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, one is below 1, or dropout is out of
    /// range.</exception>
    public Mlp(MlpOptions options, Rng? rng = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<int> sizes = options.Sizes;
        if (sizes.Count < 2 || sizes.Any(s => s < 1))
        {
            throw new ArgumentException(
                $"Mlp: sizes must be two or more numbers from 1, got [{string.Join(", ", sizes)}].", nameof(options));
        }
        Options = options;
        rng ??= Init.NextRng();
        for (int i = 1; i < sizes.Count; i++)
        {
            _layers.Add(AddModule($"fc{i}", new Linear(sizes[i - 1], sizes[i], rng: rng)));
            if (i == sizes.Count - 1) break;
            _layers.Add(AddModule($"act{i}", options.Activation.Layer()));
            if (options.Dropout != 0) _layers.Add(AddModule($"dropout{i}", new Dropout(options.Dropout, rng)));
        }
    }

    /// <summary>What the network was built from.</summary>
    public MlpOptions Options { get; }

    /// <inheritdoc/>
    public override string Summary => $"Mlp {string.Join(" -> ", Options.Sizes)}";

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Chain(_layers, x.Rank > 2 ? x.Flatten(1) : x);
}
