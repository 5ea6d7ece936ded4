namespace ChainRule.Tests.Operators;

/// <summary>Tables of vectors, bilinear forms, cosines, and dropout of channels and for SELU.</summary>
internal static class EmbeddingRows
{
    private const string Sums = "a sum of many products: infinities of both signs meet";

    public static OpRow[] All { get; } =
    [
        new OpRow("embedding")
        {
            Covers = ["F.Embedding"],
            Exact = true,
            Cases =
            [
                Rows([2, 3], [5, 4]), Rows([], [3, 2]), Rows([2, 0], [3, 2]), Rows([1, 2, 3], [4, 2]),
            ],
            Large = [new([new In(50, 300), In.Indices(50, 400)], t => F.Embedding(t[1], t[0]))],
            Errors =
            [
                ErrorInput.Shape("table", () => F.Embedding(Tensor.From(1L), Tensor.Zeros([3])),
                    "Embedding: weight must be [V, E], got [3]."),
                ErrorInput.DType("numbers", () => F.Embedding(Tensor.Zeros([2]), Tensor.Zeros([3, 2])),
                    "Embedding: x must be int64 or int32, got float32.\n  help: convert with To(DType.Int64) first."),
                ErrorInput.DType("integers", () => F.Embedding(Tensor.From(1L), Tensor.Zeros([3, 2], DType.Int64)),
                    "Embedding: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
                ErrorInput.Range("padding", () => F.Embedding(Tensor.From(1L), Tensor.Zeros([3, 2]), 3),
                    "Embedding: paddingIdx 3 is no row of 3. (Parameter 'paddingIdx')"),
                new("range", () => F.Embedding(Tensor.From([1L, 3]), Tensor.Zeros([3, 2])), typeof(DataException),
                    "Embedding: row 3 at position [1] is out of range for a table [3, 2]; use 0 to 2."),
            ],
            Goldens = ["layer/embedding"],
        },
        new OpRow("embedding_bag")
        {
            Covers = ["F.EmbeddingBag"],
            NoScalar = "bags are rows",
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases =
            [
                Bag([2, 3], [5, 4], BagMode.Mean), Bag([3, 2], [4, 3], BagMode.Sum),
                Bag([2, 4], [4, 2], BagMode.Mean, padding: 1), Bag([0, 3], [4, 2], BagMode.Mean),
                Offsets(7, [0, 2, 2, 5], [5, 3], BagMode.Mean), Offsets(5, [0, 3], [4, 2], BagMode.Sum, padding: -1),
            ],
            Large = [new([new In(50, 300), In.Indices(50, 40, 10)], t => F.EmbeddingBag(t[1], t[0]))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.EmbeddingBag(Tensor.From([1L, 2]), Tensor.Zeros([3, 2])),
                    "EmbeddingBag: expects [B, T], or [n] with offsets, got [2]."),
                ErrorInput.Shape(
                    "offsets", () => F.EmbeddingBag(
                        Tensor.Zeros([2, 2], DType.Int64), Tensor.From([0L]), Tensor.Zeros([3, 2])),
                    "EmbeddingBag: expects [n] with offsets [B], got [2, 2] and [1]."),
                new(
                    "order", () => F.EmbeddingBag(
                        Tensor.From([1L, 2]), Tensor.From([0L, 2, 1]), Tensor.Zeros([3, 2])),
                    typeof(DataException), "EmbeddingBag: offsets must rise from 0 to at most 2, got 1 at position 2."),
                ErrorInput.Range(
                    "mode", () => F.EmbeddingBag(
                        Tensor.Zeros([2, 2], DType.Int64), Tensor.Zeros([3, 2]), (BagMode)7),
                    "EmbeddingBag: 7 is no mode of bags. (Parameter 'mode')"),
            ],
            Goldens = ["layer/embedding_bag"],
        },
        new OpRow("bilinear")
        {
            Covers = ["F.Bilinear"],
            NoScalar = "a vector has a dimension",
            NoSpecials = Sums,
            NoExtremes = Sums,
            Loose = 4,
            LooseGradient = 8,
            Cases =
            [
                Form([3], 2, 4, 3, true), Form([2, 2], 3, 2, 2, false), Form([], 2, 3, 1, true),
                Form([0], 2, 3, 2, true),
            ],
            Large =
            [
                new([new In(300, 20), new In(300, 30), new In(40, 20, 30)], t => F.Bilinear(t[0], t[1], t[2])),
            ],
            Errors =
            [
                ErrorInput.Shape(
                    "weight", () => F.Bilinear(Tensor.Zeros([1, 2]), Tensor.Zeros([1, 3]), Tensor.Zeros([2, 3])),
                    "Bilinear: weight must be [outFeatures, in1, in2], got [2, 3]."),
                ErrorInput.Shape(
                    "inputs", () => F.Bilinear(Tensor.Zeros([2, 2]), Tensor.Zeros([1, 3]), Tensor.Zeros([4, 2, 3])),
                    "Bilinear: expects [..., 2] and [..., 3] of equal leading sizes, got [2, 2] and [1, 3]."),
                ErrorInput.Shape(
                    "bias", () => F.Bilinear(
                        Tensor.Zeros([1, 2]), Tensor.Zeros([1, 3]), Tensor.Zeros([4, 2, 3]), Tensor.Zeros([3])),
                    "Bilinear: bias must be [4], got [3]."),
                ErrorInput.DType(
                    "types", () => F.Bilinear(
                        Tensor.Zeros([1, 2]), Tensor.Zeros([1, 3]), Tensor.Zeros([4, 2, 3], DType.Float64)),
                    "Bilinear: x1 is float32, x2 float32, weight float64; all must be equal."),
            ],
            Goldens = ["layer/bilinear"],
        },
        new OpRow("cosine_similarity")
        {
            Covers = ["F.CosineSimilarity"],
            NoScalar = "a vector has a dimension",
            NoSpecials = Sums,
            NoExtremes = "squares overflow",
            Loose = 4,
            LooseGradient = 8,
            Cases =
            [
                Cosine([3, 4], [3, 4], 1), Cosine([3, 1, 2], [4, 2], -1), Cosine([2, 3], [2, 3], 0),
                Cosine([0, 3], [0, 3], 1),
            ],
            Large = [new([new In(300, 300), new In(300, 300)], t => F.CosineSimilarity(t[0], t[1]))],
            Errors =
            [
                ErrorInput.Shape("dim", () => F.CosineSimilarity(Tensor.Zeros([3]), Tensor.Zeros([3])),
                    "CosineSimilarity: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.DType(
                    "types", () => F.CosineSimilarity(Tensor.Zeros([1, 2]), Tensor.Zeros([1, 2], DType.Float64)),
                    "CosineSimilarity: x1 is float32, x2 float64; both must be equal."),
            ],
            Goldens = ["layer/cosine_similarity"],
        },
        new OpRow("channel_dropout")
        {
            Covers = ["F.ChannelDropout"],
            NoScalar = "there must be channels",
            NoSpecials = "0 times infinity",
            Cases =
            [
                .. new int[][] { [2, 3, 4], [3, 2], [1, 4, 2, 3], [0, 2, 3] }.Select(x => new OpCase(
                    [new In(x)], t => F.ChannelDropout(t[0], 0.4, true, new Rng(5)),
                    r =>
                    {
                        double[] kept = F.Dropout(
                            Tensor.Ones([x[0], x[1]], DType.Float64), 0.4, true, new Rng(5)).ToArray<double>();
                        return Nd.Make(x, at => r[0][at] * kept[(at[0] * x[1]) + at[1]]);
                    })),
            ],
            Large = [new([new In(2, 2, 300, 301)], t => F.ChannelDropout(t[0], 0.5, true, new Rng(1)))],
            Errors =
            [
                ErrorInput.Shape("rank", () => F.ChannelDropout(Tensor.Zeros([3]), 0.5, true, new Rng(1)),
                    "ChannelDropout: expects [N, C, ...], got [3]."),
                ErrorInput.Range("share", () => F.ChannelDropout(Tensor.Zeros([3, 2]), 1.5, true, new Rng(1)),
                    "ChannelDropout: p must be in [0, 1], got 1.5. (Parameter 'p')"),
            ],
        },
        new OpRow("alpha_dropout")
        {
            Covers = ["F.AlphaDropout"],
            NoSpecials = "0 times infinity",
            Cases =
            [
                .. new int[][] { [2, 3, 4], [], [5], [0] }.Select(x => new OpCase(
                    [new In(x)], t => F.AlphaDropout(t[0], 0.3, true, new Rng(5)),
                    r =>
                    {
                        const double limit = -1.7580993408473766, p = 0.3;
                        double[] kept = F.Dropout(Tensor.Ones(x, DType.Float64), p, true, new Rng(5)).ToDoubles();
                        double a = 1 / Math.Sqrt((1 - p) * (1 + (p * limit * limit))), b = -a * p * limit;
                        return new Nd(x, [.. r[0].Data.Select((v, i) => (a * (kept[i] > 0 ? v : limit)) + b)]);
                    })),
            ],
            Large = [new([new In(140_003)], t => F.AlphaDropout(t[0], 0.5, true, new Rng(1)))],
            Errors =
            [
                ErrorInput.Range("share", () => F.AlphaDropout(Tensor.Zeros([3, 2]), 1, true, new Rng(1)),
                    "AlphaDropout: p must be in [0, 1), got 1. (Parameter 'p')"),
                ErrorInput.DType("integers", () => F.AlphaDropout(Tensor.From(1L), 0.5, true, new Rng(1)),
                    "AlphaDropout: needs float32 or float64, got int64.\n"
                    + "  help: convert with To(DType.Float32) first."),
            ],
        },
    ];

