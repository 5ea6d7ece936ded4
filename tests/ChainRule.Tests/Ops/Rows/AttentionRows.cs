namespace ChainRule.Tests.Operators;

/// <summary>Scaled dot-product attention, with and without its weights.</summary>
internal static class AttentionRows
{
    public static OpRow[] All { get; } =
    [
        Row("scaled_dot_product_attention", nameof(F.ScaledDotProductAttention)) with
        {
            Cases =
            [
                Case([3, 2], [4, 2], [4, 3]), Case([2, 3, 2], [2, 2, 2], [2, 2, 1]),
                Case([2, 2, 3, 2], [2, 2, 3, 2], [2, 2, 3, 2], causal: true),
                Case([5, 2], [3, 2], [3, 2], causal: true), Case([2, 2], [5, 2], [5, 2], causal: true),
                Case([2, 1, 2, 2], [3, 4, 2], [1, 3, 4, 1], scale: 0.3),
                Case([2, 2, 2], [2, 5, 2], [2, 5, 1], mask: [2, 5]), Case([3, 2], [4, 2], [4, 1], mask: [4]),
                Case([2, 2, 1, 2], [2, 2, 3, 2], [2, 2, 3, 2], mask: [2, 1, 1, 3], causal: true),
                Case([3, 2], [2, 2], [2, 2], mask: [3, 1]), Case([3, 2], [2, 2], [2, 2], mask: []),
                Case([2, 1, 1, 3, 2], [2, 1, 1, 2, 2], [2, 1, 1, 2, 1], mask: [2, 1, 1, 3, 2]),
                Case([2, 3, 2], [2, 4, 2], [2, 4, 2], bias: [3, 4]),
                Case([2, 3, 2], [2, 4, 2], [2, 4, 1], bias: [2, 1, 4], learnt: true),
                Case([2, 3, 2], [2, 4, 2], [2, 4, 2], bias: [3, 1], mask: [4], causal: true),
                Case([2, 3, 2], [2, 4, 2], [2, 4, 1], dropout: 0.4),
                Case([3, 2], [35, 2], [35, 1], dropout: 0.4, causal: true),
                Case([100, 3], [130, 3], [130, 2]), Case([2, 100, 1], [2, 260, 1], [2, 260, 1], causal: true),
                Case([197, 2], [131, 2], [131, 17], causal: true, mask: [131], dropout: 0.3),
                Case([0, 2], [4, 2], [4, 3]), Case([2, 2], [0, 2], [0, 3]), Case([0, 3, 2], [0, 4, 2], [0, 4, 3]),
            ],
            Large = [.. Larges()],
            Goldens = [],
        },
        Row("scaled_dot_product_attention with weights", nameof(F.ScaledDotProductAttentionWithWeights)) with
        {
            Cases =
            [
                Weighted(Case([3, 2], [4, 2], [4, 3], weights: true)),
                Weighted(Case([2, 3, 2], [2, 4, 2], [2, 4, 1], mask: [2, 3, 4], causal: true, weights: true)),
                Weighted(Case(
                    [2, 3, 2], [2, 4, 2], [2, 4, 1], bias: [3, 4], learnt: true, dropout: 0.3, weights: true)),
                Weighted(Case([0, 2], [4, 2], [4, 3], weights: true)),
                Weighted(Case([3, 2], [2, 2], [2, 2], mask: [], weights: true)),
            ],
            Large = [Weighted(Case([4, 100, 20], [4, 120, 20], [4, 120, 8], weights: true)) with { Reference = null }],
            Goldens = ["layer/scaled_dot_product_attention"],
        },
    ];

