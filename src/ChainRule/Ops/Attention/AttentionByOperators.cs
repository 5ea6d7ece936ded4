namespace ChainRule.Ops;

/// <summary>
/// Attention from operators, with the whole matrix of weights: for those who want to see it, for a bias that is learnt,
/// and for derivatives of second order.
/// </summary>
internal static class AttentionByOperators
{
    /// <summary>Result and weights (after dropout) of a call, of rank 4.</summary>
    public static (Tensor Output, Tensor Weights) Apply(in AttentionCall call, Tensor? mask, Tensor? bias)
    {
        AttentionOptions options = call.Options;
        Tensor weights = Weights(call.Q, call.K, call.OfScores(mask), call.OfScores(bias), in options);
        if (Factors(weights, in options) is { } factors) weights = weights * factors;
        return (weights.MatMul(call.V), weights);
    }

    /// <summary>Gradients of the three inputs, differentiable again.</summary>
    public static (Tensor DQ, Tensor DK, Tensor DV) Gradients(
        Tensor q, Tensor k, Tensor v, Tensor? bias, in AttentionOptions options, Tensor dy)
    {
        Tensor? blocked = bias?.EqualTo(Tensor.Scalar(double.NegativeInfinity, bias.DType));
        Tensor weights = Weights(q, k, blocked, bias?.MaskedFill(blocked!, 0), in options);
        Tensor dropped = weights, dWeights = dy.MatMul(v.T);
        if (Factors(weights, in options) is { } factors)
            (dropped, dWeights) = (weights * factors, dWeights * factors);
        Tensor dScores =
            weights * (dWeights - (dWeights * weights).Sum(-1, keepDim: true)) * options.Scale;
        return (dScores.MatMul(k), dScores.T.MatMul(q), dropped.T.MatMul(dy));
    }

    private static Tensor Weights(Tensor q, Tensor k, Tensor? mask, Tensor? bias, in AttentionOptions options)
    {
        Tensor scores = q.MatMul(k.T) * options.Scale;
        if (bias is not null) scores = scores + bias;
        if (options.IsCausal)
        {
            Tensor query = Tensor.Arange(0, q.Dims[2], dtype: DType.Int32).Unsqueeze(1);
            Tensor causal = Tensor.Arange(0, k.Dims[2], dtype: DType.Int32) > query;
            mask = mask is null ? causal : mask.LogicalOr(causal);
        }
        if (mask is null) return scores.Softmax(-1);
        // The lowest number rather than -infinity: a query with all keys blocked has weights, which become 0.
        double lowest = scores.DType == DType.Float32 ? float.MinValue : double.MinValue;
        return scores.MaskedFill(mask, lowest).Softmax(-1).MaskedFill(mask, 0);
    }

    // 0 where a weight is dropped, 1 / (1 - p) elsewhere.
    private static Tensor? Factors(Tensor weights, in AttentionOptions options)
    {
        if (options.Draw is not { } draw) return null;
        int keys = weights.Dims[3];
        Shape words = [.. weights.Dims[..3], (int)AttentionKernel.WordsOfQuery(keys)];
        return DropoutNode.Apply(Tensor.Ones(words, weights.DType), draw).Slice(3, 0, keys);
    }
}
