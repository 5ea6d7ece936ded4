using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>An architecture with its options: all that is needed to build a network anew, before its weights.</summary>
/// <remarks>
/// Kept in model files as JSON: <c>{"architecture":"mlp","sizes":[784,128,10],...}</c>. Options with a default are
/// <see cref="JsonRequiredAttribute">required</see> there: the generated reader would give 0 for what is missing.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "architecture")]
[JsonDerivedType(typeof(LeNet5Options), "lenet5")]
[JsonDerivedType(typeof(MlpOptions), "mlp")]
[JsonDerivedType(typeof(MnistCnnOptions), "mnist-cnn")]
[JsonDerivedType(typeof(SoftmaxRegressionOptions), "softmax-regression")]
public abstract record ModelOptions
{
    private protected ModelOptions()
    {
    }

    /// <summary>Name of the architecture, as it stands in model files.</summary>
    [JsonIgnore]
    public abstract string Architecture { get; }

    /// <summary>Names of all architectures.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["lenet5", "mlp", "mnist-cnn", "softmax-regression"];

    /// <summary>Numbers that the network gives for one input.</summary>
    internal abstract int Outputs { get; }

    /// <summary>How many numbers the parameters will hold; known before any memory is taken.</summary>
    internal abstract Int128 ParameterCount { get; }

    /// <summary>Builds the network with fresh weights.</summary>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public abstract Layer Build(Rng? rng = null);

    /// <summary>Parameters of a linear layer, or of a convolution over that many inputs a window.</summary>
    private protected static Int128 Affine(Int128 inputs, Int128 outputs) => (inputs + 1) * outputs;
}
