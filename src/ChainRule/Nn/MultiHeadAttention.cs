using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Attention in several heads: queries, keys and values are projected, each head attends with its share of the
/// features, and what the heads give is projected once more.
/// </summary>
/// <remarks>
/// Takes queries <c>[N, L, embedDim]</c>, keys <c>[N, S, kDim]</c> and values <c>[N, S, vDim]</c>, gives
/// <c>[N, L, embedDim]</c>: batch first. Source: Vaswani et al., "Attention is all you need" (2017), section 3.2.2.
/// Differs from PyTorch: D29.
/// </remarks>
public sealed class MultiHeadAttention : Module
{
    private readonly Rng _rng;

    /// <summary>A layer with fresh weights, as PyTorch draws them.</summary>
    /// <param name="embedDim">Features of queries and results, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">How many heads, 1 or more.</param>
    /// <param name="dropout">Probability in [0, 1] of a weight to be dropped in training.</param>
    /// <param name="bias">Projections add a bias.</param>
    /// <param name="addBiasKv">Learn one more key and value, behind the given ones.</param>
    /// <param name="addZeroAttention">Put a key and a value of zeros behind the given ones.</param>
    /// <param name="kDim">Features of keys; <paramref name="embedDim"/> if left out.</param>
    /// <param name="vDim">Features of values; <paramref name="embedDim"/> if left out.</param>
    /// <param name="rng">Generator of the start values, from which that of dropout is split; see <see cref="Init"/> if
    /// left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="embedDim"/> cannot be shared among the heads.</exception>
    public MultiHeadAttention(
        int embedDim, int heads, double dropout = 0, bool bias = true, bool addBiasKv = false,
        bool addZeroAttention = false, int? kDim = null, int? vDim = null, Rng? rng = null,
        DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(embedDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        NeedFloat(dtype);
        if (embedDim % heads != 0)
        {
            throw new ArgumentException(
                $"MultiHeadAttention: {embedDim} features cannot be shared by {heads} heads; take a multiple.",
                nameof(embedDim));
        }
        if (!(dropout >= 0 && dropout <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(dropout), FormattableString.Invariant(
                $"MultiHeadAttention: dropout must be in [0, 1], got {dropout}."));
        }
        (EmbedDim, Heads, Dropout, KDim, VDim) = (embedDim, heads, dropout, kDim ?? embedDim, vDim ?? embedDim);
        ArgumentOutOfRangeException.ThrowIfLessThan(KDim, 1, nameof(kDim));
        ArgumentOutOfRangeException.ThrowIfLessThan(VDim, 1, nameof(vDim));
        AddZeroAttention = addZeroAttention;
        rng ??= Init.NextRng();
        _rng = AddGenerator("rng", rng.Split());
        if (KDim == embedDim && VDim == embedDim)
        {
            InProjWeight = AddParameter(
                "in_proj_weight", Init.XavierUniform([3 * embedDim, embedDim], rng, dtype: dtype));
        }
        else
        {
            QProjWeight = AddParameter("q_proj_weight", Init.XavierUniform([embedDim, embedDim], rng, dtype: dtype));
            KProjWeight = AddParameter("k_proj_weight", Init.XavierUniform([embedDim, KDim], rng, dtype: dtype));
            VProjWeight = AddParameter("v_proj_weight", Init.XavierUniform([embedDim, VDim], rng, dtype: dtype));
        }
        InProjBias = bias ? AddParameter("in_proj_bias", Init.Zeros([3 * embedDim], dtype)) : null;
        if (addBiasKv)
        {
            double std = Math.Sqrt(2.0 / (embedDim + 1));
            BiasK = AddParameter("bias_k", Init.Normal([1, 1, embedDim], std, rng, dtype: dtype));
            BiasV = AddParameter("bias_v", Init.Normal([1, 1, embedDim], std, rng, dtype: dtype));
        }
        OutProj = AddModule("out_proj", new Linear(embedDim, embedDim, bias, rng, dtype));
        OutProj.Bias?.Set(Init.Zeros([embedDim], dtype));
    }

    /// <summary>Features of queries and results.</summary>
    public int EmbedDim { get; }

    /// <summary>How many heads there are.</summary>
    public int Heads { get; }

    /// <summary>Probability of a weight to be dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Features of keys.</summary>
    public int KDim { get; }

    /// <summary>Features of values.</summary>
    public int VDim { get; }

    /// <summary>A key and a value of zeros stand behind the given ones.</summary>
    public bool AddZeroAttention { get; }

    /// <summary>Projections of queries, keys and values, <c>[3 * embedDim, embedDim]</c>; null where keys or values
    /// have other features.</summary>
    public Parameter? InProjWeight { get; }

    /// <summary>Projection of queries, <c>[embedDim, embedDim]</c>; null with <see cref="InProjWeight"/>.</summary>
    public Parameter? QProjWeight { get; }

    /// <summary>Projection of keys, <c>[embedDim, kDim]</c>; null with <see cref="InProjWeight"/>.</summary>
    public Parameter? KProjWeight { get; }

    /// <summary>Projection of values, <c>[embedDim, vDim]</c>; null with <see cref="InProjWeight"/>.</summary>
    public Parameter? VProjWeight { get; }

    /// <summary>Biases of the three projections, <c>[3 * embedDim]</c>; null without.</summary>
    public Parameter? InProjBias { get; }

    /// <summary>The learnt key, <c>[1, 1, embedDim]</c>; null without.</summary>
    public Parameter? BiasK { get; }

    /// <summary>The learnt value, <c>[1, 1, embedDim]</c>; null without.</summary>
    public Parameter? BiasV { get; }

    /// <summary>Projection of what the heads give.</summary>
    public Linear OutProj { get; }

    /// <inheritdoc/>
    public override string Summary =>
        string.Create(CultureInfo.InvariantCulture, $"MultiHeadAttention {EmbedDim}, {Heads} heads")
        + (KDim == EmbedDim && VDim == EmbedDim ? "" : $", keys {KDim}, values {VDim}")
        + (Dropout > 0 ? string.Create(CultureInfo.InvariantCulture, $", dropout {Dropout}") : "")
        + (InProjBias is null ? ", no bias" : "") + (BiasK is null ? "" : ", learnt key and value")
        + (AddZeroAttention ? ", zero key and value" : "");

    /// <summary>Result of the layer.</summary>
    /// <param name="query"><c>[N, L, embedDim]</c>: what asks.</param>
    /// <param name="key"><c>[N, S, kDim]</c>: what is looked at.</param>
    /// <param name="value"><c>[N, S, vDim]</c>: what is fetched.</param>
    /// <param name="keyPaddingMask"><c>[N, S]</c> Bool: true leaves a key out.</param>
    /// <param name="mask"><c>[L, S]</c> or <c>[N * heads, L, S]</c> Bool: true blocks a key for a query.</param>
    /// <param name="bias"><c>[L, S]</c> or <c>[N * heads, L, S]</c>: added to the scores.</param>
    /// <param name="isCausal">Blocks key j for query i when j > i.</param>
    /// <returns><c>[N, L, embedDim]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public Tensor Forward(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? mask = null,
        Tensor? bias = null, bool isCausal = false)
    {
        try
        {
            Tensor output = OutProj.Forward(Attend(query, key, value, keyPaddingMask, mask, bias, isCausal));
            ForwardTrace.Current?.Note(this, output, MultiplyAdds(query.Shape, key.Shape[1]));
            return output;
        }
        catch (ChainRuleException e) when (Note(e))
        {
            throw;                                                   // never reached: Note only looks
        }
    }

