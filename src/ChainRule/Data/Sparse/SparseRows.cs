using System.Runtime.InteropServices;

namespace ChainRule.Data;

/// <summary>
/// Rows of numbers most of which are 0. Of each row the others alone are kept, with their columns (compressed sparse
/// rows): 8 bytes for each number that is not 0, where a dense table takes 4 for every number.
/// </summary>
/// <remarks><code>
/// SparseRows counts = SparseRows.Counts([Tokens.Words("to be or not to be")], words);
/// Tensor x = counts.ToDense();                                                     // [1, words.Count] float32
/// </code></remarks>
public sealed unsafe class SparseRows
{
    // Row n has the places _starts[n] to _starts[n + 1] - 1 of the other two.
    private readonly int[] _starts, _columns;
    private readonly float[] _values;

    /// <summary>Rows in their compressed form; the numbers are copied.</summary>
    /// <param name="width">Number of columns V, 1 or more.</param>
    /// <param name="starts"><c>[N + 1]</c> where each row begins in the other two, and where the last ends: SciPy's
    /// <c>indptr</c>, PyTorch's <c>crow_indices</c>.</param>
    /// <param name="columns">Column of each number, from 0; ascending in each row.</param>
    /// <param name="values">The numbers, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 1.</exception>
    /// <exception cref="ArgumentException">The three do not fit together, columns do not ascend or are not from 0 to
    /// V - 1, or a number is not finite.</exception>
    public SparseRows(int width, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        if (width < 1)
            throw new ArgumentOutOfRangeException(nameof(width), $"SparseRows: width is {width}; expected 1 or more.");
        if (columns.Length != values.Length)
            throw new ArgumentException($"SparseRows: {columns.Length} columns and {values.Length} values; expected as "
                + "many.", nameof(columns));
        if (starts.Length == 0 || starts[0] != 0 || starts[^1] != values.Length)
            throw new ArgumentException(
                $"SparseRows: {(starts.Length == 0 ? "no starts" : $"starts from {starts[0]} to {starts[^1]}")}; "
                + $"expected 0 to {values.Length}, the number of values.", nameof(starts));
        for (int row = 0; row + 1 < starts.Length; row++)
        {
            if (starts[row + 1] < starts[row] || starts[row + 1] > values.Length)
                throw new ArgumentException(
                    $"SparseRows: row {row} is from {starts[row]} to {starts[row + 1]}; expected ascending starts.",
                    nameof(starts));
            int last = -1;
            for (int i = starts[row]; i < starts[row + 1]; last = columns[i++])
            {
                if (columns[i] <= last || columns[i] >= width)
                    throw new ArgumentException($"SparseRows: column {columns[i]} in row {row}; expected ascending "
                        + $"columns from 0 to {width - 1}.", nameof(columns));
                if (!float.IsFinite(values[i]))
                    throw new ArgumentException(
                        $"SparseRows: {values[i]} in row {row}; expected finite numbers.", nameof(values));
            }
        }
        (Width, _starts, _columns, _values) = (width, starts.ToArray(), columns.ToArray(), values.ToArray());
    }

    private SparseRows(int width, int[] starts, int[] columns, float[] values) =>
        (Width, _starts, _columns, _values) = (width, starts, columns, values);

    /// <summary>Number of rows N.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Number of columns V.</summary>
    public int Width { get; }

    /// <summary>How many numbers are kept.</summary>
    public int StoredCount => _values.Length;

    /// <summary>Counts words, or other tokens: column v of a row is how often token v occurs in that text.</summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="vocabulary">The tokens that are counted, in the order of the columns.</param>
    /// <param name="countUnknown">
    /// Whether tokens that it lacks are counted as its <see cref="Vocabulary.Unknown"/>; else they are left out.
    /// </param>
    /// <returns>N rows of V = <c>vocabulary.Count</c> numbers.</returns>
    /// <exception cref="ArgumentException">Unknown tokens are to be counted, and the vocabulary has no
    /// <see cref="Vocabulary.Unknown"/>.</exception>
    public static SparseRows Counts(
        IEnumerable<IEnumerable<string>> texts, Vocabulary vocabulary, bool countUnknown = false)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (countUnknown && vocabulary.UnknownId is null)
            throw new ArgumentException(
                $"SparseRows.Counts: the vocabulary has no {Vocabulary.Unknown} to count unknown tokens as.",
                nameof(countUnknown));
        int? unknown = countUnknown ? vocabulary.UnknownId : null;
        Builder rows = new();
        var counts = new int[vocabulary.Count];
        List<int> seen = [];
        foreach (IEnumerable<string> text in texts)
        {
            foreach (string token in text)
            {
                if (!vocabulary.TryGetId(token, out int id))
                {
                    if (unknown is null) continue;
                    id = unknown.Value;
                }
                if (counts[id]++ == 0) seen.Add(id);
            }
            seen.Sort();
            foreach (int id in seen)
            {
                rows.Add(id, counts[id]);
                counts[id] = 0;
            }
            seen.Clear();
            rows.EndRow();
        }
        return rows.ToRows(vocabulary.Count);
    }

    /// <summary>Columns of the numbers that are kept of a row, ascending.</summary>
    /// <param name="row">The row, from 0.</param>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The numbers that are kept of a row.</summary>
    /// <param name="row">The row, from 0.</param>
    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>All rows with their zeros.</summary>
    /// <returns><c>[N, V]</c> float32.</returns>
    public Tensor ToDense() => ToDense(Sampler.Places(Count));

    /// <summary>Some rows with their zeros.</summary>
    /// <param name="rows"><c>[M]</c> the rows, from 0; one may occur more than once.</param>
    /// <returns><c>[M, V]</c> float32.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A row is not from 0 to <see cref="Count"/> - 1.</exception>
    public Tensor ToDense(ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"expected a row from 0 to {Count - 1}.");
        }
        Tensor made = Tensor.EmptyKept([rows.Length, Width], DType.Float32);
        float* to = made.Ptr<float>();
        NativeMemory.Clear(to, (nuint)rows.Length * (nuint)Width * sizeof(float));
        foreach (int row in rows)
        {
            ReadOnlySpan<int> columns = ColumnsOf(row);
            ReadOnlySpan<float> values = ValuesOf(row);
            for (int i = 0; i < columns.Length; i++) to[columns[i]] = values[i];
            to += Width;
        }
        GC.KeepAlive(made);
        return made;
    }

    /// <summary>Puts rows together number by number.</summary>
    internal sealed class Builder
    {
        private readonly List<int> _starts = [0], _columns = [];
        private readonly List<float> _values = [];

        public int Count => _starts.Count - 1;

        /// <summary>Adds a number to the row that is under way, behind the last; zeros need not be kept.</summary>
        public void Add(int column, float value)
        {
            if (value == 0) return;
            _columns.Add(column);
            _values.Add(value);
        }

        public void EndRow() => _starts.Add(_values.Count);

        public SparseRows ToRows(int width) => new(width, [.. _starts], [.. _columns], [.. _values]);
    }
}
