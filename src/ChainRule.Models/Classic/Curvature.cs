using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>
/// The smallest and the largest eigenvalue of the Hessian of a loss by all parameters of a model: how sharply it bends
/// at most, downwards and upwards.
/// </summary>
/// <param name="Smallest">The smallest eigenvalue; below 0 near a saddle.</param>
/// <param name="Largest">The largest eigenvalue.</param>
/// <remarks>
/// Needs no Hessian, only its products with vectors, so that it works for networks of any size.
/// <code>
/// Tensor loss = F.CrossEntropy(model.Forward(x), y);
/// var curvature = Curvature.Of(loss, model.Parameters(), new Rng(1));
/// Console.WriteLine($"gradient descent diverges with rates above {curvature.MaxRate}");
/// </code>
/// </remarks>
public sealed record Curvature(double Smallest, double Largest)
{
    /// <summary>
    /// 2 / largest eigenvalue: with a larger rate, gradient descent leaves the neighbourhood. Infinite where nothing
    /// bends upwards.
    /// </summary>
    public double MaxRate => Largest > 0 ? 2 / Largest : double.PositiveInfinity;

    /// <summary>Measures by power iteration.</summary>
    /// <param name="loss"><c>[]</c>: computed from the parameters by operations that have a second derivative.</param>
    /// <param name="parameters">By what the loss is differentiated; frozen ones are left out.</param>
    /// <param name="rng">Draws the directions to start from.</param>
    /// <param name="maxSteps">Products with the Hessian for each eigenvalue at most, 1 or more.</param>
    /// <param name="tolerance">Relative change between two steps at which to end, 0 or more.</param>
    /// <returns>Both eigenvalues.</returns>
    /// <exception cref="ShapeException">The loss has more than one element.</exception>
    /// <exception cref="GradException">The loss was not computed from parameters that learn.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Curvature Of(
        Tensor loss, IReadOnlyList<Parameter> parameters, Rng rng, int maxSteps = 1000, double tolerance = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(rng);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        Tensor[] at = [.. parameters.Where(p => !p.Frozen).Select(p => p.Value)];
        Tensor[] slopes = Autograd.Grad(loss, at, createGraph: true);

        // Lengths grow by the largest size of an eigenvalue even where two of opposite sign have it; moved by that
        // much, all are of one sign, and the largest, or the smallest, stands out.
        double bound = Iterate(0).Growth;
        return new(Iterate(-bound).Quotient + bound, Iterate(bound).Quotient - bound);

        // Power iteration on the Hessian with a number added to every eigenvalue.
        (double Growth, double Quotient) Iterate(double shift)
        {
            Tensor[] v = [.. at.Select(p => Tensor.Randn(p.Shape, rng, dtype: p.DType))];
            double growth = 0, quotient = 0, length = Math.Sqrt(Dot(v, v));
            for (int k = 0; k < maxSteps && length > 0; k++)
            {
                double before = shift == 0 ? growth : quotient;
                v = [.. v.Select(t => t / length)];
                Tensor[] product = [.. Product(v).Zip(v, (h, t) => (h + (t * shift)).Detach())];
                (growth, quotient) = (Math.Sqrt(Dot(product, product)), Dot(v, product));
                (v, length) = (product, growth);
                double now = shift == 0 ? growth : quotient;
                if (k > 0 && Math.Abs(now - before) <= tolerance * Math.Abs(now)) break;
            }
            return (growth, quotient);
        }

        Tensor[] Product(Tensor[] v)
        {
            Tensor along = slopes.Zip(v, (g, t) => (g * t).Sum()).Aggregate((a, b) => a + b);
            return along.RequiresGrad
                ? Autograd.Grad(along, at, retainGraph: true)
                : [.. at.Select(p => Tensor.Zeros(p.Shape, p.DType))];
        }
    }

    private static double Dot(Tensor[] a, Tensor[] b) => a.Zip(b, (x, y) => (x * y).Sum().Item()).Sum();
}