    private static OpCase Rows(int[] x, int[] table) => new(
        [new In(table), In.Indices(table[0], x)], t => F.Embedding(t[1], t[0]),
        r => Nd.Make([.. x, table[1]], at => r[0][(int)r[1][at[..^1]], at[^1]]));

    private static OpCase Bag(int[] x, int[] table, BagMode mode, int? padding = null) => new(
        [new In(table), In.Indices(table[0], x)], t => F.EmbeddingBag(t[1], t[0], mode, padding),
        r => Bags(r[0], r[1].Data, [.. Enumerable.Range(0, x[0]).Select(b => b * x[1])], mode, padding))
    {
        Label = $"{mode}, padding {padding}",
    };

    private static OpCase Offsets(int n, int[] offsets, int[] table, BagMode mode, int? padding = null) => new(
        [new In(table), In.Indices(table[0], n)],
        t => F.EmbeddingBag(t[1], Tensor.From(offsets), t[0], mode, padding),
        r => Bags(r[0], r[1].Data, offsets, mode, padding))
    {
        Label = $"offsets {string.Join(", ", offsets)}, {mode}, padding {padding}",
    };

    private static Nd Bags(Nd table, double[] rows, int[] starts, BagMode mode, int? padding)
    {
        int left = padding is { } p ? (p < 0 ? p + table.Dims[0] : p) : -1;
        return Nd.Make([starts.Length, table.Dims[1]], at =>
        {
            int end = at[0] + 1 < starts.Length ? starts[at[0] + 1] : rows.Length;
            int[] bag = [.. rows[starts[at[0]]..end].Select(v => (int)v).Where(v => v != left)];
            double sum = bag.Sum(row => table[row, at[1]]);
            return mode == BagMode.Sum ? sum : sum / Math.Max(1, bag.Length);
        });
    }

