namespace ChainRule.Tests.Operators;

public sealed class SoftmaxOpTests
{
    [Fact]
    public void Softmax_and_its_logarithm_equal_plain_loops_for_every_length_and_dim()
    {
        foreach (int n in new[] { 1, 2, 3, 10, 15, 16, 17, 33, 64, 70 })
        {
            foreach (int inner in new[] { 1, 3, 17, 40 })
            {
                foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
                {
                    Tensor x = Tensor.Randn([5, n, inner], new Rng(7), std: 4, dtype: dtype);
                    (double[] soft, double[] log, double[] sum) = Reference(x.ToDoubles(), 5, n, inner);
                    double tolerance = dtype == DType.Float32 ? 3e-6 : 1e-13;
                    Derivatives.AssertClose(soft, x.Softmax(1), tolerance);
                    Derivatives.AssertClose(log, x.LogSoftmax(-2), tolerance);
                    Derivatives.AssertClose(sum, x.LogSumExp(1), tolerance);
                }
            }
        }
    }

    [Theory]
    [InlineData(32768)]
    [InlineData(40003)]
    [InlineData(70001)]
    public void Softmax_of_a_long_row_equals_plain_loops(int n)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Tensor.Randn([3, n], new Rng(8), std: 4, dtype: dtype);
            (double[] soft, _, _) = Reference(x.ToDoubles(), 3, n, 1);
            Derivatives.AssertClose(soft, x.Softmax(1), dtype == DType.Float32 ? 3e-6 : 1e-13);
        }
    }

    [Fact]
    public void Softmax_of_a_long_row_treats_infinities_and_NaN_as_a_short_one()
    {
        const int n = 40000;
        float[] x = new float[n];
        Array.Fill(x, float.NegativeInfinity);
        Assert.All(Tensor.From(x).Softmax(0).ToArray<float>(), y => Assert.True(float.IsNaN(y)));

        // One number in the second block: the others have nothing, without a NaN.
        x[20000] = -3;
        float[] y = Tensor.From(x).Softmax(0).ToArray<float>();
        Assert.Equal(1, y[20000]);
        Assert.Equal(1, y.Sum());

        x[39999] = float.NaN;
        Assert.All(Tensor.From(x).Softmax(0).ToArray<float>(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Softmax_gives_zero_instead_of_a_subnormal_number()
    {
        float[] y = Tensor.From(0f, -87f, 0f, 0f).Softmax(0).ToArray<float>();
        Assert.Equal(1f / 3, y[0], 6);
        Assert.Equal(0f, y[1]);
    }

    [Fact]
    public void Softmax_of_huge_numbers_does_not_overflow()
    {
        Tensor x = Tensor.From(1e4f, 1e4f, -1e4f);
        Derivatives.AssertClose([0.5, 0.5, 0], x.Softmax(0), 1e-6);
        Derivatives.AssertClose([-Math.Log(2), -Math.Log(2), -2e4 - Math.Log(2)], x.LogSoftmax(0), 1e-6);
        Assert.Equal(1e4 + Math.Log(2), x.LogSumExp().Item(), 1e-2);
    }

    [Fact]
    public void Infinities_and_NaN_go_through_as_in_PyTorch()
    {
        float inf = float.PositiveInfinity;
        Derivatives.AssertClose([0, 1], Tensor.From(-inf, 0).Softmax(0));
        Derivatives.AssertClose([double.NaN, double.NaN], Tensor.From(float.NaN, 0).Softmax(0));
        Assert.Equal(double.NegativeInfinity, Tensor.From(-inf, -inf).LogSumExp().Item());
        Assert.Equal(double.PositiveInfinity, Tensor.From(inf, 0).LogSumExp().Item());
        Assert.Equal(double.NegativeInfinity, Tensor.Zeros([0]).LogSumExp().Item());
    }

    [Fact]
    public void Softmax_of_a_number_and_of_nothing_keeps_the_shape()
    {
        Assert.Equal(1, Tensor.Scalar(3).Softmax(0).Item());
        Assert.Equal(0, Tensor.Scalar(3).LogSoftmax(-1).Item());
        Assert.Equal([0, 3], Tensor.Zeros([0, 3]).Softmax(1).Shape.ToArray());
        Assert.Equal([3, 0], Tensor.Zeros([3, 0]).Softmax(1).Shape.ToArray());
    }

    [Fact]
    public void Softmax_family_passes_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([2, 3, 4]);
        for (int dim = 0; dim < 3; dim++)
        {
            int at = dim;
            Derivatives.Check(t => t[0].Softmax(at), x);
            Derivatives.Check(t => t[0].LogSoftmax(at), x);
            Derivatives.Check(t => t[0].LogSumExp(at), x);
        }
        Derivatives.Check(t => t[0].LogSumExp([0, 2], keepDim: true), x);
        Derivatives.Check(t => t[0].Permute(2, 0, 1).Softmax(1), x);
        Derivatives.Check(t => t[0].Permute(2, 0, 1).LogSumExp(), x);
    }

    [Fact]
    public void Softmax_names_a_wrong_type_and_a_wrong_dim()
    {
        Assert.Equal(
            "softmax: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first.",
            Assert.Throws<DTypeException>(() => Tensor.From(1L).Softmax(0)).Message);
        Assert.Equal(
            "log_softmax: dim 2 is out of range for rank 1; use -1 to 0.",
            Assert.Throws<ShapeException>(() => Tensor.From(1f).LogSoftmax(2)).Message);
    }

    private static (double[] Soft, double[] Log, double[] Sum) Reference(double[] x, int outer, int n, int inner)
    {
        double[] soft = new double[x.Length], log = new double[x.Length], sums = new double[outer * inner];
        for (int run = 0; run < sums.Length; run++)
        {
            int[] at = [.. Enumerable.Range(0, n).Select(r => (run / inner * n * inner) + (r * inner) + (run % inner))];
            double most = at.Max(i => x[i]), sum = at.Sum(i => Math.Exp(x[i] - most));
            foreach (int i in at) (soft[i], log[i]) = (Math.Exp(x[i] - most) / sum, x[i] - most - Math.Log(sum));
            sums[run] = most + Math.Log(sum);
        }
        return (soft, log, sums);
    }
}
