namespace ChainRule.Tests.Operators;

/// <summary>Sums, differences, products, quotients, extrema: two tensors, or a tensor and a number.</summary>
internal static class ArithmeticRows
{
    public static OpRow[] All { get; } =
    [
        OpRow.Elementwise("add", [nameof(Tensor.Add), "operator +(Tensor, Tensor)"], (a, b) => a + b,
            (a, b) => a + b) with
        {
            Types = OpRow.Numbers,
            Errors = PairErrors("add", (a, b) => a + b),
            Goldens = ["tensor/add"],
        },
        OpRow.Elementwise("sub", [nameof(Tensor.Subtract), "operator -(Tensor, Tensor)"], (a, b) => a - b,
            (a, b) => a - b) with
        {
            Types = OpRow.Numbers,
            Errors = PairErrors("sub", (a, b) => a - b),
            Goldens = ["tensor/sub"],
        },
        OpRow.Elementwise("mul", [nameof(Tensor.Multiply), "operator *(Tensor, Tensor)"], (a, b) => a * b,
            (a, b) => a * b) with
        {
            Types = OpRow.Numbers,
            Errors = PairErrors("mul", (a, b) => a * b),
            Goldens = ["tensor/mul"],
        },
        OpRow.Elementwise(
            "div", [nameof(Tensor.Divide), "operator /(Tensor, Tensor)"], (a, b) => a / b, (a, b) => a / b,
            second: Domain.Positive) with
        {
            Errors =
            [
                .. PairErrors("div", (a, b) => a / b),
                ErrorInput.DType("integers", () => Tensor.From(1L, 2L) / Tensor.From(1L, 2L),
                    "div: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["tensor/div"],
        },
        OpRow.Elementwise("maximum", [nameof(Tensor.Maximum)], (a, b) => a.Maximum(b), Math.Max) with
        {
            Types = OpRow.Numbers,
            Exact = true,
            Errors = PairErrors("maximum", (a, b) => a.Maximum(b)),
            Goldens = ["tensor/maximum"],
        },
        OpRow.Elementwise("minimum", [nameof(Tensor.Minimum)], (a, b) => a.Minimum(b), Math.Min) with
        {
            Types = OpRow.Numbers,
            Exact = true,
            Errors = PairErrors("minimum", (a, b) => a.Minimum(b)),
            Goldens = ["tensor/minimum"],
        },
        WithNumber("add number", "operator +(Tensor, double)", x => x + 2, x => x + 2) with
        {
            Errors = [Fraction("add", () => Tensor.From(1, 2) + 0.5)],
        },
        WithNumber("number add", "operator +(double, Tensor)", x => 2 + x, x => 2 + x) with
        {
            Errors = [Fraction("add", () => 0.5 + Tensor.From(1, 2))],
        },
        WithNumber("sub number", "operator -(Tensor, double)", x => x - 2, x => x - 2) with
        {
            Errors = [Fraction("sub", () => Tensor.From(1, 2) - 0.5)],
        },
        WithNumber("sub from number", "operator -(double, Tensor)", x => 2 - x, x => 2 - x) with
        {
            Errors = [Fraction("sub", () => 0.5 - Tensor.From(1, 2))],
        },
        WithNumber("mul number", "operator *(Tensor, double)", x => x * 3, x => x * 3) with
        {
            Errors = [Fraction("mul", () => Tensor.From(1, 2) * 0.5)],
        },
        WithNumber("number mul", "operator *(double, Tensor)", x => 3 * x, x => 3 * x) with
        {
            Errors = [Fraction("mul", () => 0.5 * Tensor.From(1, 2))],
        },
        WithNumber("div number", "operator /(Tensor, double)", x => x / 3, x => x / 3) with { Types = OpRow.Floats },
        WithNumber("div into number", "operator /(double, Tensor)", x => 3 / x, x => 3 / x, Domain.Positive) with
        {
            Types = OpRow.Floats,
        },
    ];

    private static OpRow WithNumber(
        string name, string covers, Func<Tensor, Tensor> call, Func<double, double> reference, Domain? domain = null) =>
        OpRow.Elementwise(name, covers, call, reference, domain) with { Types = OpRow.Numbers };

    private static ErrorInput Fraction(string name, Func<Tensor> call) =>
        ErrorInput.DType("fraction for integers", call,
            $"{name}: the tensor is int32, which does not hold 0.5.\n"
            + "  help: convert the tensor with To(DType.Float32) first.");

    /// <summary>What every operator of two numbers says to operands that do not go together.</summary>
    private static ErrorInput[] PairErrors(string name, Func<Tensor, Tensor, Tensor> call) =>
    [
        ErrorInput.Shape("sizes do not broadcast", () => call(Tensor.Zeros([2, 3]), Tensor.Zeros([4])),
            $"{name}: shapes do not broadcast: 3 (a, dim 1) and 4 (b, dim 0).\n  a: [2, 3] float32    b: [4] float32"),
        ErrorInput.DType("types differ", () => call(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64)),
            $"{name}: types differ: float32 (a) and float64 (b).\n  a: [2] float32    b: [2] float64\n"
            + "  help: convert one of them with To(DType); there is no implicit conversion."),
        new("operand is null", () => call(Tensor.Zeros([2]), null!), typeof(ArgumentNullException),
            "Value cannot be null. (Parameter 'b')"),
    ];
}
