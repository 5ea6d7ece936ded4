namespace ChainRule.Tests.Operators;

/// <summary>Normalisation by groups of channels, across channels, and of contrast.</summary>
internal static class GroupNormalizationRows
{
    // Large enough that the rounding of the mean of equal numbers is not blown up by 1 / sqrt(eps).
    private const double Eps = 1e-2;
    private const string NoRank0 = "there must be a dimension of channels: an error input";

    public static OpRow[] All { get; } =
    [
        new OpRow("group_norm")
        {
            Covers = ["F.GroupNorm"],
            Loose = 32,
            LooseGradient = 8,
            ExtremeLimit = 1e15,                                     // squared and summed
            NoScalar = NoRank0,
            Cases =
            [
                Group([2, 4, 3], 2, true), Group([2, 3, 2, 2], 1, true), Group([3, 6], 3, false),
                Group([1, 4, 2, 2, 1], 4, true), Group([0, 4, 3], 2, true),
            ],
            Large = [new([new In(8, 12, 30, 31), new In(12), new In(12)], t => F.GroupNorm(t[0], 3, t[1], t[2]))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.GroupNorm(Tensor.Zeros([4]), 2),
                    "GroupNorm: expects [N, C, ...], got [4]."),
                ErrorInput.Shape("groups", () => F.GroupNorm(Tensor.Zeros([1, 4, 2]), 3),
                    "GroupNorm: 3 groups do not divide the channels of [1, 4, 2]."),
                ErrorInput.Shape("weight", () => F.GroupNorm(Tensor.Zeros([1, 4, 2]), 2, Tensor.Zeros([2])),
                    "GroupNorm: weight must be [4] for [1, 4, 2], got [2]."),
                ErrorInput.DType(
                    "bias", () => F.GroupNorm(Tensor.Zeros([1, 4]), 2, bias: Tensor.Zeros([4], DType.Float64)),
                    "GroupNorm: bias is float64, x float32."),
                ErrorInput.DType("integers", () => F.GroupNorm(Tensor.Zeros([1, 4], DType.Int64), 2),
                    "GroupNorm: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
                ErrorInput.Range("no groups", () => F.GroupNorm(Tensor.Zeros([1, 4]), 0),
                    "GroupNorm: groups must be 1 or more, got 0. (Parameter 'groups')"),
            ],
            Goldens = ["layer/group_norm"],
        },
        new OpRow("instance_norm")
        {
            Covers = ["F.InstanceNorm"],
            Loose = 32,
            LooseGradient = 8,
            ExtremeLimit = 1e15,                                     // squared and summed
            NoScalar = NoRank0,
            Cases =
            [
                Instance([2, 3, 4], true), Instance([2, 2, 2, 3], false), Instance([1, 2, 2, 2, 2], true),
                Instance([0, 2, 3], true),
            ],
            Large = [new([new In(8, 12, 30, 31), new In(12), new In(12)], t => F.InstanceNorm(t[0], t[1], t[2]))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.InstanceNorm(Tensor.Zeros([4, 2])),
                    "InstanceNorm: expects [N, C, d1, ...], got [4, 2]."),
                ErrorInput.Shape("one value", () => F.InstanceNorm(Tensor.Zeros([4, 2, 1, 1])),
                    "InstanceNorm: needs more than one value a channel, got [4, 2, 1, 1]."),
                ErrorInput.Shape("bias", () => F.InstanceNorm(Tensor.Zeros([1, 4, 2]), bias: Tensor.Zeros([2])),
                    "InstanceNorm: bias must be [4] for [1, 4, 2], got [2]."),
            ],
            Goldens = ["layer/instance_norm"],
        },
        new OpRow("local_response_norm")
        {
            Covers = ["F.LocalResponseNorm"],
            Loose = 8,
            LooseGradient = 8,
            NoScalar = NoRank0,
            NoSpecials = "neighbours share what is special: infinity over infinity",
            ExtremeLimit = 1e15,                                     // squared and summed
            Cases =
            [
                Response([2, 5, 3], 3, 0.8, 0.75, 1), Response([1, 6, 2, 2], 4, 2, 0.5, 2),
                Response([2, 2], 5, 0.1, 0.75, 1), Response([1, 3, 2, 1, 2], 1, 1, 1, 0.5),
                Response([0, 3, 2], 3, 1, 1, 1),
            ],
            Large = [new([new In(8, 12, 30, 31)], t => F.LocalResponseNorm(t[0], 5, 0.5))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.LocalResponseNorm(Tensor.Zeros([4]), 2),
                    "LocalResponseNorm: expects [N, C, ...], got [4]."),
                ErrorInput.Range("size", () => F.LocalResponseNorm(Tensor.Zeros([1, 4]), 0),
                    "LocalResponseNorm: size must be 1 or more, got 0. (Parameter 'size')"),
                ErrorInput.DType("integers", () => F.LocalResponseNorm(Tensor.Zeros([1, 4], DType.Int64), 2),
                    "LocalResponseNorm: needs float32 or float64, got int64.\n"
                    + "  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/local_response_norm"],
        },
        Contrast(
            "subtractive_norm", "F.SubtractiveNorm", "layer/lcn_subtractive",
            (x, k, s, b, _) => F.SubtractiveNorm(x, k, s, b), (x, k, s, b, _) => Subtract(x, k, s, b),
            [
                ErrorInput.Shape("rank", () => F.SubtractiveNorm(Tensor.Zeros([4, 4]), 3, 1),
                    "SubtractiveNorm: expects [N, C, H, W], got [4, 4]."),
                ErrorInput.Range("size", () => F.SubtractiveNorm(Tensor.Zeros([1, 1, 4, 4]), 4, 1),
                    "SubtractiveNorm: kernelSize must be odd and above 0, got 4. (Parameter 'kernelSize')"),
                ErrorInput.Range("sigma", () => F.SubtractiveNorm(Tensor.Zeros([1, 1, 4, 4]), 3, 0),
                    "SubtractiveNorm: sigma is 0; expected a number above 0. (Parameter 'sigma')"),
                ErrorInput.Range(
                    "border", () => F.SubtractiveNorm(Tensor.Zeros([1, 1, 4, 4]), 3, 1, (ContrastBorder)5),
                    "SubtractiveNorm: 5 is no kind of border. (Parameter 'border')"),
            ]),
        Contrast(
            "divisive_norm", "F.DivisiveNorm", "layer/lcn_divisive",
            (x, k, s, b, c) => F.DivisiveNorm(x, k, s, b, c), Divide,
            [
                ErrorInput.Range(
                    "floor", () => F.DivisiveNorm(Tensor.Zeros([1, 1, 4, 4]), 3, 1, floor: -1),
                    "DivisiveNorm: floor is -1; expected a finite number, 0 or more. (Parameter 'floor')"),
                ErrorInput.DType("integers", () => F.DivisiveNorm(Tensor.Zeros([1, 1, 4, 4], DType.Int64), 3, 1),
                    "DivisiveNorm: needs float32 or float64, got int64.\n"
                    + "  help: convert with To(DType.Float32) first."),
            ]),
        Contrast(
            "local_contrast_norm", "F.LocalContrastNorm", "layer/local_contrast_norm",
            (x, k, s, b, c) => F.LocalContrastNorm(x, k, s, b, c),
            (x, k, s, b, c) => Divide(Subtract(x, k, s, b), k, s, b, c),
            [
                ErrorInput.Shape("rank", () => F.LocalContrastNorm(Tensor.Zeros([4, 4]), 3, 1),
                    "LocalContrastNorm: expects [N, C, H, W], got [4, 4]."),
            ]),
    ];

    private static OpCase Group(int[] x, int groups, bool affine) => new(
        Inputs(x, affine), t => F.GroupNorm(t[0], groups, affine ? t[1] : null, affine ? t[2] : null, Eps),
        r => Normalize(r, x, groups))
    {
        Label = $"{groups} groups",
    };

    private static OpCase Instance(int[] x, bool affine) => new(
        Inputs(x, affine), t => F.InstanceNorm(t[0], affine ? t[1] : null, affine ? t[2] : null, Eps),
        r => Normalize(r, x, x[1]));

    private static In[] Inputs(int[] x, bool affine) =>
        affine ? [new In(x), new In(x[1]), new In(x[1])] : [new In(x)];

    private static Nd Normalize(Nd[] r, int[] x, int groups)
    {
        int rest = x[0] == 0 ? 1 : Nd.Product(x) / (x[0] * groups);
        Nd y = r[0].Reshape(x[0], groups, rest).Along(2, v =>
        {
            double mean = v.Sum() / v.Length, variance = v.Sum(e => (e - mean) * (e - mean)) / v.Length;
            return [.. v.Select(e => (e - mean) / Math.Sqrt(variance + Eps))];
        }).Reshape(x);
        return Nd.Make(x, at => r.Length == 1 ? y[at] : (y[at] * r[1][at[1]]) + r[2][at[1]]);
    }

    private static OpCase Response(int[] x, int size, double alpha, double beta, double k) => new(
        [new In(x)], t => F.LocalResponseNorm(t[0], size, alpha, beta, k), r => Nd.Make(x, at =>
        {
            double sum = 0;
            for (int c = at[1] - (size / 2); c < at[1] - (size / 2) + size; c++)
            {
                if (c >= 0 && c < x[1]) sum += Math.Pow(r[0][[at[0], c, .. at[2..]]], 2);
            }
            return r[0][at] / Math.Pow(k + (alpha / size * sum), beta);
        }))
    {
        Label = $"size {size}",
    };

    private static OpRow Contrast(
        string name, string covers, string golden, Func<Tensor, int, double, ContrastBorder, double?, Tensor> call,
        Func<Nd, int, double, ContrastBorder, double?, Nd> reference, ErrorInput[] errors)
    {
        return new OpRow(name)
        {
            Covers = [covers],
            Loose = 16,
            LooseGradient = 16,
            NoScalar = NoRank0,
            NoSpecials = "windows share what is special",
            NoExtremes = "sums of large and small numbers",
            Cases =
            [
                Case([1, 2, 4, 5], 3, 1, ContrastBorder.Zero, null),
                Case([2, 1, 4, 4], 3, 0.7, ContrastBorder.Renormalise, null),
                Case([1, 2, 3, 4], 5, 1.5, ContrastBorder.Renormalise, 0.9),
                Case([0, 2, 3, 3], 3, 1, ContrastBorder.Zero, 0.5),
            ],
            Large = [new([new In(8, 3, 96, 97)], t => call(t[0], 5, 1.6, ContrastBorder.Zero, null))],
            Errors = errors,
            Goldens = [golden],
        };

        // Equal numbers have no contrast: what is left of them is rounding, divided by itself.
        OpCase Case(int[] x, int k, double sigma, ContrastBorder border, double? floor) =>
            new(
                [new In(x) { Fixed = border == ContrastBorder.Renormalise && floor is null }],
                t => call(t[0], k, sigma, border, floor), r => reference(r[0], k, sigma, border, floor))
            {
                Label = $"{k}, {border}, floor {floor}",
            };
    }

    private static Nd Subtract(Nd x, int k, double sigma, ContrastBorder border)
    {
        Nd mean = LocalMean(x, k, sigma, border);
        return Nd.Make(x.Dims, at => x[at] - mean[at[0], at[2], at[3]]);
    }

    private static Nd Divide(Nd x, int k, double sigma, ContrastBorder border, double? floor)
    {
        Nd deviation = LocalMean(x.Map(v => v * v), k, sigma, border).Map(Math.Sqrt);
        Nd mean = deviation.Reduce([1, 2], false, v => v.Average());
        return Nd.Make(x.Dims, at => x[at] / Math.Max(floor ?? mean[at[0]], deviation[at[0], at[2], at[3]]));
    }

    // [N, H, W]
    private static Nd LocalMean(Nd x, int k, double sigma, ContrastBorder border)
    {
        (int channels, int height, int width, int reach) = (x.Dims[1], x.Dims[2], x.Dims[3], k / 2);
        return Nd.Make([x.Dims[0], height, width], at =>
        {
            double sum = 0, all = 0, inside = 0;
            for (int p = -reach; p <= reach; p++)
            {
                for (int q = -reach; q <= reach; q++)
                {
                    double weight = Math.Exp(-((p * p) + (q * q)) / (2 * sigma * sigma)) / channels;
                    all += weight * channels;
                    (int i, int j) = (at[1] + p, at[2] + q);
                    if (i < 0 || i >= height || j < 0 || j >= width) continue;
                    inside += weight * channels;
                    for (int c = 0; c < channels; c++) sum += weight * x[at[0], c, i, j];
                }
            }
            return sum / (border == ContrastBorder.Zero ? all : inside);
        });
    }
}
