using System.Globalization;

namespace ChainRule;

/// <summary>Compares gradients with central differences: the test every differentiable function must pass.</summary>
public static class GradCheck
{
    /// <summary>
    /// Compares the gradient of a random projection of a function's result with central differences, element by
    /// element.
    /// </summary>
    /// <param name="function">Function of the inputs; must give the same result for the same inputs.</param>
    /// <param name="inputs">
    /// <c>...</c> float64: the point. Smooth there: no kink within <paramref name="epsilon"/>.
    /// </param>
    /// <param name="epsilon">Distance of the two evaluations from the point.</param>
    /// <param name="relativeTolerance">Allowed error as a share of the difference quotient.</param>
    /// <param name="absoluteTolerance">Allowed error beside that.</param>
    /// <returns>The largest error and where it is.</returns>
    /// <exception cref="DTypeException">
    /// An input is not float64: in float32 the differences are mostly rounding.
    /// </exception>
    public static GradCheckResult Run(
        Func<Tensor[], Tensor> function,
        IReadOnlyList<Tensor> inputs,
        double epsilon = 1e-6,
        double relativeTolerance = 1e-5,
        double absoluteTolerance = 1e-7)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor[] points = new Tensor[inputs.Count];
        for (int i = 0; i < points.Length; i++)
        {
            if (inputs[i].DType != DType.Float64)
                throw new DTypeException(
                    $"GradCheck: input {i} is {inputs[i].DType.Text()}; differences need float64.", inputs[i].DType);
            points[i] = inputs[i].Detach();
            points[i].RequiresGrad = true;
        }
        using NoGrad.Scope recorded = Graph.Resume();
        Tensor result = function(points);
        Tensor projection = Tensor.Randn(result.Shape, new Rng(20180705), dtype: result.DType);
        Tensor[] gradients = result.RequiresGrad
            ? Autograd.Grad(result, points, projection)
            : [.. points.Select(p => Tensor.Zeros(p.Shape, p.DType))];
        GradCheckResult worst = new(true, 0, -1, -1, 0, 0);
        for (int i = 0; i < points.Length; i++)
        {
            double[] analytic = gradients[i].ToArray<double>();
            for (int k = 0; k < analytic.Length; k++)
            {
                double numeric = Difference(function, points, i, k, epsilon, projection);
                double error = Math.Abs(analytic[k] - numeric);
                bool good = error <= absoluteTolerance + (relativeTolerance * Math.Abs(numeric));
                // NaN is worse than any number.
                bool worse = !double.IsNaN(worst.Error) && !(error <= worst.Error);
                if (worst.Input < 0 || (worst.Passed && !good) || (worst.Passed == good && worse))
                    worst = new GradCheckResult(good, error, i, k, analytic[k], numeric);
            }
        }
        return worst;
    }

    private static double Difference(
        Func<Tensor[], Tensor> function, Tensor[] points, int input, int element, double epsilon, Tensor projection)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        double above = Evaluate(epsilon), below = Evaluate(-epsilon);
        return (above - below) / (2 * epsilon);

        double Evaluate(double shift)
        {
            Tensor[] moved = [.. points];
            double[] values = points[input].ToArray<double>();
            values[element] += shift;
            moved[input] = Tensor.From(values, points[input].Shape);
            return (function(moved) * projection).Sum().Item();
        }
    }
}

/// <summary>What <see cref="GradCheck"/> found: the element with the largest error.</summary>
/// <param name="Passed">True when every element is within the tolerances.</param>
/// <param name="Error">Absolute error of that element.</param>
/// <param name="Input">Which input it belongs to; -1 when there was nothing to compare.</param>
/// <param name="Element">Its position in row-major order.</param>
/// <param name="Analytic">Derivative by back-propagation.</param>
/// <param name="Numeric">Derivative by central differences.</param>
public sealed record GradCheckResult(bool Passed, double Error, int Input, int Element, double Analytic, double Numeric)
{
    /// <summary>One line for a test's message.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Passed ? "passed" : "failed")}: input {Input}, element {Element}: {Analytic:g9} by back-propagation, "
        + $"{Numeric:g9} by differences");
}
