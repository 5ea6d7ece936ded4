namespace ChainRule.Ops;

/// <summary>
/// Attention of a sequence to itself from one projection [N, T, 3E] that holds queries, keys and values of all heads
/// side by side: nothing is cut, copied or joined, on neither way.
/// </summary>
internal sealed class SelfAttentionNode(Tensor qkv, int heads, AttentionSaved saved, AttentionOptions options)
    : Op(qkv)
{
    private AttentionSaved? _saved = saved;

    public override string Name => "self_attention";

    /// <summary>Result [N, T, E].</summary>
    /// <param name="qkv">Projection [N, T, 3E].</param>
    /// <param name="heads">How many heads share E.</param>
    /// <param name="scoreBias">Added to the scores, [N, H, T, T] with neighbouring keys, or null.</param>
    /// <param name="options">Scale, causality, dropout.</param>
    public static Tensor Apply(Tensor qkv, int heads, Tensor? scoreBias, AttentionOptions options)
    {
        Tensor dense = qkv.Dense();
        int features = qkv.Dims[2] / 3;
        Tensor y = Tensor.Empty([qkv.Dims[0], qkv.Dims[1], features], qkv.DType);
        AttentionSaved saved = AttentionSaved.Compute(
            Part(dense, 0, heads, features), Part(dense, 1, heads, features), Part(dense, 2, heads, features),
            scoreBias, Part(y, 0, heads, features), options);
        return Graph.Needs(qkv) ? Graph.Record(y, new SelfAttentionNode(qkv, heads, saved, options)) : y;
    }

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        Tensor qkv = A!;
        int features = qkv.Dims[2] / 3;
        if (pass.CreateGraph)
        {
            Tensor[] parts = [.. qkv.Split(features, 2).Select(Heads)];
            (Tensor DQ, Tensor DK, Tensor DV) d = AttentionByOperators.Gradients(
                parts[0], parts[1], parts[2], _saved!.Bias, options, Heads(dy));
            pass.Add(qkv, Tensor.Concat([Join(d.DQ), Join(d.DK), Join(d.DV)], 2));
            return;
        }
        Tensor dense = qkv.Dense(), target = pass.Target(qkv, out bool add);
        _saved!.Backward(
            Part(dense, 0, heads, features), Part(dense, 1, heads, features), Part(dense, 2, heads, features),
            Part(dy.Dense(), 0, heads, features), Part(target, 0, heads, features), Part(target, 1, heads, features),
            Part(target, 2, heads, features), add, options);
    }

    public override void Release()
    {
        base.Release();
        _saved = null;
    }

    // One part of [N, T, parts * E] as [N, H, T, E / H].
    private static Tensor Part(Tensor t, int part, int heads, int features)
    {
        int width = t.Dims[2], head = features / heads;
        return t.View(
            [t.Dims[0], heads, t.Dims[1], head], [t.Dims[1] * width, head, width, 1], (long)part * features);
    }

    private Tensor Heads(Tensor t) => AttentionHeads.Split(t, heads);

    private static Tensor Join(Tensor t) => AttentionHeads.Join(t);
}

/// <summary>Features as heads and back.</summary>
internal static class AttentionHeads
{
    /// <summary>[N, T, E] as [N, H, T, E / H].</summary>
    public static Tensor Split(Tensor t, int heads) =>
        t.Reshape(t.Dims[0], t.Dims[1], heads, t.Dims[2] / heads).Permute(0, 2, 1, 3);

    /// <summary>[N, H, T, d] as [N, T, H * d].</summary>
    public static Tensor Join(Tensor t)
    {
        (int n, int h, int time, int d) = (t.Dims[0], t.Dims[1], t.Dims[2], t.Dims[3]);
        return t.Permute(0, 2, 1, 3).Reshape(n, time, h * d);
    }
}
