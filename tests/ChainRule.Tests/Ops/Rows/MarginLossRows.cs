namespace ChainRule.Tests.Operators;

/// <summary>Losses that ask for a margin, and those of distances.</summary>
internal static class MarginLossRows
{
    private static readonly Reduction[] Reductions = Enum.GetValues<Reduction>();

    public static OpRow[] All { get; } =
    [
        LossRows.Pair(
            "huber_loss", "HuberLoss", (x, y, r) => F.HuberLoss(x, y, 0.7, r), (x, y) => Huber(x - y, 0.7)) with
        {
            Covers = ["F." + nameof(F.HuberLoss)],
            Errors =
            [
                .. LossRows.PairErrors("HuberLoss", (x, y) => F.HuberLoss(x, y)),
                ErrorInput.Range("delta of 0", () => F.HuberLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), 0),
                    "HuberLoss: delta is 0; expected a number above 0. (Parameter 'delta')"),
            ],
            Goldens = ["loss/huber"],
        },
        LossRows.Pair(
            "smooth_l1_loss", "SmoothL1Loss", (x, y, r) => F.SmoothL1Loss(x, y, 1.3, r),
            (x, y) => Huber(x - y, 1.3) / 1.3) with
        {
            Covers = ["F." + nameof(F.SmoothL1Loss)],
            Errors =
            [
                .. LossRows.PairErrors("SmoothL1Loss", (x, y) => F.SmoothL1Loss(x, y)),
                ErrorInput.Range("beta below 0", () => F.SmoothL1Loss(Tensor.Zeros([2]), Tensor.Zeros([2]), -1),
                    "SmoothL1Loss: beta is -1; expected a finite number, 0 or more. (Parameter 'beta')"),
            ],
            Goldens = ["loss/smooth_l1"],
        },
        LossRows.Pair("smooth_l1_loss without a bend", "SmoothL1Loss", (x, y, r) => F.SmoothL1Loss(x, y, 0, r),
            (x, y) => Math.Abs(x - y)) with
        {
            Covers = ["F." + nameof(F.SmoothL1Loss)],
        },
        Signed("hinge_loss", "HingeLoss", (x, t, r) => F.HingeLoss(x, t, r), (x, t) => Math.Max(0, 1 - (t * x))) with
        {
            Covers = ["F." + nameof(F.HingeLoss)],
            Goldens = ["loss/hinge"],
        },
        Signed(
            "soft_margin_loss", "SoftMarginLoss", (x, t, r) => F.SoftMarginLoss(x, t, r),
            (x, t) => Math.Max(-t * x, 0) + References.Log1p(Math.Exp(-Math.Abs(t * x)))) with
        {
            Covers = ["F." + nameof(F.SoftMarginLoss)],
            Goldens = ["loss/soft_margin"],
        },
        Signed(
            "hinge_embedding_loss", "HingeEmbeddingLoss", (x, t, r) => F.HingeEmbeddingLoss(x, t, 1.5, r),
            (x, t) => t == 1 ? x : Math.Max(0, 1.5 - x)) with
        {
            Covers = ["F." + nameof(F.HingeEmbeddingLoss)],
            Goldens = ["loss/hinge_embedding"],
        },
        new OpRow("margin_ranking_loss")
        {
            Covers = ["F." + nameof(F.MarginRankingLoss)],
            Loose = 16,
            ExtremeLimit = 1e36,
            Cases =
            [
                .. from r in Reductions from s in LossRows.Shapes from m in new[] { 0, 0.4 } select Ranking(s, m, r),
            ],
            Large = [Ranking([300, 301], 0.4, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("second of another shape",
                    () => F.MarginRankingLoss(Tensor.Zeros([2]), Tensor.Zeros([3]), Tensor.Zeros([2])),
                    "MarginRankingLoss: input1 is [2], input2 [3]; they must be equal."),
                ErrorInput.Shape("target of another shape",
                    () => F.MarginRankingLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), Tensor.Zeros([3])),
                    "MarginRankingLoss: input1 is [2], target [3]; they must be equal."),
            ],
            Goldens = ["loss/margin_ranking"],
        },
        new OpRow("cosine_embedding_loss")
        {
            Covers = ["F." + nameof(F.CosineEmbeddingLoss)],
            Loose = 32,
            LooseGradient = 16,
            ExtremeLimit = 1e8,                                      // the product of two sums of squares
            Cases =
            [
                .. from r in Reductions from m in new[] { 0, -0.3 } select Cosine([4, 3], m, r),
                Cosine([5], 0, Reduction.Mean), Cosine([2, 3, 5], 0, Reduction.None), Cosine([0, 3], 0, Reduction.Sum),
            ],
            Large = [Cosine([300, 301], 0, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("target a row too long",
                    () => F.CosineEmbeddingLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([3])),
                    "CosineEmbeddingLoss: target must be [2], one number a row, got [3]."),
                ErrorInput.Shape("numbers",
                    () => F.CosineEmbeddingLoss(Tensor.Scalar(1), Tensor.Scalar(1), Tensor.Scalar(1)),
                    "CosineEmbeddingLoss: the input must be [..., D], got a single number."),
                ErrorInput.DType("target of another type",
                    () => F.CosineEmbeddingLoss(
                        Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([2], DType.Float64)),
                    "CosineEmbeddingLoss: target is float64, input float32."),
            ],
            Goldens = ["loss/cosine_embedding"],
        },
        new OpRow("triplet_margin_loss")
        {
            Covers = ["F." + nameof(F.TripletMarginLoss)],
            Loose = 64,
            LooseGradient = 16,
            ExtremeLimit = 1e12,                                     // cubed
            Cases =
            [
                .. from r in Reductions
                   from p in new[] { 1, 2, 3, 2.5, double.PositiveInfinity }
                   select Triplet([3, 4], p, 1, false, r),
                Triplet([3, 4], 2, 5, true, Reduction.None), Triplet([5], 2, 5, true, Reduction.Mean),
                Triplet([2, 2, 3], 2, 5, false, Reduction.Mean), Triplet([0, 3], 2, 1, false, Reduction.Sum),
            ],
            Large = [Triplet([300, 301], 2, 1, false, Reduction.Mean) with { Reference = null }],
            NoScalar = "there must be a dimension of components: an error input",
            Errors =
            [
                ErrorInput.Shape("negative of another shape",
                    () => F.TripletMarginLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])),
                    "TripletMarginLoss: anchor is [2, 3], negative [2, 4]; they must be equal."),
                ErrorInput.Shape("numbers",
                    () => F.TripletMarginLoss(Tensor.Scalar(1), Tensor.Scalar(1), Tensor.Scalar(1)),
                    "TripletMarginLoss: anchor must be [..., D], got a single number."),
                ErrorInput.Range("power of 0",
                    () => F.TripletMarginLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), Tensor.Zeros([2]), power: 0),
                    "TripletMarginLoss: power is 0; expected a number above 0. (Parameter 'power')"),
            ],
            Goldens = ["loss/triplet_margin"],
        },
        new OpRow("multi_margin_loss")
        {
            Covers = ["F." + nameof(F.MultiMarginLoss)],
            Loose = 16,
            ExtremeLimit = 1e17,
            Cases =
            [
                .. from r in Reductions
                   from p in new[] { 1, 2 }
                   from w in new[] { false, true }
                   select Classes([4, 3], p, w, r),
                Classes([5], 1, false, Reduction.Mean), Classes([0, 3], 1, false, Reduction.Sum),
                Classes([3, 37], 2, true, Reduction.None),
            ],
            Large = [Classes([3000, 31], 1, true, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("three dimensions",
                    () => F.MultiMarginLoss(Tensor.Zeros([2, 3, 4]), Tensor.From(0L, 1L)),
                    "MultiMarginLoss: the input must be [N, C] or [C], got [2, 3, 4]."),
                ErrorInput.Range("third power",
                    () => F.MultiMarginLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L), power: 3),
                    "MultiMarginLoss: power is 3; expected 1 or 2. (Parameter 'power')"),
                new("label out of range", () => F.MultiMarginLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L)),
                    typeof(DataException),
                    "MultiMarginLoss: label 3 at position [1] is out of range for 3 classes; use 0 to 2."),
            ],
            Goldens = ["loss/multi_margin"],
        },
        new OpRow("multi_label_margin_loss")
        {
            Covers = ["F." + nameof(F.MultiLabelMarginLoss)],
            Loose = 16,
            ExtremeLimit = 1e36,
            Cases =
            [
                .. from r in Reductions select Lists([3, 4], r, 2, 0, -1, 9, -1, 1, 1, 2, 3, 1, 2, 0),
                Lists([4], Reduction.Mean, 3, 1, -1, 0), Lists([0, 3], Reduction.Sum),
                Lists([2, 3], Reduction.None, -1, -1, -1, -1, -1, -1),
            ],
            Large = [Lists([3000, 31], Reduction.Mean, [.. Enumerable.Range(0, 93_000).Select(i => 3.0 - (i % 31 % 5))])
                with { Reference = null }],
            NoScalar = "there must be a dimension of classes: an error input",
            Errors =
            [
                ErrorInput.Shape("labels of another shape",
                    () => F.MultiLabelMarginLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([2], DType.Int64)),
                    "MultiLabelMarginLoss: input is [2, 3], target [2]; they must be equal."),
                ErrorInput.Shape("number", () => F.MultiLabelMarginLoss(Tensor.Scalar(1), Tensor.From(0L)),
                    "MultiLabelMarginLoss: the input must be [N, C] or [C], got []."),
                new("label out of range",
                    () => F.MultiLabelMarginLoss(Tensor.Zeros([1, 2]), Tensor.From(new[,] { { 0L, 2L } })),
                    typeof(DataException),
                    "MultiLabelMarginLoss: label 2 at position [0, 1] is out of range for 2 classes; use 0 to 1, and "
                    + "-1 to end a list."),
            ],
            Goldens = ["loss/multi_label_margin"],
        },
    ];

    // Answers, and whether each should have been yes (1) or no (-1); off the edge, where differences see both sides.
    private static OpRow Signed(
        string name, string shown, Func<Tensor, Tensor, Reduction, Tensor> call, Func<double, double, double> term) =>
        LossRows.Pair(
            name, shown, call, term, s => In.Of(new Domain(-3, 3, -1, 1, 1.5), s), Signs) with
        { ExtremeLimit = 1e36 };

    private static In Signs(int[] shape)
    {
        int[] values = [.. Enumerable.Range(0, Nd.Product(shape)).Select(i => i % 3 == 1 ? -1 : 1)];
        return In.Values(shape, [.. values.Select(v => (double)v)]) with { Fixed = true, NoGrad = true };
    }

    private static double Huber(double d, double delta) =>
        Math.Abs(d) <= delta ? d * d / 2 : delta * (Math.Abs(d) - (delta / 2));

    private static OpCase Ranking(int[] shape, double margin, Reduction reduction) => new(
        [new In(shape), new In(shape), Signs(shape)],
        t => F.MarginRankingLoss(t[0], t[1], t[2], margin, reduction),
        r => LossRows.Reduce(
            Nd.Make(shape, at => Math.Max(0, margin - (r[2][at] * (r[0][at] - r[1][at])))), reduction))
    {
        Label = $"{reduction}, margin {margin}",
    };

    private static OpCase Cosine(int[] shape, double margin, Reduction reduction)
    {
        int[] rows = shape[..^1];
        double Dot(Nd a, Nd b, int[] row) =>
            Enumerable.Range(0, shape[^1]).Sum(d => a[[.. row, d]] * b[[.. row, d]]);
        return new OpCase(
            [new In(shape), new In(shape), Signs(rows)],
            t => F.CosineEmbeddingLoss(t[0], t[1], t[2], margin, reduction),
            r => LossRows.Reduce(Nd.Make(rows, at =>
            {
                double scale = (Dot(r[0], r[0], at) + 1e-12) * (Dot(r[1], r[1], at) + 1e-12);
                double cos = Dot(r[0], r[1], at) / Math.Sqrt(scale);
                return r[2][at] == 1 ? 1 - cos : Math.Max(0, cos - margin);
            }), reduction))
        {
            Label = $"{reduction}, margin {margin}",
        };
    }

    private static OpCase Triplet(int[] shape, double power, double margin, bool swap, Reduction reduction)
    {
        double Distance(Nd a, Nd b, int[] row)
        {
            double[] d =
                [.. Enumerable.Range(0, shape[^1]).Select(k => Math.Abs(a[[.. row, k]] - b[[.. row, k]] + 1e-6))];
            if (d.Any(double.IsNaN)) return double.NaN;
            return double.IsInfinity(power) ? d.Max() : Math.Pow(d.Sum(v => Math.Pow(v, power)), 1 / power);
        }

        return new OpCase(
            [new In(shape), new In(shape), new In(shape)],
            t => F.TripletMarginLoss(t[0], t[1], t[2], margin, power, 1e-6, swap, reduction),
            r => LossRows.Reduce(Nd.Make(shape[..^1], at =>
            {
                double far = Distance(r[0], r[2], at);
                if (swap) far = Math.Min(far, Distance(r[1], r[2], at));
                return Math.Max(0, Distance(r[0], r[1], at) - far + margin);
            }), reduction))
        {
            Label = $"{reduction}, power {power}, margin {margin}{(swap ? ", swapped" : "")}",
        };
    }

    private static OpCase Classes(int[] shape, int power, bool weighted, Reduction reduction)
    {
        int classes = shape[^1];
        In[] weights = weighted ? [In.Of(Domain.Positive, classes) with { Fixed = true, NoGrad = true }] : [];
        return new OpCase(
            [new In(shape), In.Indices(classes, shape[..^1]), .. weights],
            t => F.MultiMarginLoss(t[0], t[1], power, 0.8, weighted ? t[2] : null, reduction),
            r => LossRows.Reduce(Nd.Make(shape[..^1], at =>
            {
                int y = (int)r[1][at];
                double sum = 0;
                for (int c = 0; c < classes; c++)
                {
                    double excess = Math.Max(0, 0.8 - r[0][[.. at, y]] + r[0][[.. at, c]]);
                    if (c != y) sum += Math.Pow(excess, power);
                }
                return sum * (weighted ? r[2][y] : 1) / classes;
            }), reduction))
        {
            Label = $"{reduction}, power {power}{(weighted ? ", weights" : "")}",
        };
    }

    private static OpCase Lists(int[] shape, Reduction reduction, params double[] labels)
    {
        int classes = shape[^1];
        return new OpCase(
            [new In(shape), In.Values(shape, labels) with { Type = DType.Int64, Fixed = true }],
            t => F.MultiLabelMarginLoss(t[0], t[1], reduction),
            r => LossRows.Reduce(Nd.Make(shape[..^1], at =>
            {
                int[] list = [.. Enumerable.Range(0, classes).Select(k => (int)r[1][[.. at, k]])];
                int[] right = [.. list.TakeWhile(y => y >= 0)];
                double sum = 0;
                foreach (int j in right)
                {
                    foreach (int i in Enumerable.Range(0, classes).Except(right))
                        sum += Math.Max(0, 1 - (r[0][[.. at, j]] - r[0][[.. at, i]]));
                }
                return sum / classes;
            }), reduction))
        {
            Label = $"{reduction}",
        };
    }
}
