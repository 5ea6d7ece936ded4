namespace ChainRule.Tests.Operators;

/// <summary>The checks of derivatives: 6 and 7.</summary>
public sealed partial class OpTests
{
    private const int MostElements = 64;                             // differences cost two calls an element

    public static TheoryData<string> DifferentiableRows { get; } =
        [.. OpTable.All.Where(r => r.Differentiable).Select(r => r.Name)];

    public static TheoryData<string> ConstantRows { get; } =
        [.. OpTable.All.Where(r => !r.Differentiable).Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(DifferentiableRows))]
    public void Check06_gradient_equals_differences_in_float64(string row) =>
        EachDifferentiable(row, "check 6 (gradient)", s =>
    {
        if (s.Row.NoDifferences is null) GradChecks.First(s.Function, s.Variables());
    });

    [Theory]
    [MemberData(nameof(DifferentiableRows))]
    public void Check06_second_derivative_equals_differences_in_float64(string row)
    {
        if (OpTable.Find(row).NoSecondOrder is not null) return;
        EachDifferentiable(row, "check 6 (second order)", s =>
        {
            GradChecks.CreateGraphAgrees(s.Function, s.Variables());
            if (s.Row.NoDifferences is null) GradChecks.Second(s.Function, s.Variables());
        });
    }

    [Theory]
    [MemberData(nameof(DifferentiableRows))]
    public void Check07_float32_gradient_equals_the_float64_one(string row)
    {
        OpRow found = OpTable.Find(row);
        OpCheck.Each(row, "check 7 (float32 gradient)", [DType.Float32], s =>
        {
            if (s.Variables().Length > 0)
                GradChecks.Float32AgainstFloat64(s.Function, s.Variables(),
                    Tolerance.ForGradient(DType.Float32).Times(found.LooseGradient));
        });
    }

    [Theory]
    [MemberData(nameof(ConstantRows))]
    public void Check06_result_of_a_row_without_derivative_requires_no_gradient(string row) =>
        OpCheck.Each(row, "check 6 (no gradient)", FloatsOf(OpTable.Find(row)), s =>
        {
            foreach (Tensor t in s.Tensors) t.RequiresGrad = t.DType.IsFloatingPoint();
            if (s.Run().RequiresGrad) throw new CheckFailedException(
                "the result requires a gradient, but the row says that there is none.");
        });

    private static void EachDifferentiable(string row, string check, Action<Sample> body) =>
        OpCheck.Each(row, check, [DType.Float64], s =>
        {
            Tensor[] variables = s.Variables();
            if (variables.Length > 0 && variables.Sum(v => v.Count) is > 0 and <= MostElements) body(s);
        });
}
