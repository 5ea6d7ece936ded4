namespace ChainRule.Models;

/// <summary>Eigenvalues and eigenvectors of symmetric matrices in double precision, by rotations.</summary>
/// <remarks>
/// Source: Jacobi (1846), in the cyclic form of Golub and Van Loan, "Matrix Computations" (2013), section 8.5. Chosen
/// for its accuracy and its length. Cost: some 8 rounds of 6 n^3 products.
/// </remarks>
internal static class SymmetricEigen
{
    private const int MaxRounds = 60;                                // never seen to need 15

    /// <summary>Decomposes a symmetric matrix.</summary>
    /// <param name="matrix">n rows of n finite numbers; unchanged.</param>
    /// <param name="n">Its size.</param>
    /// <returns>Eigenvalues in decreasing order; row i of the vectors, of length 1, belongs to value i.</returns>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int n)
    {
        double[] a = matrix.ToArray(), v = new double[n * n];
        for (int i = 0; i < n; i++) v[(i * n) + i] = 1;
        double scale = a.Max(Math.Abs);
        if (scale > 0)
        {
            // Numbers near 1: their squares neither overflow nor vanish.
            for (int i = 0; i < a.Length; i++) a[i] /= scale;
            Diagonalise(a, v, n);
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[(i * n) + i])];
        double[] vectors = new double[n * n];
        for (int i = 0; i < n; i++) v.AsSpan(order[i] * n, n).CopyTo(vectors.AsSpan(i * n));
        return ([.. order.Select(i => a[(i * n) + i] * scale)], vectors);
    }

    private static void Diagonalise(double[] a, double[] v, int n)
    {
        double total = a.Sum(x => x * x);
        for (int round = 0; round < MaxRounds; round++)
        {
            double off = 0;
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++) off += a[(p * n) + q] * a[(p * n) + q];
            }
            // Beside the diagonal there is less than its rounding error.
            if (off <= total * 1e-32) return;
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++) Rotate(a, v, n, p, q);
            }
        }
    }

    /// <summary>Turns the plane of axes p and q so that a[p, q] becomes 0.</summary>
    private static void Rotate(double[] a, double[] v, int n, int p, int q)
    {
        double apq = a[(p * n) + q];
        if (apq == 0) return;
        double theta = (a[(q * n) + q] - a[(p * n) + p]) / (2 * apq);
        // The smaller of the two angles: tan = 1 / (theta +- sqrt(theta^2 + 1)).
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        TurnRows(a.AsSpan(p * n, n), a.AsSpan(q * n, n), c, s);
        for (int k = 0; k < n * n; k += n)
            (a[k + p], a[k + q]) = ((c * a[k + p]) - (s * a[k + q]), (s * a[k + p]) + (c * a[k + q]));
        a[(p * n) + q] = a[(q * n) + p] = 0;
        TurnRows(v.AsSpan(p * n, n), v.AsSpan(q * n, n), c, s);
    }

    private static void TurnRows(Span<double> x, Span<double> y, double c, double s)
    {
        for (int k = 0; k < x.Length; k++) (x[k], y[k]) = ((c * x[k]) - (s * y[k]), (s * x[k]) + (c * y[k]));
    }
}
