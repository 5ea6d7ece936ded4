using System.Runtime.CompilerServices;

namespace ChainRule.Models;

/// <summary>Checks of what the classic models are given, and its numbers in double precision.</summary>
internal static class ClassicInput
{
    /// <summary>The numbers of a matrix with rows and columns, as many of the latter as are asked for.</summary>
    public static double[] Matrix(
        string subject, Tensor x, int? columns = null, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.Rank != 2 || x.Count == 0 || (columns is { } n && x.Shape[1] != n))
        {
            string expected = columns is { } c ? $"[rows, {c}]" : "[rows, columns]";
            throw new ShapeException(
                $"{subject}: {name} must be {expected} with 1 row or more, got {x.Shape}.", x.Shape);
        }
        return Finite(subject, x, name);
    }

    /// <summary>The numbers of a vector with so many of them.</summary>
    public static double[] Vector(
        string subject, Tensor x, int count, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.Rank != 1 || x.Count != count)
            throw new ShapeException($"{subject}: {name} must be [{count}], got {x.Shape}.", x.Shape);
        return Finite(subject, x, name);
    }

    /// <summary>Checks that a tensor is of the type that what it meets is of.</summary>
    public static void SameType(string subject, Tensor x, string name, DType expected, string of)
    {
        if (x.DType == expected) return;
        throw new DTypeException(
            $"{subject}: {name} is {x.DType.Text()}; expected {expected.Text()}, the type of {of}.", x.DType, expected);
    }

    /// <summary>Checks that a tensor can be differentiated by.</summary>
    public static void NeedFloat(string subject, Tensor x, string name)
    {
        if (x.DType.IsFloatingPoint()) return;
        throw new DTypeException(
            $"{subject}: {name} is {x.DType.Text()}; expected float32 or float64.", x.DType);
    }

    /// <summary>The type of results: that of floating-point data, float32 for other data.</summary>
    public static DType ResultType(Tensor x) => x.DType == DType.Float64 ? DType.Float64 : DType.Float32;

    /// <summary>A result in the type of the data.</summary>
    public static Tensor Result(double[] values, Shape shape, DType dtype) => Tensor.From(values, shape).To(dtype);

    private static double[] Finite(string subject, Tensor x, string name)
    {
        double[] values = x.To(DType.Float64).ToArray<double>();
        int bad = Array.FindIndex(values, v => !double.IsFinite(v));
        if (bad < 0) return values;
        throw new ArgumentException(
            $"{subject}: element {bad} of {name}, counted in rows, is {values[bad]}; finite numbers are expected.",
            name);
    }
}
