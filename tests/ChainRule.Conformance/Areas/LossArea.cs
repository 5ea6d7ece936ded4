namespace ChainRule.Conformance;

/// <summary>Losses.</summary>
internal static class LossArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(string op, Func<CaseRun, Tensor> f) => all.Add("loss/" + op, r => r.Out("loss", f(r)));

        Add("mse", r => F.MseLoss(r.In("input"), Target(r), Reduction(r)));
        Add("l1", r => F.L1Loss(r.In("input"), Target(r), Reduction(r)));
        Add("bce_with_logits", r => F.BinaryCrossEntropyWithLogits(
            r.In("input"), Target(r), r.InOrNull("weight"), r.InOrNull("pos_weight"), Reduction(r)));
        Add("cross_entropy", r => F.CrossEntropy(
            r.In("input"), r.In("target"), r.InOrNull("weight"), r.Case.Number("label_smoothing"),
            r.Case.Int("ignore_index"), Reduction(r)));
        Add("nll", r =>
            F.NllLoss(r.In("input"), r.In("target"), r.InOrNull("weight"), r.Case.Int("ignore_index"), Reduction(r)));
        Add("smooth_l1", r => F.SmoothL1Loss(r.In("input"), Target(r), r.Case.Number("beta"), Reduction(r)));
        Add("huber", r => F.HuberLoss(r.In("input"), Target(r), r.Case.Number("delta"), Reduction(r)));
        Add("bce", r =>
            F.BinaryCrossEntropy(r.In("input"), Target(r), r.InOrNull("weight"), Reduction(r)));
        Add("hinge", r => F.HingeLoss(r.In("input"), Target(r), Reduction(r)));
        Add("soft_margin", r => F.SoftMarginLoss(r.In("input"), Target(r), Reduction(r)));
        Add("hinge_embedding", r =>
            F.HingeEmbeddingLoss(r.In("input"), Target(r), r.Case.Number("margin"), Reduction(r)));
        Add("kl_div", r => F.KlDiv(r.In("input"), Target(r), r.Case.Bool("log_target"), Reduction(r)));
        Add("multi_margin", r => F.MultiMarginLoss(
            r.In("input"), r.In("target"), r.Case.Int("p"), r.Case.Number("margin"), r.InOrNull("weight"),
            Reduction(r)));
        Add("multi_label_margin", r => F.MultiLabelMarginLoss(r.In("input"), r.In("target"), Reduction(r)));
        Add("margin_ranking", r => F.MarginRankingLoss(
            r.In("input1"), r.In("input2"), Target(r), r.Case.Number("margin"), Reduction(r)));
        Add("cosine_embedding", r => F.CosineEmbeddingLoss(
            r.In("input1"), r.In("input2"), Target(r), r.Case.Number("margin"), Reduction(r)));
        Add("triplet_margin", r => F.TripletMarginLoss(
            r.In("anchor"), r.In("positive"), r.In("negative"), r.Case.Number("margin"), r.Case.Number("p"),
            r.Case.Number("eps"), r.Case.Bool("swap"), Reduction(r)));
        Add("poisson_nll", r => F.PoissonNllLoss(
            r.In("input"), Target(r), r.Case.Bool("log_input"), r.Case.Bool("full"), r.Case.Number("eps"),
            Reduction(r)));
        Add("gaussian_nll", r => F.GaussianNllLoss(
            r.In("input"), Target(r), r.In("var"), r.Case.Bool("full"), r.Case.Number("eps"), Reduction(r)));
        Add("ctc", r => F.CtcLoss(
            r.In("logits").LogSoftmax(-1).Transpose(0, 1), r.In("targets"), r.In("input_lengths"),
            r.In("target_lengths"), r.Case.Int("blank"), r.Case.Bool("zero_infinity"), Reduction(r)));
        all.Add("loss/regularised_cross_entropy", RegularisedCost);
    }

    // Numbers, even where a case holds them as integers: signs, counts.
    private static Tensor Target(CaseRun r) => r.In("target").To(r.Case.Precision);

    private static void RegularisedCost(CaseRun r)
    {
        Tensor a = r.In("x"), y = r.In("y");
        List<Tensor> penalised = [];
        for (int layer = 1; r.Param($"Theta{layer}") is { } theta; layer++)
        {
            if (layer > 1) a = r.Case.Text("hidden") == "tanh" ? a.Tanh() : a.Sigmoid();
            Tensor weight = theta.Slice(1, 1);
            penalised.Add(weight);
            a = F.Linear(a, weight, theta.Slice(1, 0, 1).Squeeze(1));
        }
        int samples = y.Shape[0];
        bool softmax = r.Case.Text("output") == "softmax";
        Tensor cost = softmax
            ? F.CrossEntropy(a, y)
            : F.BinaryCrossEntropyWithLogits(a, y, reduction: ChainRule.Reduction.BatchMean);
        r.Out("loss", cost + F.L2Penalty(penalised, r.Case.Number("lambda") / samples));
        r.Out("h", softmax ? a.Softmax(1) : a.Sigmoid());
    }

    private static Reduction Reduction(CaseRun r) => r.Case.Text("reduction") switch
    {
        "mean" => ChainRule.Reduction.Mean,
        "sum" => ChainRule.Reduction.Sum,
        "none" => ChainRule.Reduction.None,
        "batchmean" => ChainRule.Reduction.BatchMean,
        var other => throw new InvalidDataException($"unknown reduction '{other}'."),
    };
}
