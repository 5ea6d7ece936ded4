namespace ChainRule.Models;

/// <summary>Systems of linear equations in double precision, by elimination with row exchanges.</summary>
/// <remarks>Source: Golub and Van Loan, "Matrix Computations" (2013), section 3.4. Cost: n^3 / 3 products.</remarks>
internal static class LinearSolver
{
    /// <summary>Solves A x = b.</summary>
    /// <param name="matrix">A, n rows of n; unchanged.</param>
    /// <param name="right">b, n numbers; unchanged.</param>
    /// <returns>x, or null where A is singular to working precision.</returns>
    public static double[]? Solve(ReadOnlySpan<double> matrix, ReadOnlySpan<double> right)
    {
        int n = right.Length;
        double[] a = matrix.ToArray(), x = right.ToArray();
        // What rounding alone leaves of a zero.
        double smallest = a.Max(Math.Abs) * n * Math.ScaleB(1, -52);
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
            {
                if (Math.Abs(a[(i * n) + k]) > Math.Abs(a[(pivot * n) + k])) pivot = i;
            }
            if (!(Math.Abs(a[(pivot * n) + k]) > smallest)) return null;
            if (pivot != k)
            {
                for (int j = k; j < n; j++) (a[(k * n) + j], a[(pivot * n) + j]) = (a[(pivot * n) + j], a[(k * n) + j]);
                (x[k], x[pivot]) = (x[pivot], x[k]);
            }
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[(i * n) + k] / a[(k * n) + k];
                if (factor == 0) continue;
                for (int j = k + 1; j < n; j++) a[(i * n) + j] -= factor * a[(k * n) + j];
                x[i] -= factor * x[k];
            }
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++) x[i] -= a[(i * n) + j] * x[j];
            x[i] /= a[(i * n) + i];
        }
        return x;
    }
}
