namespace ChainRule.Tests.Operators;

/// <summary>Comparisons, logic and choice.</summary>
internal static class ComparisonRows
{
    public static OpRow[] All { get; } =
    [
        Compare("less", nameof(Tensor.Less), (a, b) => a.Less(b), (a, b) => a < b),
        Compare("operator <", "operator <(Tensor, Tensor)", (a, b) => a < b, (a, b) => a < b) with { Errors = [] },
        WithNumber("operator < number", "operator <(Tensor, double)", x => x < 0.5, x => x < 0.5),
        WithNumber("less number", nameof(Tensor.Less), x => x.Less(2), x => x < 2),
        Compare("less_equal", nameof(Tensor.LessEqual), (a, b) => a.LessEqual(b), (a, b) => a <= b),
        Compare("operator <=", "operator <=(Tensor, Tensor)", (a, b) => a <= b, (a, b) => a <= b) with { Errors = [] },
        WithNumber("operator <= number", "operator <=(Tensor, double)", x => x <= 0.5, x => x <= 0.5),
        WithNumber("less_equal number", nameof(Tensor.LessEqual), x => x.LessEqual(2), x => x <= 2),
        Compare("greater", nameof(Tensor.Greater), (a, b) => a.Greater(b), (a, b) => a > b),
        Compare("operator >", "operator >(Tensor, Tensor)", (a, b) => a > b, (a, b) => a > b) with { Errors = [] },
        WithNumber("operator > number", "operator >(Tensor, double)", x => x > 0.5, x => x > 0.5),
        WithNumber("greater number", nameof(Tensor.Greater), x => x.Greater(2), x => x > 2),
        Compare("greater_equal", nameof(Tensor.GreaterEqual), (a, b) => a.GreaterEqual(b), (a, b) => a >= b),
        Compare("operator >=", "operator >=(Tensor, Tensor)", (a, b) => a >= b, (a, b) => a >= b) with { Errors = [] },
        WithNumber("operator >= number", "operator >=(Tensor, double)", x => x >= 0.5, x => x >= 0.5),
        WithNumber("greater_equal number", nameof(Tensor.GreaterEqual), x => x.GreaterEqual(2), x => x >= 2),
        Compare("equal", nameof(Tensor.EqualTo), (a, b) => a.EqualTo(b), (a, b) => a == b),
        Compare("not_equal", nameof(Tensor.NotEqual), (a, b) => a.NotEqual(b), (a, b) => a != b),
        WithNumber("equal number", nameof(Tensor.EqualTo), x => x.EqualTo(2), x => x == 2),
        WithNumber("equal fraction", nameof(Tensor.EqualTo), x => x.EqualTo(0.5), x => x == 0.5),
        WithNumber("not_equal number", nameof(Tensor.NotEqual), x => x.NotEqual(2), x => x != 2),
        WithNumber("isnan", nameof(Tensor.IsNaN), x => x.IsNaN(), double.IsNaN),
        WithNumber("isinf", nameof(Tensor.IsInf), x => x.IsInf(), double.IsInfinity),
        WithNumber("isfinite", nameof(Tensor.IsFinite), x => x.IsFinite(), double.IsFinite),
        Logic("logical_and", nameof(Tensor.LogicalAnd), (a, b) => a.LogicalAnd(b), (a, b) => a * b),
        Logic("logical_or", nameof(Tensor.LogicalOr), (a, b) => a.LogicalOr(b), Math.Max),
        OpRow.Elementwise("logical_not", nameof(Tensor.LogicalNot), x => x.LogicalNot(), x => 1 - x) with
        {
            Types = OpRow.BoolOnly,
            Differentiable = false,
            Exact = true,
            Large = [],
            Serial = OneThread,
            Errors = [ErrorInput.DType("numbers", () => Tensor.Zeros([2]).LogicalNot(),
                "logical_not: needs bool, got float32 and float32.")],
        },
        new OpRow("where")
        {
            Covers = [nameof(Tensor.Where)],
            Types = OpRow.Any,
            Exact = true,
            Cases =
            [
                Choice([5], [5], [5]), Choice([], [], []), Choice([0], [0], [0]), Choice([2, 3], [3], [2, 1]),
                Choice([3], [2, 3], []),
                Choice([2, 1], [], [3]), Choice([2, 3, 17], [2, 3, 17], [2, 3, 17]), Choice([3, 0], [1], [3, 1]),
            ],
            Large = [Choice([70_001], [70_001], [70_001])],
            Errors =
            [
                ErrorInput.DType("condition of numbers",
                    () => Tensor.Where(Tensor.Zeros([2]), Tensor.Zeros([2]), Tensor.Zeros([2])),
                    "where: the condition must be bool, got float32."),
                ErrorInput.DType("types differ",
                    () => Tensor.Where(Tensor.From(true), Tensor.Zeros([1]), Tensor.Zeros([1], DType.Int32)),
                    "where: types differ: float32 (a) and int32 (b).\n  a: [1] float32    b: [1] int32\n"
                    + "  help: convert one of them with To(DType); there is no implicit conversion."),
                ErrorInput.Shape("condition does not broadcast",
                    () => Tensor.Where(Tensor.From(true, false), Tensor.Zeros([3]), Tensor.Zeros([3])),
                    "where: shapes do not broadcast: 3 (a and b, dim 0) and 2 (condition, dim 0).\n"
                    + "  a and b: [3] float32    condition: [2] bool"),
            ],
            Goldens = ["tensor/where"],
        },
    ];

