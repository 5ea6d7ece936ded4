namespace ChainRule.Tests.Operators;

/// <summary>Pooling of sequences, images and volumes by windows.</summary>
internal static class PoolingRows
{
    private const string NoRank0 = "there are always batch and channels";
    private const string Sums = "a sum of many numbers: infinities of both signs meet";

    private static readonly Domain Signed = new(-3, 3, 0);

    public static OpRow[] All { get; } =
    [
        MaxRow(
            1,
            [
                Max([2, 2, 7], [2]),
                Max([1, 2, 40], [3], stride: [2], padding: [1]),
                Max([2, 1, 9], [2], stride: [1], dilation: [3]),
                Max([1, 2, 6], [3], stride: [2], padding: [1], ceil: true),
                Max([0, 2, 4], [2]),
            ],
            [new([new In(4, 8, 9000)], t => F.MaxPool1d(t[0], 3, 2, 1))],
            [
                ErrorInput.Shape(
                    "rank", () => F.MaxPool1d(Tensor.Zeros([5, 5]), 2), "MaxPool1d: expects [N, C, L], got [5, 5]."),
                ErrorInput.Shape("window", () => F.MaxPool1d(Tensor.Zeros([1, 1, 2]), 2, dilation: 2),
                    "MaxPool1d: window 2 with dilation 2 is larger than the padded sequence 2 of [1, 1, 2]."),
                ErrorInput.Range("stride", () => F.MaxPool1d(Tensor.Zeros([1, 1, 5]), 2, stride: 0),
                    "MaxPool1d: stride must be 1 or more, got 0. (Parameter 'stride')"),
            ]),
        MaxRow(
            2,
            [
                Max([2, 2, 4, 6], [2, 2]),
                Max([1, 2, 5, 34], [2, 2]),
                Max([1, 1, 7, 6], [3, 2], stride: [2, 1], padding: [1, 1]),
                Max([2, 1, 7, 7], [2, 2], stride: [1, 1], dilation: [2, 3]),
                Max([1, 2, 5, 6], [3, 3], stride: [2, 2], padding: [1, 1], ceil: true),
                Max([0, 2, 4, 4], [2, 2]),
            ],
            [
                new([new In(4, 8, 56, 58)], t => F.MaxPool2d(t[0], 2)),
                new([new In(4, 8, 56, 58)], t => F.MaxPool2d(t[0], 3, 2, 1)),
            ],
            [
                ErrorInput.Shape(
                    "rank", () => F.MaxPool2d(Tensor.Zeros([5, 5]), 2), "MaxPool2d: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape("window", () => F.MaxPool2d(Tensor.Zeros([1, 1, 2, 5]), 2, dilation: 2),
                    "MaxPool2d: window 2x2 with dilation 2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
                ErrorInput.Range("padding", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, padding: 2),
                    "MaxPool2d: padding must be from 0 to half of the window 2x2, got 2x2. (Parameter 'padding')"),
                ErrorInput.Range("size", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5]), 0),
                    "MaxPool2d: kernelSize must be 1 or more, got 0x0. (Parameter 'kernelSize')"),
                ErrorInput.Range("dilation", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, dilation: (1, 0)),
                    "MaxPool2d: dilation must be 1 or more, got 1x0. (Parameter 'dilation')"),
                ErrorInput.DType("integers", () => F.MaxPool2d(Tensor.Zeros([1, 1, 5, 5], DType.Int64), 2),
                    "MaxPool2d: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ]),
        MaxRow(
            3,
            [
                Max([2, 1, 2, 4, 4], [2, 2, 2]),
                Max([1, 1, 3, 5, 4], [2, 3, 2], stride: [1, 2, 3], padding: [1, 1, 0]),
                Max([1, 1, 4, 3, 5], [2, 1, 2], stride: [1, 1, 1], dilation: [3, 1, 2]),
                Max([1, 1, 3, 3, 4], [2, 2, 3], stride: [2, 2, 2], ceil: true),
                Max([0, 2, 2, 4, 4], [2, 2, 2]),
            ],
            [new([new In(2, 4, 10, 36, 34)], t => F.MaxPool3d(t[0], 2))],
            [
                ErrorInput.Shape("rank", () => F.MaxPool3d(Tensor.Zeros([1, 1, 5, 5]), 2),
                    "MaxPool3d: expects [N, C, D, H, W], got [1, 1, 5, 5]."),
                ErrorInput.Shape("window", () => F.MaxPool3d(Tensor.Zeros([1, 1, 1, 5, 5]), 2),
                    "MaxPool3d: window 2x2x2 is larger than the padded volume 1x5x5 of [1, 1, 1, 5, 5]."),
            ]),
        AverageRow(
            1,
            [
                Average([2, 2, 7], [2]),
                Average([1, 2, 10], [3], stride: [2], padding: [1]),
                Average([1, 2, 9], [3], stride: [1], padding: [1], count: false),
                Average([1, 2, 8], [3], stride: [2], padding: [1], ceil: true),
                Average([2, 1, 6], [2], divisor: 3),
                Average([0, 2, 4], [2]),
            ],
            [new([new In(4, 8, 9000)], t => F.AvgPool1d(t[0], 3, 2, 1))],
            [
                ErrorInput.Shape(
                    "rank", () => F.AvgPool1d(Tensor.Zeros([5, 5]), 2), "AvgPool1d: expects [N, C, L], got [5, 5]."),
                ErrorInput.Range("padding", () => F.AvgPool1d(Tensor.Zeros([1, 1, 5]), 3, padding: 2),
                    "AvgPool1d: padding must be from 0 to half of the window 3, got 2. (Parameter 'padding')"),
            ]),
        AverageRow(
            2,
            [
                Average([2, 2, 4, 6], [2, 2]),
                Average([1, 2, 5, 34], [2, 2]),
                Average([1, 1, 7, 6], [3, 2], stride: [2, 1], padding: [1, 1]),
                Average([2, 1, 7, 7], [3, 3], stride: [2, 2], padding: [1, 1], count: false),
                Average([1, 2, 5, 6], [3, 3], stride: [2, 2], padding: [1, 1], ceil: true),
                Average([1, 2, 6, 6], [2, 2], divisor: 3),
                Average([0, 2, 4, 4], [2, 2]),
            ],
            [
                new([new In(4, 8, 56, 58)], t => F.AvgPool2d(t[0], 2)),
                new([new In(4, 8, 56, 58)], t => F.AvgPool2d(t[0], 3, 2, 1)),
            ],
            [
                ErrorInput.Shape(
                    "rank", () => F.AvgPool2d(Tensor.Zeros([5, 5]), 2), "AvgPool2d: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape("window", () => F.AvgPool2d(Tensor.Zeros([1, 1, 2, 5]), (3, 2)),
                    "AvgPool2d: window 3x2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
                ErrorInput.Range("stride", () => F.AvgPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, stride: (0, 1)),
                    "AvgPool2d: stride must be 1 or more, got 0x1. (Parameter 'stride')"),
                ErrorInput.Range("divisor", () => F.AvgPool2d(Tensor.Zeros([1, 1, 5, 5]), 2, divisor: 0),
                    "AvgPool2d: divisor must not be 0. (Parameter 'divisor')"),
            ]),
        AverageRow(
            3,
            [
                Average([2, 1, 2, 4, 4], [2, 2, 2]),
                Average([1, 1, 3, 5, 4], [2, 3, 2], stride: [1, 2, 3], padding: [1, 1, 0]),
                Average([1, 1, 3, 4, 3], [2, 2, 2], stride: [1, 2, 2], padding: [1, 1, 1], count: false),
                Average([1, 1, 3, 3, 4], [2, 2, 3], stride: [2, 2, 2], ceil: true),
                Average([1, 1, 2, 4, 4], [1, 2, 2], divisor: 5),
                Average([0, 2, 2, 4, 4], [2, 2, 2]),
            ],
            [new([new In(2, 4, 10, 36, 34)], t => F.AvgPool3d(t[0], 2))],
            [
                ErrorInput.Shape("rank", () => F.AvgPool3d(Tensor.Zeros([1, 1, 5, 5]), 2),
                    "AvgPool3d: expects [N, C, D, H, W], got [1, 1, 5, 5]."),
                ErrorInput.DType("integers", () => F.AvgPool3d(Tensor.Zeros([1, 1, 5, 5, 5], DType.Int64), 2),
                    "AvgPool3d: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ]),
        LpRow(
            1,
            [
                Lp([2, 2, 7], [2], 2),
                Lp([1, 2, 8], [3], 3, stride: [2], ceil: true),
                Lp([1, 2, 6], [2], 1.5, stride: [1]),
                Lp([1, 1, 7], [3], 1, stride: [3]),
                Lp([1, 2, 6], [3], double.PositiveInfinity, stride: [2]),
                Lp([0, 2, 4], [2], 2),
            ],
            [new([In.Of(Signed, 4, 8, 9000)], t => F.LpPool1d(t[0], 2, 3))],
            [
                ErrorInput.Shape(
                    "rank", () => F.LpPool1d(Tensor.Zeros([5, 5]), 2, 2), "LpPool1d: expects [N, C, L], got [5, 5]."),
                ErrorInput.Range("exponent", () => F.LpPool1d(Tensor.Zeros([1, 1, 5]), 0, 2),
                    "LpPool1d: p must be above 0, got 0. (Parameter 'p')"),
            ]),
        LpRow(
            2,
            [
                Lp([1, 2, 4, 5], [2, 2], 2),
                Lp([1, 2, 5, 4], [3, 2], 3, stride: [2, 1], ceil: true),
                Lp([0, 2, 4, 4], [2, 2], 2),
            ],
            [new([In.Of(Signed, 4, 8, 56, 58)], t => F.LpPool2d(t[0], 3, 2))],
            [
                ErrorInput.Shape("window", () => F.LpPool2d(Tensor.Zeros([1, 1, 2, 5]), 2, (3, 2)),
                    "LpPool2d: window 3x2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
            ]),
        LpRow(
            3,
            [Lp([1, 1, 3, 4, 4], [2, 2, 2], 2, stride: [1, 2, 2]), Lp([0, 2, 2, 4, 4], [2, 2, 2], 2)],
            [new([In.Of(Signed, 2, 4, 10, 36, 34)], t => F.LpPool3d(t[0], 2, 2))],
            [
                ErrorInput.Range("window", () => F.LpPool3d(Tensor.Zeros([1, 1, 2, 5, 5]), 2, (1, 0, 1)),
                    "LpPool3d: kernelSize must be 1 or more, got 1x0x1. (Parameter 'kernelSize')"),
            ]),
        SoftMaxRow(
            1,
            [
                SoftMax([2, 2, 7], [2], 1),
                SoftMax([1, 2, 8], [3], 0.5, stride: [1]),
                SoftMax([1, 2, 9], [4], 4, stride: [3]),
                SoftMax([0, 2, 4], [2], 1),
            ],
            [new([new In(4, 8, 9000)], t => F.LogSumExpPool1d(t[0], 3, 2, 2))],
            [
                ErrorInput.Shape("rank", () => F.LogSumExpPool1d(Tensor.Zeros([5, 5]), 2),
                    "LogSumExpPool1d: expects [N, C, L], got [5, 5]."),
                ErrorInput.Range("sharpness", () => F.LogSumExpPool1d(Tensor.Zeros([1, 1, 5]), 2, r: -1),
                    "LogSumExpPool1d: r is -1; expected a finite number above 0. (Parameter 'r')"),
            ]),
        SoftMaxRow(
            2,
            [
                SoftMax([1, 2, 4, 5], [2, 2], 1),
                SoftMax([1, 2, 5, 4], [3, 2], 3, stride: [2, 1]),
                SoftMax([0, 2, 4, 4], [2, 2], 1),
            ],
            [new([new In(4, 8, 56, 58)], t => F.LogSumExpPool2d(t[0], 2))],
            [
                ErrorInput.Shape("window", () => F.LogSumExpPool2d(Tensor.Zeros([1, 1, 2, 5]), (3, 2)),
                    "LogSumExpPool2d: window 3x2 is larger than the padded image 2x5 of [1, 1, 2, 5]."),
            ]),
        SoftMaxRow(
            3,
            [SoftMax([1, 1, 3, 4, 4], [2, 2, 2], 1, stride: [1, 2, 2]), SoftMax([0, 2, 2, 4, 4], [2, 2, 2], 1)],
            [new([new In(2, 4, 10, 36, 34)], t => F.LogSumExpPool3d(t[0], 2))],
            [
                ErrorInput.DType("integers", () => F.LogSumExpPool3d(Tensor.Zeros([1, 1, 5, 5, 5], DType.Int64), 2),
                    "LogSumExpPool3d: needs float32 or float64, got int64.\n"
                    + "  help: convert with To(DType.Float32) first."),
            ]),
    ];

    private static OpRow MaxRow(int rank, OpCase[] cases, OpCase[] large, ErrorInput[] errors) =>
        new($"max_pool{rank}d")
        {
            Covers = [$"F.MaxPool{rank}d", $"F.MaxPool{rank}dWithIndices"],
            NoScalar = NoRank0,
            NoSpecials = "windows share the NaN: see the kernel's tests",
            Exact = true,
            Cases = cases,
            Large = large,
            Errors = errors,
            Goldens = [$"layer/max_pool{rank}d"],
        };

    private static OpRow AverageRow(int rank, OpCase[] cases, OpCase[] large, ErrorInput[] errors) =>
        new($"avg_pool{rank}d")
        {
            Covers = [$"F.AvgPool{rank}d"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases = cases,
            Large = large,
            Errors = errors,
            Goldens = [$"layer/avg_pool{rank}d"],
        };

    private static OpRow LpRow(int rank, OpCase[] cases, OpCase[] large, ErrorInput[] errors) =>
        new($"lp_pool{rank}d")
        {
            Covers = [$"F.LpPool{rank}d"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = "powers overflow",
            Cases = cases,
            Large = large,
            Loose = 4,
            LooseGradient = 4,
            Errors = errors,
            Goldens = rank < 3 ? [$"layer/lp_pool{rank}d"] : [],
        };

    private static OpRow SoftMaxRow(int rank, OpCase[] cases, OpCase[] large, ErrorInput[] errors) =>
        new($"log_sum_exp_pool{rank}d")
        {
            Covers = [$"F.LogSumExpPool{rank}d"],
            NoScalar = NoRank0,
            NoSpecials = "windows share what is special: see the operator log_sum_exp",
            NoExtremes = "r x overflows for the largest numbers",
            Cases = cases,
            Large = large,
            Loose = 4,
            LooseGradient = 4,
            Errors = errors,
            Goldens = rank == 1 ? ["layer/log_sum_exp_pool"] : [],
        };

    private static OpCase Max(
        int[] x, int[] kernel, int[]? stride = null, int[]? padding = null, int[]? dilation = null, bool ceil = false)
    {
        int[] k = kernel, s = stride ?? k, p = padding ?? Same(k, 0), d = dilation ?? Same(k, 1);
        return new([new In(x)], Call, r => Pool(r[0], k, s, p, d, ceil, (inside, _) => inside.Max()))
        {
            Label = $"{Text(k)}, stride {Text(s)}, padding {Text(p)}, dilation {Text(d)}{(ceil ? ", ceil" : "")}",
        };

        Tensor Call(Tensor[] t) => k.Length switch
        {
            1 => F.MaxPool1d(t[0], k[0], s[0], p[0], d[0], ceil),
            2 => F.MaxPool2d(t[0], Two(k), Two(s), Two(p), Two(d), ceil),
            _ => F.MaxPool3d(t[0], Three(k), Three(s), Three(p), Three(d), ceil),
        };
    }

    private static OpCase Average(
        int[] x, int[] kernel, int[]? stride = null, int[]? padding = null, bool ceil = false, bool count = true,
        int? divisor = null)
    {
        int[] k = kernel, s = stride ?? k, p = padding ?? Same(k, 0);
        return new([new In(x)], Call, r => Pool(r[0], k, s, p, Same(k, 1), ceil, (inside, padded) =>
            inside.Sum() / (divisor ?? (count ? padded : inside.Count))))
        {
            Label = $"{Text(k)}, stride {Text(s)}, padding {Text(p)}{(ceil ? ", ceil" : "")}"
                + $"{(count ? "" : ", image only")}, divisor {divisor}",
        };

        Tensor Call(Tensor[] t) => k.Length switch
        {
            1 => F.AvgPool1d(t[0], k[0], s[0], p[0], ceil, count, divisor),
            2 => F.AvgPool2d(t[0], Two(k), Two(s), Two(p), ceil, count, divisor),
            _ => F.AvgPool3d(t[0], Three(k), Three(s), Three(p), ceil, count, divisor),
        };
    }

    private static OpCase Lp(int[] x, int[] kernel, double exponent, int[]? stride = null, bool ceil = false)
    {
        int[] k = kernel, s = stride ?? k;
        return new(
            [In.Of(Signed, x)], Call,
            r => Pool(r[0], k, s, Same(k, 0), Same(k, 1), ceil, (inside, _) => double.IsInfinity(exponent)
                ? inside.Max(Math.Abs)
                : Math.Pow(
                    inside.Sum(v => Math.Pow(Math.Abs(v), exponent)) * Nd.Product(k) / inside.Count, 1 / exponent)))
        {
            Label = $"{Text(k)}, p {exponent}, stride {Text(s)}{(ceil ? ", ceil" : "")}",
        };

        Tensor Call(Tensor[] t) => k.Length switch
        {
            1 => F.LpPool1d(t[0], exponent, k[0], s[0], ceil),
            2 => F.LpPool2d(t[0], exponent, Two(k), Two(s), ceil),
            _ => F.LpPool3d(t[0], exponent, Three(k), Three(s), ceil),
        };
    }

    private static OpCase SoftMax(int[] x, int[] kernel, double sharpness, int[]? stride = null)
    {
        int[] k = kernel, s = stride ?? k;
        return new(
            [new In(x)], Call,
            r => Pool(r[0], k, s, Same(k, 0), Same(k, 1), false, (inside, _) =>
                Math.Log(inside.Average(v => Math.Exp(sharpness * v))) / sharpness))
        {
            Label = $"{Text(k)}, r {sharpness}, stride {Text(s)}",
        };

        Tensor Call(Tensor[] t) => k.Length switch
        {
            1 => F.LogSumExpPool1d(t[0], k[0], s[0], sharpness),
            2 => F.LogSumExpPool2d(t[0], Two(k), Two(s), sharpness),
            _ => F.LogSumExpPool3d(t[0], Three(k), Three(s), sharpness),
        };
    }

    // Window by window: the numbers inside the input, and how many positions lie in it or its padding.
    private static Nd Pool(Nd x, int[] k, int[] s, int[] p, int[] d, bool ceil, Func<List<double>, int, double> f)
    {
        return Nd.Make([x.Dims[0], x.Dims[1], .. k.Select((_, i) => Size(i))], at =>
        {
            List<double> inside = [];
            int padded = 0;
            for (int tap = 0; tap < Nd.Product(k); tap++)
            {
                int[] from = [.. Nd.Unravel(tap, k).Select((t, i) => (at[i + 2] * s[i]) + (t * d[i]) - p[i])];
                if (from.Select((v, i) => v < x.Dims[i + 2] + p[i]).All(v => v)) padded++;
                if (from.Select((v, i) => v >= 0 && v < x.Dims[i + 2]).All(v => v))
                    inside.Add(x[[at[0], at[1], .. from]]);
            }
            return f(inside, padded);
        });

        int Size(int i)
        {
            int input = x.Dims[i + 2];
            double steps = (input + (2 * p[i]) - (d[i] * (k[i] - 1)) - 1) / (double)s[i];
            int size = (int)(ceil ? Math.Ceiling(steps) : Math.Floor(steps)) + 1;
            return ceil && (size - 1) * s[i] >= input + p[i] ? size - 1 : size;
        }
    }

    private static int[] Same(int[] like, int number) => [.. like.Select(_ => number)];

    private static Size2 Two(int[] n) => (n[0], n[1]);

    private static Size3 Three(int[] n) => (n[0], n[1], n[2]);

    private static string Text(int[] numbers) => string.Join('x', numbers);
}
