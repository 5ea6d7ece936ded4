using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>Options of a <see cref="SoftmaxRegression"/>.</summary>
public sealed record SoftmaxRegressionOptions : ModelOptions
{
    /// <summary>Numbers a sample has, 1 or more.</summary>
    public required int Features { get; init; }

    /// <summary>Classes, 1 or more.</summary>
    public required int Classes { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Architecture => "softmax-regression";

    internal override int Outputs => Classes;

    internal override Int128 ParameterCount => Affine(Features, Classes);

    /// <inheritdoc/>
    public override Layer Build(Rng? rng = null) => new SoftmaxRegression(this);
}

/// <summary>The linear classifier: scores = x W^T + b, whose softmax are the probabilities of the classes.</summary>
/// <remarks>
/// Takes <c>[N, features]</c>, or images <c>[N, ...]</c> of as many pixels, which are flattened; gives scores
/// <c>[N, classes]</c> for <see cref="F.CrossEntropy"/>. Starts at zero: the loss is convex, so nothing is gained by
/// chance.
/// </remarks>
public sealed class SoftmaxRegression : Layer
{
    private readonly Linear _fc;

    /// <summary>A classifier that finds all classes equally likely.</summary>
    /// <param name="features">Numbers a sample has.</param>
    /// <param name="classes">Classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public SoftmaxRegression(int features, int classes)
        : this(new SoftmaxRegressionOptions { Features = features, Classes = classes })
    {
    }

    /// <summary>A classifier from its options.</summary>
    /// <param name="options">Numbers of features and classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public SoftmaxRegression(SoftmaxRegressionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _fc = AddModule("fc", new Linear(options.Features, options.Classes, rng: new Rng(0)));
        _fc.Weight.Set(Init.Zeros(_fc.Weight.Shape));
        _fc.Bias!.Set(Init.Zeros(_fc.Bias.Shape));
    }

    /// <summary>What the classifier was built from.</summary>
    public SoftmaxRegressionOptions Options { get; }

    /// <inheritdoc/>
    public override string Summary => $"SoftmaxRegression {Options.Features} -> {Options.Classes}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => _fc.Forward(x.Rank > 2 ? x.Flatten(1) : x);
}
