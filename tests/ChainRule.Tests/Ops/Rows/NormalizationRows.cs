namespace ChainRule.Tests.Operators;

/// <summary>Batch and layer normalisation, and dropout.</summary>
internal static class NormalizationRows
{
    // Large enough that the rounding of the mean of equal numbers is not blown up by 1 / sqrt(eps).
    private const double Eps = 1e-2;

    public static OpRow[] All { get; } =
    [
        new OpRow("batch_norm in training")
        {
            Covers = ["F." + nameof(F.BatchNorm)],
            Loose = 32,
            LooseGradient = 8,
            ExtremeLimit = 1e15,                                     // squared and summed
            NoScalar = "there must be a dimension of channels: an error input",
            NoEmpty = "a channel needs two values: an error input",
            Cases =
            [
                Train([4, 3], true), Train([4, 3], false), Train([2, 3, 4], true), Train([2, 2, 3, 3], true),
                Train([1, 2, 5], false), Train([19, 2], true), Train([2, 2, 19], true),
            ],
            Large = [Train([16, 12, 20, 21], true) with { Reference = null },
                Train([500, 300], true) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("rank 1", () => F.BatchNorm(Tensor.Zeros([3]), null, null, training: true),
                    "BatchNorm: expects [N, C] or [N, C, d1, ...], got [3]."),
                ErrorInput.Shape("one value a channel",
                    () => F.BatchNorm(Tensor.Zeros([1, 3]), null, null, training: true),
                    "BatchNorm: training needs more than one value a channel, got [1, 3].\n"
                    + "  help: use a larger batch, or drop the last one of an epoch where it is that small."),
                ErrorInput.Shape("weight of another size",
                    () => F.BatchNorm(Tensor.Zeros([2, 3]), null, null, Tensor.Zeros([2]), training: true),
                    "BatchNorm: weight must be [3] for [2, 3], got [2]."),
                ErrorInput.DType("bias of another type",
                    () => F.BatchNorm(Tensor.Zeros([2, 3]), null, null, bias: Tensor.Zeros([3], DType.Float64),
                    training: true),
                    "BatchNorm: bias is float64, x float32."),
                ErrorInput.DType("integers", () =>
                    F.BatchNorm(Tensor.Zeros([2, 3], DType.Int64), null, null, training: true),
                    "BatchNorm: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/batch_norm1d", "layer/batch_norm2d", "layer/batch_norm3d"],
        },
        new OpRow("batch_norm in evaluation")
        {
            Covers = ["F." + nameof(F.BatchNorm)],
            Loose = 8,
            ExtremeLimit = 1e30,
            NoScalar = "there must be a dimension of channels: an error input",
            Cases = [Evaluate([4, 3]), Evaluate([2, 3, 4]), Evaluate([1, 2, 3, 3]), Evaluate([19, 2]),
                Evaluate([2, 2, 19]), Evaluate([0, 3])],
            Large = [Evaluate([16, 12, 20, 21]) with { Reference = null }],
            Errors =
            [
                ErrorInput.Argument("no statistics", () => F.BatchNorm(Tensor.Zeros([2, 3]), null, null),
                    "BatchNorm: without training, runningMean and runningVar are needed."),
                ErrorInput.Argument("one statistic", () => F.BatchNorm(Tensor.Zeros([2, 3]), Tensor.Zeros([3]), null),
                    "BatchNorm: runningMean and runningVar belong together; give both or neither."),
            ],
        },
        new OpRow("layer_norm")
        {
            Covers = ["F." + nameof(F.LayerNorm)],
            Loose = 32,
            LooseGradient = 8,
            ExtremeLimit = 1e15,                                     // squared and summed
            NoScalar = "there must be a dimension to normalise: an error input",
            Cases =
            [
                Layer([4, 3], 1, "wb"), Layer([4, 3], 1, ""), Layer([2, 3, 4], 2, "wb"), Layer([5], 1, "w"),
                Layer([2, 2, 7], 1, "b"), Layer([3, 19], 1, "wb"), Layer([2, 35], 1, ""), Layer([1, 67], 1, "wb"),
                Layer([0, 3], 1, "wb"), Layer([2, 0], 1, ""),
            ],
            Large = [Layer([120, 301], 1, "wb") with { Reference = null },
                Layer([40, 30, 37], 2, "") with { Reference = null },
                Layer([3000, 13], 1, "w") with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("other sizes", () => F.LayerNorm(Tensor.Zeros([2, 3]), [4, 3]),
                    "LayerNorm: expects [..., 4, 3], got [2, 3]."),
                ErrorInput.Shape("rank too small", () => F.LayerNorm(Tensor.Zeros([3]), [4, 3]),
                    "LayerNorm: expects [..., 4, 3], got [3]."),
                ErrorInput.Shape("no sizes", () => F.LayerNorm(Tensor.Zeros([3]), []),
                    "LayerNorm: normalizedShape must have one dimension or more, got []."),
                ErrorInput.Shape("weight of another shape",
                    () => F.LayerNorm(Tensor.Zeros([2, 3]), [3], Tensor.Zeros([2])),
                    "LayerNorm: weight must be [3], got [2]."),
                ErrorInput.DType("bias of another type",
                    () => F.LayerNorm(Tensor.Zeros([2, 3]), [3], bias: Tensor.Zeros([3], DType.Float64)),
                    "LayerNorm: bias is float64, x float32."),
                ErrorInput.DType("integers", () => F.LayerNorm(Tensor.Zeros([2, 3], DType.Int64), [3]),
                    "LayerNorm: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/layer_norm"],
        },
        new OpRow("dropout")
        {
            Covers = ["F." + nameof(F.Dropout)],
            Cases = [.. new int[][] { [], [5], [2, 3], [0], [3, 67] }.Select(Dropped)],
            Large = [Dropped([140_003]) with { Reference = null }],
            Errors =
            [
                ErrorInput.Range("probability above 1", () => F.Dropout(Tensor.Zeros([2]), 1.5, true, new Rng(1)),
                    "Dropout: p must be in [0, 1], got 1.5. (Parameter 'p')"),
                new("no generator", () => F.Dropout(Tensor.Zeros([2]), 0.5, true, null), typeof(ArgumentNullException),
                    "Value cannot be null. (Parameter 'rng')"),
                ErrorInput.DType("integers", () => F.Dropout(Tensor.From(1L), 0.5, true, new Rng(1)),
                    "Dropout: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/dropout"],
        },
        new OpRow("bernoulli")
        {
            Covers = [nameof(Tensor.Bernoulli)],
            Differentiable = false,
            Exact = true,
            Cases = [.. new int[][] { [], [5], [2, 3], [0], [3, 67] }.Select(Drawn)],
            Large = [Drawn([140_003]) with { Reference = null }],
            Errors =
            [
                ErrorInput.DType("integers", () => Tensor.From(1L).Bernoulli(new Rng(1)),
                    "bernoulli: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
        },
    ];

    private static OpCase Train(int[] shape, bool affine)
    {
        In[] more = affine ? [new In(shape[1]), new In(shape[1])] : [];
        int[] others = [0, .. Enumerable.Range(2, shape.Length - 2)];
        return new OpCase(
            [new In(shape), .. more],
            t => F.BatchNorm(t[0], null, null, affine ? t[1] : null, affine ? t[2] : null, training: true, eps: Eps),
            r =>
            {
                Nd mean = r[0].Reduce(others, false, v => v.Sum() / v.Length);
                Nd variance = r[0].Reduce(others, false,
                    v => v.Sum(x => (x - (v.Sum() / v.Length)) * (x - (v.Sum() / v.Length))) / v.Length);
                return Normal(r[0], mean, variance, affine ? r[1] : null, affine ? r[2] : null);
            })
        {
            Label = affine ? "with weight and bias" : "plain",
        };
    }

    // w and b say which of weight and bias there are.
    private static OpCase Layer(int[] shape, int last, string parameters)
    {
        int[] normal = shape[^last..];
        bool weight = parameters.Contains('w'), bias = parameters.Contains('b');
        In[] inputs = [new In(shape), .. parameters.Select(_ => new In(normal))];
        return new OpCase(
            inputs,
            t => F.LayerNorm(t[0], normal, weight ? t[1] : null, bias ? t[^1] : null, Eps),
            r => r[0].Reshape(Nd.Product(shape[..^last]), Nd.Product(normal)).Along(1, v =>
                {
                    double mean = v.Sum() / v.Length, variance = v.Sum(x => (x - mean) * (x - mean)) / v.Length;
                    return [.. v.Select((x, i) => ((x - mean) / Math.Sqrt(variance + Eps) * (weight ? r[1].Data[i] : 1))
                        + (bias ? r[^1].Data[i] : 0))];
                }).Reshape(shape))
        {
            Label = parameters.Length > 0 ? "with " + parameters : "plain",
        };
    }

    private static OpCase Evaluate(int[] shape) => new(
        [
            new In(shape), new In(shape[1]) { NoGrad = true },
                In.Of(Domain.Positive, shape[1]) with { NoGrad = true, Fixed = true },
            new In(shape[1]), new In(shape[1]),
        ],
        t => F.BatchNorm(t[0], t[1], t[2], t[3], t[4], eps: Eps),
        r => Normal(r[0], r[1], r[2], r[3], r[4]));

    private static Nd Normal(Nd x, Nd mean, Nd variance, Nd? weight, Nd? bias) => Nd.Make(x.Dims, at =>
    {
        int c = at[1];
        double normal = (x[at] - mean[c]) / Math.Sqrt(variance[c] + Eps);
        return (normal * (weight?[c] ?? 1)) + (bias?[c] ?? 0);
    });

    // What is dropped depends on the generator and the position alone, so ones tell the factors for any numbers.
    private static OpCase Drawn(int[] shape) => new(
        [In.Of(Domain.Unit, shape)], t => t[0].Bernoulli(new Rng(3, 4)), r =>
        {
            // In groups of 32 words from 8 counter values: word 8 w + b is word w of counter value b.
            uint[] words = new uint[4];
            double[] drawn = [.. r[0].Data.Select((p, i) =>
            {
                Rng.Philox(3, 4, (ulong)((i / 32 * 8) + (i % 8)), words);
                return (words[i % 32 / 8] >> 8) / 16777216.0 < p ? 1.0 : 0;
            })];
            return new Nd(shape, drawn);
        });

    private static OpCase Dropped(int[] shape) => new([new In(shape)], t => F.Dropout(t[0], 0.4, true, new Rng(7)), r =>
    {
        double[] factors = F.Dropout(Tensor.Ones([r[0].Data.Length], DType.Float64), 0.4, true,
            new Rng(7)).ToArray<double>();
        return new Nd(shape, [.. r[0].Data.Zip(factors, (x, f) => f == 0 ? 0 : x * f)]);
    });
}
