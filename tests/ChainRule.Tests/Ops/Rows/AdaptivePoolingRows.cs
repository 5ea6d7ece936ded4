namespace ChainRule.Tests.Operators;

/// <summary>Pooling into cells, k-max pooling and LeNet's sub-sampling.</summary>
internal static class AdaptivePoolingRows
{
    private const string NoRank0 = "there are always batch and channels";

    public static OpRow[] All { get; } =
    [
        .. new[] { 1, 2, 3 }.Select(AverageRow),
        .. new[] { 1, 2, 3 }.Select(MaxRow),
        new OpRow("kmax_pool")
        {
            Covers = ["F.KMaxPool", "F.KMaxPoolWithIndices"],
            NoScalar = NoRank0,
            Exact = true,
            Cases =
                [KMax([2, 2, 7], 3), KMax([1, 2, 5], 5), KMax([1, 3, 4], 1), KMax([0, 2, 4], 2), KMax([2, 2, 3], 0)],
            Large = [new([new In(40, 16, 200)], t => F.KMaxPool(t[0], 7))],
            NoSpecials = "ties and NaN are in the operator's own tests",
            Errors =
            [
                ErrorInput.Shape(
                    "rank", () => F.KMaxPool(Tensor.Zeros([5, 5]), 2), "KMaxPool: expects [N, C, L], got [5, 5]."),
                ErrorInput.Shape("too many", () => F.KMaxPool(Tensor.Zeros([1, 2, 5]), 6),
                    "KMaxPool: [1, 2, 5] has 5 numbers a row, fewer than k = 6."),
                ErrorInput.Range("negative", () => F.KMaxPool(Tensor.Zeros([1, 2, 5]), -1),
                    "KMaxPool: k must be 0 or more, got -1. (Parameter 'k')"),
                ErrorInput.DType("integers", () => F.KMaxPool(Tensor.Zeros([1, 1, 5], DType.Int64), 2),
                    "KMaxPool: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/kmax_pool"],
        },
        new OpRow("sub_sampling2d")
        {
            Covers = ["F.SubSampling2d"],
            NoScalar = NoRank0,
            NoSpecials = "a sum of many numbers: infinities of both signs meet",
            NoExtremes = "a sum of many numbers: infinities of both signs meet",
            Cases = [Sub([2, 2, 4, 4], 2), Sub([1, 2, 5, 7], (2, 3)), Sub([0, 2, 4, 4], 2)],
            Large = [new([new In(4, 8, 56, 58), new In(8), new In(8)], t => F.SubSampling2d(t[0], t[1], t[2]))],
            Loose = 4,
            LooseGradient = 4,
            Errors =
            [
                ErrorInput.Shape(
                    "rank", () => F.SubSampling2d(Tensor.Zeros([5, 5]), Tensor.Zeros([2]), Tensor.Zeros([2])),
                    "SubSampling2d: expects [N, C, H, W], got [5, 5]."),
                ErrorInput.Shape(
                    "weight", () => F.SubSampling2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([2]), Tensor.Zeros([3])),
                    "SubSampling2d: weight must be [3] for [1, 3, 5, 5], got [2]."),
                ErrorInput.DType(
                    "bias", () => F.SubSampling2d(
                        Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([3]), Tensor.Zeros([3], DType.Float64)),
                    "SubSampling2d: bias is float64, x float32."),
            ],
            Goldens = ["layer/lenet_subsampling"],
        },
    ];

    private static OpRow AverageRow(int rank) => new($"adaptive_avg_pool{rank}d")
    {
        Covers = [$"F.AdaptiveAvgPool{rank}d"],
        NoScalar = NoRank0,
        NoSpecials = "a sum of many numbers: infinities of both signs meet",
        NoExtremes = "a sum of many numbers: infinities of both signs meet",
        Cases = Cases(rank, (t, n) => Call(rank, t, n), cell => cell.Average()),
        Large = [Large(rank, (t, n) => Call(rank, t, n))],
        Errors = Errors(rank, $"AdaptiveAvgPool{rank}d", (t, n) => Call(rank, t, n)),
        Goldens = [$"layer/adaptive_avg_pool{rank}d"],
    };

    private static OpRow MaxRow(int rank) => new($"adaptive_max_pool{rank}d")
    {
        Covers = [$"F.AdaptiveMaxPool{rank}d", $"F.AdaptiveMaxPool{rank}dWithIndices"],
        NoScalar = NoRank0,
        NoSpecials = "cells share the NaN: see the operator's own tests",
        Exact = true,
        Cases = Cases(rank, (t, n) => CallMax(rank, t, n), cell => cell.Max()),
        Large = [Large(rank, (t, n) => CallMax(rank, t, n))],
        Errors = Errors(rank, $"AdaptiveMaxPool{rank}d", (t, n) => CallMax(rank, t, n)),
        Goldens = [$"layer/adaptive_max_pool{rank}d"],
    };

    private static Tensor Call(int rank, Tensor x, int[] n) => rank switch
    {
        1 => F.AdaptiveAvgPool1d(x, n[0]),
        2 => F.AdaptiveAvgPool2d(x, (n[0], n[1])),
        _ => F.AdaptiveAvgPool3d(x, (n[0], n[1], n[2])),
    };