    private const string Comparisons = "comparisons run on one thread";
    private const string OneThread = "bytes are combined on one thread";

    private static OpRow Compare(
        string name, string covers, Func<Tensor, Tensor, Tensor> call, Func<double, double, bool> reference) =>
        OpRow.Elementwise(name, [covers], call, (a, b) => reference(a, b) ? 1 : 0) with
        {
            Types = OpRow.Any,
            Result = _ => DType.Bool,
            Differentiable = false,
            Exact = true,
            Large = [],
            Serial = Comparisons,
            Errors = PairErrors(name, call),
        };

    private static OpRow WithNumber(
        string name, string covers,
        Func<Tensor, Tensor> call, Func<double, bool> reference) =>
        OpRow.Elementwise(name, covers, call, x => reference(x) ? 1 : 0) with
        {
            Types = OpRow.Numbers,
            Result = _ => DType.Bool,
            Differentiable = false,
            Exact = true,
            Large = [],
            Serial = Comparisons,
        };

    private static OpRow Logic(
        string name, string covers, Func<Tensor, Tensor, Tensor> call, Func<double, double, double> reference) =>
        OpRow.Elementwise(name, [covers], call, reference) with
        {
            Types = OpRow.BoolOnly,
            Differentiable = false,
            Exact = true,
            Large = [],
            Serial = OneThread,
            Errors = [ErrorInput.DType("numbers", () => call(Tensor.Zeros([2]), Tensor.From(true, false)),
                $"{name}: needs bool, got float32 and bool.")],
        };

    private static ErrorInput[] PairErrors(string name, Func<Tensor, Tensor, Tensor> call) =>
    [
        ErrorInput.Shape("sizes do not broadcast", () => call(Tensor.Zeros([2, 3]), Tensor.Zeros([4])),
            $"{name}: shapes do not broadcast: 3 (a, dim 1) and 4 (b, dim 0).\n  a: [2, 3] float32    b: [4] float32"),
        ErrorInput.DType("types differ", () => call(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64)),
            $"{name}: types differ: float32 (a) and float64 (b).\n  a: [2] float32    b: [2] float64\n"
            + "  help: convert one of them with To(DType); there is no implicit conversion."),
    ];

    private static OpCase Choice(int[] condition, int[] a, int[] b) => new(
        [In.Mask(condition), new In(a), new In(b)],
        t => Tensor.Where(t[0], t[1], t[2]),
        r =>
        {
            int[] dims = Nd.Broadcast(r[0].Dims, Nd.Broadcast(r[1].Dims, r[2].Dims));
            Nd c = r[0].To(dims), x = r[1].To(dims), y = r[2].To(dims);
            return Nd.Make(dims, at => c[at] != 0 ? x[at] : y[at]);
        });
}
