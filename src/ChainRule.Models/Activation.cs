using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>Which function follows the hidden layers of a network.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    [JsonStringEnumMemberName("relu")]
    Relu,

    /// <summary>x, or 0.01 x where negative.</summary>
    [JsonStringEnumMemberName("leaky-relu")]
    LeakyRelu,

    /// <summary>x, or e^x - 1 where negative.</summary>
    [JsonStringEnumMemberName("elu")]
    Elu,

    /// <summary>1 / (1 + e^-x).</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    [JsonStringEnumMemberName("tanh")]
    Tanh,

    /// <summary>ln(1 + e^x).</summary>
    [JsonStringEnumMemberName("softplus")]
    Softplus,
}

/// <summary>Layers of activations.</summary>
public static class Activations
{
    /// <summary>A fresh layer that computes the activation.</summary>
    /// <param name="activation">Activation.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
    public static Layer Layer(this Activation activation) => activation switch
    {
        Activation.Relu => new Relu(),
        Activation.LeakyRelu => new LeakyRelu(),
        Activation.Elu => new Elu(),
        Activation.Sigmoid => new Sigmoid(),
        Activation.Tanh => new Tanh(),
        Activation.Softplus => new Softplus(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(activation), $"Activation: there is no activation {activation}."),
    };
}
