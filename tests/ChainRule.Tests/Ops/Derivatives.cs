namespace ChainRule.Tests.Operators;

/// <summary>First and second derivatives of an operation against central differences.</summary>
internal static class Derivatives
{
    /// <summary>First derivatives by kernels, by recorded operators, and second derivatives, in float64.</summary>
    public static void Check(Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        GradCheckResult first = GradCheck.Run(function, inputs);
        Assert.True(first.Passed, "first derivative " + first);
        CheckSecond(function, inputs);
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

    // Differences of the kernels' gradients against the gradient of the recorded gradient.
    private static void CheckSecond(Func<Tensor[], Tensor> function, Tensor[] inputs)
    {
        Tensor[] points = Leaves(inputs);
        Tensor y = function(points);
        if (!y.RequiresGrad) return;
        Tensor projection = Normal(y.Shape, 11);
        Tensor[] directions = [.. points.Select((p, i) => Normal(p.Shape, 20 + (ulong)i))];
        Tensor[] gradients = Autograd.Grad(y, points, projection, createGraph: true);
        Tensor slope = Dot(gradients, directions);
        Assert.Equal(Slope(points), slope.Item(), 1e-9 * Math.Max(1, Math.Abs(slope.Item())));
        double[][] analytic = slope.RequiresGrad
            ? [.. Autograd.Grad(slope, points).Select(g => g.ToArray<double>())]
            : [.. points.Select(p => new double[p.Count])];
        const double Epsilon = 1e-5;
        for (int i = 0; i < points.Length; i++)
        {
            for (int k = 0; k < points[i].Count; k++)
            {
                double numeric = (Slope(Moved(i, k, Epsilon)) - Slope(Moved(i, k, -Epsilon))) / (2 * Epsilon);
                Assert.True(
                    Math.Abs(numeric - analytic[i][k]) <= 1e-6 + (1e-5 * Math.Abs(numeric)),
                    $"second derivative, input {i}, element {k}: {analytic[i][k]:g9} by back-propagation, {numeric:g9} by differences");
            }
        }

        Tensor[] Moved(int input, int element, double shift)
        {
            Tensor[] moved = [.. inputs];
            double[] values = inputs[input].ToArray<double>();
            values[element] += shift;
            moved[input] = Tensor.From(values, inputs[input].Shape);
            return Leaves(moved);
        }

        double Slope(Tensor[] at) => Dot(Autograd.Grad(function(at), at, projection), directions).Item();
    }

    private static Tensor Dot(Tensor[] a, Tensor[] b)
    {
        Tensor sum = (a[0] * b[0]).Sum();
        for (int i = 1; i < a.Length; i++) sum += (a[i] * b[i]).Sum();
        return sum;
    }

    private static Tensor[] Leaves(Tensor[] inputs) => [.. inputs.Select(t =>
    {
        Tensor leaf = t.Detach();
        leaf.RequiresGrad = true;
        return leaf;
    })];
}
