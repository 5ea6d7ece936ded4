using ChainRule.Kernels;

namespace ChainRule.Models;

/// <summary>
/// Principal components: the k directions, at right angles to each other, along which samples vary most. They are the
/// eigenvectors of S = (X - mean)^T (X - mean) / (m - 1) with the largest eigenvalues.
/// </summary>
/// <remarks>
/// Computed in double precision; results have the type of the data. Of the two directions of a component that with the
/// positive largest entry is taken. Cost: m n^2 products and some 6 n^3 more. Source: Hotelling, "Analysis of a
/// complex of statistical variables into principal components" (1933).
/// <code>
/// var pca = Pca.Fit(x, components: 2);
/// Tensor flat = pca.Transform(x);                          // [m, 2]
/// Tensor back = pca.InverseTransform(flat);                // [m, n], as near as 2 numbers a sample allow
/// Console.WriteLine($"{pca.Explained:P0} of the variance");
/// </code>
/// </remarks>
public sealed class Pca
{
    private Pca(Tensor mean, Tensor eigenvalues, Tensor directions, double explained) =>
        (Mean, Eigenvalues, Components, Explained) = (mean, eigenvalues, directions, explained);

    /// <summary>Means of the columns, <c>[n]</c>.</summary>
    public Tensor Mean { get; }

    /// <summary>Variances along all directions, <c>[n]</c>, in decreasing order.</summary>
    public Tensor Eigenvalues { get; }

    /// <summary>The directions, <c>[k, n]</c>: rows of length 1, at right angles to each other.</summary>
    public Tensor Components { get; }

    /// <summary>Share of the whole variance that lies along the components, 0 to 1; 1 where nothing varies.</summary>
    public double Explained { get; }

    /// <summary>U U^T, <c>[n, n]</c>: what projects onto the plane of the components.</summary>
    public Tensor Projector => Components.T.MatMul(Components);

    /// <summary>Finds the components of samples.</summary>
    /// <param name="x"><c>[m, n]</c>: samples, 2 or more.</param>
    /// <param name="components">How many, 1 to n.</param>
    /// <returns>The fitted model.</returns>
    /// <exception cref="ShapeException"><paramref name="x"/> is no matrix of 2 rows or more.</exception>
    /// <exception cref="ArgumentException">A number is not finite or out of range.</exception>
    public static Pca Fit(Tensor x, int components)
    {
        double[] rows = ClassicInput.Matrix("Pca", x);
        var (m, n) = x.Shape;
        if (m < 2) throw new ShapeException($"Pca: x must have 2 rows or more, got {x.Shape}.", x.Shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components, n);

        Tensor data = Tensor.From(rows, [m, n]), mean = data.Mean(0), centred = data - mean;
        Tensor covariance = centred.T.MatMul(centred) / (m - 1);
        var (values, vectors) = SymmetricEigen.Of(covariance.ToArray<double>(), n);
        // A covariance has no negative eigenvalues; what rounding makes of a zero is one.
        for (int i = 0; i < n; i++) values[i] = Math.Max(values[i], 0);
        for (int i = 0; i < components; i++) Orient(vectors.AsSpan(i * n, n));
        double all = values.Sum();
        DType dtype = ClassicInput.ResultType(x);
        return new(
            mean.To(dtype), ClassicInput.Result(values, [n], dtype),
            ClassicInput.Result(vectors[..(components * n)], [components, n], dtype),
            all > 0 ? values[..components].Sum() / all : 1);
    }

    /// <summary>Coordinates of samples along the components: (x - mean) U.</summary>
    /// <param name="x"><c>[m, n]</c> in the type of the fitted data: samples.</param>
    /// <returns><c>[m, k]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Transform(Tensor x)
    {
        Check(x, Mean.Count, nameof(x));
        return (x - Mean).MatMul(Components.T);
    }

    /// <summary>Samples with given coordinates: mean + z U^T.</summary>
    /// <param name="z"><c>[m, k]</c> in the type of the fitted data: coordinates.</param>
    /// <returns><c>[m, n]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor InverseTransform(Tensor z)
    {
        Check(z, Components.Shape[0], nameof(z));
        return z.MatMul(Components) + Mean;
    }

    /// <summary>What the components keep of samples: mean + (x - mean) U U^T.</summary>
    /// <param name="x"><c>[m, n]</c> in the type of the fitted data: samples.</param>
    /// <returns><c>[m, n]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Reconstruct(Tensor x) => InverseTransform(Transform(x));

    private void Check(Tensor x, int columns, string name)
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.Rank != 2 || x.Shape[1] != columns)
            throw new ShapeException($"Pca: expects [rows, {columns}], got {x.Shape}.", x.Shape);
        ClassicInput.SameType("Pca", x, name, Mean.DType, "the fitted data");
    }

    private static void Orient(Span<double> direction)
    {
        double largest = 0;
        foreach (double d in direction)
        {
            if (Math.Abs(d) > Math.Abs(largest)) largest = d;
        }
        if (largest > 0) return;
        for (int i = 0; i < direction.Length; i++) direction[i] = -direction[i];
    }
}
