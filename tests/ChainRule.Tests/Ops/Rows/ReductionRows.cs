namespace ChainRule.Tests.Operators;

/// <summary>Sums and means over all dimensions, one or several.</summary>
internal static class ReductionRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("sum")
        {
            Covers = [nameof(Tensor.Sum)],
            Types = OpRow.Any,
            Result = t => t.IsFloatingPoint() ? t : DType.Int64,
            Loose = 16,
            Cases = Cases(Sum, v => v.Sum(), [[0], [3, 0], [0, 3]]),
            Large = Large(Sum),
            Errors = Errors("sum", Sum),
            Goldens = ["tensor/sum"],
        },
        new OpRow("mean")
        {
            Covers = [nameof(Tensor.Mean)],
            Loose = 16,
            Cases = Cases(Mean, v => v.Length == 0 ? double.NaN : v.Sum() / v.Length, [[0], [3, 0], [0, 3]]),
            Large = Large(Mean),
            Errors =
            [
                .. Errors("mean", Mean),
                ErrorInput.DType("integers", () => Tensor.From(1L, 2L).Mean(),
                    "mean: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["tensor/mean"],
        },
    ];

    // Each overload has its turn.
    private static Tensor Sum(Tensor x, int[] dims, bool keepDim) => (dims.Length, keepDim) switch
    {
        (0, false) => x.Sum(),
        (1, _) => x.Sum(dims[0], keepDim),
        _ => x.Sum(dims, keepDim),
    };

    private static Tensor Mean(Tensor x, int[] dims, bool keepDim) => (dims.Length, keepDim) switch
    {
        (0, false) => x.Mean(),
        (1, _) => x.Mean(dims[0], keepDim),
        _ => x.Mean(dims, keepDim),
    };

    /// <summary>All, one or several dimensions of small shapes, kept or not; and the empty ones.</summary>
    internal static OpCase[] Cases(Func<Tensor, int[], bool, Tensor> call, Func<double[], double> reference,
        int[][] empty)
    {
        (int[] Shape, int[] Dims)[] small =
        [
            ([], []), ([1], []), ([7], []), ([5], [0]), ([2, 3], []), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [-1]),
            ([3, 4, 5], [0]),
            ([3, 4, 5], [1]), ([3, 4, 5], [2]), ([3, 4, 5], [0, 2]), ([3, 4, 5], [-1, 1]), ([2, 1, 3], [1]),
            ([2, 3, 2, 3], [1, 2]), ([67], []),
            ([3, 67], [1]), ([67, 3], [0]), ([5, 19], [0]), .. empty.Select(e => (e, new[] { 0 })),
                .. empty.Select(e => (e, Array.Empty<int>())),
        ];
        return
        [
            .. from c in small
               from keep in new[] { false, true }
               select new OpCase([new In(c.Shape)], t => call(t[0], c.Dims, keep),
                   r => r[0].Reduce(c.Dims, keep, reference))
               {
                   Label = $"over [{string.Join(", ", c.Dims)}]{(keep ? " kept" : "")}",
               },
        ];
    }

    internal static OpCase[] Large(Func<Tensor, int[], bool, Tensor> call) =>
    [
        .. new (int[] Shape, int[] Dims)[] { ([140_003], []), ([401, 701], [0]), ([701, 401], [1]), ([53, 61, 89], [1]),
            ([53, 61, 89], [0, 2]) }
            .Select(c => new OpCase([new In(c.Shape)],
                t => call(t[0], c.Dims, false)) { Label = $"over [{string.Join(", ", c.Dims)}]" }),
    ];

    internal static ErrorInput[] Errors(string name, Func<Tensor, int[], bool, Tensor> call) =>
    [
        ErrorInput.Shape("no such dimension", () => call(Tensor.Zeros([2, 3]), [2], false),
            $"{name}: dim 2 is out of range for rank 2; use -2 to 1."),
        ErrorInput.Shape("dimension of a number", () => call(Tensor.Scalar(1), [1], false),
            $"{name}: dim 1 is out of range for rank 0, a single number; use -1 to 0."),
        ErrorInput.Shape("dimension named twice", () => call(Tensor.Zeros([2, 3]), [1, -1], false),
            $"{name}: dim -1 is named twice for [2, 3]."),
    ];
}
