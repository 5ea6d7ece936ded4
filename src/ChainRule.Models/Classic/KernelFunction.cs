namespace ChainRule.Models;

/// <summary>Measures how alike two samples are, as a product in a space of features that is never built.</summary>
public abstract record KernelFunction
{
    private protected KernelFunction()
    {
    }

    /// <summary>The kernel of every row of one matrix with every row of another.</summary>
    /// <param name="x"><c>[m, n]</c>: samples.</param>
    /// <param name="z"><c>[q, n]</c>: samples.</param>
    /// <returns><c>[m, q]</c> in the type of <paramref name="x"/>, computed in double precision.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Matrix(Tensor x, Tensor z)
    {
        double[] a = ClassicInput.Matrix("KernelFunction", x), b = ClassicInput.Matrix("KernelFunction", z, x.Shape[1]);
        return ClassicInput.Result(Matrix(a, b, x.Shape[1]), [x.Shape[0], z.Shape[0]], ClassicInput.ResultType(x));
    }

    internal double[] Matrix(double[] x, double[] z, int features)
    {
        int m = x.Length / features, q = z.Length / features;
        double[] k = new double[m * q];
        for (int i = 0; i < m; i++)
        {
            var row = x.AsSpan(i * features, features);
            for (int j = 0; j < q; j++) k[(i * q) + j] = Of(row, z.AsSpan(j * features, features));
        }
        return k;
    }

    private protected abstract double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> z);

    private protected static double Product(ReadOnlySpan<double> x, ReadOnlySpan<double> z)
    {
        double product = 0;
        for (int i = 0; i < x.Length; i++) product += x[i] * z[i];
        return product;
    }

    private protected static double Checked(double value, bool good, string name, string expected) =>
        good && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{name} is {value}; expected {expected}."));
}

/// <summary>The linear kernel, x . z: ridge regression without an intercept.</summary>
public sealed record LinearKernel : KernelFunction
{
    private protected override double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> z) => Product(x, z);
}

/// <summary>The Gaussian kernel, exp(-gamma |x - z|^2): alike is what is near.</summary>
/// <param name="Gamma">How fast likeness falls with the squared distance.</param>
/// <exception cref="ArgumentOutOfRangeException">Gamma is not above 0.</exception>
public sealed record RbfKernel(double Gamma) : KernelFunction
{
    /// <summary>How fast likeness falls with the squared distance.</summary>
    public double Gamma { get; } = Checked(Gamma, Gamma > 0, nameof(Gamma), "a number above 0");

    private protected override double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> z)
    {
        double distance = 0;
        for (int i = 0; i < x.Length; i++) distance += (x[i] - z[i]) * (x[i] - z[i]);
        return Math.Exp(-Gamma * distance);
    }
}

/// <summary>The polynomial kernel, (gamma x . z + coef0)^degree: products of up to so many features.</summary>
/// <param name="Gamma">Factor of the product.</param>
/// <param name="Coef0">Weight of the lower degrees.</param>
/// <param name="Degree">The degree, 0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the degree negative.</exception>
public sealed record PolynomialKernel(double Gamma, double Coef0 = 1, int Degree = 2) : KernelFunction
{
    /// <summary>Factor of the product.</summary>
    public double Gamma { get; } = Checked(Gamma, true, nameof(Gamma), "a finite number");

    /// <summary>Weight of the lower degrees.</summary>
    public double Coef0 { get; } = Checked(Coef0, true, nameof(Coef0), "a finite number");

    /// <summary>The degree, 0 or more.</summary>
    public int Degree { get; } = (int)Checked(Degree, Degree >= 0, nameof(Degree), "0 or more");

    private protected override double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> z) =>
        Math.Pow((Gamma * Product(x, z)) + Coef0, Degree);
}
