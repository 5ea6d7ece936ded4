using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Nn;

/// <summary>Rows of length 1 at right angles to each other, all such sets being as likely.</summary>
/// <remarks>
/// Gram and Schmidt's way on normal numbers, each row made orthogonal twice, which is enough for all digits of a double
/// (Giraud, Langou, Rozloznik and van den Eshof 2005). Sums run over four lanes on every machine.
/// </remarks>
internal static class OrthogonalRows
{
    /// <summary>Draws the rows.</summary>
    /// <param name="rows">Their number, no more than <paramref name="size"/>.</param>
    /// <param name="size">Length of each.</param>
    /// <param name="rng">Generator.</param>
    /// <returns>The rows, one after the other.</returns>
    public static double[] Draw(int rows, int size, Rng rng)
    {
        double[] all = new double[checked(rows * size)];
        for (int i = 0; i < rows; i++)
        {
            Span<double> row = all.AsSpan(i * size, size);
            double norm;
            do
            {
                foreach (ref double v in row) v = rng.NextNormal();
                double before = Math.Sqrt(Dot(row, row));
                for (int pass = 0; pass < 2; pass++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        ReadOnlySpan<double> other = all.AsSpan(j * size, size);
                        AddScaled(row, -Dot(row, other), other);
                    }
                }
                norm = Math.Sqrt(Dot(row, row)) / before;
                Scale(row, 1 / (norm * before));
            }
            while (!(norm > 1e-8));    // as good as inside the span of those before it: drawn again
        }
        return all;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector256<double>> va = MemoryMarshal.Cast<double, Vector256<double>>(a);
        ReadOnlySpan<Vector256<double>> vb = MemoryMarshal.Cast<double, Vector256<double>>(b);
        Vector256<double> sum = Vector256<double>.Zero;
        for (int i = 0; i < va.Length; i++) sum += va[i] * vb[i];
        double total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        for (int i = 4 * va.Length; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    private static void AddScaled(Span<double> row, double factor, ReadOnlySpan<double> other)
    {
        Span<Vector256<double>> to = MemoryMarshal.Cast<double, Vector256<double>>(row);
        ReadOnlySpan<Vector256<double>> from = MemoryMarshal.Cast<double, Vector256<double>>(other);
        for (int i = 0; i < to.Length; i++) to[i] += from[i] * factor;
        for (int i = 4 * to.Length; i < row.Length; i++) row[i] += factor * other[i];
    }

    private static void Scale(Span<double> row, double factor)
    {
        foreach (ref double v in row) v *= factor;
    }
}
