namespace ChainRule.Nn;

/// <summary>
/// Adds to each position of a sequence what tells it apart: sines and cosines of its number, of wavelengths from 2 pi
/// to 10000 * 2 pi.
/// </summary>
/// <remarks>
/// Takes and gives <c>[N, T, features]</c>: y[n, t, 2i] = x[n, t, 2i] + sin(t / 10000^(2i / features)), and the cosine
/// in y[n, t, 2i + 1]. Source: Vaswani et al., "Attention is all you need" (2017), section 3.5.
/// </remarks>
/// <torch>none</torch>
public sealed class SinusoidalPositions : Layer
{
    private readonly Tensor _table;

    /// <summary>A layer for sequences up to a length. The table is computed, not saved.</summary>
    /// <param name="features">Features of the sequence, 1 or more.</param>
    /// <param name="maxLength">Longest sequence, 1 or more.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public SinusoidalPositions(int features, int maxLength = 5000, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        NeedFloat(dtype);
        (Features, MaxLength) = (features, maxLength);
        double[] table = new double[checked(features * maxLength)];
        for (int i = 0; i < table.Length; i++)
        {
            (int position, int feature) = Math.DivRem(i, features);
            double angle = position / Math.Pow(10000, (feature - (feature % 2)) / (double)features);
            table[i] = feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        }
        _table = Tensor.From(table, [maxLength, features]).ConvertTo(dtype, kept: true);
    }

    /// <summary>Features of the sequence.</summary>
    public int Features { get; }

    /// <summary>Longest sequence.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override string Summary => $"SinusoidalPositions {Features}, up to {MaxLength}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Positions.Add(nameof(SinusoidalPositions), x, _table);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => Positions.Expects(x, _table);
}

/// <summary>What the two kinds of positions share.</summary>
internal static class Positions
{
    public static Tensor Add(string layer, Tensor x, Tensor table)
    {
        if (Expects(x, table) is { } expected)
            throw new ShapeException($"{layer}: expects {expected}, got {x.Shape}.", x.Shape);
        if (x.DType != table.DType)
        {
            throw new DTypeException(
                $"{layer}: needs {table.DType.Text()} as the positions are, got {x.DType.Text()}.",
                x.DType, table.DType);
        }
        return x + table[..x.Dims[1]];
    }

    public static string? Expects(Tensor x, Tensor table) =>
        x.Rank != 3 || x.Dims[2] != table.Dims[1] || x.Dims[1] > table.Dims[0]
            ? $"[N, T, {table.Dims[1]}] with T up to {table.Dims[0]}"
            : null;
}
