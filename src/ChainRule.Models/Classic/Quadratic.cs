using ChainRule.Kernels;

namespace ChainRule.Models;

/// <summary>What a point without slope is, by the signs of the curvatures there.</summary>
public enum StationaryKind
{
    /// <summary>All curvatures are positive: a valley.</summary>
    Minimum,

    /// <summary>All are negative: a summit.</summary>
    Maximum,

    /// <summary>There are some of both signs: a pass.</summary>
    Saddle,

    /// <summary>A curvature is 0 and none of the others contradict: second derivatives do not decide.</summary>
    Undecided,
}

/// <summary>
/// A quadratic function of n variables, f(x) = 1/2 x^T Q x + q^T x + c: what every smooth function looks like near a
/// point, and where the behaviour of gradient descent can be read off the eigenvalues of Q.
/// </summary>
/// <remarks>
/// Eigenvalues and the stationary point are computed in double precision and given in the type of Q.
/// <code>
/// var shape = Quadratic.At(x => x[0].Square() - x[1].Square(), Tensor.Zeros([2]));
/// Console.WriteLine(shape.Kind);                           // Saddle
/// </code>
/// </remarks>
public sealed class Quadratic
{
    private readonly Lazy<double[]> _eigenvalues;
    private readonly Lazy<Tensor> _stationary;

    /// <summary>A quadratic function.</summary>
    /// <param name="matrix">
    /// <c>[n, n]</c> float32 or float64: Q; of a Q that is not symmetric the symmetric part counts, as in the function.
    /// </param>
    /// <param name="linear"><c>[n]</c>, type of <paramref name="matrix"/>: q.</param>
    /// <param name="constant">c.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public Quadratic(Tensor matrix, Tensor linear, double constant = 0)
    {
        ArgumentNullException.ThrowIfNull(linear);
        int n = linear.Count;
        double[] q = ClassicInput.Matrix("Quadratic", matrix, n), right = ClassicInput.Vector("Quadratic", linear, n);
        if (matrix.Shape[0] != n)
            throw new ShapeException($"Quadratic: matrix must be [{n}, {n}], got {matrix.Shape}.", matrix.Shape);
        DType dtype = ClassicInput.ResultType(matrix);
        Tensor wide = Tensor.From(q, [n, n]);
        double[] hessian = ((wide + wide.T) / 2).ToArray<double>();
        Hessian = ClassicInput.Result(hessian, [n, n], dtype);
        Linear = linear.To(dtype);
        Constant = constant;
        _eigenvalues = new(() => [.. SymmetricEigen.Of(hessian, n).Values.Reverse()]);
        _stationary = new(() => ClassicInput.Result(Solve(hessian, [.. right.Select(v => -v)]), [n], dtype));
    }

    /// <summary>The symmetric part of Q: second derivatives, <c>[n, n]</c>.</summary>
    public Tensor Hessian { get; }

    /// <summary>q, <c>[n]</c>: the gradient at 0.</summary>
    public Tensor Linear { get; }

    /// <summary>c, the value at 0.</summary>
    public double Constant { get; }

    /// <summary>Curvatures: the eigenvalues of the Hessian, <c>[n]</c>, in increasing order.</summary>
    public Tensor Eigenvalues => ClassicInput.Result(_eigenvalues.Value, [Linear.Count], Hessian.DType);

    /// <summary>
    /// 2 / largest eigenvalue: gradient descent without momentum converges with every learning rate below it, and above
    /// it, from almost everywhere, never. Infinite where nothing curves upwards.
    /// </summary>
    public double MaxRate => _eigenvalues.Value[^1] > 0 ? 2 / _eigenvalues.Value[^1] : double.PositiveInfinity;

    /// <summary>
    /// 2 / (smallest + largest eigenvalue): the learning rate that shrinks the distance to the minimum fastest, in one
    /// variable to 0 in a single step of 1 / f''. NaN where there is no minimum.
    /// </summary>
    public double BestRate =>
        Kind == StationaryKind.Minimum ? 2 / (_eigenvalues.Value[0] + _eigenvalues.Value[^1]) : double.NaN;

    /// <summary>What <see cref="StationaryPoint"/> is.</summary>
    public StationaryKind Kind
    {
        get
        {
            double low = _eigenvalues.Value[0], high = _eigenvalues.Value[^1];
            // Less than rounding makes of a zero.
            double zero = Linear.Count * Math.ScaleB(1, -52) * Math.Max(Math.Abs(low), Math.Abs(high));
            if (low > zero) return StationaryKind.Minimum;
            if (high < -zero) return StationaryKind.Maximum;
            return low < -zero && high > zero ? StationaryKind.Saddle : StationaryKind.Undecided;
        }
    }

    /// <summary>Where the slope is 0, <c>[n]</c>: x* = -Q^-1 q.</summary>
    /// <exception cref="InvalidOperationException">There is no one such point: Q is singular.</exception>
    public Tensor StationaryPoint => _stationary.Value;

    /// <summary>The value there, f(x*).</summary>
    /// <exception cref="InvalidOperationException">There is no one such point: Q is singular.</exception>
    public double StationaryValue => Value(StationaryPoint).Item();

    /// <summary>The second-order expansion of a function around a point; of a quadratic one, that itself.</summary>
    /// <param name="function">Function of one tensor <c>[n]</c> with a single number as its result.</param>
    /// <param name="x"><c>[n]</c> float32 or float64: the point.</param>
    /// <returns>A quadratic function with the same value, gradient and Hessian at <paramref name="x"/>.</returns>
    /// <exception cref="ShapeException">The point is no vector, or the function has more than one result.</exception>
    public static Quadratic At(Func<Tensor, Tensor> function, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 1) throw new ShapeException($"Quadratic: the point must be [n], got {x.Shape}.", x.Shape);
        Tensor hessian = Autograd.Hessian(function, x), point = x.Detach();
        point.RequiresGrad = true;
        Tensor value = function(point), gradient = Autograd.Grad(value, point), bend = hessian.MatMul(x);
        // f + g (z - x) + 1/2 (z - x) H (z - x), ordered by powers of z.
        double constant = value.Item() - gradient.MatMul(x).Item() + (x.MatMul(bend).Item() / 2);
        return new(hessian, gradient - bend, constant);
    }

    /// <summary>The function itself, to be differentiated or minimised.</summary>
    /// <param name="x"><c>[n]</c> in the type of Q: the point.</param>
    /// <returns><c>[]</c>: f(x).</returns>
    /// <exception cref="ShapeException">The point has another size.</exception>
    public Tensor Value(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape != Linear.Shape)
            throw new ShapeException($"Quadratic: the point must be {Linear.Shape}, got {x.Shape}.", x.Shape);
        ClassicInput.SameType("Quadratic", x, "the point", Hessian.DType, "the matrix");
        return (x.MatMul(Hessian.MatMul(x)) / 2) + Linear.MatMul(x) + Constant;
    }

    private static double[] Solve(double[] hessian, double[] right) =>
        LinearSolver.Solve(hessian, right) ?? throw new InvalidOperationException(
            "Quadratic: there is no one stationary point, since the Hessian is singular.");
}
