using System.Globalization;

namespace ChainRule.Nn;

/// <summary>What stands between the two linear maps of a transformer layer.</summary>
public enum FeedForwardActivation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>The Gaussian error linear unit, by the error function.</summary>
    Gelu,
}

/// <summary>Options of transformer layers.</summary>
public sealed record TransformerOptions
{
    /// <summary>Features between the two linear maps, 1 or more.</summary>
    public int FeedForward { get; init; } = 2048;

    /// <summary>Probability in [0, 1] of a number to be dropped in training, of weights of attention too.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>What stands between the two linear maps.</summary>
    public FeedForwardActivation Activation { get; init; } = FeedForwardActivation.Relu;

    /// <summary>Added to the variance by the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Normalise before each part instead of behind each sum.</summary>
    public bool NormFirst { get; init; }

    /// <summary>Linear maps and layer norms have biases.</summary>
    public bool Bias { get; init; } = true;
}

/// <summary>
/// A layer of a transformer's encoder: attention of a sequence to itself and a feed-forward network, each with a way
/// around it and a layer norm.
/// </summary>
/// <remarks>
/// Takes and gives <c>[N, T, features]</c>: batch first. y = LN2(z + FF(z)) with z = LN1(x + SA(x)); with
/// <see cref="TransformerOptions.NormFirst"/> y = z + FF(LN2(z)) with z = x + SA(LN1(x)). Source: Vaswani et al.,
/// "Attention is all you need" (2017), section 3.1; the order with norms first: Xiong et al., "On layer normalization
/// in the transformer architecture" (2020).
/// </remarks>
public sealed class TransformerEncoderLayer : Layer
{
    private readonly TransformerOptions _options;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="features">Features of the sequence, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">Heads of the attention, 1 or more.</param>
    /// <param name="options">Options; PyTorch's defaults if left out.</param>
    /// <param name="rng">Generator of the start values, from which those of dropout are split; see <see cref="Init"/>
    /// if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="features"/> cannot be shared among the heads.</exception>
    public TransformerEncoderLayer(
        int features, int heads, TransformerOptions? options = null, Rng? rng = null, DType dtype = DType.Float32)
    {
        NeedFloat(dtype);
        _options = options ??= new TransformerOptions();
        rng ??= Init.NextRng();
        Rng drops = rng.Split();
        SelfAttention = AddModule(
            "self_attn",
            new MultiHeadAttention(features, heads, options.Dropout, options.Bias, rng: rng, dtype: dtype));
        FeedForward = new TransformerFeedForward(features, options, rng, drops, dtype);
        Linear1 = AddModule("linear1", FeedForward.Linear1);
        AddModule("dropout", FeedForward.Dropout);
        Linear2 = AddModule("linear2", FeedForward.Linear2);
        Norm1 = AddModule("norm1", options.Norm(features, dtype));
        Norm2 = AddModule("norm2", options.Norm(features, dtype));
        Dropout1 = AddModule("dropout1", new Dropout(options.Dropout, drops));
        Dropout2 = AddModule("dropout2", new Dropout(options.Dropout, drops));
    }

    /// <summary>Attention of the sequence to itself.</summary>
    public MultiHeadAttention SelfAttention { get; }

    /// <summary>First linear map of the feed-forward network.</summary>
    public Linear Linear1 { get; }

    /// <summary>Second linear map of the feed-forward network.</summary>
    public Linear Linear2 { get; }

    /// <summary>Norm of the attention part.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Norm of the feed-forward part.</summary>
    public LayerNorm Norm2 { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"TransformerEncoderLayer {SelfAttention.EmbedDim}, {SelfAttention.Heads} heads" + _options.Text();

    private Dropout Dropout1 { get; }

    private Dropout Dropout2 { get; }

    private TransformerFeedForward FeedForward { get; }

    /// <summary>Result of the layer where some positions may not be looked at.</summary>
    /// <param name="x"><c>[N, T, features]</c></param>
    /// <param name="mask"><c>[T, T]</c> or <c>[N * heads, T, T]</c> Bool: true blocks a position (last dimension) for
    /// another.</param>
    /// <param name="keyPaddingMask"><c>[N, T]</c> Bool: true leaves a position out as a key.</param>
    /// <param name="isCausal">Blocks later positions for each.</param>
    /// <returns><c>[N, T, features]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public Tensor Forward(Tensor x, Tensor? mask, Tensor? keyPaddingMask = null, bool isCausal = false) =>
        Run(x, () => Compute(x, mask, keyPaddingMask, isCausal));

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Compute(x, null, null, false);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank != 3 || x.Shape[^1] != SelfAttention.EmbedDim ? $"[N, T, {SelfAttention.EmbedDim}]" : null;

    private Tensor Compute(Tensor x, Tensor? mask, Tensor? padding, bool isCausal)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"TransformerEncoderLayer: expects {expected}, got {x.Shape}.", x.Shape);
        if (_options.NormFirst)
        {
            x = x + Attend(Norm1.Forward(x));
            return x + Dropout2.Forward(FeedForward.Forward(Norm2.Forward(x)));
        }
        x = Norm1.Forward(x + Attend(x));
        return Norm2.Forward(x + Dropout2.Forward(FeedForward.Forward(x)));

        Tensor Attend(Tensor t) =>
            Dropout1.Forward(SelfAttention.Forward(t, t, t, padding, mask, isCausal: isCausal));
    }
}

/// <summary>linear2(dropout(activation(linear1(x)))): the parts belong to the layer around it.</summary>
internal sealed class TransformerFeedForward
{
    private readonly FeedForwardActivation _activation;

    public TransformerFeedForward(int features, TransformerOptions options, Rng rng, Rng drops, DType dtype)
    {
        if (!Enum.IsDefined(options.Activation))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"Transformer: there is no activation {options.Activation}; use Relu or Gelu.");
        }
        _activation = options.Activation;
        Linear1 = new Linear(features, options.FeedForward, options.Bias, rng, dtype);
        Dropout = new Dropout(options.Dropout, drops);
        Linear2 = new Linear(options.FeedForward, features, options.Bias, rng, dtype);
    }

    public Linear Linear1 { get; }

    public Dropout Dropout { get; }

    public Linear Linear2 { get; }

    public Tensor Forward(Tensor x)
    {
        Tensor hidden = _activation == FeedForwardActivation.Relu
            ? F.Linear(x, Linear1.Weight, Linear1.Bias, FusedActivation.Relu)
            : F.Linear(x, Linear1.Weight, Linear1.Bias).Gelu();
        ForwardTrace.Current?.Note(Linear1, x, hidden);
        if (_activation == FeedForwardActivation.Relu) Linear1.Activity?.Look(Linear1, hidden);
        return Linear2.Forward(Dropout.Forward(hidden));
    }
}

/// <summary>What the layers make of their options.</summary>
internal static class TransformerParts
{
    public static LayerNorm Norm(this TransformerOptions options, int features, DType dtype) =>
        new(features, options.LayerNormEps, bias: options.Bias, dtype: dtype);

    /// <summary>Options for a summary, as far as they are not the usual ones.</summary>
    public static string Text(this TransformerOptions options) =>
        string.Create(CultureInfo.InvariantCulture, $", feed-forward {options.FeedForward}")
        + (options.Dropout == 0.1 ? "" : string.Create(CultureInfo.InvariantCulture, $", dropout {options.Dropout}"))
        + (options.Activation == FeedForwardActivation.Relu ? "" : ", gelu")
        + (options.LayerNormEps == 1e-5
            ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {options.LayerNormEps}"))
        + (options.NormFirst ? ", norm first" : "") + (options.Bias ? "" : ", no bias");
}
