namespace ChainRule.Conformance;

/// <summary>Losses.</summary>
internal static class LossArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(string op, Func<CaseRun, Tensor> f) => all.Add("loss/" + op, r => r.Out("loss", f(r)));

        Add("mse", r => F.MseLoss(r.In("input"), r.In("target"), Reduction(r)));
        Add("l1", r => F.L1Loss(r.In("input"), r.In("target"), Reduction(r)));
        Add("bce_with_logits", r => F.BinaryCrossEntropyWithLogits(
            r.In("input"), r.In("target"), r.InOrNull("weight"), r.InOrNull("pos_weight"), Reduction(r)));
        Add("cross_entropy", r => F.CrossEntropy(
            r.In("input"), r.In("target"), r.InOrNull("weight"), r.Case.Number("label_smoothing"),
            r.Case.Int("ignore_index"), Reduction(r)));
        Add("nll", r =>
            F.NllLoss(r.In("input"), r.In("target"), r.InOrNull("weight"), r.Case.Int("ignore_index"), Reduction(r)));
    }

    private static Reduction Reduction(CaseRun r) => r.Case.Text("reduction") switch
    {
        "mean" => ChainRule.Reduction.Mean,
        "sum" => ChainRule.Reduction.Sum,
        "none" => ChainRule.Reduction.None,
        var other => throw new InvalidDataException($"unknown reduction '{other}'."),
    };
}
