using System.Globalization;

namespace ChainRule.Nn;

/// <summary>Decoder layers one after the other, with a norm at the end where there is one.</summary>
/// <remarks>
/// Takes a target <c>[N, T, features]</c> and a memory <c>[N, S, features]</c>, gives <c>[N, T, features]</c>. Source:
/// Vaswani et al., "Attention is all you need" (2017), section 3.1.
/// </remarks>
public sealed class TransformerDecoder : Module
{
    /// <summary>The given layers in order.</summary>
    /// <param name="layers">One or more.</param>
    /// <param name="norm">Norm of the result; none if left out.</param>
    /// <exception cref="ArgumentException">There is no layer.</exception>
    public TransformerDecoder(IReadOnlyList<TransformerDecoderLayer> layers, LayerNorm? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new ArgumentException("TransformerDecoder: there is no layer.", nameof(layers));
        Layers = [.. layers];
        AddModule("layers", new Stack(Layers));
        Norm = norm is null ? null : AddModule("norm", norm);
    }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<TransformerDecoderLayer> Layers { get; }

    /// <summary>Norm of the result; null without.</summary>
    public LayerNorm? Norm { get; }

    /// <inheritdoc/>
    public override string Summary => $"TransformerDecoder, {Layers.Count} layer{(Layers.Count == 1 ? "" : "s")}";

    /// <summary>Result of the layers.</summary>
    /// <param name="target"><c>[N, T, features]</c>: what has been produced so far.</param>
    /// <param name="memory"><c>[N, S, features]</c>: the encoder's result.</param>
    /// <param name="masks">What may not be looked at; everything may if left out.</param>
    /// <returns><c>[N, T, features]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public Tensor Forward(Tensor target, Tensor memory, DecoderMasks? masks = null)
    {
        Tensor y = target;
        foreach (TransformerDecoderLayer layer in Layers) y = layer.Forward(y, memory, masks);
        return Norm is null ? y : Norm.Forward(y);
    }

    // Gives the layers their keys: "layers.0".
    private sealed class Stack : Module
    {
        public Stack(IReadOnlyList<TransformerDecoderLayer> layers)
        {
            for (int i = 0; i < layers.Count; i++) AddModule(i.ToString(CultureInfo.InvariantCulture), layers[i]);
        }
    }
}
