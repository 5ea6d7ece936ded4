namespace ChainRule.Conformance;

/// <summary>Attention, alone and inside its layers.</summary>
internal static class AttentionArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all) =>
        all.Add("layer/scaled_dot_product_attention", ScaledDotProduct);

    private static void ScaledDotProduct(CaseRun r)
    {
        Tensor q = r.In("q"), k = r.In("k"), v = r.In("v");
        Tensor? mask = r.MaskOrNull("mask"), bias = r.InOrNull("bias");
        bool causal = r.Case.Bool("is_causal");
        double? scale = r.Case.NumberOrNull("scale");
        r.Out("y", F.ScaledDotProductAttention(q, k, v, mask, bias, causal, scale));
        r.Out("weights", F.ScaledDotProductAttentionWithWeights(q, k, v, mask, bias, causal, scale).Weights);
    }
}
