namespace ChainRule.Tests.Operators;

/// <summary>Losses that are likelihoods of distributions, focal losses, and the penalty.</summary>
internal static class LikelihoodRows
{
    private static readonly Reduction[] Reductions = Enum.GetValues<Reduction>();

    public static OpRow[] All { get; } =
    [
        new OpRow("binary_cross_entropy")
        {
            Covers = ["F." + nameof(F.BinaryCrossEntropy)],
            Loose = 16,
            LooseGradient = 16,
            NoExtremes = "defined in [0, 1]",
            Cases =
            [
                .. from r in Reductions from s in LossRows.Shapes select Bernoulli(s, null, r),
                Bernoulli([4, 3], [3], Reduction.Mean), Bernoulli([4, 3], [4, 1], Reduction.None),
            ],
            Large = [Bernoulli([300, 301], null, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                .. LossRows.PairErrors("BinaryCrossEntropy", (x, y) => F.BinaryCrossEntropy(x, y)),
                ErrorInput.Shape("weight that does not broadcast",
                    () => F.BinaryCrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([2])),
                    "BinaryCrossEntropy: weight [2] does not broadcast to [2, 3]."),
            ],
            Goldens = ["loss/bce"],
        },
        LossRows.Pair(
            "kl_div", "KlDiv", (x, t, r) => F.KlDiv(x, t, false, r), (x, t) => t == 0 ? 0 : t * (Math.Log(t) - x),
            target: s => In.Of(Domain.Unit, s) with { Fixed = true }) with
        {
            Covers = ["F." + nameof(F.KlDiv)],
            Loose = 16,
            Goldens = ["loss/kl_div"],
        },
        LossRows.Pair(
            "kl_div of logarithms", "KlDiv", (x, t, r) => F.KlDiv(x, t, true, r), (x, t) => Math.Exp(t) * (t - x),
            target: s => In.Of(Domain.Real, s) with { Fixed = true }) with
        {
            Covers = ["F." + nameof(F.KlDiv)],
            Loose = 32,
        },
        .. from log in new[] { true, false } from full in new[] { false, true } select Poisson(log, full),
        new OpRow("gaussian_nll_loss")
        {
            Covers = ["F." + nameof(F.GaussianNllLoss)],
            Loose = 16,
            LooseGradient = 16,
            ExtremeLimit = 1e17,
            Cases =
            [
                .. from r in Reductions from f in new[] { false, true } select Gaussian([4, 3], [4, 3], f, r),
                Gaussian([4, 3], [4, 1], true, Reduction.Mean), Gaussian([4, 3], [4], false, Reduction.Sum),
                Gaussian([], [], false, Reduction.None), Gaussian([0, 2], [0, 2], false, Reduction.Sum),
                Gaussian([2, 37], [2, 37], false, Reduction.None),
            ],
            Large = [Gaussian([300, 301], [300, 301], false, Reduction.Mean) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("target of another shape",
                    () => F.GaussianNllLoss(Tensor.Zeros([2]), Tensor.Zeros([3]), Tensor.Zeros([2])),
                    "GaussianNllLoss: input is [2], target [3]; they must be equal."),
                ErrorInput.Shape("variance of another shape",
                    () => F.GaussianNllLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3])),
                    "GaussianNllLoss: variance [4, 3] does not broadcast to [2, 3]."),
                ErrorInput.Range("epsilon of 0",
                    () => F.GaussianNllLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), Tensor.Ones([2]), epsilon: 0),
                    "GaussianNllLoss: epsilon is 0; expected a finite number above 0. (Parameter 'epsilon')"),
            ],
            Goldens = ["loss/gaussian_nll"],
        },
        new OpRow("focal_loss")
        {
            Covers = ["F." + nameof(F.FocalLoss)],
            Loose = 64,
            LooseGradient = 64,
            ExtremeLimit = 1e30,
            Cases =
            [
                .. from r in Reductions from g in new[] { 0, 1.5, 2 } select Focal([4, 3], g, g > 0, -100, r),
                Focal([5, 4], 2, true, 2, Reduction.Mean), Focal([2, 3, 4], 2, true, -100, Reduction.None),
                Focal([7], 2, false, -100, Reduction.Mean), Focal([0, 3], 2, false, -100, Reduction.Sum),
            ],
            Large = [Focal([3000, 31], 2, true, -100, Reduction.Mean) with { Reference = null }],
            NoSpecials = "a probability of exactly 1 has no derivative of every power",
            Errors =
            [
                ErrorInput.Range("gamma below 0",
                    () => F.FocalLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L), gamma: -1),
                    "FocalLoss: gamma is -1; expected a finite number, 0 or more. (Parameter 'gamma')"),
                ErrorInput.Shape("labels of another shape",
                    () => F.FocalLoss(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L, 2L)),
                    "FocalLoss: target must be [2], one label a position, got [3].\n  input: [2, 3] float32"),
            ],
        },
        LossRows.Pair(
            "sigmoid_focal_loss", "SigmoidFocalLoss", (x, t, r) => F.SigmoidFocalLoss(x, t, 0.3, 1.5, r),
            (x, t) => Focal(x, t, 0.3, 1.5), target: Answers) with
        {
            Covers = ["F." + nameof(F.SigmoidFocalLoss)],
            Loose = 64,
            LooseGradient = 64,
            NoSpecials = "infinity times 0",
            NoExtremes = "the logarithm of e^-x is lost beyond the smallest number",
            Errors =
            [
                .. LossRows.PairErrors("SigmoidFocalLoss", (x, y) => F.SigmoidFocalLoss(x, y)),
                ErrorInput.Range("alpha above 1",
                    () => F.SigmoidFocalLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), alpha: 2),
                    "SigmoidFocalLoss: alpha is 2; expected 0 to 1, or null. (Parameter 'alpha')"),
                ErrorInput.Range("gamma below 0",
                    () => F.SigmoidFocalLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), gamma: -1),
                    "SigmoidFocalLoss: gamma is -1; expected a finite number, 0 or more. (Parameter 'gamma')"),
            ],
        },
        new OpRow("l2_penalty")
        {
            Covers = ["F." + nameof(F.L2Penalty)],
            Loose = 8,
            ExtremeLimit = 1e18,
            Cases =
            [
                new([new In(2, 3), new In(4)], t => F.L2Penalty(t, 0.3), Penalty),
                new([new In()], t => F.L2Penalty(t, 0.3), Penalty),
                new([new In(0), new In(3)], t => F.L2Penalty(t, 0.3), Penalty),
            ],
            Large = [new([new In(300, 301)], t => F.L2Penalty(t, 0.3))],
            Errors =
            [
                ErrorInput.Argument("no weights", () => F.L2Penalty([], 1),
                    "L2Penalty: there are no weights. (Parameter 'weights')"),
                ErrorInput.DType("integers", () => F.L2Penalty([Tensor.From(1L)], 1),
                    "L2Penalty: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
        },
    ];

    private static Nd Penalty(Nd[] all) => Nd.Scalar(0.15 * all.Sum(w => w.Data.Sum(v => v * v)));

    private static In Answers(int[] shape)
    {
        int[] values = [.. Enumerable.Range(0, Nd.Product(shape)).Select(i => i % 3 == 1 ? 0 : 1)];
        return In.Values(shape, [.. values.Select(v => (double)v)]) with { Fixed = true, NoGrad = true };
    }

    private static double Focal(double x, double t, double alpha, double gamma)
    {
        double z = t == 1 ? x : -x, p = References.Sigmoid(z), share = t == 1 ? alpha : 1 - alpha;
        return share * Math.Pow(References.Sigmoid(-z), gamma) * -Math.Log(p);
    }

    private static OpCase Bernoulli(int[] shape, int[]? weight, Reduction reduction)
    {
        In probabilities = In.Of(Domain.Unit, shape), target = In.Of(Domain.Unit, shape) with { Fixed = true };
        In[] weights = weight is null ? [] : [In.Of(Domain.Positive, weight) with { Fixed = true }];
        return new OpCase(
            [probabilities, target, .. weights],
            t => F.BinaryCrossEntropy(t[0], t[1], weight is null ? null : t[2], reduction),
            r =>
            {
                Nd factor = (weight is null ? Nd.Scalar(1) : r[2]).To(shape);
                return LossRows.Reduce(Nd.Make(shape, at =>
                {
                    double p = r[0][at], t = r[1][at];
                    double yes = Math.Max(Math.Log(p), -100), no = Math.Max(References.Log1p(-p), -100);
                    return -factor[at] * ((t * yes) + ((1 - t) * no));
                }), reduction);
            })
        {
            Label = $"{reduction}{(weight is null ? "" : ", weight")}",
        };
    }

    private static OpRow Poisson(bool log, bool full)
    {
        double Term(double x, double t)
        {
            double term = log ? Math.Exp(x) - (t * x) : x - (t * Math.Log(x + 1e-3));
            return full && t > 1 ? term + (t * Math.Log(t)) - t + (Math.Log(2 * Math.PI * t) / 2) : term;
        }

        return LossRows.Pair(
            $"poisson_nll_loss{(log ? "" : " of counts")}{(full ? ", full" : "")}", "PoissonNllLoss",
            (x, t, r) => F.PoissonNllLoss(x, t, log, full, 1e-3, r), Term,
            s => In.Of(log ? Domain.Real : Domain.Positive, s),
            s => In.Of(new Domain(0.2, 6, 1), s) with { Fixed = true }) with
        {
            Covers = ["F." + nameof(F.PoissonNllLoss)],
            Loose = 64,
            LooseGradient = 16,
            ExtremeLimit = 80,
            Goldens = log && !full ? ["loss/poisson_nll"] : [],
        };
    }

    private static OpCase Gaussian(int[] shape, int[] variance, bool full, Reduction reduction) => new(
        [new In(shape), new In(shape), In.Of(Domain.Positive, variance) with { Fixed = true }],
        t => F.GaussianNllLoss(t[0], t[1], t[2], full, 1e-6, reduction),
        r =>
        {
            int[] kept = variance.Length < shape.Length ? [.. variance, 1] : variance;
            Nd v = r[2].Reshape(kept).To(shape);
            return LossRows.Reduce(Nd.Make(shape, at =>
            {
                double d = r[0][at] - r[1][at];
                return (0.5 * (Math.Log(v[at]) + (d * d / v[at]))) + (full ? Math.Log(2 * Math.PI) / 2 : 0);
            }), reduction);
        })
    {
        Label = $"{reduction}{(full ? ", full" : "")}",
    };

    private static OpCase Focal(int[] shape, double gamma, bool weighted, long ignore, Reduction reduction)
    {
        int dim = shape.Length == 1 ? 0 : 1, classes = shape[dim];
        int[] places = [.. shape[..dim], .. shape[(dim + 1)..]];
        In[] weights = weighted ? [In.Of(Domain.Positive, classes) with { Fixed = true, NoGrad = true }] : [];
        return new OpCase(
            [new In(shape), In.Indices(classes, places), .. weights],
            t => F.FocalLoss(t[0], t[1], gamma, weighted ? t[2] : null, ignore, reduction),
            r =>
            {
                Nd logs = r[0].Along(dim, SoftmaxRows.LogSoftmax);
                double count = 0;
                Nd terms = Nd.Make(places, at =>
                {
                    int y = (int)r[1][at];
                    if (y == ignore) return 0;
                    count++;
                    double log = logs[[.. at[..dim], y, .. at[dim..]]];
                    return -(weighted ? r[2][y] : 1) * Math.Pow(1 - Math.Exp(log), gamma) * log;
                });
                return LossRows.Reduce(terms, reduction, count);
            })
        {
            Label = $"{reduction}, gamma {gamma}{(weighted ? ", weights" : "")}, ignore {ignore}",
        };
    }
}
