namespace ChainRule.Tests.Operators;

/// <summary>Losses: terms and what the reduction makes of them.</summary>
internal static class LossRows
{
    // The sum below a mean overflows where the mean would not.
    private const double Largest = 1e36;

    private static readonly Reduction[] Reductions = Enum.GetValues<Reduction>();

    public static int[][] Shapes { get; } = [[], [5], [2, 3], [0], [2, 37]];

    public static OpRow[] All { get; } =
    [
        Pair("mse_loss", "MseLoss", (x, y, r) => F.MseLoss(x, y, r), (x, y) => (x - y) * (x - y)) with
        {
            Covers = ["F." + nameof(F.MseLoss)],
            Goldens = ["loss/mse"],
        },
        Pair("l1_loss", "L1Loss", (x, y, r) => F.L1Loss(x, y, r), (x, y) => Math.Abs(x - y)) with
        {
            Covers = ["F." + nameof(F.L1Loss)],
            Goldens = ["loss/l1"],
        },
        new OpRow("bce_with_logits")
        {
            Covers = ["F." + nameof(F.BinaryCrossEntropyWithLogits)],
            Loose = 16,
            ExtremeLimit = Largest,
            Cases =
            [
                .. from r in Reductions
                   from s in new int[][] { [], [5], [2, 3], [0], [2, 37] }
                   where s is not [0] || r is Reduction.Sum or Reduction.None
                   select Logistic(s, null, null, r),
                Logistic([4, 3], [3], null, Reduction.Mean), Logistic([4, 3], null, [3], Reduction.Mean),
                Logistic([4, 3], [4, 1], [3], Reduction.None),
            ],
            Large = [Logistic([300, 301], null, null, Reduction.Mean) with { Reference = null }],
            Errors = PairErrors("BinaryCrossEntropyWithLogits", (x, y) => F.BinaryCrossEntropyWithLogits(x, y)),
            Goldens = ["loss/bce_with_logits"],
        },
        new OpRow("cross_entropy")
        {
            Covers = ["F." + nameof(F.CrossEntropy)],
            Loose = 16,
            ExtremeLimit = Largest,
            Cases =
            [
                .. from r in Reductions from w in new[] { false, true } from e in new[] { 0,
                    0.2 } select Classes([4, 3], w, e, -100, r),
                .. from r in Reductions select Classes([5, 4], true, 0.1, 2, r),
                .. from r in Reductions select Classes([2, 3, 4], true, 0.1, -100, r),
                Classes([7], false, 0, -100, Reduction.Mean), Classes([2, 3, 2, 2], false, 0, -100, Reduction.None),
                Classes([2, 67], false, 0.1, -100, Reduction.Mean), Classes([2, 5, 19], false, 0, -100, Reduction.Sum),
                Classes([0, 3], false, 0, -100, Reduction.Sum),
            ],
            Large = [Classes([3000, 31], true, 0.1, 3, Reduction.Mean) with { Reference = null },
                Classes([30, 31, 100], false, 0, -100, Reduction.Sum) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("number", () => F.CrossEntropy(Tensor.Scalar(1), Tensor.From(0L)),
                    "CrossEntropy: the input must be [N, C], [N, C, d1, ...] or [C], got a single number."),
                ErrorInput.Shape("labels of another shape",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L, 2L)),
                    "CrossEntropy: target must be [2], one label a position, got [3].\n  input: [2, 3] float32"),
                ErrorInput.Shape("one-hot of integers",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3], DType.Int64)),
                    "CrossEntropy: target must be [2], one label a position, got [2, 3].\n  input: [2, 3] float32\n"
                    + "  help: one-hot targets must be float; class numbers have no class dimension."),
                ErrorInput.Shape("weight of another size",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L), Tensor.Zeros([2])),
                    "CrossEntropy: weight must be [3], one number a class, got [2]."),
                ErrorInput.DType("weight of another type",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L), Tensor.Zeros([3], DType.Float64)),
                    "CrossEntropy: weight is float64, input float32."),
                ErrorInput.DType("labels of bytes",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2], DType.UInt8)),
                    "CrossEntropy: target must be int64 or int32, got uint8.\n"
                    + "  help: convert with To(DType.Int64) first."),
                ErrorInput.DType("integers", () =>
                    F.CrossEntropy(Tensor.Zeros([2, 3], DType.Int32), Tensor.From(0L, 1L)),
                    "CrossEntropy: needs float32 or float64, got int32.\n"
                    + "  help: convert with To(DType.Float32) first."),
                new("label out of range", () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L)),
                    typeof(DataException),
                    "CrossEntropy: label 3 at position [1] is out of range for 3 classes; use 0 to 2, or -100 to "
                    + "leave it out."),
                ErrorInput.Range("smoothing above 1",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L), labelSmoothing: 1.5),
                    "CrossEntropy: labelSmoothing is 1.5; expected 0 to 1. (Parameter 'labelSmoothing')"),
            ],
            Goldens = ["loss/cross_entropy"],
        },
        new OpRow("cross_entropy of probabilities")
        {
            Covers = ["F." + nameof(F.CrossEntropy)],
            Loose = 16,
            ExtremeLimit = Largest,
            Cases =
            [
                .. from r in Reductions from w in new[] { false, true } from e in new[] { 0,
                    0.2 } select Probabilities([4, 3], w, e, r),
                Probabilities([5], false, 0, Reduction.Mean), Probabilities([2, 3, 2], true, 0.1, Reduction.None),
                Probabilities([0, 3], false, 0, Reduction.Sum),
            ],
            Large = [Probabilities([3000, 31], true, 0.1, Reduction.Mean) with { Reference = null }],
            NoScalar = "there must be a dimension of classes: an error input",
            Errors =
            [
                ErrorInput.Shape("labels of reals",
                    () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2])),
                    "CrossEntropy: target is [2] float32, input [2, 3]; probabilities must have the input's shape.\n"
                    + "  help: if these are class numbers convert them with To(DType.Int64)."),
                ErrorInput.Shape("shapes differ", () => F.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])),
                    "CrossEntropy: input is [2, 3], target [2, 4]; they must be equal."),
            ],
        },
        new OpRow("nll_loss")
        {
            Covers = ["F." + nameof(F.NllLoss)],
            Loose = 16,
            ExtremeLimit = Largest,
            Cases =
            [
                .. from r in Reductions from w in new[] { false, true } from ignore in new[] { -100,
                    2 } select Likelihood([5, 4], w, ignore, r),
                Likelihood([2, 3, 4], true, -100, Reduction.None), Likelihood([7], false, -100, Reduction.Mean),
                Likelihood([0, 3], false, -100, Reduction.Sum),
            ],
            Large = [Likelihood([70_001, 3], true, -100, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("number", () => F.NllLoss(Tensor.Scalar(1), Tensor.From(0L)),
                    "NllLoss: the input must be [N, C], [N, C, d1, ...] or [C], got a single number."),
                ErrorInput.Shape("labels of another shape",
                    () => F.NllLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L, 2L)),
                    "NllLoss: target must be [2], one label a position, got [3].\n  input: [2, 3] float32"),
                new("label out of range", () => F.NllLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L)),
                    typeof(DataException),
                    "NllLoss: label 3 at position [1] is out of range for 3 classes; use 0 to 2, or -100 to leave it "
                    + "out."),
            ],
            Goldens = ["loss/nll"],
        },
    ];

    internal static Nd Reduce(Nd terms, Reduction reduction, double? count = null) => reduction switch
    {
        Reduction.None => terms,
        Reduction.Sum => Nd.Scalar(terms.Data.Sum()),
        Reduction.BatchMean => Nd.Scalar(terms.Data.Sum() / (terms.Rank == 0 ? 1 : terms.Dims[0])),
        _ => Nd.Scalar(terms.Data.Sum() / (count ?? terms.Data.Length)),
    };

    internal static ErrorInput[] PairErrors(string name, Func<Tensor, Tensor, Tensor> call) =>
    [
        ErrorInput.Shape("shapes differ", () => call(Tensor.Zeros([2, 3]), Tensor.Zeros([3])),
            $"{name}: input is [2, 3], target [3]; they must be equal."),
        ErrorInput.DType("types differ", () => call(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Int64)),
            $"{name}: types differ: float32 (input) and int64 (target).\n  help: convert the target with To(DType)."),
        ErrorInput.DType("integers", () => call(Tensor.From(1L), Tensor.From(1L)),
            $"{name}: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
    ];

    /// <summary>Row of a loss of two inputs, term by term; real numbers unless said.</summary>
    internal static OpRow Pair(
        string name, string shown, Func<Tensor, Tensor, Reduction, Tensor> call, Func<double, double, double> term,
        Func<int[], In>? input = null, Func<int[], In>? target = null)
    {
        OpCase Case(int[] shape, Reduction reduction) => new(
            [input?.Invoke(shape) ?? new In(shape), target?.Invoke(shape) ?? new In(shape)],
            t => call(t[0], t[1], reduction), r => Reduce(Nd.Zip(r[0], r[1], term), reduction))
        {
            Label = $"{reduction}",
        };
        return new OpRow(name)
        {
            Covers = [],
            Loose = 8,
            ExtremeLimit = 1e18,                                     // squared
            Cases = [.. from r in Reductions from s in Shapes select Case(s, r)],
            Large = [Case([300, 301], Reduction.Mean) with { Reference = null }],
            Errors = PairErrors(shown, (x, y) => call(x, y, Reduction.Mean)),
        };
    }

    private static OpCase Logistic(int[] shape, int[]? weight, int[]? posWeight, Reduction reduction)
    {
        List<In> inputs = [new In(shape), In.Of(Domain.Unit, shape) with { Fixed = true }];
        int w = weight is null ? -1 : inputs.Count;
        if (weight is not null) inputs.Add(In.Of(Domain.Positive, weight) with { Fixed = true });
        int p = posWeight is null ? -1 : inputs.Count;
        if (posWeight is not null) inputs.Add(In.Of(Domain.Positive, posWeight) with { Fixed = true });
        return new OpCase(
            [.. inputs],
            t => F.BinaryCrossEntropyWithLogits(t[0], t[1], w < 0 ? null : t[w], p < 0 ? null : t[p], reduction),
            r =>
            {
                Nd factor = (w < 0 ? Nd.Scalar(1) : r[w]).To(shape), positive = (p < 0 ? Nd.Scalar(1) : r[p]).To(shape);
                return Reduce(Nd.Make(shape, at =>
                {
                    double x = r[0][at], t = r[1][at];
                    double term = p < 0
                        ? Math.Max(x, 0) - (x * t) + References.Log1p(Math.Exp(-Math.Abs(x)))
                        : ((1 - t) * x) + ((((positive[at] - 1) * t) + 1) * Softplus(-x));
                    return factor[at] * term;
                }), reduction);
            })
        {
            Label = $"{reduction}{(w < 0 ? "" : ", weight")}{(p < 0 ? "" : ", posWeight")}",
        };
    }

    private static double Softplus(double x) => Math.Max(x, 0) + References.Log1p(Math.Exp(-Math.Abs(x)));

    // Inputs: logits, labels, and weights if there are any.
    private static OpCase Classes(int[] shape, bool weighted, double smoothing, long ignore, Reduction reduction)
    {
        int dim = shape.Length == 1 ? 0 : 1, classes = shape[dim];
        int[] places = [.. shape[..dim], .. shape[(dim + 1)..]];
        In[] weights = weighted ? [In.Of(Domain.Positive, classes) with { Fixed = true, NoGrad = true }] : [];
        return new OpCase(
            [new In(shape), In.Indices(classes, places), .. weights],
            t => F.CrossEntropy(t[0], t[1], weighted ? t[2] : null, smoothing, ignore, reduction),
            r =>
            {
                Nd logs = LogSoftmax(r[0], dim);
                double W(int c) => weighted ? r[2][c] : 1;
                double count = 0;
                Nd terms = Nd.Make(places, at =>
                {
                    int y = (int)r[1][at];
                    if (y == ignore) return 0;
                    count += W(y);
                    double LogOf(int c) => logs[[.. at[..dim], c, .. at[dim..]]];
                    double even = 0;
                    for (int c = 0; c < classes && smoothing > 0; c++) even += W(c) * -LogOf(c);
                    return ((1 - smoothing) * W(y) * -LogOf(y)) + (smoothing / classes * even);
                });
                return Reduce(terms, reduction, count);
            })
        {
            Label = $"{reduction}{(weighted ? ", weights" : "")}, smoothing {smoothing}, ignore {ignore}",
        };
    }

    // Inputs: logits, probabilities, and weights if there are any.
    private static OpCase Probabilities(int[] shape, bool weighted, double smoothing, Reduction reduction)
    {
        int dim = shape.Length == 1 ? 0 : 1, classes = shape[dim];
        In[] weights = weighted ? [In.Of(Domain.Positive, classes) with { Fixed = true, NoGrad = true }] : [];
        return new OpCase(
            [new In(shape), In.Of(Domain.Unit, shape) with { Fixed = true }, .. weights],
            t => F.CrossEntropy(t[0], t[1], weighted ? t[2] : null, smoothing, reduction: reduction),
            r =>
            {
                Nd logs = LogSoftmax(r[0], dim);
                Nd each = Nd.Make(shape, at =>
                    (weighted ? r[2][at[dim]] : 1) * ((r[1][at] * (1 - smoothing))
                        + (smoothing / classes)) * -logs[at]);
                return Reduce(each.Reduce([dim], false, v => v.Sum()), reduction);
            })
        {
            Label = $"{reduction}{(weighted ? ", weights" : "")}, smoothing {smoothing}",
        };
    }

    // Inputs: logarithms, labels, and weights if there are any.
    private static OpCase Likelihood(int[] shape, bool weighted, long ignore, Reduction reduction)
    {
        int dim = shape.Length == 1 ? 0 : 1, classes = shape[dim];
        int[] places = [.. shape[..dim], .. shape[(dim + 1)..]];
        In[] weights = weighted ? [In.Of(Domain.Positive, classes) with { Fixed = true, NoGrad = true }] : [];
        return new OpCase(
            [new In(shape), In.Indices(classes, places), .. weights],
            t => F.NllLoss(t[0], t[1], weighted ? t[2] : null, ignore, reduction),
            r =>
            {
                double count = 0;
                Nd terms = Nd.Make(places, at =>
                {
                    int y = (int)r[1][at];
                    if (y == ignore) return 0;
                    double weight = weighted ? r[2][y] : 1;
                    count += weight;
                    return -weight * r[0][[.. at[..dim], y, .. at[dim..]]];
                });
                return Reduce(terms, reduction, count);
            })
        {
            Label = $"{reduction}{(weighted ? ", weights" : "")}, ignore {ignore}",
        };
    }

    private static Nd LogSoftmax(Nd x, int dim) => x.Along(dim, SoftmaxRows.LogSoftmax);
}
