namespace ChainRule.Tests.Operators;

/// <summary>Softmax, its logarithm, and the logarithm of a sum of exponentials.</summary>
internal static class SoftmaxRows
{
    public static OpRow[] All { get; } =
    [
        Along("softmax", nameof(Tensor.Softmax), (x, dim) => x.Softmax(dim), v => [.. LogSoftmax(v).Select(Math.Exp)]),
        Along("log_softmax", nameof(Tensor.LogSoftmax), (x, dim) => x.LogSoftmax(dim), LogSoftmax),
        new OpRow("logsumexp")
        {
            Covers = [nameof(Tensor.LogSumExp)],
            Loose = 8,
            Cases = ReductionRows.Cases(LogSumExp, LogSumExp, [[0], [0, 3]]),
            Large = ReductionRows.Large(LogSumExp),
            Errors =
            [
                .. ReductionRows.Errors("logsumexp", LogSumExp),
                .. ElementwiseRows.NeedsReals("logsumexp", x => x.LogSumExp()),
            ],
            Goldens = ["tensor/logsumexp"],
        },
    ];

    internal static double LogSumExp(double[] v)
    {
        if (v.Length == 0) return double.NegativeInfinity;
        double most = v.Any(double.IsNaN) ? double.NaN : v.Max();
        return double.IsInfinity(most) ? most : most + Math.Log(v.Sum(x => Math.Exp(x - most)));
    }

    /// <summary>NaN throughout where a number is infinite: there is no answer that sums to 1.</summary>
    internal static double[] LogSoftmax(double[] v)
    {
        if (v.Length == 0) return v;
        double most = v.Any(double.IsNaN) ? double.NaN : v.Max(), sum = Math.Log(v.Sum(x => Math.Exp(x - most)));
        return [.. v.Select(x => x - most - sum)];
    }

    private static Tensor LogSumExp(Tensor x, int[] dims, bool keepDim) => (dims.Length, keepDim) switch
    {
        (0, false) => x.LogSumExp(),
        (1, _) => x.LogSumExp(dims[0], keepDim),
        _ => x.LogSumExp(dims, keepDim),
    };

    private static OpRow Along(
        string name, string covers,
        Func<Tensor, int, Tensor> call, Func<double[], double[]> reference)
    {
        (int[] Shape, int Dim)[] small =
        [
            ([5], 0), ([1], 0), ([2, 3], -1), ([2, 3], 0), ([3, 4, 5], 1), ([3, 4, 2], -1), ([3, 2, 7], 0),
            ([2, 67], 1), ([67, 2], 0), ([3, 19], 1),
            ([0, 3], 1), ([2, 0], 1), ([3, 0], 0),
        ];
        return new OpRow(name)
        {
            Covers = [covers],
            Loose = 4,
            Cases =
            [
                new([new In()], t => call(t[0], 0),
                    r => r[0].Reshape(1).Along(0, reference).Reshape()) { Label = "number" },
                .. small.Select(c => new OpCase([new In(c.Shape)], t => call(t[0], c.Dim),
                    r => r[0].Along(c.Dim, reference)) { Label = $"along {c.Dim}" }),
            ],
            Large =
            [
                new([new In(300, 301)], t => call(t[0], -1)) { Label = "along -1" },
                new([new In(301, 300)], t => call(t[0], 0)) { Label = "along 0" },
                new([new In(40, 50, 60)], t => call(t[0], 1)) { Label = "along 1" },
                new([new In(2, 40000)], t => call(t[0], -1)) { Label = "long rows" },
            ],
            Errors =
            [
                .. ElementwiseRows.NeedsReals(name, x => call(x, 0)),
                ErrorInput.Shape("no such dimension", () => call(Tensor.Zeros([2, 3]), 2),
                    $"{name}: dim 2 is out of range for rank 2; use -2 to 1."),
            ],
            Goldens = ["activation/" + name],
        };
    }
}
