using System.Globalization;

namespace ChainRule.Testing;

/// <summary>Comparisons of tensors that say which element differs and by how much.</summary>
public static unsafe class TensorAssert
{
    /// <summary>Every element within a tolerance of the expected one.</summary>
    /// <param name="expected"><c>...</c>: what should come.</param>
    /// <param name="actual"><c>...</c>, same shape: what came; its type may be another.</param>
    /// <param name="tolerance">Allowed distance.</param>
    /// <param name="what">Name of the compared tensor in the message.</param>
    /// <exception cref="CheckFailedException">The shapes differ, or an element is too far away.</exception>
    public static void Close(Tensor expected, Tensor actual, Tolerance tolerance, string what = "result")
    {
        ArgumentNullException.ThrowIfNull(expected);
        Close(expected.Shape, expected.ToDoubles(), actual, tolerance, what);
    }

    /// <summary>Every element within a tolerance of the expected number.</summary>
    /// <param name="shape">Shape that should come.</param>
    /// <param name="expected">Numbers that should come, in row-major order.</param>
    /// <param name="actual"><paramref name="shape"/>, any type: what came.</param>
    /// <param name="tolerance">Allowed distance.</param>
    /// <param name="what">Name of the compared tensor in the message.</param>
    /// <param name="signOfZero">Also demands the expected sign of zeros.</param>
    /// <exception cref="CheckFailedException">The shapes differ, or an element is too far away.</exception>
    public static void Close(
        Shape shape, ReadOnlySpan<double> expected, Tensor actual, Tolerance tolerance, string what = "result",
            bool signOfZero = false)
    {
        ArgumentNullException.ThrowIfNull(actual);
        if (actual.Shape != shape) throw new CheckFailedException(
            $"{what}: expected shape {shape}, got {actual.Shape}.");
        double[] got = actual.ToDoubles();
        int wrong = 0, worst = -1;
        double most = -1;
        for (int i = 0; i < got.Length; i++)
        {
            bool good = tolerance.Accepts(expected[i], got[i])
                && !(signOfZero && expected[i] == 0 && double.IsNegative(expected[i]) != double.IsNegative(got[i]));
            if (good) continue;
            wrong++;
            double error = Math.Abs(got[i] - expected[i]);
            if (double.IsNaN(error)) error = double.PositiveInfinity;
            if (error > most) (most, worst) = (error, i);
        }
        if (wrong == 0) return;
        throw new CheckFailedException(string.Create(
            CultureInfo.InvariantCulture,
            $"{what} {shape} {actual.DType.Text()}: element {worst}{Index(shape, worst)}: expected "
            + $"{Text(expected[worst])}, got {Text(got[worst])} "
            + $"({tolerance}); {wrong} of {got.Length} elements differ, this one most."));
    }

    /// <summary>The same shape, type and bits.</summary>
    /// <param name="expected"><c>...</c>: what should come.</param>
    /// <param name="actual"><c>...</c>: what came.</param>
    /// <param name="what">Name of the compared tensor in the message.</param>
    /// <exception cref="CheckFailedException">Shape, type or a bit differs.</exception>
    public static void SameBits(Tensor expected, Tensor actual, string what = "result")
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        if (actual.Shape != expected.Shape || actual.DType != expected.DType)
        {
            throw new CheckFailedException(
                $"{what}: expected {expected.Shape} {expected.DType.Text()}, got {actual.Shape} "
                + $"{actual.DType.Text()}.");
        }
        SameBits(Bytes(expected), actual, what);
    }

    /// <summary>The bytes of the elements in row-major order.</summary>
    /// <param name="tensor"><c>...</c>, any type.</param>
    public static byte[] Bytes(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using NoGrad.Scope _ = NoGrad.Begin();
        byte[] bytes = new byte[tensor.Count * tensor.DType.Size()];
        fixed (byte* target = bytes) StridedCopy.ToDense(tensor.Pointer, tensor.Dims, tensor.Strides, target,
            tensor.DType.Size());
        GC.KeepAlive(tensor);
        return bytes;
    }

    /// <summary>The bytes that <see cref="Bytes"/> returned earlier.</summary>
    /// <param name="expected">Bytes that should come.</param>
    /// <param name="actual">What came.</param>
    /// <param name="what">Name of the compared tensor in the message.</param>
    /// <exception cref="CheckFailedException">A byte differs.</exception>
    public static void SameBits(byte[] expected, Tensor actual, string what)
    {
        ArgumentNullException.ThrowIfNull(expected);
        byte[] got = Bytes(actual);
        int same = expected.AsSpan().CommonPrefixLength(got);
        if (same == got.Length && same == expected.Length) return;
        if (expected.Length != got.Length) throw new CheckFailedException(
            $"{what}: expected {expected.Length} bytes, got {got.Length}.");
        int size = actual.DType.Size(), at = same / size;
        int wrong = 0;
        for (int i = 0; i < got.Length; i += size)
        {
            if (!got.AsSpan(i, size).SequenceEqual(expected.AsSpan(i, size))) wrong++;
        }
        throw new CheckFailedException(
            $"{what} {actual.Shape} {actual.DType.Text()}: element {at}{Index(actual.Shape, at)}: expected the bits of "
            + $"{Number(expected, at, actual.DType)}, got {Number(got, at, actual.DType)}; {wrong} of {actual.Count} "
            + $"elements differ, this one first.");
    }

    /// <summary>
    /// A position in row-major order as an index along the dimensions: " = [1, 2]"; nothing below rank 2.
    /// </summary>
    internal static string Index(Shape shape, int element)
    {
        if (shape.Rank < 2) return "";
        int[] at = new int[shape.Rank];
        for (int d = shape.Rank - 1; d >= 0; d--) (element, at[d]) = Math.DivRem(element, shape.Dims[d]);
        return $" = [{string.Join(", ", at)}]";
    }

    private static string Text(double v) =>
        v == 0 && double.IsNegative(v) ? "-0" : v.ToString("g9", CultureInfo.InvariantCulture);

    private static string Number(byte[] bytes, int at, DType dtype) => dtype switch
    {
        DType.Float32 => FormattableString.Invariant(
            $"{BitConverter.ToSingle(bytes, at * 4):g9} (0x{BitConverter.ToUInt32(bytes, at * 4):x8})"),
        DType.Float64 => FormattableString.Invariant(
            $"{BitConverter.ToDouble(bytes, at * 8):g17} (0x{BitConverter.ToUInt64(bytes, at * 8):x16})"),
        DType.Int64 => BitConverter.ToInt64(bytes, at * 8).ToString(CultureInfo.InvariantCulture),
        DType.Int32 => BitConverter.ToInt32(bytes, at * 4).ToString(CultureInfo.InvariantCulture),
        _ => bytes[at].ToString(CultureInfo.InvariantCulture),
    };
}
