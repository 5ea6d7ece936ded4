namespace ChainRule.Tests.Operators;

/// <summary>Windows as columns, resizing, and pixels from channels.</summary>
internal static class ResamplingRows
{
    private const string NoRank0 = "there are always batch and channels";
    private const string Sums = "a weighted sum: infinities of both signs meet";

    public static OpRow[] All { get; } =
    [
        new OpRow("unfold")
        {
            Covers = ["F.Unfold"],
            NoScalar = NoRank0,
            Exact = true,
            AnyZero = true,
            Cases =
            [
                Columns([2, 2, 3, 4], (2, 3)), Columns([1, 2, 5, 4], 2, dilation: (2, 1), stride: (1, 2)),
                Columns([1, 1, 3, 3], (3, 2), padding: (2, 1), stride: 2),
                Columns([1, 1, 2, 40], (1, 3), padding: (0, 1)),
                Columns([1, 1, 2, 2], 1, padding: 2), Columns([0, 2, 3, 3], 2),
            ],
            Large = [new([new In(4, 8, 40, 41)], t => F.Unfold(t[0], 3, padding: 1))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.Unfold(Tensor.Zeros([5, 5]), 2),
                    "Unfold: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape("window", () => F.Unfold(Tensor.Zeros([1, 1, 2, 5]), 2, dilation: 2),
                    "Unfold: window 2x2 with dilation 2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
                ErrorInput.Range("padding", () => F.Unfold(Tensor.Zeros([1, 1, 5, 5]), 2, padding: (0, -1)),
                    "Unfold: padding must be 0 or more, got 0x-1. (Parameter 'padding')"),
                ErrorInput.DType("integers", () => F.Unfold(Tensor.Zeros([1, 1, 5, 5], DType.Int64), 2),
                    "Unfold: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/unfold"],
        },
        new OpRow("fold")
        {
            Covers = ["F.Fold"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases =
            [
                Image([2, 4, 6], (3, 4), 2), Image([1, 6, 4], (5, 4), (3, 2), stride: (2, 2)),
                Image([1, 4, 15], (3, 4), 2, dilation: (2, 1), padding: (1, 1), stride: (1, 1)),
                Image([1, 3, 80], (2, 40), (1, 3), padding: (0, 1)), Image([0, 4, 4], 3, 2),
            ],
            Large = [new([new In(4, 72, 1640)], t => F.Fold(t[0], (40, 41), 3, padding: 1))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.Fold(Tensor.Zeros([5, 5]), 4, 2),
                    "Fold: expects [N, C * 4, windows], got [5, 5]."),
                ErrorInput.Shape("windows", () => F.Fold(Tensor.Zeros([1, 4, 5]), 4, 2),
                    "Fold: an image 4x4 has 9 windows 2x2, got 5 in [1, 4, 5]."),
                ErrorInput.Range("size", () => F.Fold(Tensor.Zeros([1, 4, 5]), (4, 0), 2),
                    "Fold: outputSize must be 1 or more, got 4x0. (Parameter 'outputSize')"),
                ErrorInput.Range("kernel", () => F.Fold(Tensor.Zeros([1, 4, 5]), 4, 0),
                    "Fold: kernelSize must be 1 or more, got 0x0. (Parameter 'kernelSize')"),
            ],
            Goldens = ["layer/fold"],
        },
        new OpRow("upsample")
        {
            Covers = ["F.Upsample", "F.UpsampleTo"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Loose = 8,
            LooseGradient = 8,
            Cases =
            [
                By([2, 1, 5], [2], UpsampleMode.Nearest), By([1, 2, 3, 4], [1.5, 2.5], UpsampleMode.Nearest),
                By([1, 1, 2, 1, 3], [2], UpsampleMode.Nearest), By([1, 1, 49], [1 / 7.0], UpsampleMode.Nearest),
                By([2, 1, 5], [2], UpsampleMode.Linear), By([1, 2, 3, 4], [2, 1.5], UpsampleMode.Linear),
                By([1, 2, 3, 4], [2, 1.5], UpsampleMode.Linear, corners: true),
                By([1, 1, 2, 3, 2], [2, 1.5, 0.5], UpsampleMode.Linear), By([0, 1, 5], [2], UpsampleMode.Linear),
                To([1, 2, 4, 5], [7, 3], UpsampleMode.Nearest), To([1, 2, 4, 5], [7, 3], UpsampleMode.Linear),
                To([1, 1, 4, 5], [1, 9], UpsampleMode.Linear, corners: true), To([2, 1, 6], [6], UpsampleMode.Linear),
            ],
            Large = [new([new In(2, 8, 30, 31)], t => F.Upsample(t[0], [2], UpsampleMode.Linear))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.Upsample(Tensor.Zeros([5, 5]), [2]),
                    "Upsample: expects [N, C, ...], rank 3 to 5, got [5, 5]."),
                ErrorInput.Shape("factors", () => F.Upsample(Tensor.Zeros([1, 1, 5]), [2, 2]),
                    "Upsample: expects [N, C, ...] with 2 dimensions for the dots, got [1, 1, 5]."),
                ErrorInput.Shape("empty", () => F.UpsampleTo(Tensor.Zeros([1, 1, 5]), [0]),
                    "UpsampleTo: [1, 1, 5] cannot become [0] in its last dimensions: sizes must be 1 or more."),
                ErrorInput.Range("factor", () => F.Upsample(Tensor.Zeros([1, 1, 5]), [-2]),
                    "Upsample: a factor must be above 0 and finite, got -2. (Parameter 'scales')"),
                ErrorInput.Argument(
                    "corners", () => F.UpsampleTo(Tensor.Zeros([1, 1, 5]), [7], UpsampleMode.Nearest, true),
                    "UpsampleTo: corners are aligned in linear mode only. (Parameter 'alignCorners')"),
                ErrorInput.Range("mode", () => F.UpsampleTo(Tensor.Zeros([1, 1, 5]), [7], (UpsampleMode)9),
                    "UpsampleTo: 9 is no mode of resizing. (Parameter 'mode')"),
                ErrorInput.DType("integers", () => F.Upsample(Tensor.Zeros([1, 1, 5], DType.Int64), [2]),
                    "Upsample: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/upsample_nearest", "layer/upsample_bilinear"],
        },
        new OpRow("pixel_shuffle")
        {
            Covers = ["F.PixelShuffle"],
            NoScalar = NoRank0,
            Exact = true,
            Types = OpRow.Numbers,
            Serial = "a view and a copy",
            Cases =
            [
                Shuffle([2, 4, 2, 3], 2), Shuffle([1, 9, 1, 2], 3), Shuffle([1, 2, 3, 1], 1),
                Shuffle([0, 4, 2, 2], 2),
            ],
            Errors =
            [
                ErrorInput.Shape("channels", () => F.PixelShuffle(Tensor.Zeros([1, 6, 2, 2]), 2),
                    "PixelShuffle: expects [N, C * 4, H, W], got [1, 6, 2, 2]."),
                ErrorInput.Range("factor", () => F.PixelShuffle(Tensor.Zeros([1, 6, 2, 2]), 0),
                    "PixelShuffle: upscaleFactor must be 1 or more, got 0. (Parameter 'upscaleFactor')"),
            ],
            Goldens = ["layer/pixel_shuffle"],
        },
        new OpRow("pixel_unshuffle")
        {
            Covers = ["F.PixelUnshuffle"],
            NoScalar = NoRank0,
            Exact = true,
            Types = OpRow.Numbers,
            Serial = "a view and a copy",
            Cases = [Unshuffle([2, 1, 4, 6], 2), Unshuffle([1, 2, 3, 3], 3), Unshuffle([0, 2, 4, 4], 2)],
            Errors =
            [
                ErrorInput.Shape("height", () => F.PixelUnshuffle(Tensor.Zeros([1, 6, 3, 2]), 2),
                    "PixelUnshuffle: expects [N, C, H * 2, W * 2], got [1, 6, 3, 2]."),
                ErrorInput.Range("factor", () => F.PixelUnshuffle(Tensor.Zeros([1, 6, 2, 2]), -1),
                    "PixelUnshuffle: downscaleFactor must be 1 or more, got -1. (Parameter 'downscaleFactor')"),
            ],
        },
    ];

    private static OpCase Columns(
        int[] x, Size2 k, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
    {
        Size2 d = dilation ?? 1, s = stride ?? 1;
        return new([new In(x)], t => F.Unfold(t[0], k, d, padding, s), r =>
        {
            (int rows, int columns) = Counts(x[2], x[3], k, d, padding, s);
            return Nd.Make([x[0], x[1] * k.H * k.W, rows * columns], at =>
            {
                (int c, int i, int j) = Place(at[1], at[2], k, d, padding, s, columns);
                bool inside = i >= 0 && i < x[2] && j >= 0 && j < x[3];
                return inside ? r[0][at[0], c, i, j] : 0;
            });
        })
        {
            Label = $"{k}, dilation {d}, padding {padding}, stride {s}",
        };
    }

    private static OpCase Image(
        int[] x, Size2 size, Size2 k, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
    {
        Size2 d = dilation ?? 1, s = stride ?? 1;
        return new([new In(x)], t => F.Fold(t[0], size, k, d, padding, s), r =>
        {
            (_, int columns) = Counts(size.H, size.W, k, d, padding, s);
            return Nd.Make([x[0], x[1] / (k.H * k.W), size.H, size.W], at =>
            {
                double sum = 0;
                for (int row = 0; row < x[1]; row++)
                {
                    for (int window = 0; window < x[2]; window++)
                    {
                        if (Place(row, window, k, d, padding, s, columns) == (at[1], at[2], at[3]))
                            sum += r[0][at[0], row, window];
                    }
                }
                return sum;
            });
        })
        {
            Label = $"{size}, {k}, dilation {d}, padding {padding}, stride {s}",
        };
    }

    private static (int Rows, int Columns) Counts(int h, int w, Size2 k, Size2 d, Size2 p, Size2 s) => (
        ((h + (2 * p.H) - (d.H * (k.H - 1)) - 1) / s.H) + 1, ((w + (2 * p.W) - (d.W * (k.W - 1)) - 1) / s.W) + 1);

    // Channel, row and column of an entry of the columns.
    private static (int C, int I, int J) Place(int row, int window, Size2 k, Size2 d, Size2 p, Size2 s, int columns)
    {
        int[] tap = Nd.Unravel(row, [int.MaxValue, k.H, k.W]);
        return (tap[0], (window / columns * s.H) - p.H + (tap[1] * d.H),
            (window % columns * s.W) - p.W + (tap[2] * d.W));
    }

    private static OpCase By(int[] x, double[] scales, UpsampleMode mode, bool corners = false)
    {
        double[] all = scales.Length == 1 ? [.. x[2..].Select(_ => scales[0])] : scales;
        int[] size = [.. x[2..].Select((n, d) => (int)Math.Floor(n * all[d]))];
        return new(
            [new In(x)], t => F.Upsample(t[0], scales, mode, corners),
            r => Resize(r[0], size, [.. all.Select(s => 1 / s)], mode, corners))
        {
            Label = $"by {string.Join('x', scales)}, {mode}{(corners ? ", corners" : "")}",
        };
    }

    private static OpCase To(int[] x, int[] size, UpsampleMode mode, bool corners = false) => new(
        [new In(x)], t => F.UpsampleTo(t[0], size, mode, corners),
        r => Resize(r[0], size, [.. size.Select((n, d) => x[d + 2] / (double)n)], mode, corners))
    {
        Label = $"to {string.Join('x', size)}, {mode}{(corners ? ", corners" : "")}",
    };

    // One dimension after the other.
    private static Nd Resize(Nd x, int[] size, double[] ratio, UpsampleMode mode, bool corners)
    {
        for (int d = 0; d < size.Length; d++)
        {
            Nd from = x;
            (int dim, int old, int now, double step) = (d + 2, x.Dims[d + 2], size[d], ratio[d]);
            int[] dims = [.. x.Dims];
            dims[dim] = now;
            x = Nd.Make(dims, at =>
            {
                if (mode == UpsampleMode.Nearest)
                    return Take((int)Math.Min(Math.Floor((at[dim] * step) + 1e-9), old - 1));
                double place = corners
                    ? now == 1 ? 0 : at[dim] * (old - 1) / (double)(now - 1)
                    : Math.Max(0, ((at[dim] + 0.5) * step) - 0.5);
                int low = Math.Min((int)Math.Floor(place), old - 1), high = Math.Min(low + 1, old - 1);
                return (Take(low) * (1 - (place - low))) + (Take(high) * (place - low));

                double Take(int i)
                {
                    int[] there = [.. at];
                    there[dim] = i;
                    return from[there];
                }
            });
        }
        return x;
    }

    private static OpCase Shuffle(int[] x, int f) => new([new In(x)], t => F.PixelShuffle(t[0], f), r => Nd.Make(
        [x[0], x[1] / (f * f), x[2] * f, x[3] * f],
        at => r[0][at[0], (((at[1] * f) + (at[2] % f)) * f) + (at[3] % f), at[2] / f, at[3] / f]))
    {
        Label = $"factor {f}",
    };

    private static OpCase Unshuffle(int[] x, int f) => new([new In(x)], t => F.PixelUnshuffle(t[0], f), r => Nd.Make(
        [x[0], x[1] * f * f, x[2] / f, x[3] / f],
        at => r[0][at[0], at[1] / (f * f), (at[2] * f) + (at[1] / f % f), (at[3] * f) + (at[1] % f)]))
    {
        Label = $"factor {f}",
    };
}
