using System.Numerics;
using System.Runtime.InteropServices;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>
/// All parameters, or all gradients, as one vector in double precision, and the few operations it needs.
/// </summary>
/// <remarks>One thread, in the order of the elements: the bits do not depend on the number of threads.</remarks>
internal static class FlatVector
{
    public static double[] Values(IReadOnlyList<Parameter> parameters) => Gather(parameters, p => p.Value);

    /// <summary>The gradients; zeros for a parameter without.</summary>
    public static double[] Gradients(IReadOnlyList<Parameter> parameters, double sign)
    {
        double[] all = Gather(parameters, p => p.Grad);
        if (sign < 0) Negate(all);
        return all;
    }

    /// <summary>Writes x + step * direction into the parameters.</summary>
    public static void Move(IReadOnlyList<Parameter> parameters, double[] x, double step, double[] direction)
    {
        int at = 0;
        foreach (Parameter p in parameters)
        {
            int count = p.Value.Count;
            double[] moved = x.AsSpan(at, count).ToArray();
            AddScaled(moved, step, direction.AsSpan(at, count));
            p.Set(Tensor.From(moved, p.Shape).ConvertTo(p.Value.DType));
            at += count;
        }
    }

    public static double Dot(double[] a, double[] b)
    {
        ReadOnlySpan<Vector<double>> x = Vectors(a), y = Vectors(b);
        Vector<double> s0 = default, s1 = default;
        int i = 0;
        for (; i < x.Length - 1; i += 2)
        {
            s0 += x[i] * y[i];
            s1 += x[i + 1] * y[i + 1];
        }
        if (i < x.Length) s0 += x[i] * y[i];
        double sum = Vector.Sum(s0 + s1);
        for (int k = x.Length * Vector<double>.Count; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }

    /// <summary>a = a + factor * b.</summary>
    public static void AddScaled(Span<double> a, double factor, ReadOnlySpan<double> b)
    {
        Span<Vector<double>> x = MemoryMarshal.Cast<double, Vector<double>>(a);
        ReadOnlySpan<Vector<double>> y = MemoryMarshal.Cast<double, Vector<double>>(b);
        for (int i = 0; i < x.Length; i++) x[i] += factor * y[i];
        for (int k = x.Length * Vector<double>.Count; k < a.Length; k++) a[k] += factor * b[k];
    }

    /// <summary>a - b.</summary>
    public static double[] Difference(double[] a, double[] b)
    {
        double[] d = [.. a];
        AddScaled(d, -1, b);
        return d;
    }

    /// <summary>factor * a.</summary>
    public static double[] Scaled(double[] a, double factor)
    {
        double[] b = [.. a];
        Span<Vector<double>> x = MemoryMarshal.Cast<double, Vector<double>>(b.AsSpan());
        for (int i = 0; i < x.Length; i++) x[i] *= factor;
        for (int k = x.Length * Vector<double>.Count; k < b.Length; k++) b[k] *= factor;
        return b;
    }

    public static double Largest(double[] a)
    {
        double most = 0;
        foreach (double v in a) most = Math.Max(most, Math.Abs(v));
        return most;
    }

    public static double Magnitudes(double[] a)
    {
        double sum = 0;
        foreach (double v in a) sum += Math.Abs(v);
        return sum;
    }

    private static void Negate(double[] a)
    {
        for (int i = 0; i < a.Length; i++) a[i] = -a[i];
    }

    private static ReadOnlySpan<Vector<double>> Vectors(double[] a) =>
        MemoryMarshal.Cast<double, Vector<double>>(a.AsSpan());

    private static double[] Gather(IReadOnlyList<Parameter> parameters, Func<Parameter, Tensor?> choose)
    {
        double[] all = new double[parameters.Sum(p => p.Value.Count)];
        int at = 0;
        foreach (Parameter p in parameters)
        {
            if (choose(p) is { } tensor) tensor.ToDoubles().CopyTo(all, at);
            at += p.Value.Count;
        }
        return all;
    }
}
