namespace ChainRule.Tests.Operators;

/// <summary>Activations, powers and limits: functions of one number with options.</summary>
internal static class ActivationRows
{
    public static OpRow[] All { get; } =
    [
        OpRow.Elementwise("relu", nameof(Tensor.Relu), x => x.Relu(), x => x > 0 || double.IsNaN(x) ? x : 0,
            OffZero) with
        {
            Types = OpRow.Numbers,
            Exact = true,
            Errors = [ElementwiseRows.NeedsNumbers("relu", x => x.Relu())],
            Goldens = ["activation/relu"],
        },
        Real("leaky_relu", nameof(Tensor.LeakyRelu), x => x.LeakyRelu(0.1), x => x > 0 ? x : 0.1 * x, OffZero) with
        {
            Goldens = ["activation/leaky_relu"],
        },
        Real("elu", nameof(Tensor.Elu), x => x.Elu(1.5), x => x > 0 ? x : 1.5 * References.Expm1(x), OffZero) with
        {
            Goldens = ["activation/elu"],
        },
        Real("gelu", nameof(Tensor.Gelu), x => x.Gelu(), x => x * (0.5 + (0.5 * References.Erf(x / Math.Sqrt(2))))) with
        {
            Errors =
            [
                .. ElementwiseRows.NeedsReals("gelu", x => x.Gelu()),
                ErrorInput.Range("unknown form", () => Tensor.Zeros([2]).Gelu((GeluForm)7),
                    "gelu: there is no form 7; use Erf or Tanh. (Parameter 'form')"),
            ],
            Goldens = ["activation/gelu"],
        },
        Real("gelu, tanh", nameof(Tensor.Gelu), x => x.Gelu(GeluForm.Tanh), x => x
            * (0.5 + (0.5 * Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))))) with
        {
            Errors = [],
        },
        Real("softplus", nameof(Tensor.Softplus), x => x.Softplus(), x => x > 20 ? x : Softplus(x)) with
        {
            Flushes = true,
            Errors =
            [
                .. ElementwiseRows.NeedsReals("softplus", x => x.Softplus()),
                ErrorInput.Range("beta 0", () => Tensor.Zeros([2]).Softplus(0),
                    "softplus: beta is 0; expected a finite number other than 0. (Parameter 'beta')"),
            ],
            Goldens = ["activation/softplus", "tensor/softplus"],
        },
        Real("softplus, beta 2", nameof(Tensor.Softplus), x => x.Softplus(2, 8),
            x => 2 * x > 8 ? x : Softplus(2 * x) / 2) with
        {
            Flushes = true,
            Errors = [],
        },
        Real("selu", nameof(Tensor.Selu), x => x.Selu(),
            x => 1.0507009873554804 * (x > 0 ? x : 1.6732632423543772 * References.Expm1(x)), OffZero) with
        {
            Goldens = ["activation/selu"],
        },
        Real("silu", nameof(Tensor.Silu), x => x.Silu(), x => x * References.Sigmoid(x)) with
        {
            Flushes = true,
            ExtremeLimit = 80,
            Goldens = ["activation/silu"],
        },
        Real("mish", nameof(Tensor.Mish), x => x.Mish(), x => x * Math.Tanh(Softplus(x))) with
        {
            Flushes = true,
            ExtremeLimit = 80,
            Goldens = ["activation/mish"],
        },
        Real("hardsigmoid", nameof(Tensor.Hardsigmoid), x => x.Hardsigmoid(),
            x => Math.Min(Math.Max((x / 6) + 0.5, 0), 1), new Domain(-5, 5, -3, 3)) with
        {
            Goldens = ["activation/hardsigmoid"],
        },
        Real("hardswish", nameof(Tensor.Hardswish), x => x.Hardswish(),
            x => x * (Math.Min(Math.Max(x + 3, 0), 6) / 6), new Domain(-5, 5, -3, 3)) with
        {
            Goldens = ["activation/hardswish"],
        },
        Real("hardtanh", nameof(Tensor.Hardtanh), x => x.Hardtanh(-1.25, 2),
            x => Math.Min(Math.Max(x, -1.25), 2), new Domain(-3, 3, -1.25, 2)) with
        {
            Exact = true,
            Errors =
            [
                .. ElementwiseRows.NeedsReals("hardtanh", x => x.Hardtanh()),
                ErrorInput.Range("limits in the wrong order", () => Tensor.Zeros([2]).Hardtanh(1, 0.5),
                    "hardtanh: maxVal is 0.5 and minVal 1; expected maxVal above minVal. (Parameter 'maxVal')"),
            ],
            Goldens = ["activation/hardtanh"],
        },
        Real("softsign", nameof(Tensor.Softsign), x => x.Softsign(), x => x / (1 + Math.Abs(x)), OffZero) with
        {
            Goldens = ["activation/softsign"],
        },
        Real("threshold", nameof(Tensor.Threshold), x => x.Threshold(0.5, -1.25), x => x <= 0.5 ? -1.25 : x,
            new Domain(-3, 3, 0.5)) with
        {
            Exact = true,
            Goldens = ["activation/threshold"],
        },
        Real("square", nameof(Tensor.Square), x => x.Square(), x => x * x) with
        {
            Types = OpRow.Numbers,
            Errors = [ElementwiseRows.NeedsNumbers("square", x => x.Square())],
        },
        Real("reciprocal", nameof(Tensor.Reciprocal), x => x.Reciprocal(), x => 1 / x, Domain.Positive) with
        {
            Goldens = ["tensor/reciprocal"],
        },
        Real("rsqrt", nameof(Tensor.Rsqrt), x => x.Rsqrt(), x => 1 / Math.Sqrt(x), Domain.Positive) with
        {
            Goldens = ["tensor/rsqrt"],
        },
        OpRow.Elementwise("sign", nameof(Tensor.Sign), x => x.Sign(), x => x > 0 ? 1 : x < 0 ? -1 : x, OffZero) with
        {
            Types = [DType.Float32, DType.Float64, DType.Int64, DType.Int32],
            Exact = true,
            Errors = [ElementwiseRows.NeedsNumbers("sign", x => x.Sign())],
            Goldens = ["tensor/sign"],
        },
        Real("tan", nameof(Tensor.Tan), x => x.Tan(), Math.Tan, new Domain(-1.3, 1.3)) with
        {
            ExtremeLimit = 1e5,
            Goldens = ["tensor/tan"],
        },
        OpRow.Elementwise("clamp", nameof(Tensor.Clamp), x => x.Clamp(-1.25, 2), x => Math.Min(Math.Max(x, -1.25), 2),
            new Domain(-3, 3, -1.25, 2)) with
        {
            Exact = true,
            Errors =
            [
                ElementwiseRows.NeedsNumbers("clamp", x => x.Clamp(0, 1)),
                ErrorInput.Argument("no limit", () => Tensor.Zeros([2]).Clamp(),
                    "clamp: neither min nor max is given."),
                ErrorInput.Range("limit NaN", () => Tensor.Zeros([2]).Clamp(double.NaN),
                    "clamp: min is NaN; expected a number. (Parameter 'min')"),
            ],
            Goldens = ["tensor/clamp"],
        },
        OpRow.Elementwise("clamp integers", nameof(Tensor.Clamp), x => x.Clamp(1.5, 4.5),
            x => Math.Min(Math.Max(x, 2), 4)) with
        {
            Types = [DType.Int64, DType.Int32, DType.UInt8],
            Exact = true,
        },
        OpRow.Elementwise("clamp from below", nameof(Tensor.Clamp), x => x.Clamp(min: -1), x => Math.Max(x, -1),
            new Domain(-3, 3, -1)) with
        {
            Exact = true,
        },
        OpRow.Elementwise("clamp from above", nameof(Tensor.Clamp), x => x.Clamp(max: 1), x => Math.Min(x, 1),
            new Domain(-3, 3, 1)) with
        {
            Exact = true,
        },
        Power(2), Power(3), Power(5), Power(0) with { AnyZero = true }, Power(1),
        Power(-2, Domain.Positive) with { Types = OpRow.Floats },
        Power(2.5, Domain.Positive) with
        {
            Types = OpRow.Floats,
            Errors =
            [
                ErrorInput.Range("fraction for integers", () => Tensor.From(1L).Pow(2.5),
                    "pow: int64 needs a whole exponent from 0 to 32, got 2.5. (Parameter 'exponent')"),
                ErrorInput.Range("negative for integers", () => Tensor.From(1).Pow(-1),
                    "pow: int32 needs a whole exponent from 0 to 32, got -1. (Parameter 'exponent')"),
            ],
            Goldens = ["tensor/pow"],
        },
        Power(0.5, Domain.Positive) with
        {
            Types = OpRow.Floats,
            NoSpecials = "a square root: pow(-inf, 0.5) is inf, sqrt(-inf) is NaN",
        },
        OpRow.Elementwise("pow of a base", nameof(Tensor.Pow), x => Tensor.Pow(1.7, x), x => Math.Pow(1.7, x)) with
        {
            Loose = 4,
        },
        OpRow.Elementwise("pow of tensors", [nameof(Tensor.Pow)], (a, b) => a.Pow(b), Math.Pow, Domain.Positive,
            Domain.Real) with
        {
            Loose = 4,
            Errors =
            [
                ErrorInput.Shape("sizes do not broadcast", () => Tensor.Zeros([2, 3]).Pow(Tensor.Zeros([4])),
                    "pow: shapes do not broadcast: 3 (a, dim 1) and 4 (b, dim 0).\n"
                    + "  a: [2, 3] float32    b: [4] float32"),
                ErrorInput.DType("integers", () => Tensor.From(1L).Pow(Tensor.From(1L)),
                    "pow: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
        },
    ];

    private static Domain OffZero => new(-3, 3, 0);

    private static double Softplus(double x) => Math.Max(x, 0) + References.Log1p(Math.Exp(-Math.Abs(x)));

    private static OpRow Power(double exponent, Domain? domain = null) =>
        OpRow.Elementwise($"pow {exponent}", nameof(Tensor.Pow), x => x.Pow(exponent), x => Math.Pow(x, exponent),
            domain) with
        {
            Types = [DType.Float32, DType.Float64, DType.Int64, DType.Int32],
            Loose = 2,
        };

    private static OpRow Real(
        string name, string covers, Func<Tensor, Tensor> call, Func<double, double> reference, Domain? domain = null) =>
        OpRow.Elementwise(name, covers, call, reference, domain) with
        {
            Errors = ElementwiseRows.NeedsReals(name, call),
        };
}
