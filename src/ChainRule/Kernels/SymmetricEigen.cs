using System.Numerics;
using System.Runtime.InteropServices;

namespace ChainRule.Kernels;

/// <summary>Eigenvalues and eigenvectors of symmetric matrices in double precision.</summary>
/// <remarks>
/// Reflections make the matrix tridiagonal, then rotations with implicit shifts make it diagonal. Source: Householder
/// (1958) and Francis (1961), in the form of Golub and Van Loan, "Matrix Computations" (2013), sections 8.3.1, 8.3.3.
/// Cost: some 6 n^3 products. Vectors are kept as rows, so that both work along memory.
/// </remarks>
internal static class SymmetricEigen
{
    private const int MaxRounds = 60;                                // for each eigenvalue; 2 is usual

    /// <summary>Decomposes a symmetric matrix.</summary>
    /// <param name="matrix">n rows of n finite numbers; unchanged.</param>
    /// <param name="n">Its size.</param>
    /// <returns>Eigenvalues in decreasing order; row i of the vectors, of length 1, belongs to value i.</returns>
    /// <exception cref="ArithmeticException">Rotations do not settle; not known to happen.</exception>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int n)
    {
        double[] a = matrix.ToArray(), v = new double[n * n], diagonal = new double[n], beside = new double[n];
        for (int i = 0; i < n; i++) v[(i * n) + i] = 1;
        double scale = a.Max(Math.Abs);
        if (scale > 0)
        {
            // Numbers near 1: their squares neither overflow nor matter where they vanish.
            for (int i = 0; i < a.Length; i++) a[i] /= scale;
            Tridiagonalise(a, v, diagonal, beside, n);
            Diagonalise(v, diagonal, beside, n);
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => diagonal[i])];
        double[] vectors = new double[n * n];
        for (int i = 0; i < n; i++) v.AsSpan(order[i] * n, n).CopyTo(vectors.AsSpan(i * n));
        return ([.. order.Select(i => diagonal[i] * scale)], vectors);
    }

    /// <summary>Reflects from both sides until only the diagonal and its neighbours are left; v collects the
    /// reflections.</summary>
    private static void Tridiagonalise(double[] a, double[] v, double[] diagonal, double[] beside, int n)
    {
        double[] product = new double[n];
        for (int k = 0; k < n - 1; k++)
        {
            // Row k beyond the diagonal, to be turned onto its first number.
            Span<double> x = a.AsSpan((k * n) + k + 1, n - k - 1), p = product.AsSpan(0, x.Length);
            double rest = Dot(x[1..], x[1..]);
            beside[k] = x[0];
            if (rest == 0) continue;
            double length = Math.Sqrt((x[0] * x[0]) + rest);
            beside[k] = x[0] > 0 ? -length : length;
            x[0] -= beside[k];                                       // x is now normal to the mirror
            double beta = 2 / ((x[0] * x[0]) + rest);

            // A - x w^T - w x^T with p = beta A x, w = p - (beta / 2) (p . x) x.
            p.Clear();
            for (int i = 0; i < x.Length; i++) AddTimes(p, Row(a, k, i), beta * x[i]);
            AddTimes(p, x, -beta * Dot(p, x) / 2);
            for (int i = 0; i < x.Length; i++)
            {
                AddTimes(Row(a, k, i), p, -x[i]);
                AddTimes(Row(a, k, i), x, -p[i]);
            }
            // The same mirror for the rows of v.
            Span<double> sum = new double[n];
            for (int i = 0; i < x.Length; i++) AddTimes(sum, v.AsSpan((k + 1 + i) * n, n), x[i]);
            for (int i = 0; i < x.Length; i++) AddTimes(v.AsSpan((k + 1 + i) * n, n), sum, -beta * x[i]);
        }
        for (int i = 0; i < n; i++) diagonal[i] = a[(i * n) + i];

        Span<double> Row(double[] m, int k, int i) => m.AsSpan(((k + 1 + i) * n) + k + 1, n - k - 1);
    }

    private static void Diagonalise(double[] v, double[] d, double[] e, int n)
    {
        // What rounding makes of a zero: beside eigenvalues near 0 no less than beside the largest.
        double least = Math.ScaleB(d.Max(Math.Abs) + e.Max(Math.Abs), -53);
        for (int first = 0; first < n; first++)
        {
            for (int round = 0; ; round++)
            {
                int last = first;
                while (last < n - 1 && Math.Abs(e[last]) > least) last++;
                if (last == first) break;
                if (round == MaxRounds)
                    throw new ArithmeticException($"SymmetricEigen: eigenvalue {first} of {n} is not found.");
                Sweep(v, d, e, n, first, last);
            }
        }
    }

    /// <summary>One pass of rotations over the block from first to last, shifted by an eigenvalue of its first
    /// corner.</summary>
    private static void Sweep(double[] v, double[] d, double[] e, int n, int first, int last)
    {
        double g = (d[first + 1] - d[first]) / (2 * e[first]);
        g = d[last] - d[first] + (e[first] / (g + Math.CopySign(double.Hypot(g, 1), g)));
        double s = 1, c = 1, p = 0;
        for (int i = last - 1; i >= first; i--)
        {
            double f = s * e[i], b = c * e[i], r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                // The block falls apart here.
                d[i + 1] -= p;
                e[last] = 0;
                return;
            }
            (s, c) = (f / r, g / r);
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            Turn(v.AsSpan(i * n, n), v.AsSpan((i + 1) * n, n), c, s);
        }
        d[first] -= p;
        e[first] = g;
        e[last] = 0;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void AddTimes(Span<double> y, ReadOnlySpan<double> x, double factor)
    {
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        for (int i = 0; i < ys.Length; i++) ys[i] += xs[i] * factor;
        for (int i = ys.Length * Vector<double>.Count; i < y.Length; i++) y[i] += x[i] * factor;
    }

    private static void Turn(Span<double> x, Span<double> y, double c, double s)
    {
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int i = 0; i < xs.Length; i++) (xs[i], ys[i]) = ((xs[i] * c) - (ys[i] * s), (xs[i] * s) + (ys[i] * c));
        for (int i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            (x[i], y[i]) = ((c * x[i]) - (s * y[i]), (s * x[i]) + (c * y[i]));
    }
}