    /// <summary>Result of the layer with the weights of attention, for looking at them: slower and larger.</summary>
    /// <param name="query"><c>[N, L, embedDim]</c>: what asks.</param>
    /// <param name="key"><c>[N, S, kDim]</c>: what is looked at.</param>
    /// <param name="value"><c>[N, S, vDim]</c>: what is fetched.</param>
    /// <param name="keyPaddingMask"><c>[N, S]</c> Bool: true leaves a key out.</param>
    /// <param name="mask"><c>[L, S]</c> or <c>[N * heads, L, S]</c> Bool: true blocks a key for a query.</param>
    /// <param name="bias"><c>[L, S]</c> or <c>[N * heads, L, S]</c>: added to the scores.</param>
    /// <param name="isCausal">Blocks key j for query i when j > i.</param>
    /// <param name="averageWeights">The mean of the heads' weights instead of each head's.</param>
    /// <returns>Output <c>[N, L, embedDim]</c>; weights <c>[N, L, S]</c>, or <c>[N, heads, L, S]</c> not averaged, S
    /// counting learnt and zero keys too.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public (Tensor Output, Tensor Weights) ForwardWithWeights(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? mask = null,
        Tensor? bias = null, bool isCausal = false, bool averageWeights = true)
    {
        try
        {
            Scores scores = Check(query, key, value, keyPaddingMask, mask, bias);
            (Tensor q, Tensor k, Tensor v, scores) = Project(query, key, value, scores, ref isCausal);
            (Tensor y, Tensor weights) = F.ScaledDotProductAttentionWithWeights(
                q, k, v, scores.Mask, scores.Bias, isCausal, null, IsTraining ? Dropout : 0, _rng);
            Tensor output = OutProj.Forward(AttentionHeads.Join(y));
            ForwardTrace.Current?.Note(this, output, MultiplyAdds(query.Shape, key.Shape[1]));
            return (output, averageWeights ? weights.Mean(1) : weights);
        }
        catch (ChainRuleException e) when (Note(e))
        {
            throw;                                                   // never reached: Note only looks
        }
    }

    // What the heads give, side by side.
    private Tensor Attend(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask, Tensor? mask, Tensor? bias, bool isCausal)
    {
        Scores scores = Check(query, key, value, keyPaddingMask, mask, bias);
        double dropout = IsTraining ? Dropout : 0;
        bool self = ReferenceEquals(query, key) && ReferenceEquals(key, value) && InProjWeight is not null
            && BiasK is null && !AddZeroAttention && scores.Bias is not { RequiresGrad: true };
        if (!self)
        {
            (Tensor q, Tensor k, Tensor v, scores) = Project(query, key, value, scores, ref isCausal);
            return AttentionHeads.Join(F.ScaledDotProductAttention(
                q, k, v, scores.Mask, scores.Bias, isCausal, null, dropout, _rng));
        }
        Tensor qkv = F.Linear(query, InProjWeight!, InProjBias);
        AttentionOptions options = AttentionCall.OptionsOf(
            nameof(MultiHeadAttention), scores.Shape, EmbedDim / Heads, isCausal, null, dropout, _rng);
        Tensor? scoreBias = AttentionCall.ScoreBias(scores.Mask, scores.Bias, scores.Shape, query.DType);
        return SelfAttentionNode.Apply(qkv, Heads, scoreBias, options);
    }

    // The projections; then scores, and values by their shares.
    private long MultiplyAdds(Shape query, int keys)
    {
        long n = query[0], queries = query[1], added = (BiasK is null ? 0 : 1) + (AddZeroAttention ? 1 : 0);
        return n * EmbedDim * ((queries * EmbedDim) + (keys * ((long)KDim + VDim)) + (2 * queries * (keys + added)));
    }

    private bool Note(ChainRuleException e)
    {
        e.AddLayer($"{Path} ({Summary})");
        return false;
    }

    // Queries, keys and values of all heads, [N, H, T, d], and what is added to the keys.
    private (Tensor Q, Tensor K, Tensor V, Scores Scores) Project(
        Tensor query, Tensor key, Tensor value, Scores scores, ref bool isCausal)
    {
        Tensor[] weights = InProjWeight is null
            ? [QProjWeight!.Value, KProjWeight!.Value, VProjWeight!.Value]
            : InProjWeight.Value.Split(EmbedDim);
        Tensor[]? biases = InProjBias?.Value.Split(EmbedDim);
        Tensor q = F.Linear(query, weights[0], biases?[0]);
        Tensor k = F.Linear(key, weights[1], biases?[1]), v = F.Linear(value, weights[2], biases?[2]);
        int batch = query.Dims[0], more = (BiasK is null ? 0 : 1) + (AddZeroAttention ? 1 : 0);
        if (more > 0)
        {
            (k, v) = (Extend(k, BiasK, batch), Extend(v, BiasV, batch));
            scores = Extend(scores, more, isCausal);
            isCausal = false;
        }
        return (AttentionHeads.Split(q, Heads), AttentionHeads.Split(k, Heads), AttentionHeads.Split(v, Heads), scores);
    }

    private Tensor Extend(Tensor t, Parameter? learnt, int batch)
    {
        List<Tensor> parts = [t];
        if (learnt is not null) parts.Add(learnt.Value.Expand([batch, 1, EmbedDim]));
        if (AddZeroAttention) parts.Add(Tensor.Zeros([batch, 1, EmbedDim], t.DType));
        return Tensor.Concat(parts, 1);
    }

    // Every query looks at the keys that were added, also where it looks at no later ones.
    private static Scores Extend(Scores scores, int more, bool isCausal)
    {
        ReadOnlySpan<int> d = scores.Shape.Dims;
        int queries = d[2], keys = d[3];
        Tensor? mask = scores.Mask, bias = scores.Bias;
        if (isCausal)
        {
            Tensor causal = Tensor.Arange(0, keys, dtype: DType.Int32)
                > Tensor.Arange(0, queries, dtype: DType.Int32).Unsqueeze(1);
            mask = mask is null ? causal.Reshape(1, 1, queries, keys) : mask.LogicalOr(causal);
        }
        if (mask is not null) mask = Tensor.Concat([mask, Tensor.Zeros([.. mask.Dims[..3], more], DType.Bool)], 3);
        if (bias is not null) bias = Tensor.Concat([bias, Tensor.Zeros([.. bias.Dims[..3], more], bias.DType)], 3);
        return new Scores([d[0], d[1], queries, keys + more], mask, bias);
    }

    private Scores Check(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask, Tensor? mask, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        CheckInput("query", query, EmbedDim);
        CheckInput("key", key, KDim);
        CheckInput("value", value, VDim);
        (int n, int queries, int keys) = (query.Dims[0], query.Dims[1], key.Dims[1]);
        if (key.Dims[0] != n || value.Dims[0] != n || value.Dims[1] != keys)
        {
            throw new ShapeException(
                "MultiHeadAttention: batch or sequence sizes differ.\n  "
                + $"{Elementwise.Operand("query", query)}    {Elementwise.Operand("key", key)}    "
                + $"{Elementwise.Operand("value", value)}", query.Shape, key.Shape);
        }
        if (keyPaddingMask is not null && keyPaddingMask.Shape != [n, keys])
        {
            throw new ShapeException(
                $"MultiHeadAttention: keyPaddingMask must be [{n}, {keys}], got {keyPaddingMask.Shape}.",
                keyPaddingMask.Shape);
        }
        Tensor? blocked = OfHeads("mask", mask, n, queries, keys), added = OfHeads("bias", bias, n, queries, keys);
        Tensor? padding = keyPaddingMask?.Reshape(n, 1, 1, keys);
        Shape shape = [n, Heads, queries, keys];
        AttentionCall.CheckScoreBias(nameof(MultiHeadAttention), query, padding, added, shape);
        AttentionCall.CheckScoreBias(nameof(MultiHeadAttention), query, blocked, null, shape);
        if (padding is not null) blocked = blocked is null ? padding : blocked.LogicalOr(padding);
        return new Scores(shape, blocked, added);
    }

    private void CheckInput(string what, Tensor t, int features)
    {
        if (t.Rank != 3 || t.Dims[2] != features)
        {
            throw new ShapeException(
                $"MultiHeadAttention: {what} must be [N, T, {features}], got {t.Shape}.", t.Shape);
        }
    }

    private Tensor? OfHeads(string what, Tensor? t, int n, int queries, int keys)
    {
        if (t is null) return null;
        if (t.Shape == [queries, keys]) return t.Reshape(1, 1, queries, keys);
        if (t.Shape == [n * Heads, queries, keys]) return t.Reshape(n, Heads, queries, keys);
        throw new ShapeException(
            $"MultiHeadAttention: {what} must be [{queries}, {keys}] or [{n * Heads}, {queries}, {keys}], got "
            + $"{t.Shape}.", t.Shape);
    }

    /// <summary>Shape of the scores, [N, H, L, S], and what blocks or shifts them, of rank 4.</summary>
    private readonly record struct Scores(Shape Shape, Tensor? Mask, Tensor? Bias);
}
