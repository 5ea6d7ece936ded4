namespace ChainRule.Tests.Kernels;

/// <summary>
/// A number as the unevaluated sum of two doubles, about 106 bits (T. J. Dekker, 1971), with the elementary functions
/// by plain series: slow and simple, the yardstick for kernels in double precision.
/// </summary>
internal readonly struct DoubleDouble(double high, double low = 0)
{
    // Constants to 159 bits: pi/2 needs the third part where a multiple of it is taken from a large argument.
    private static readonly DoubleDouble Ln2 = new(0.69314718055994529, 2.3190468138462996e-17);
    private static readonly DoubleDouble TwoOverSqrtPi = new(1.1283791670955126, 1.533545961316588e-17);
    private static readonly double[] HalfPi = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33];

    public double High => high;

    public double Low => low;

    public static implicit operator DoubleDouble(double value) => new(value);

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        (double s, double e) = TwoSum(a.High, b.High);
        (double t, double f) = TwoSum(a.Low, b.Low);
        (s, e) = QuickTwoSum(s, e + t);
        (s, e) = QuickTwoSum(s, e + f);
        return new(s, e);
    }

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double p = a.High * b.High;
        double e = Math.FusedMultiplyAdd(a.High, b.High, -p) + ((a.High * b.Low) + (a.Low * b.High));
        (p, e) = QuickTwoSum(p, e);
        return new(p, e);
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double q = a.High / b.High;
        DoubleDouble rest = a - (b * q);
        double second = rest.High / b.High;
        rest -= b * second;
        return new DoubleDouble(q) + second + (rest.High / b.High);
    }

    public static DoubleDouble Exp(DoubleDouble x)
    {
        double n = Math.Round(x.High / Ln2.High);
        DoubleDouble y = Expm1Series(x - (Ln2 * n)) + 1;
        return y.Scale((int)n);
    }

    public static DoubleDouble Expm1(DoubleDouble x) => Math.Abs(x.High) < 0.5 ? Expm1Series(x) : Exp(x) - 1;

    public static DoubleDouble Log(DoubleDouble x)
    {
        DoubleDouble f = x - 1;
        if (Math.Abs(f.High) < 1e-5) return Log1pSeries(f);
        int e = Math.ILogB(x.High * 1.4);
        if (x.High < 1e-300) e = Math.ILogB(x.High);
        DoubleDouble m = x.Scale(-e);
        double guess = Math.Log(m.High);
        DoubleDouble t = (m * Exp(-guess)) - 1;
        return (Ln2 * e) + guess + (t - (t * t * 0.5));
    }

    public static DoubleDouble Log1p(DoubleDouble x) => Math.Abs(x.High) < 1e-5 ? Log1pSeries(x) : Log(x + 1);

    public static DoubleDouble Tanh(DoubleDouble x)
    {
        DoubleDouble e = Expm1(x * 2);
        return e / (e + 2);
    }

    public static DoubleDouble Sigmoid(DoubleDouble x) => new DoubleDouble(1) / (Exp(-x) + 1);

    /// <summary>Kummer's series: all terms of one sign, nothing cancels.</summary>
    public static DoubleDouble Erf(DoubleDouble x)
    {
        DoubleDouble z = x * x * 2, term = x, sum = x;
        for (int k = 1; k < 400 && Math.Abs(term.High) > 1e-34 * Math.Abs(sum.High); k++)
        {
            term = term * z / ((2 * k) + 1);
            sum += term;
        }
        return TwoOverSqrtPi * Exp(-(x * x)) * sum;
    }

    public static DoubleDouble Sin(double x) => SinOfQuadrant(Reduce(x, out long quadrant), quadrant);

    public static DoubleDouble Cos(double x) => SinOfQuadrant(Reduce(x, out long quadrant), quadrant + 1);

    private static DoubleDouble Reduce(double x, out long quadrant)
    {
        double n = Math.Round(x / HalfPi[0]);
        quadrant = (long)n;
        DoubleDouble r = x;
        foreach (double part in HalfPi) r -= new DoubleDouble(part) * n;
        return r;
    }

    private static DoubleDouble SinOfQuadrant(DoubleDouble r, long quadrant)
    {
        bool cosine = (quadrant & 1) != 0;
        DoubleDouble z = -(r * r), term = cosine ? 1 : r, sum = term;
        for (int k = cosine ? 1 : 2; k < 40; k += 2)
        {
            term = term * z / (k * (k + 1.0));
            sum += term;
        }
        return (quadrant & 2) == 0 ? sum : -sum;
    }

    // |x| < 1e-5: six terms leave 1e-36.
    private static DoubleDouble Log1pSeries(DoubleDouble x)
    {
        DoubleDouble power = x, sum = x;
        for (int k = 2; k < 8; k++)
        {
            power *= -x;
            sum += power / k;
        }
        return sum;
    }

    // |x| < 0.5: on x / 512 by its series, then e^2r - 1 = 2 m + m^2 nine times.
    private static DoubleDouble Expm1Series(DoubleDouble x)
    {
        DoubleDouble r = x * (1.0 / 512), term = r, sum = r;
        for (int k = 2; k < 14; k++)
        {
            term = term * r / k;
            sum += term;
        }
        for (int i = 0; i < 9; i++) sum = (sum * 2) + (sum * sum);
        return sum;
    }

    private DoubleDouble Scale(int n) => new(Math.ScaleB(High, n), Math.ScaleB(Low, n));

    private static (double Sum, double Error) TwoSum(double a, double b)
    {
        double s = a + b, t = s - a;
        return (s, a - (s - t) + (b - t));
    }

    private static (double Sum, double Error) QuickTwoSum(double a, double b)
    {
        double s = a + b;
        return (s, b - (s - a));
    }
}
