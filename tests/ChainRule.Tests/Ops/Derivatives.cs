namespace ChainRule.Tests.Operators;

/// <summary>First and second derivatives of an operation against central differences.</summary>
internal static class Derivatives
{
    /// <summary>First derivatives by kernels, by recorded operators, and second derivatives, in float64.</summary>
    public static void Check(Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        GradChecks.First(function, inputs);
        GradChecks.CreateGraphAgrees(function, inputs);
        GradChecks.Second(function, inputs);
    }

    /// <summary>Random float64 numbers of a standard normal distribution.</summary>
    public static Tensor Normal(Shape shape, ulong seed = 1) =>
        Tensor.Randn(shape, new Rng(seed), dtype: DType.Float64);

    /// <summary>Random float64 numbers between two bounds.</summary>
    public static Tensor Uniform(Shape shape, double low, double high, ulong seed = 1) =>
        Tensor.Rand(shape, new Rng(seed), low, high, DType.Float64);

    /// <summary>The same numbers as a view with gaps: every second element of a larger tensor.</summary>
    public static Tensor Gapped(Tensor x)
    {
        Tensor wide = Tensor.Stack([x, x * 7 + 3], dim: -1);
        return wide[TensorIndex.Ellipsis, 0];
    }

    public static void AssertClose(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        double[] values = actual.ToDoubles();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            bool good = double.IsNaN(expected[i]) ? double.IsNaN(values[i]) : expected[i].Equals(values[i])
                || Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(good, $"element {i}: expected {expected[i]:g9}, got {values[i]:g9}");
        }
    }
}