    private static Tensor CallMax(int rank, Tensor x, int[] n) => rank switch
    {
        1 => F.AdaptiveMaxPool1d(x, n[0]),
        2 => F.AdaptiveMaxPool2d(x, (n[0], n[1])),
        _ => F.AdaptiveMaxPool3d(x, (n[0], n[1], n[2])),
    };

    private static OpCase[] Cases(int rank, Func<Tensor, int[], Tensor> call, Func<List<double>, double> f)
    {
        int[] last = [4, 5, 7];                                      // sizes of the input
        (int[] X, int[] Cells)[] all =
        [
            ([2, 1, .. last[^rank..]], [3, 2, 3]), ([1, 1, .. last[^rank..]], [1, 1, 1]),
            ([1, 2, .. last[^rank..]], [-1, 1, 4]), ([1, 1, .. last[..rank]], [2, 3, 9]),
            ([0, 2, .. last[^rank..]], [2, 2, 2]),
        ];
        return
        [
            .. all.Select(c =>
            {
                int[] cells = c.Cells[^rank..];
                return new OpCase([new In(c.X)], t => call(t[0], cells), r => Pool(r[0], cells, f))
                {
                    Label = $"cells {string.Join('x', cells)}",
                };
            }),
        ];
    }

    private static OpCase Large(int rank, Func<Tensor, int[], Tensor> call)
    {
        int[] x = rank switch { 1 => [20, 16, 400], 2 => [4, 16, 50, 40], _ => [2, 8, 10, 30, 30] };
        return new([new In(x)], t => call(t[0], new[] { 4, 7, 6 }[^rank..]));
    }

    private static ErrorInput[] Errors(int rank, string name, Func<Tensor, int[], Tensor> call)
    {
        string pattern = rank switch { 1 => "[N, C, L]", 2 => "[N, C, H, W]", _ => "[N, C, D, H, W]" };
        string noun = rank switch { 1 => "sequence", 2 => "image", _ => "volume" };
        int[] empty = [1, 2, .. new[] { 3, 3, 0 }[^rank..]], zero = new[] { 3, 3, 0 }[^rank..];
        return
        [
            ErrorInput.Shape(
                "rank", () => call(Tensor.Zeros([5, 5]), [2, 2, 2]), $"{name}: expects {pattern}, got [5, 5]."),
            ErrorInput.Shape(
                "empty", () => call(Tensor.Zeros(empty), [2, 2, 2]),
                $"{name}: the {noun} of [{string.Join(", ", empty)}] is empty: there is nothing to take a cell from."),
            ErrorInput.Range(
                "no cells", () => call(Tensor.Zeros([5, 5]), zero),
                $"{name}: outputSize must be 1 or more, or -1 to keep a dimension, got {string.Join('x', zero)}. "
                + "(Parameter 'outputSize')"),
        ];
    }

    private static Nd Pool(Nd x, int[] cells, Func<List<double>, double> f)
    {
        int[] sizes = x.Dims[2..], n = [.. cells.Select((c, i) => c == -1 ? sizes[i] : c)];
        return Nd.Make([x.Dims[0], x.Dims[1], .. n], at =>
        {
            List<double> cell = [];
            for (int place = 0; place < Nd.Product(sizes); place++)
            {
                int[] from = Nd.Unravel(place, sizes);
                bool inside = from.Select((v, i) =>
                    v >= Math.Floor(at[i + 2] * sizes[i] / (double)n[i])
                    && v < Math.Ceiling((at[i + 2] + 1) * sizes[i] / (double)n[i])).All(v => v);
                if (inside) cell.Add(x[[at[0], at[1], .. from]]);
            }
            return f(cell);
        });
    }

    private static OpCase KMax(int[] x, int k) => new([new In(x)], t => F.KMaxPool(t[0], k), r =>
    {
        int length = x[2];
        double[] kept =
        [
            .. Enumerable.Range(0, x[0] * x[1]).SelectMany(row =>
            {
                double[] numbers = r[0].Data[(row * length)..((row + 1) * length)];
                return Enumerable.Range(0, length).OrderByDescending(i => numbers[i]).Take(k).Order()
                    .Select(i => numbers[i]);
            }),
        ];
        return new Nd([x[0], x[1], k], kept);
    })
    {
        Label = $"k {k}",
    };

    private static OpCase Sub(int[] x, Size2 k) => new(
        [new In(x), new In(x[1]), new In(x[1])], t => F.SubSampling2d(t[0], t[1], t[2], k),
        r => Nd.Make([x[0], x[1], x[2] / k.H, x[3] / k.W], at =>
        {
            double sum = 0;
            for (int i = 0; i < k.H; i++)
            {
                for (int j = 0; j < k.W; j++) sum += r[0][at[0], at[1], (at[2] * k.H) + i, (at[3] * k.W) + j];
            }
            return Math.Tanh((r[1][at[1]] * sum) + r[2][at[1]]);
        }))
    {
        Label = $"{k}",
    };
}
