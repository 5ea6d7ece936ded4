using System.Globalization;

namespace ChainRule.Testing;

/// <summary>Checks of derivatives that throw with the place and the numbers.</summary>
/// <remarks>
/// Inputs of integer type or Bool are held fixed. Points must be smooth: no kink within the distance of the
/// differences.
/// </remarks>
public static class GradChecks
{
    private const ulong ProjectionSeed = 20190127;

    /// <summary>The gradient of a random projection of the result equals central differences in float64.</summary>
    /// <param name="function">Function of the inputs; the same result for the same inputs.</param>
    /// <param name="inputs"><c>...</c> each: the point, any floating type; computed in float64.</param>
    /// <param name="tolerance">Allowed distance from the difference quotient; left out: relative 1e-5, absolute
    /// 1e-7.</param>
    /// <exception cref="CheckFailedException">A derivative is wrong.</exception>
    public static void First(Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs, Tolerance? tolerance = null)
    {
        (Tensor[] points, Func<Tensor[], Tensor> whole) = Points(function, inputs);
        Differences(whole, points, tolerance ?? new Tolerance(1e-5, 1e-7), "gradient");
    }

    /// <summary>
    /// The gradient of the gradient, recorded through createGraph, equals central differences in float64.
    /// </summary>
    /// <param name="function">Function of the inputs; the same result for the same inputs.</param>
    /// <param name="inputs"><c>...</c> each: the point, any floating type; computed in float64.</param>
    /// <param name="tolerance">Allowed distance from the difference quotient; left out: relative 1e-5, absolute
    /// 1e-6.</param>
    /// <exception cref="CheckFailedException">A second derivative is wrong.</exception>
    public static void Second(Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs,
        Tolerance? tolerance = null)
    {
        (Tensor[] points, Func<Tensor[], Tensor> whole) = Points(function, inputs);
        Differences(Gradient, points, tolerance ?? new Tolerance(1e-5, 1e-6), "second derivative");

        Tensor Gradient(Tensor[] x)
        {
            // The differences are taken without recording, the gradient inside needs a graph all the same.
            bool recording = Graph.Recording;
            Graph.Recording = true;
            try
            {
                Tensor[] leaves = [.. x.Select(t => t.RequiresGrad ? t : Leaf(t))];
                Tensor y = whole(leaves);
                Tensor[] gradients = Autograd.Grad(y, leaves, Projection(y), createGraph: true);
                return Tensor.Concat([.. gradients.Select(g => g.Reshape(-1))]);
            }
            finally
            {
                Graph.Recording = recording;
            }
        }
    }

    /// <summary>
    /// The gradient recorded through createGraph, made of operators, equals that of the fast kernels.
    /// </summary>
    /// <param name="function">Function of the inputs.</param>
    /// <param name="inputs"><c>...</c> each: the point, computed in its own type.</param>
    /// <param name="tolerance">Allowed distance; left out: <see cref="Tolerance.ForGradient"/> of the type.</param>
    /// <exception cref="CheckFailedException">The two differ.</exception>
    public static void CreateGraphAgrees(Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs,
        Tolerance? tolerance = null)
    {
        Tensor[] fast = Gradients(function, inputs), graph = Gradients(function, inputs, createGraph: true);
        Compare(fast, graph, inputs, tolerance, "through createGraph");
    }