    private static OpRow Row(string name, string member) => new(name)
    {
        Covers = ["F." + member],
        Cases = [],
        Loose = 16,
        LooseGradient = 8,
        NoSpecials = "NaN reaches the queries that see it; what else it reaches is left open",
        NoExtremes = "scores of 1e30 leave one weight of 1, whose key depends on rounding",
        Errors =
        [
            ErrorInput.Shape("rank 1", () => Plain(member, [3], [4, 3], [4, 2]),
                "ScaledDotProductAttention: expects [..., T, features] each.\n"
                + "  query: [3] float32    key: [4, 3] float32    value: [4, 2] float32"),
            ErrorInput.Shape("features differ", () => Plain(member, [2, 5], [4, 3], [4, 2]),
                "ScaledDotProductAttention: query has 5 features, key 3; they must be equal.\n"
                + "  query: [2, 5] float32    key: [4, 3] float32    value: [4, 2] float32"),
            ErrorInput.Shape("keys differ", () => Plain(member, [2, 3], [4, 3], [5, 2]),
                "ScaledDotProductAttention: there are 4 keys and 5 values; they must be equal.\n"
                + "  query: [2, 3] float32    key: [4, 3] float32    value: [5, 2] float32"),
            ErrorInput.Shape("leading sizes differ", () => Plain(member, [2, 2, 3], [3, 4, 3], [4, 2]),
                "ScaledDotProductAttention: leading sizes 2 and 3 do not broadcast.\n"
                + "  query: [2, 2, 3] float32    key: [3, 4, 3] float32    value: [4, 2] float32"),
            ErrorInput.Shape("mask of another size", () => Masked(member, Tensor.Zeros([3, 4], DType.Bool)),
                "ScaledDotProductAttention: the mask [3, 4] does not broadcast to [2, 4]."),
            ErrorInput.DType("mask of another type", () => Masked(member, Tensor.Zeros([2, 4])),
                "ScaledDotProductAttention: the mask must be bool, got float32."),
            ErrorInput.Shape("bias of higher rank", () => Biased(member, Tensor.Zeros([1, 2, 4])),
                "ScaledDotProductAttention: the bias [1, 2, 4] does not broadcast to [2, 4]."),
            ErrorInput.DType("bias of another type", () => Biased(member, Tensor.Zeros([2, 4], DType.Float64)),
                "ScaledDotProductAttention: bias is float64, query float32."),
            ErrorInput.DType("key of another type", () => Call(
                    member, Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3], DType.Float64), Tensor.Zeros([4, 2])),
                "ScaledDotProductAttention: key is float64, query float32."),
            ErrorInput.DType("integers", () => Call(
                    member, Tensor.Zeros([2, 3], DType.Int64), Tensor.Zeros([4, 3]), Tensor.Zeros([4, 2])),
                "ScaledDotProductAttention: needs float32 or float64, got int64.\n"
                + "  help: convert with To(DType.Float32) first."),
            ErrorInput.Range("dropout above 1", () => Dropping(member, 1.5, new Rng(1)),
                "ScaledDotProductAttention: dropout is 1.5; expected 0 to 1. (Parameter 'dropout')"),
            new("no generator", () => Dropping(member, 0.5, null), typeof(ArgumentNullException),
                "Value cannot be null. (Parameter 'rng')"),
        ],
    };

    private static IEnumerable<OpCase> Larges()
    {
        OpCase[] all =
        [
            Case([16, 70, 8], [16, 75, 8], [16, 75, 5]),
            Case([2, 2, 250, 8], [2, 2, 300, 8], [2, 2, 300, 8], causal: true, dropout: 0.2),
            Case([300, 16], [700, 16], [700, 16], mask: [300, 700]),
        ];
        return all.Select(c => c with { Reference = null });
    }

    private static Tensor Call(
        string member, Tensor q, Tensor k, Tensor v, Tensor? mask = null, Tensor? bias = null, double dropout = 0,
        Rng? rng = null) => member == nameof(F.ScaledDotProductAttention)
            ? F.ScaledDotProductAttention(q, k, v, mask, bias, dropout: dropout, rng: rng)
            : F.ScaledDotProductAttentionWithWeights(q, k, v, mask, bias, dropout: dropout, rng: rng).Weights;

    private static Tensor Plain(string member, int[] q, int[] k, int[] v) =>
        Call(member, Tensor.Zeros(q), Tensor.Zeros(k), Tensor.Zeros(v));

    private static Tensor Masked(string member, Tensor mask) =>
        Call(member, Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]), Tensor.Zeros([4, 2]), mask);

    private static Tensor Biased(string member, Tensor bias) =>
        Call(member, Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]), Tensor.Zeros([4, 2]), bias: bias);

    private static Tensor Dropping(string member, double dropout, Rng? rng) => Call(
        member, Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]), Tensor.Zeros([4, 2]), dropout: dropout, rng: rng);

    private static OpCase Weighted(OpCase c) => c with { Label = c.Label + ", output and weights" };

    // The output; with weights, output and weights side by side.
    private static OpCase Case(
        int[] q, int[] k, int[] v, int[]? mask = null, int[]? bias = null, bool causal = false, double? scale = null,
        double dropout = 0, bool learnt = false, bool weights = false)
    {
        List<In> inputs = [new In(q), new In(k), new In(v)];
        int maskAt = inputs.Count;
        if (mask is not null) inputs.Add(In.Mask(mask));
        int biasAt = inputs.Count;
        if (bias is not null) inputs.Add(new In(bias) { NoGrad = !learnt });
        Tensor Compute(Tensor[] t)
        {
            Tensor? m = mask is null ? null : t[maskAt], b = bias is null ? null : t[biasAt];
            Rng? rng = dropout > 0 ? new Rng(5) : null;
            if (!weights) return F.ScaledDotProductAttention(t[0], t[1], t[2], m, b, causal, scale, dropout, rng);
            (Tensor y, Tensor w) =
                F.ScaledDotProductAttentionWithWeights(t[0], t[1], t[2], m, b, causal, scale, dropout, rng);
            return Tensor.Concat([y, w], -1);
        }

        return new OpCase([.. inputs], Compute, r => Reference(
            r[0], r[1], r[2], mask is null ? null : r[maskAt], bias is null ? null : r[biasAt], causal, scale, dropout,
            weights))
        {
            Label = $"mask {Text(mask)}, bias {Text(bias)}, causal {causal}, dropout {dropout}",
        };
    }

    private static string Text(int[]? shape) => shape is null ? "none" : $"[{string.Join(", ", shape)}]";

    private static Nd Reference(
        Nd q, Nd k, Nd v, Nd? mask, Nd? bias, bool causal, double? scale, double dropout, bool both)
    {
        int[] batch = Nd.Broadcast(Nd.Broadcast(q.Dims[..^2], k.Dims[..^2]), v.Dims[..^2]);
        int queries = q.Dims[^2], keys = k.Dims[^2], features = q.Dims[^1], values = v.Dims[^1];
        int[] scores = [.. batch, queries, keys];
        q = q.To([.. batch, queries, features]);
        (k, v) = (k.To([.. batch, keys, features]), v.To([.. batch, keys, values]));
        (mask, bias) = (mask?.To(scores), bias?.To(scores));
        double factor = scale ?? 1 / Math.Sqrt(features);
        int words = (keys + 31) / 32 * 32, items = Nd.Product(batch);
        double[]? kept = dropout == 0 ? null
            : F.Dropout(Tensor.Ones([items * queries * words], DType.Float64), dropout, true, new Rng(5)).ToDoubles();
        int width = both ? values + keys : values;
        double[] result = new double[items * queries * width];
        for (int row = 0; row < items * queries; row++)
        {
            (int item, int query) = Math.DivRem(row, queries);
            bool Open(int j) => !(causal && j > query) && (mask is null || mask.Data[(row * keys) + j] == 0);
            int[] open = [.. Enumerable.Range(0, keys).Where(Open)];
            double Dot(int j) => Enumerable.Range(0, features)
                .Sum(f => q.Data[(row * features) + f] * k.Data[(((item * keys) + j) * features) + f]);
            double[] s = [.. open.Select(j => (bias?.Data[(row * keys) + j] ?? 0) + (factor * Dot(j)))];
            double most = s.Length == 0 ? 0 : s.Max(), sum = s.Sum(x => Math.Exp(x - most));
            for (int n = 0; n < open.Length; n++)
            {
                int j = open[n];
                double w = Math.Exp(s[n] - most) / sum * (kept?[(row * words) + j] ?? 1);
                for (int f = 0; f < values; f++)
                    result[(row * width) + f] += w * v.Data[(((item * keys) + j) * values) + f];
                if (both) result[(row * width) + values + j] = w;
            }
        }
        return new Nd([.. batch, queries, width], result);
    }
}
