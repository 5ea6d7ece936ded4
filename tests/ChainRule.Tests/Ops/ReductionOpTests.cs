namespace ChainRule.Tests.Operators;

public sealed class ReductionOpTests
{
    [Fact]
    public void Extrema_and_their_places_equal_plain_loops_for_every_length_type_and_dim()
    {
        foreach (int n in new[] { 1, 2, 7, 15, 16, 17, 31, 33, 70 })
        {
            foreach (int inner in new[] { 1, 3, 16, 40 })
            {
                foreach (DType dtype in new[] { DType.Float32, DType.Float64, DType.Int64, DType.Int32, DType.UInt8 })
                {
                    // Few different values: ties everywhere.
                    Tensor x = Tensor.Rand([3, n, inner], new Rng((ulong)n), 0, 9).Floor().To(dtype);
                    double[] v = x.ToDoubles();
                    int[][] runs = [.. Enumerable.Range(0, 3 * inner).Select(r =>
                        Enumerable.Range(0,
                            n).Select(i => (r / inner * n * inner) + (i * inner) + (r % inner)).ToArray())];
                    (Tensor values, Tensor indices) = x.Max(1);
                    Assert.Equal(runs.Select(r => r.Max(i => v[i])), values.ToDoubles());
                    Assert.Equal(runs.Select(r => (long)Array.FindIndex(r, i => v[i] == r.Max(k => v[k]))),
                        indices.ToArray<long>());
                    Assert.Equal(runs.Select(r => (long)Array.FindIndex(r, i => v[i] == r.Min(k => v[k]))),
                        x.ArgMin(1).ToArray<long>());
                    Assert.Equal(v.Min(), x.Min().Item());
                    Assert.Equal(Array.IndexOf(v, v.Max()), x.ArgMax().Item());
                    Assert.Equal(runs.Select(r => r.Min(i => v[i])), x.Amin(-2).ToDoubles());
                }
            }
        }
    }

    [Fact]
    public void Extrema_of_a_long_row_are_found_in_parts()
    {
        Tensor x = Tensor.Randn([200_001], new Rng(3));
        float[] v = x.ToArray<float>();
        Assert.Equal(v.Max(), x.Max().Item());
        Assert.Equal(Array.IndexOf(v, v.Max()), x.ArgMax().Item());
        Assert.Equal(Array.IndexOf(v, v.Min()), x.ArgMin(0).Item());
        Assert.Equal((v.Min(), (long)Array.IndexOf(v, v.Min())),
            ((float)x.Min(0).Values.Item(), (long)x.Min(0).Indices.Item()));
    }

    [Fact]
    public void Extrema_take_the_first_NaN()
    {
        Tensor x = Tensor.From(new[,] { { 1f, float.NaN, 5, float.NaN }, { 4, 2, 2, float.NegativeInfinity } });
        Derivatives.AssertClose([double.NaN, 4], x.Max(1).Values);
        Assert.Equal([1L, 0], x.Max(1).Indices.ToArray<long>());
        Assert.Equal([1L, 3], x.ArgMin(1).ToArray<long>());
        Assert.Equal([1L, 0, 0, 0], x.ArgMax(0).ToArray<long>());
        Assert.True(double.IsNaN(x.Min().Item()));
        Assert.Equal(1, x.ArgMax().Item());
    }

    [Fact]
    public void Extrema_keep_dims_and_take_single_numbers()
    {
        Assert.Equal([2, 1], Tensor.Ones([2, 3]).Max(1, keepDim: true).Indices.Shape.ToArray());
        Assert.Equal([1, 3, 1], Tensor.Ones([2, 3, 4]).Amax([0, 2], keepDim: true).Shape.ToArray());
        Assert.Equal([1, 2], Tensor.Ones([2, 3]).T.ArgMax(0, keepDim: true).Shape.ToArray());
        Assert.Equal((3.0, 0.0), (Tensor.Scalar(3).Max(0).Values.Item(), Tensor.Scalar(3).ArgMax().Item()));
        Assert.Equal([0], Tensor.Zeros([0, 3]).Max(1).Values.Shape.ToArray());
    }

