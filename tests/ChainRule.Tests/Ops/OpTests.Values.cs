namespace ChainRule.Tests.Operators;

/// <summary>The checks of every row of <see cref="OpTable.All"/>; here those of values: 1, 4 and 5.</summary>
public sealed partial class OpTests
{
    private static readonly double[] Specials =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2];

    public static TheoryData<string> AllRows { get; } = [.. OpTable.All.Select(r => r.Name)];

    private static int Lanes(DType dtype) => Math.Max(Compute.SimdBits, 128) / 8 / dtype.Size();

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check01_result_equals_the_double_reference(string row)
    {
        OpRow found = OpTable.Find(row);
        OpCheck.Each(row, "check 1 (reference)", s => s.CompareWithReference(s.Tolerance, signOfZero: false));
        if (found.Unary is null && found.Binary is null) return;
        foreach (DType dtype in found.Types)
        {
            OpCheck.Each(found, "check 1 (all lengths)", Lengths(found, (4 * Lanes(dtype)) + 1), [dtype], s =>
                s.CompareWithReference(s.Tolerance, signOfZero: false));
        }
    }

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check04_nan_infinities_and_signed_zero_follow_the_reference(string row)
    {
        OpRow found = OpTable.Find(row);
        if (found.NoSpecials is not null) return;
        const string check = "check 4 (special values)";
        if (found.Unary is not null || found.Binary is not null)
        {
            OpCheck.Each(found, check, [Grid(found, Specials)], FloatsOf(found),
                s => s.CompareWithReference(s.Tolerance, !found.AnyZero));
            return;
        }
        OpCheck.Each(row, check, FloatsOf(found), s =>
            EachReplaced(s, Specials.AsSpan(0, 5),
                r => r.CompareWithReference(r.Tolerance, found.Exact && !found.AnyZero)));
    }

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check05_largest_and_smallest_numbers_follow_the_reference(string row)
    {
        OpRow found = OpTable.Find(row);
        if (found.NoExtremes is not null) return;
        foreach (DType dtype in FloatsOf(found))
        {
            double[] extremes = [.. Extremes(dtype).Where(v => Math.Abs(v) <= found.ExtremeLimit)];
            string subnormal = found.Flushes ? "subnormal results may be 0" : "subnormal results kept";
            string check = $"check 5 (extremes; {subnormal})";
            if (found.Unary is not null || found.Binary is not null)
            {
                OpCheck.Each(found, check, [Grid(found, extremes)], [dtype], CompareExtremes);
                continue;
            }
            OpCheck.Each(row, check, [dtype],
                s => EachReplaced(s, extremes, r => r.CompareWithReference(r.Tolerance, false)));
        }
    }

    // Purely relative where numbers are normal: an absolute tolerance would wave every small result through.
    private static void CompareExtremes(Sample s)
    {
        bool single = s.Row.Result(s.DType) == DType.Float32;
        double least = single ? float.Epsilon : double.Epsilon,
            normal = single ? Math.Pow(2, -126) : Math.Pow(2, -1022);
        double relative = s.Tolerance.Relative;
        Tensor y = s.Run();
        Nd expected = s.Expected();
        double[] got = y.ToDoubles();
        double[] wanted = [.. expected.Data.Select((e, i) =>
            s.Row.Flushes && Math.Abs(e) < 2 * normal && Math.Abs(got[i]) <= Math.Abs(e) * 2 ? got[i] : e)];
        TensorAssert.Close(expected.Dims, wanted, y, new Tolerance(relative, s.Row.Exact ? 0 : 2 * least));
    }

    private static DType[] FloatsOf(OpRow row) => [.. row.Types.Where(t => t.IsFloatingPoint())];

    private static double[] Extremes(DType dtype)
    {
        double[] positive = dtype == DType.Float32
            ? [float.MaxValue, 1e30, 1e19, 200, 89, 80, 1 + 1.1920929e-7, 1e-19, 1e-30, 1.17549435e-38, 1e-40,
                float.Epsilon]
            : [double.MaxValue, 1e300, 1e154, 800, 710, 700, 1 + 2.220446049250313e-16, 1e-154, 1e-300,
                2.2250738585072014e-308, 1e-310, double.Epsilon];
        return [.. positive, .. positive.Select(v => -v)];
    }

    /// <summary>
    /// The operator over every length up to a few registers, for two inputs also with one of them a single number.
    /// </summary>
    private static IEnumerable<OpCase> Lengths(OpRow row, int most)
    {
        OpCase pattern = row.Cases[0];
        for (int n = 0; n <= most; n++)
        {
            In[] all = [.. pattern.Inputs.Select(i => i with { Shape = [n] })];
            yield return pattern with { Inputs = all };
            if (row.Binary is null) continue;
            yield return pattern with { Inputs = [all[0], all[1] with { Shape = [] }] };
            yield return pattern with { Inputs = [all[0] with { Shape = [1] }, all[1]] };
        }
    }

    /// <summary>The operator over a list of numbers, or over all pairs of them.</summary>
    private static OpCase Grid(OpRow row, double[] values)
    {
        OpCase pattern = row.Cases[0];
        if (row.Unary is not null) return pattern with { Inputs = [In.Values([values.Length], values)] };
        return pattern with { Inputs = [In.Values([values.Length, 1], values), In.Values([values.Length], values)] };
    }

    /// <summary>
    /// The case again with one element of one input replaced by each value in turn; every input is visited.
    /// </summary>
    private static void EachReplaced(Sample s, ReadOnlySpan<double> values, Action<Sample> body)
    {
        Rng rng = new(Sample.SeedOf(s.Row, s.Case) + 1);
        for (int i = 0; i < s.Tensors.Length; i++)
        {
            Tensor t = s.Tensors[i];
            if (s.Case.Inputs[i].Fixed || t.Count == 0 || !t.DType.IsFloatingPoint()) continue;
            foreach (double value in values)
            {
                int at = rng.NextInt(t.Count);
                double[] numbers = t.ToDoubles();
                numbers[at] = value;
                int input = i;
                OpCheck.At($"element {at} of input {i} set to {value:g9}", () =>
                    body(s.With(input, Tensor.From(numbers, t.Shape).ConvertTo(t.DType, kept: true))));
            }
        }
    }
}
