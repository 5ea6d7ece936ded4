namespace ChainRule.Tests.Operators;

/// <summary>Pooling.</summary>
internal static class PoolingRows
{
    private const string NoRank0 = "there are always batch and channels";
    private const string Sums = "a sum of many numbers: infinities of both signs meet";

    public static OpRow[] All { get; } =
    [
        new OpRow("max_pool2d")
        {
            Covers = ["F.MaxPool2d", "F.MaxPool2dWithIndices"],
            NoScalar = NoRank0,
            NoSpecials = "windows share the NaN: see the kernel's tests",
            Exact = true,
            Cases =
            [
                Max([2, 2, 4, 6], 2),
                Max([1, 2, 5, 34], 2),
                Max([1, 1, 7, 6], (3, 2), stride: (2, 1), padding: 1),
                Max([2, 1, 7, 7], 2, stride: 1, dilation: (2, 3)),
                Max([1, 2, 5, 6], 3, stride: 2, padding: 1, ceil: true),
                Max([0, 2, 4, 4], 2),
            ],
            Large = [new([new In(4, 8, 56, 58)], t => F.MaxPool2d(t[0], 2)),
                new([new In(4, 8, 56, 58)], t => F.MaxPool2d(t[0], 3, 2, 1))],
            Errors =
            [
                ErrorInput.Shape(
                    "rank", () => F.MaxPool2d(Tensor.Zeros([5, 5]), 2), "MaxPool2d: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape("window", () => F.MaxPool2d(Tensor.Zeros([1, 1, 2, 5]), 2, dilation: 2),
                    "MaxPool2d: window 2x2 with dilation 2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
                ErrorInput.Range("padding", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, padding: 2),
                    "MaxPool2d: padding must be from 0 to half of the window 2x2, got 2x2. (Parameter 'padding')"),
                ErrorInput.Range("size", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5]), 0),
                    "MaxPool2d: kernelSize must be 1 or more, got 0x0. (Parameter 'kernelSize')"),
                ErrorInput.DType("integers", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5], DType.Int64), 2),
                    "MaxPool2d: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/max_pool2d"],
        },
        new OpRow("avg_pool2d")
        {
            Covers = ["F.AvgPool2d"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases =
            [
                Average([2, 2, 4, 6], 2),
                Average([1, 2, 5, 34], 2),
                Average([1, 1, 7, 6], (3, 2), stride: (2, 1), padding: 1),
                Average([2, 1, 7, 7], 3, stride: 2, padding: 1, count: false),
                Average([1, 2, 5, 6], 3, stride: 2, padding: 1, ceil: true),
                Average([1, 2, 6, 6], 2, divisor: 3),
                Average([0, 2, 4, 4], 2),
            ],
            Large = [new([new In(4, 8, 56, 58)], t => F.AvgPool2d(t[0], 2)),
                new([new In(4, 8, 56, 58)], t => F.AvgPool2d(t[0], 3, 2, 1))],
            Errors =
            [
                ErrorInput.Shape(
                    "rank", () => F.AvgPool2d(Tensor.Zeros([5, 5]), 2), "AvgPool2d: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape("window", () => F.AvgPool2d(Tensor.Zeros([1, 1, 2, 5]), (3, 2)),
                    "AvgPool2d: window 3x2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
                ErrorInput.Range("stride", () => F.AvgPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, stride: (0, 1)),
                    "AvgPool2d: stride must be 1 or more, got 0x1. (Parameter 'stride')"),
                ErrorInput.Range("divisor", () => F.AvgPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, divisor: 0),
                    "AvgPool2d: divisor must not be 0. (Parameter 'divisor')"),
            ],
            Goldens = ["layer/avg_pool2d"],
        },
    ];

    private static OpCase Max(
        int[] x, Size2 kernel, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        bool ceil = false) =>
        new([new In(x)], t => F.MaxPool2d(t[0], kernel, stride, padding, dilation, ceil),
            r => Pool(r[0], kernel, stride ?? kernel, padding, dilation ?? 1, ceil, (inside, _) => inside.Max()))
        {
            Label = $"{kernel}, stride {stride ?? kernel}, padding {padding}, "
                + $"dilation {dilation ?? 1}{(ceil ? ", ceil" : "")}",
        };

    private static OpCase Average(
        int[] x, Size2 kernel, Size2? stride = null, Size2 padding = default, bool ceil = false, bool count = true,
        int? divisor = null) =>
        new([new In(x)], t => F.AvgPool2d(t[0], kernel, stride, padding, ceil, count, divisor),
            r => Pool(r[0], kernel, stride ?? kernel, padding, 1, ceil, (inside, padded) =>
                inside.Sum() / (divisor ?? (count ? padded : inside.Count))))
        {
            Label = $"{kernel}, stride {stride ?? kernel}, "
                + $"padding {padding}{(ceil ? ", ceil" : "")}{(count ? "" : ", image only")}, divisor {divisor}",
        };

    // Window by window: the numbers inside the image, and how many positions lie in it or its padding.
    private static Nd Pool(Nd x, Size2 k, Size2 s, Size2 p, Size2 d, bool ceil, Func<List<double>, int, double> f)
    {
        int[] dims = [x.Dims[0], x.Dims[1], Size(x.Dims[2], k.H, s.H, p.H, d.H), Size(x.Dims[3], k.W, s.W, p.W, d.W)];
        return Nd.Make(dims, at =>
        {
            List<double> inside = [];
            int padded = 0;
            for (int tap = 0; tap < k.H * k.W; tap++)
            {
                int i = (at[2] * s.H) + (tap / k.W * d.H) - p.H, j = (at[3] * s.W) + (tap % k.W * d.W) - p.W;
                if (i < x.Dims[2] + p.H && j < x.Dims[3] + p.W) padded++;
                if (i >= 0 && i < x.Dims[2] && j >= 0 && j < x.Dims[3]) inside.Add(x[at[0], at[1], i, j]);
            }
            return f(inside, padded);
        });

        int Size(int input, int kernel, int stride, int padding, int dilation)
        {
            double steps = (input + (2 * padding) - (dilation * (kernel - 1)) - 1) / (double)stride;
            int size = (int)(ceil ? Math.Ceiling(steps) : Math.Floor(steps)) + 1;
            return ceil && (size - 1) * stride >= input + padding ? size - 1 : size;
        }
    }
}
