namespace ChainRule.Tests.Operators;

/// <summary>Functions of one number, element by element.</summary>
internal static class ElementwiseRows
{
    public static OpRow[] All { get; } =
    [
        OpRow.Elementwise("abs", nameof(Tensor.Abs), x => x.Abs(), Math.Abs, new Domain(-3, 3, 0)) with
        {
            Types = OpRow.Numbers,
            Exact = true,
            Errors = [NeedsNumbers("abs", x => x.Abs())],
            Goldens = ["tensor/abs", "activation/abs"],
        },
        OpRow.Elementwise("neg", nameof(Tensor.Negate), x => x.Negate(), x => -x) with
        {
            Covers = [nameof(Tensor.Negate), "operator -(Tensor)"],
            Types = OpRow.Numbers,
            Exact = true,
            Errors = [NeedsNumbers("neg", x => -x)],
            Goldens = ["tensor/neg"],
        },
        Rounding("ceil", "ceiling", nameof(Tensor.Ceiling), x => x.Ceiling(), Math.Ceiling),
        Rounding("floor", "floor", nameof(Tensor.Floor), x => x.Floor(), Math.Floor),
        Rounding("round", "round", nameof(Tensor.Round), x => x.Round(), Math.Round),
        Rounding("trunc", "truncate", nameof(Tensor.Truncate), x => x.Truncate(), Math.Truncate),
        Real("exp", nameof(Tensor.Exp), x => x.Exp(), Math.Exp) with { Flushes = true },
        Real("expm1", nameof(Tensor.Expm1), x => x.Expm1(), References.Expm1),
        Real("log", nameof(Tensor.Log), x => x.Log(), Math.Log, Domain.Positive),
        Real("log1p", nameof(Tensor.Log1p), x => x.Log1p(), References.Log1p, new Domain(-0.8, 4)),
        Real("sqrt", nameof(Tensor.Sqrt), x => x.Sqrt(), Math.Sqrt, Domain.Positive),
        Real("sin", nameof(Tensor.Sin), x => x.Sin(), Math.Sin) with { ExtremeLimit = 1e5 },
        Real("cos", nameof(Tensor.Cos), x => x.Cos(), Math.Cos) with { ExtremeLimit = 1e5 },
        Real("tanh", nameof(Tensor.Tanh), x => x.Tanh(), Math.Tanh),
        Real("sigmoid", nameof(Tensor.Sigmoid), x => x.Sigmoid(), References.Sigmoid) with { Flushes = true },
        Real("erf", nameof(Tensor.Erf), x => x.Erf(), References.Erf),
    ];

    private static OpRow Real(
        string name, string covers, Func<Tensor, Tensor> call, Func<double, double> reference, Domain? domain = null) =>
        OpRow.Elementwise(name, covers, call, reference, domain) with
        {
            Errors = NeedsReals(name, call),
            Goldens = ["tensor/" + name],
        };

    private static OpRow Rounding(
        string name, string shown, string covers, Func<Tensor, Tensor> call, Func<double, double> reference) =>
        OpRow.Elementwise(name, covers, call, reference,
            new Domain(-3, 3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5)) with
        {
            Types = OpRow.Numbers,
            Exact = true,
            Errors = [NeedsNumbers(shown, call)],
            Goldens = ["tensor/" + name],
        };

    internal static ErrorInput[] NeedsReals(string name, Func<Tensor, Tensor> call) =>
    [
        ErrorInput.DType("integers", () => call(Tensor.From(1L, 2L)),
            $"{name}: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
    ];

    internal static ErrorInput NeedsNumbers(string name, Func<Tensor, Tensor> call) => ErrorInput.DType(
        "Bool", () => call(Tensor.From(true, false)),
            $"{name}: needs numbers, got bool.\n  help: convert with To(DType.Float32) first.");
}