    private static OpCase Form(int[] leading, int in1, int in2, int outputs, bool bias)
    {
        In[] inputs = [new In([.. leading, in1]), new In([.. leading, in2]), new In(outputs, in1, in2)];
        return new(
            bias ? [.. inputs, new In(outputs)] : inputs,
            t => F.Bilinear(t[0], t[1], t[2], bias ? t[3] : null), r => Nd.Make([.. leading, outputs], at =>
            {
                double sum = bias ? r[3][at[^1]] : 0;
                for (int i = 0; i < in1; i++)
                {
                    for (int j = 0; j < in2; j++)
                        sum += r[0][[.. at[..^1], i]] * r[2][at[^1], i, j] * r[1][[.. at[..^1], j]];
                }
                return sum;
            }));
    }

    private static OpCase Cosine(int[] a, int[] b, int dim) => new(
        [new In(a), new In(b)], t => F.CosineSimilarity(t[0], t[1], dim), r =>
        {
            Nd product = Nd.Zip(r[0], r[1], (x, y) => x * y).Reduce([dim], false, v => v.Sum());
            int[] all = Nd.Broadcast(a, b);
            Nd first = r[0].To(all).Reduce([dim], false, v => Math.Sqrt(v.Sum(x => x * x)));
            Nd second = r[1].To(all).Reduce([dim], false, v => Math.Sqrt(v.Sum(x => x * x)));
            return Nd.Zip(product, Nd.Zip(first, second, (x, y) => x * y), (x, y) => x / y);
        })
    {
        Label = $"dim {dim}",
    };
}
