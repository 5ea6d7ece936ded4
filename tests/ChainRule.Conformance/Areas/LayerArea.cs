using System.Text.Json;

namespace ChainRule.Conformance;

/// <summary>Layers, with PyTorch's names and layouts of parameters.</summary>
internal static class LayerArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(
            string op, Func<CaseRun, Tensor, Tensor> f) => all.Add("layer/" + op, r => r.Out("y", f(r, r.In("x"))));

        Add("linear", (r, x) => F.Linear(x, r.Param("weight")!, r.Param("bias")));
        Add("dropout", (r, x) => F.Dropout(x, r.Case.Number("p"), r.Case.Bool("training"), new Rng(0)));
        Add("layer_norm", (r, x) => F.LayerNorm(
            x, r.Case.Ints("normalized_shape"), r.Param("weight"), r.Param("bias"), r.Case.Number("eps")));
        Add("group_norm", (r, x) => F.GroupNorm(
            x, r.Case.Int("num_groups"), r.Param("weight"), r.Param("bias"), r.Case.Number("eps")));
        Add("instance_norm", (r, x) => F.InstanceNorm(x, r.Param("weight"), r.Param("bias"), r.Case.Number("eps")));
        Add("local_response_norm", (r, x) => F.LocalResponseNorm(
            x, r.Case.Int("size"), r.Case.Number("alpha"), r.Case.Number("beta"), r.Case.Number("k")));
        Add("lcn_subtractive", (r, x) => F.SubtractiveNorm(
            x, r.Case.Int("kernel_size"), r.Case.Number("sigma"), Border(r)));
        Add("lcn_divisive", (r, x) => F.DivisiveNorm(
            x, r.Case.Int("kernel_size"), r.Case.Number("sigma"), Border(r), Floor(r)));
        Add("local_contrast_norm", (r, x) => F.LocalContrastNorm(
            x, r.Case.Int("kernel_size"), r.Case.Number("sigma"), Border(r), Floor(r)));
        Add("embedding", (r, x) => F.Embedding(x, r.Param("weight")!, Padding(r)));
        Add("embedding_bag", (r, x) =>
        {
            BagMode mode = r.Case.Text("mode") == "sum" ? BagMode.Sum : BagMode.Mean;
            return r.InOrNull("offsets") is { } offsets
                ? F.EmbeddingBag(x, offsets, r.Param("weight")!, mode, Padding(r))
                : F.EmbeddingBag(x, r.Param("weight")!, mode, Padding(r));
        });
        all.Add("layer/bilinear", r => r.Out(
            "y", F.Bilinear(r.In("x1"), r.In("x2"), r.Param("weight")!, r.Param("bias"))));
        all.Add("layer/cosine_similarity", r => r.Out(
            "y", F.CosineSimilarity(r.In("x1"), r.In("x2"), r.Case.Int("dim"), r.Case.Number("eps"))));
        foreach (int rank in new[] { 1, 2, 3 }) all.Add($"layer/batch_norm{rank}d", BatchNorm);
    }

    private static ContrastBorder Border(CaseRun r) =>
        r.Case.Text("border") == "zero" ? ContrastBorder.Zero : ContrastBorder.Renormalise;

    private static double? Floor(CaseRun r) =>
        r.Case.Attr("c").ValueKind == JsonValueKind.String ? null : r.Case.Number("c");

    private static int? Padding(CaseRun r) => r.Case.IsNull("padding_idx") ? null : r.Case.Int("padding_idx");

    private static void BatchNorm(CaseRun r)
    {
        bool tracked = r.Case.Bool("track_running_stats");
        Tensor? mean = tracked ? r.Case.Stored("state_in.running_mean").Detach() : null;
        Tensor? variance = tracked ? r.Case.Stored("state_in.running_var").Detach() : null;
        bool training = r.Case.Bool("training");
        long batches = tracked ? (long)r.Case.Stored("state_in.num_batches_tracked").Item() : 0;
        if (training) batches++;
        double momentum = r.Case.NumberOrNull("momentum") ?? 1.0 / batches;
        r.Out("y", F.BatchNorm(
            r.In("x"), mean, variance, r.Param("weight"), r.Param("bias"), training || !tracked,
            momentum, r.Case.Number("eps")));
        if (!tracked) return;
        r.StateOut("running_mean", mean!);
        r.StateOut("running_var", variance!);
        r.StateOut("num_batches_tracked", Tensor.From([batches], []));
    }
}
