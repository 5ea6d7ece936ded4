namespace ChainRule.Nn;

/// <summary>
/// A layer of a transformer's decoder: attention of the target to itself, attention of the target to the encoder's
/// result, and a feed-forward network, each with a way around it and a layer norm.
/// </summary>
/// <remarks>
/// Takes a target <c>[N, T, features]</c> and a memory <c>[N, S, features]</c>, gives <c>[N, T, features]</c>: batch
/// first. Source: Vaswani et al., "Attention is all you need" (2017), section 3.1.
/// </remarks>
public sealed class TransformerDecoderLayer : Module
{
    private readonly TransformerOptions _options;
    private readonly TransformerFeedForward _feedForward;
    private readonly Dropout _dropout1, _dropout2, _dropout3;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="features">Features of both sequences, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">Heads of each attention, 1 or more.</param>
    /// <param name="options">Options; PyTorch's defaults if left out.</param>
    /// <param name="rng">Generator of the start values, from which those of dropout are split; see <see cref="Init"/>
    /// if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="features"/> cannot be shared among the heads.</exception>
    public TransformerDecoderLayer(
        int features, int heads, TransformerOptions? options = null, Rng? rng = null, DType dtype = DType.Float32)
    {
        NeedFloat(dtype);
        _options = options ??= new TransformerOptions();
        rng ??= Init.NextRng();
        Rng drops = rng.Split();
        SelfAttention = AddModule("self_attn", Attention());
        CrossAttention = AddModule("multihead_attn", Attention());
        _feedForward = new TransformerFeedForward(features, options, rng, drops, dtype);
        Linear1 = AddModule("linear1", _feedForward.Linear1);
        AddModule("dropout", _feedForward.Dropout);
        Linear2 = AddModule("linear2", _feedForward.Linear2);
        Norm1 = AddModule("norm1", options.Norm(features, dtype));
        Norm2 = AddModule("norm2", options.Norm(features, dtype));
        Norm3 = AddModule("norm3", options.Norm(features, dtype));
        _dropout1 = AddModule("dropout1", new Dropout(options.Dropout, drops));
        _dropout2 = AddModule("dropout2", new Dropout(options.Dropout, drops));
        _dropout3 = AddModule("dropout3", new Dropout(options.Dropout, drops));

        MultiHeadAttention Attention() =>
            new(features, heads, _options.Dropout, _options.Bias, rng: rng, dtype: dtype);
    }

    /// <summary>Attention of the target to itself.</summary>
    public MultiHeadAttention SelfAttention { get; }

    /// <summary>Attention of the target to the memory.</summary>
    public MultiHeadAttention CrossAttention { get; }

    /// <summary>First linear map of the feed-forward network.</summary>
    public Linear Linear1 { get; }

    /// <summary>Second linear map of the feed-forward network.</summary>
    public Linear Linear2 { get; }

    /// <summary>Norm of the target's attention to itself.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Norm of the attention to the memory.</summary>
    public LayerNorm Norm2 { get; }

    /// <summary>Norm of the feed-forward part.</summary>
    public LayerNorm Norm3 { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"TransformerDecoderLayer {SelfAttention.EmbedDim}, {SelfAttention.Heads} heads" + _options.Text();

    /// <summary>Result of the layer.</summary>
    /// <param name="target"><c>[N, T, features]</c>: what has been produced so far.</param>
    /// <param name="memory"><c>[N, S, features]</c>: the encoder's result.</param>
    /// <param name="masks">What may not be looked at; everything may if left out.</param>
    /// <returns><c>[N, T, features]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public Tensor Forward(Tensor target, Tensor memory, DecoderMasks? masks = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(memory);
        DecoderMasks m = masks ?? DecoderMasks.None;
        Tensor x = target;
        if (_options.NormFirst)
        {
            x = x + Self(Norm1.Forward(x));
            x = x + Cross(Norm2.Forward(x));
            return x + _dropout3.Forward(_feedForward.Forward(Norm3.Forward(x)));
        }
        x = Norm1.Forward(x + Self(x));
        x = Norm2.Forward(x + Cross(x));
        return Norm3.Forward(x + _dropout3.Forward(_feedForward.Forward(x)));

        Tensor Self(Tensor t) => _dropout1.Forward(
            SelfAttention.Forward(t, t, t, m.TargetPadding, m.Target, isCausal: m.TargetIsCausal));

        Tensor Cross(Tensor t) =>
            _dropout2.Forward(CrossAttention.Forward(t, memory, memory, m.MemoryPadding, m.Memory));
    }
}

/// <summary>What a decoder may not look at: Bool tensors, true where it may not.</summary>
public sealed record DecoderMasks
{
    /// <summary>Everything may be looked at.</summary>
    public static DecoderMasks None { get; } = new();

    /// <summary>No position of the target looks at a later one: what training needs.</summary>
    public static DecoderMasks Causal { get; } = new() { TargetIsCausal = true };

    /// <summary><c>[T, T]</c> or <c>[N * heads, T, T]</c>: positions of the target for the target.</summary>
    public Tensor? Target { get; init; }

    /// <summary><c>[N, T]</c>: positions of the target that are padding.</summary>
    public Tensor? TargetPadding { get; init; }

    /// <summary>Blocks later positions of the target for each.</summary>
    public bool TargetIsCausal { get; init; }

    /// <summary><c>[T, S]</c> or <c>[N * heads, T, S]</c>: positions of the memory for the target.</summary>
    public Tensor? Memory { get; init; }

    /// <summary><c>[N, S]</c>: positions of the memory that are padding.</summary>
    public Tensor? MemoryPadding { get; init; }
}