    [Fact]
    public void Extrema_of_nothing_and_of_masks_are_errors()
    {
        Assert.Equal("max: [0] has no elements to choose from.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros([0]).Max()).Message);
        Assert.Equal(
            "argmin: [2, 0] has no elements to choose from.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 0]).ArgMin(1)).Message);
        Assert.Equal(
            "amax: dim 2 is out of range for rank 1; use -1 to 0.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros([1]).Amax(2)).Message);
        Assert.StartsWith("max: needs numbers, got bool.",
            Assert.Throws<DTypeException>(() => Tensor.From(true).Max()).Message);
    }

    [Fact]
    public void Equal_extrema_share_the_gradient_of_amax_and_the_first_gets_that_of_max()
    {
        Tensor x = Tensor.From(3f, 1, 3);
        x.RequiresGrad = true;
        x.Amax(0).Backward();
        Assert.Equal([0.5f, 0, 0.5f], x.Grad!.ToArray<float>());
        x.ZeroGrad();
        x.Max(0).Values.Backward();
        Assert.Equal([1f, 0, 0], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Var_and_std_equal_their_formulas_and_keep_digits_beside_a_large_mean()
    {
        double[] v = [1, 2, 4, 8];
        Tensor x = Tensor.From(v);
        double sum = v.Sum(a => (a - 3.75) * (a - 3.75));
        Assert.Equal(sum / 3, x.Var().Item(), 1e-12);
        Assert.Equal(sum / 4, x.Var(0, correction: 0).Item(), 1e-12);
        Assert.Equal(Math.Sqrt(sum / 3), x.Std().Item(), 1e-12);
        Assert.Equal(sum / 3, (x.To(DType.Float32) + 1000).Var().Item(), 1e-3);
        Assert.Equal([1, 3], Tensor.Ones([2, 3]).Var(0, keepDim: true).Shape.ToArray());
        Assert.True(double.IsNaN(Tensor.Scalar(1).Var().Item()));
        Assert.True(double.IsNaN(Tensor.Zeros([0]).Std().Item()));
        Assert.StartsWith("var: needs float32 or float64",
            Assert.Throws<DTypeException>(() => Tensor.From(1L).Var()).Message);
    }

    [Fact]
    public void Std_of_equal_numbers_has_gradient_zero()
    {
        Tensor x = Tensor.Ones([3]);
        x.RequiresGrad = true;
        x.Std().Backward();
        Assert.Equal([0f, 0, 0], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Prod_equals_a_plain_loop_and_takes_integers()
    {
        foreach (int n in new[] { 0, 1, 5, 16, 19, 40 })
        {
            Tensor x = Tensor.Rand([2, n, 3], new Rng(1), 0.5, 1.5, DType.Float64);
            double[] v = x.ToArray<double>(), expected = new double[6];
            for (int i = 0; i < 6; i++)
                expected[i] =
                    Enumerable.Range(0, n).Aggregate(1.0, (p, r) => p * v[(i / 3 * n * 3) + (r * 3) + (i % 3)]);
            Derivatives.AssertClose(expected, x.Prod(1));
            Derivatives.AssertClose([expected.Aggregate(1.0, (a, b) => a * b)], x.Prod());
        }
        Assert.Equal(24L, Tensor.From(2, 3, 4).Prod().ToArray<long>()[0]);
        Assert.Equal(5, Tensor.Scalar(5).Prod().Item());
    }

    [Fact]
    public void Prod_has_the_right_gradient_where_factors_are_zero()
    {
        Tensor x = Tensor.From([2.0, 0, 3, 0, 0, 4], [2, 3]);
        x.RequiresGrad = true;
        x.Prod(1).Sum().Backward();
        Derivatives.AssertClose([0, 6, 0, 0, 0, 0], x.Grad!);
    }

    [Fact]
    public void Reductions_pass_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([2, 3, 4]);
        Tensor zeros = Tensor.From([1.5, 0, 2, 0.5, 0, 0, 3, 1], [2, 4]);
        for (int dim = 0; dim < 3; dim++)
        {
            int at = dim;
            Derivatives.Check(t => t[0].Max(at).Values.Square(), x);
            Derivatives.Check(t => t[0].Min(at, keepDim: true).Values.Square(), x);
            Derivatives.Check(t => t[0].Amax(at).Square(), x);
            Derivatives.Check(t => t[0].Var(at).Square(), x);
            Derivatives.Check(t => t[0].Prod(at), x);
        }
        Derivatives.Check(t => t[0].Max().Square(), x);
        Derivatives.Check(t => t[0].Amin([0, 2]).Square(), x);
        Derivatives.Check(t => t[0].Var([0, 2], correction: 0), x);
        Derivatives.Check(t => t[0].Std([1, 2], keepDim: true), x);
        Derivatives.Check(t => t[0].Permute(2, 0, 1).Std(), x);
        Derivatives.Check(t => t[0].Prod(1), zeros);
        Derivatives.Check(t => t[0].Prod(0), zeros);
        Derivatives.Check(t => t[0].Prod(), Derivatives.Normal([5]));
    }

    [Fact]
    public void Any_and_all_reduce_masks()
    {
        Tensor m = Tensor.From([true, false, false, false, true, true], [2, 3]);
        Assert.Equal([true, true], m.Any(1).ToArray<bool>());
        Assert.Equal([false, false], m.All(-1).ToArray<bool>());
        Assert.Equal([true, true, true], m.Any(0).ToArray<bool>());
        Assert.Equal([false, false, false], m.All(0).ToArray<bool>());
        Assert.Equal([true, true, true], m[..1].LogicalOr(m[1..]).All(0).ToArray<bool>());
        Assert.Equal((1.0, 0.0), (m.Any().Item(), m.All().Item()));
        Assert.Equal((0.0, 1.0),
            (Tensor.Zeros([0], DType.Bool).Any().Item(), Tensor.Zeros([0], DType.Bool).All().Item()));
        Assert.Equal(
            "any: needs bool, got float32.\n  help: compare first, as in x > 0.",
            Assert.Throws<DTypeException>(() => Tensor.Ones([2]).Any()).Message);
    }
}