    /// <summary>
    /// The gradient computed in float32 equals that computed in float64 from the same float32 numbers.
    /// </summary>
    /// <param name="function">Function of the inputs.</param>
    /// <param name="inputs"><c>...</c> each: the point; rounded to float32 for both.</param>
    /// <param name="tolerance">Allowed distance; left out: <see cref="Tolerance.ForGradient"/> of float32.</param>
    /// <exception cref="CheckFailedException">The two differ.</exception>
    public static void Float32AgainstFloat64(Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs,
        Tolerance? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] narrow = [.. inputs.Select(t => t.DType.IsFloatingPoint() ? t.ConvertTo(DType.Float32) : t)];
        Tensor[] wide = [.. narrow.Select(t => t.DType.IsFloatingPoint() ? t.ConvertTo(DType.Float64) : t)];
        Compare(Gradients(function, wide), Gradients(function, narrow), inputs,
            tolerance ?? Tolerance.ForGradient(DType.Float32), "in float32");
    }

    /// <summary>Gradients of a fixed random projection of the result, one for each input of floating type.</summary>
    /// <param name="function">Function of the inputs.</param>
    /// <param name="inputs"><c>...</c> each: the point; not changed, and read where they lie.</param>
    /// <param name="createGraph">Records the walk.</param>
    /// <exception cref="CheckFailedException">The result requires no gradient.</exception>
    public static Tensor[] Gradients(Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs,
        bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] leaves = [.. inputs.Select(t => t.DType.IsFloatingPoint() ? t.View(t.Dims, t.Strides.ToArray()) : t)];
        foreach (Tensor leaf in leaves) leaf.RequiresGrad = leaf.DType.IsFloatingPoint();
        Tensor y = function(leaves);
        if (!y.RequiresGrad) throw new CheckFailedException("the result requires no gradient although an input does.");
        return Autograd.Grad(y, [.. leaves.Where(l => l.RequiresGrad)], Projection(y), createGraph: createGraph);
    }

    private static void Compare(Tensor[] expected, Tensor[] actual, IReadOnlyList<Tensor> inputs, Tolerance? tolerance,
        string how)
    {
        int[] places = [.. Enumerable.Range(0, inputs.Count).Where(i => inputs[i].DType.IsFloatingPoint())];
        for (int i = 0; i < expected.Length; i++)
        {
            TensorAssert.Close(
                expected[i], actual[i], tolerance ?? Tolerance.ForGradient(actual[i].DType),
                    $"gradient of input {places[i]} {how}");
        }
    }

    private static void Differences(Func<Tensor[], Tensor> function, Tensor[] points, Tolerance tolerance, string what)
    {
        if (points.Length == 0) throw new CheckFailedException(
            "no input is of floating type: there is nothing to differentiate.");
        GradCheckResult result = GradCheck.Run(
            function, points, relativeTolerance: tolerance.Relative, absoluteTolerance: tolerance.Absolute);
        if (result.Passed) return;
        Shape shape = points[result.Input].Shape;
        string index = TensorAssert.Index(shape, result.Element);
        string place = $"input {result.Input} {shape}, element {result.Element}{index}";
        string wanted = result.Numeric.ToString("g9", CultureInfo.InvariantCulture);
        string got = result.Analytic.ToString("g9", CultureInfo.InvariantCulture);
        throw new CheckFailedException(
            $"{what} by {place}: expected {wanted} by differences, got {got} by back-propagation ({tolerance}).");
    }

    // The floating inputs in float64, and the function of them alone.
    private static (Tensor[] Points, Func<Tensor[], Tensor> Whole) Points(Func<Tensor[], Tensor> function,
        IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] points = [.. inputs.Where(t => t.DType.IsFloatingPoint()).Select(t =>
            t.ConvertTo(DType.Float64, kept: true))];
        return (points, Whole);

        Tensor Whole(Tensor[] moved)
        {
            int next = 0;
            return function([.. inputs.Select(t => t.DType.IsFloatingPoint() ? moved[next++] : t)]);
        }
    }

    private static Tensor Leaf(Tensor t)
    {
        Tensor leaf = t.Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    // Drawn in float64, so that both floating types are projected along the same direction up to rounding.
    private static Tensor Projection(Tensor y) =>
        Tensor.Randn(y.Shape, new Rng(ProjectionSeed), dtype: DType.Float64).ConvertTo(DType.Float32).ConvertTo(y.DType,
            kept: true);
}
