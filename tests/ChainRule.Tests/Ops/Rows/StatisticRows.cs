namespace ChainRule.Tests.Operators;

/// <summary>Products, variances, running sums and truth over dimensions.</summary>
internal static class StatisticRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("prod")
        {
            Covers = [nameof(Tensor.Prod)],
            Types = [DType.Float32, DType.Float64, DType.Bool],
            Result = t => t.IsFloatingPoint() ? t : DType.Int64,
            Loose = 16,
            LooseGradient = 16,
            Flushes = true,
            NoExtremes = "a product of one extreme and many others overflows on the way, in whatever order",
            Cases =
            [
                .. new int[][] { [], [1], [5], [2, 3], [0], [19] }
                    .Select(s => new OpCase([In.Of(s is [19] ? new Domain(0.7, 1.4) : Domain.Real, s)],
                        t => t[0].Prod(), r => Nd.Scalar(Product(r[0].Data))) { Label = "all" }),
                .. from c in new (int[] Shape, int Dim)[] { ([4], 0), ([2, 3], 0), ([2, 3], -1), ([3, 4, 2], 1),
                    ([3, 17], 1), ([17, 3], 0), ([3, 0], 1), ([0, 3], 1) }
                   from keep in new[] { false, true }
                   select new OpCase([In.Of(c.Shape.Contains(17) ? new Domain(0.7, 1.4) : Domain.Real, c.Shape)],
                       t => t[0].Prod(c.Dim, keep), r => r[0].Reduce([c.Dim], keep, Product))
                   {
                       Label = $"along {c.Dim}{(keep ? " kept" : "")}",
                   },
                WithZeros(0, 2, 3, 4, 0.5), WithZeros(1, 0, 3, 0, 0.5), WithZeros(1, 2, 0, 4, 0.5),
            ],
            Large =
            [
                new([In.Of(new Domain(0.99, 1.01), 701, 401)], t => t[0].Prod(1)),
                new([In.Of(new Domain(0.99, 1.01), 401, 701)], t => t[0].Prod(0)),
            ],
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2, 3]).Prod(2),
                    "prod: dim 2 is out of range for rank 2; use -2 to 1."),
            ],
            Goldens = ["tensor/prod"],
        },
        Spread("var", nameof(Tensor.Var), Variance, Var),
        Spread("std", nameof(Tensor.Std), (v, c) => Math.Sqrt(Variance(v, c)), Std),
        new OpRow("cumsum")
        {
            Covers = [nameof(Tensor.Cumsum)],
            Types = OpRow.Any,
            Result = t => t.IsFloatingPoint() ? t : DType.Int64,
            Loose = 16,
            Cases =
            [
                .. new (int[] Shape, int Dim)[] { ([], 0), ([5], 0), ([2, 3], 0), ([2, 3], -1), ([3, 4, 5], 1),
                    ([2, 67], 1), ([67, 2], 0), ([0], 0), ([3, 0], 1), ([0, 3], 1) }
                    .Select(c => new OpCase([new In(c.Shape)], t => t[0].Cumsum(c.Dim),
                        r => c.Shape.Length == 0 ? r[0] : r[0].Along(c.Dim, RunningSum)) { Label = $"along {c.Dim}" }),
            ],
            Large =
            [
                new([new In(701, 401)], t => t[0].Cumsum(1)) { Label = "along 1" },
                new([new In(401, 701)], t => t[0].Cumsum(0)) { Label = "along 0" },
            ],
            Errors = [ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Cumsum(1),
                "cumsum: dim 1 is out of range for rank 1; use -1 to 0.")],
            Goldens = ["tensor/cumsum"],
        },
        new OpRow("cumprod")
        {
            Covers = [nameof(Tensor.Cumprod)],
            Types = [DType.Float32, DType.Float64, DType.Bool],
            Result = t => t.IsFloatingPoint() ? t : DType.Int64,
            Loose = 16,
            LooseGradient = 16,
            Flushes = true,
            NoExtremes = "a product of one extreme and many others overflows on the way",
            Cases =
            [
                .. new (int[] Shape, int Dim)[] { ([], 0), ([1], 0), ([5], 0), ([2, 3], 0), ([2, 3], -1),
                    ([3, 4, 5], 1), ([2, 17], 1), ([17, 2], 0), ([0], 0), ([3, 0], 1), ([0, 3], 1) }
                    .Select(c => new OpCase([In.Of(c.Shape.Contains(17) ? new Domain(0.7, 1.4) : Domain.Real, c.Shape)],
                        t => t[0].Cumprod(c.Dim), r => c.Shape.Length == 0 ? r[0] : r[0].Along(c.Dim, RunningProduct))
                    {
                        Label = $"along {c.Dim}",
                    }),
                .. new double[][] { [0, 2, 3, 0.5], [1, 0, 3, 0, 0.5], [1, 2, 0, 4, 0.5] }
                    .Select(v => new OpCase([In.Values([v.Length], v)], t => t[0].Cumprod(0),
                        r => r[0].Along(0, RunningProduct)) { Label = $"{v.Count(e => e == 0)} zeros" }),
            ],
            Large =
            [
                new([In.Of(new Domain(0.99, 1.01), 701, 401)], t => t[0].Cumprod(1)) { Label = "along 1" },
                new([In.Of(new Domain(0.99, 1.01), 401, 701)], t => t[0].Cumprod(0)) { Label = "along 0" },
            ],
            Errors = [ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Cumprod(1),
                "cumprod: dim 1 is out of range for rank 1; use -1 to 0.")],
        },
        .. Best("cummax", nameof(Tensor.Cummax), (x, d) => x.Cummax(d), (x, best) => x >= best),
        .. Best("cummin", nameof(Tensor.Cummin), (x, d) => x.Cummin(d), (x, best) => x <= best),
        Truth("any", nameof(Tensor.Any), (x, d) => x.Any(d), v => v.Any(e => e != 0) ? 1 : 0),
        Truth("all", nameof(Tensor.All), (x, d) => x.All(d), v => v.All(e => e != 0) ? 1 : 0),
    ];

    private static double Product(double[] v) => v.Aggregate(1.0, (a, b) => a * b);

    private static double Variance(double[] v, double correction)
    {
        double mean = v.Sum() / v.Length;
        return v.Sum(x => (x - mean) * (x - mean)) / Math.Max(0, v.Length - correction);
    }

    private static double[] RunningProduct(double[] v)
    {
        double product = 1;
        return [.. v.Select(x => product *= x)];
    }

    private static double[] RunningSum(double[] v)
    {
        double sum = 0;
        return [.. v.Select(x => sum += x)];
    }

    private static Tensor Var(Tensor x, int[] dims, double correction, bool keepDim) =>
        (dims.Length, correction, keepDim) switch
        {
            (0, 1, false) => x.Var(),
            (1, _, _) => x.Var(dims[0], correction, keepDim),
            _ => x.Var(dims, correction, keepDim),
        };

    private static Tensor Std(Tensor x, int[] dims, double correction, bool keepDim) =>
        (dims.Length, correction, keepDim) switch
        {
            (0, 1, false) => x.Std(),
            (1, _, _) => x.Std(dims[0], correction, keepDim),
            _ => x.Std(dims, correction, keepDim),
        };

    private static OpRow Spread(
        string name, string covers, Func<double[], double, double> reference,
        Func<Tensor, int[], double, bool, Tensor> call) => new(name)
        {
            Covers = [covers],
            Loose = 32,
            LooseGradient = 4,
            ExtremeLimit = 1e15,                                         // squared and summed
            NoScalar = "the variance of one number is NaN, and so is its gradient: tested with the operator",
            Cases =
            [
                .. from c in new (int[] Shape, int[] Dims)[]
                   {
                       ([7], []), ([2, 3], []), ([4, 3], [0]), ([3, 4], [-1]), ([3, 4, 5], [1]), ([3, 4, 5], [0, 2]),
                       ([3, 17], [1]), ([17, 3], [0]), ([0, 3], [1]),
                   }
                   from o in new (double Correction, bool Keep)[] { (1, false), (0, true), (0, false) }
                   select new OpCase([new In(c.Shape)], t => call(t[0], c.Dims, o.Correction, o.Keep),
                       r => r[0].Reduce(c.Dims, o.Keep, v => reference(v, o.Correction)))
                   {
                       Label = $"over [{string.Join(", ", c.Dims)}], correction {o.Correction}, kept {o.Keep}",
                   },
            ],
            Large = ReductionRows.Large((x, d, k) => call(x, d, 1, k)),
            Errors = [.. ReductionRows.Errors(name, (x, d, k) => call(x, d, 1, k)),
                    .. ElementwiseRows.NeedsReals(name, x => call(x, [], 1, false))],
            Goldens = ["tensor/" + name],
        };

    private static OpRow Truth(
        string name, string covers, Func<Tensor, int[], Tensor> call, Func<double[], double> reference) => new(name)
        {
            Covers = [covers],
            Types = OpRow.BoolOnly,
            Differentiable = false,
            Serial = "bytes are looked through on one thread",
            Cases =
        [
            .. new (int[] Shape, int[] Dims)[] { ([], []), ([1], []), ([5], []), ([2, 3], [0]), ([2, 3], [-1]),
                ([3, 4, 5], [0, 2]), ([3, 4, 5], [1]), ([0], []), ([0, 2], [0]) }
                .Select(c => new OpCase([In.Mask(c.Shape)], t => call(t[0], c.Dims),
                    r => r[0].Reduce(c.Dims, false, reference)) { Label = $"over [{string.Join(", ", c.Dims)}]" }),
        ],
            Errors =
        [
            ErrorInput.DType("numbers", () => call(Tensor.Zeros([2]), []),
                $"{name}: needs bool, got float32.\n  help: compare first, as in x > 0."),
            ErrorInput.Shape("no such dimension", () => call(Tensor.From(true), [1]),
                $"{name}: dim 1 is out of range for rank 1; use -1 to 0."),
        ],
        };

    // Values and places of a running extremum.
    private static OpRow[] Best(
        string name, string covers, Func<Tensor, int, (Tensor Values, Tensor Indices)> call,
        Func<double, double, bool> wins)
    {
        return
        [
            Part(name, (x, d) => call(x, d).Values, value: true) with
            {
                Errors =
                [
                    ErrorInput.Shape("no such dimension", () => call(Tensor.Zeros([2]), 1).Values,
                        $"{name}: dim 1 is out of range for rank 1; use -1 to 0."),
                    ErrorInput.DType("bool", () => call(Tensor.From(true), 0).Values,
                        $"{name}: needs numbers, got bool.\n  help: convert with To(DType.Float32) first."),
                ],
            },
            Part(name + " indices", (x, d) => call(x, d).Indices, value: false) with
            {
                Result = _ => DType.Int64,
                Differentiable = false,
            },
        ];

        double[] Running(double[] v, bool value)
        {
            double[] result = new double[v.Length];
            for (int i = 0, best = 0; i < v.Length; i++)
            {
                if (double.IsNaN(v[i]) || wins(v[i], v[best])) best = i;
                result[i] = value ? v[best] : best;
            }
            return result;
        }

        OpRow Part(string row, Func<Tensor, int, Tensor> part, bool value) => new(row)
        {
            Covers = [covers],
            Types = OpRow.Numbers,
            Exact = true,
            Cases =
            [
                .. new (int[] Shape, int Dim)[] { ([], 0), ([1], 0), ([5], 0), ([2, 3], 0), ([2, 3], -1),
                    ([3, 4, 5], 1), ([2, 67], 1), ([67, 2], 0), ([0], 0), ([3, 0], 1), ([0, 3], 1) }
                    .Select(c => new OpCase([new In(c.Shape)], t => part(t[0], c.Dim),
                        r => c.Shape.Length == 0
                            ? Nd.Scalar(value ? r[0].Data[0] : 0)
                            : r[0].Along(c.Dim, v => Running(v, value))) { Label = $"along {c.Dim}" }),
            ],
            Large =
            [
                new([new In(701, 401)], t => part(t[0], 1)) { Label = "along 1" },
                new([new In(401, 701)], t => part(t[0], 0)) { Label = "along 0" },
            ],
        };
    }

    private static OpCase WithZeros(params double[] values) =>
        new([In.Values([values.Length], values)], t => t[0].Prod(),
            r => Nd.Scalar(Product(r[0].Data)))
        { Label = $"{values.Count(v => v == 0)} zeros" };
}
