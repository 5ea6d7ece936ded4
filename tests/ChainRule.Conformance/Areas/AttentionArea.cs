using ChainRule.Nn;

namespace ChainRule.Conformance;

/// <summary>Attention, alone and inside its layers.</summary>
internal static class AttentionArea
{
    private const string Parameters = "param.";

    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("layer/scaled_dot_product_attention", ScaledDotProduct);
        all.Add("layer/multihead_attention", MultiHead);
        all.Add("layer/transformer_encoder_layer", EncoderLayer);
    }

    public static FeedForwardActivation Activation(CaseRun r) =>
        r.Case.Text("activation") == "gelu" ? FeedForwardActivation.Gelu : FeedForwardActivation.Relu;

    private static void ScaledDotProduct(CaseRun r)
    {
        Tensor q = r.In("q"), k = r.In("k"), v = r.In("v");
        Tensor? mask = r.MaskOrNull("mask"), bias = r.InOrNull("bias");
        bool causal = r.Case.Bool("is_causal");
        double? scale = r.Case.NumberOrNull("scale");
        r.Out("y", F.ScaledDotProductAttention(q, k, v, mask, bias, causal, scale));
        r.Out("weights", F.ScaledDotProductAttentionWithWeights(q, k, v, mask, bias, causal, scale).Weights);
    }

    private static void MultiHead(CaseRun r)
    {
        bool batchFirst = r.Case.Bool("batch_first");
        Tensor BatchFirst(Tensor t) => batchFirst ? t : t.Transpose(0, 1);
        Tensor query = BatchFirst(r.In("query")), key = BatchFirst(r.In("key")), value = BatchFirst(r.In("value"));
        MultiHeadAttention layer = new(
            r.Case.Int("embed_dim"), r.Case.Int("num_heads"), bias: r.Case.Bool("bias"), kDim: key.Shape[2],
            vDim: value.Shape[2], dtype: r.Case.Precision);
        Load(r, layer);
        bool added = r.Case.Has("in.attn_mask") && r.Case.Stored("in.attn_mask").DType.IsFloatingPoint();
        Tensor? padding = r.MaskOrNull("key_padding_mask"), mask = added ? null : r.MaskOrNull("attn_mask");
        Tensor? bias = added ? r.In("attn_mask") : null;
        r.Out("attn_output", BatchFirst(layer.Forward(query, key, value, padding, mask, bias)));
        r.Out("attn_weights", layer.ForwardWithWeights(
            query, key, value, padding, mask, bias, averageWeights: r.Case.Bool("average_attn_weights")).Weights);
        Compare(r, layer);
    }

    private static void EncoderLayer(CaseRun r)
    {
        bool batchFirst = r.Case.Bool("batch_first");
        Tensor x = batchFirst ? r.In("x") : r.In("x").Transpose(0, 1);
        TransformerOptions options = new()
        {
            FeedForward = r.Case.Stored("param.linear1.bias").Count,
            Dropout = 0,
            Activation = Activation(r),
            NormFirst = r.Case.Bool("norm_first"),
            LayerNormEps = r.Case.Number("layer_norm_eps"),
        };
        TransformerEncoderLayer layer = new(x.Shape[2], r.Case.Int("nhead"), options, dtype: r.Case.Precision);
        Load(r, layer);
        Tensor y = layer.Forward(x, r.MaskOrNull("src_mask"), r.MaskOrNull("src_key_padding_mask"));
        r.Out("y", batchFirst ? y : y.Transpose(0, 1));
        Compare(r, layer);
    }

    private static void Load(CaseRun r, Module layer) => layer.LoadState(
        r.Case.Behind(Parameters).ToDictionary(n => n, n => r.Case.Stored(Parameters + n)));

    // The layer's parameters are its own: their gradients are compared here, those of the inputs by the runner.
    private static void Compare(CaseRun r, Module layer)
    {
        r.Back();
        foreach ((string key, Parameter parameter) in layer.NamedParameters())
        {
            string name = "grad.param." + key;
            if (r.Case.Has(name)) r.Compare(name, parameter.Grad?.Detach() ?? Tensor.Zeros(parameter.Shape));
        }
    }
}
