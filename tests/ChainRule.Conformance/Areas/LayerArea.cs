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
        foreach (int rank in new[] { 1, 2, 3 }) all.Add($"layer/batch_norm{rank}d", BatchNorm);
    }

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
