namespace ChainRule.Tests.Operators;

/// <summary>
/// Functions that .NET lacks, by series and continued fractions to about 15 digits: what operators are compared with.
/// </summary>
internal static class References
{
    /// <summary>e^x - 1: the power series where the difference would cancel.</summary>
    public static double Expm1(double x)
    {
        if (x == 0 || !(Math.Abs(x) < 0.5)) return x == 0 ? x : Math.Exp(x) - 1;
        double term = x, sum = x;
        for (int n = 2; n < 25; n++) sum += term *= x / n;
        return sum;
    }

    /// <summary>ln(1 + x): 2 artanh(x / (2 + x)) as a series where 1 + x would lose digits.</summary>
    public static double Log1p(double x)
    {
        if (x == 0 || !(Math.Abs(x) < 0.5)) return x == 0 ? x : Math.Log(1 + x);
        double z = x / (2 + x), power = z, sum = 0;
        for (int n = 1; n < 60; n += 2, power *= z * z) sum += power / n;
        return 2 * sum;
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>
    /// Error function: its Taylor series near 0, the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.5,
    /// 7.1.14).
    /// </summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x) || x == 0) return x;
        double a = Math.Abs(x);
        if (a > 6) return Math.Sign(x);
        if (a < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; n < 120; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }
            return sum * 2 / Math.Sqrt(Math.PI);
        }
        double fraction = 0;
        for (int n = 80; n >= 1; n--) fraction = n / 2.0 / (a + fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction)));
    }
}
