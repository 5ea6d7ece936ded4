using System.Globalization;

namespace ChainRule.Data;

/// <summary>
/// A table most of whose numbers are 0, in the text form of SVMlight and LIBSVM: on each line a label and the other
/// numbers as <c>index:value</c>, indices ascending.
/// </summary>
/// <remarks>
/// What stands behind <c>#</c> is passed over, and so is a query's number, <c>qid:3</c> behind the label. Source:
/// Joachims, "Making large-scale SVM learning practical" (1999).
/// <code>
/// SvmLight train = SvmLight.Read("a9a"), test = SvmLight.Read("a9a.t", train.Rows.Width);
/// SparseDataset learned = train.ToDataset(), measured = test.ToDataset(train.Classes);
/// </code></remarks>
public sealed class SvmLight
{
    // A damaged index shall not make batches of gigabytes; who has so many features says so.
    private const int MostUnsaid = 1 << 24;

    private readonly int[] _lines;

    private SvmLight(string file, SparseRows rows, double[] labels, int[] lines)
    {
        (File, Rows, Labels, _lines) = (file, rows, labels, lines);
        Classes = [.. labels.Distinct().Order()];
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The features: N rows of V numbers.</summary>
    public SparseRows Rows { get; }

    /// <summary><c>[N]</c> label of each row.</summary>
    public IReadOnlyList<double> Labels { get; }

    /// <summary>All labels that occur, ascending.</summary>
    public IReadOnlyList<double> Classes { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <param name="width">
    /// Number of features V, as for a test part that of the training part; null for the largest index that occurs,
    /// which may then be 16,777,216 at most.
    /// </param>
    /// <param name="zeroBased">Whether the first feature has the index 0; else 1, as LIBSVM and SVMlight write
    /// it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 1.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// There are no samples or no features, a label or value is no finite number (as float32), an index is none, does
    /// not ascend or is beyond the features; names file and row.
    /// </exception>
    public static SvmLight Read(string path, int? width = null, bool zeroBased = false)
    {
        if (width < 1)
            throw new ArgumentOutOfRangeException(nameof(width), $"SvmLight: width is {width}; expected 1 or more.");
        string[] lines = TextFile.Lines(path);
        SparseRows.Builder rows = new();
        List<double> labels = [];
        List<int> places = [];
        int widest = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<char> line = lines[i], word;
            if (line.IndexOf('#') is >= 0 and var comment) line = line[..comment];
            if ((word = Next(ref line)).IsEmpty) continue;
            labels.Add(Number(word)
                ?? throw Wrong(path, i, $"'{Shown(word)}' is no label; expected one finite number."));
            places.Add(i + 1);
            word = Next(ref line);
            if (word.StartsWith("qid:") && long.TryParse(
                word[4..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) word = Next(ref line);
            for (int last = -1; !word.IsEmpty; word = Next(ref line))
            {
                (int column, float value) = Feature(word, i);
                if (column <= last)
                {
                    throw Wrong(path, i, $"index {Index(column)} follows index {Index(last)}; expected ascending "
                        + "indices.");
                }
                rows.Add(column, value);
                (last, widest) = (column, Math.Max(widest, column + 1));
            }
            rows.EndRow();
        }
        if (rows.Count == 0) throw Wrong(path, 0, "there are no samples.");
        if ((width ?? widest) == 0)
            throw Wrong(path, 0, "there are no features.", "say with width how many there are.");
        return new SvmLight(path, rows.ToRows(width ?? widest), [.. labels], [.. places]);

        (int Column, float Value) Feature(ReadOnlySpan<char> word, int row)
        {
            int colon = word.IndexOf(':'), first = zeroBased ? 0 : 1, most = width ?? MostUnsaid;
            if (colon < 0) throw Wrong(path, row, $"'{Shown(word)}' is no feature; expected index:value.");
            if (!long.TryParse(word[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out long index))
            {
                throw Wrong(path, row,
                    $"'{Shown(word[..colon])}' of '{Shown(word)}' is no index; expected a whole number.");
            }
            if (index < first)
            {
                throw Wrong(path, row, "there is an index 0; expected indices from 1.",
                    "read a file that counts from 0 with zeroBased: true.");
            }
            if (index - first >= most)
            {
                throw Wrong(path, row, $"index {index} is beyond {most} features.",
                    width is null ? "if it is right, say with width how many features there are." : null);
            }
            float value = (float)(Number(word[(colon + 1)..]) ?? throw Wrong(path, row,
                $"'{Shown(word[(colon + 1)..])}' of '{Shown(word)}' is no value; expected a finite number."));
            return ((int)(index - first), value);
        }

        int Index(int column) => zeroBased ? column : column + 1;
    }

    /// <summary>The rows as samples whose labels are classes.</summary>
    /// <param name="classes">The classes in the order of their numbers, as for the training part; null for
    /// <see cref="Classes"/>.</param>
    /// <returns>Inputs <c>[N, V]</c> float32; targets <c>[N]</c> int64.</returns>
    /// <exception cref="DataException">A label is none of the classes; names file and row.</exception>
    public SparseDataset ToDataset(IReadOnlyList<double>? classes = null)
    {
        classes ??= Classes;
        Dictionary<double, long> numbers = [];
        foreach (double name in classes) numbers.TryAdd(name, numbers.Count);
        var targets = new long[Labels.Count];
        for (int i = 0; i < targets.Length; i++)
        {
            if (numbers.TryGetValue(Labels[i], out targets[i])) continue;
            string known = string.Join(", ", classes.Take(8).Select(c => c.ToString(CultureInfo.InvariantCulture)));
            throw Wrong(File, _lines[i] - 1, string.Create(CultureInfo.InvariantCulture,
                $"the label {Labels[i]} is none of the classes {known}{(classes.Count > 8 ? ", ..." : "")}."));
        }
        return Of(Tensor.From(targets));
    }

    /// <summary>The rows as samples whose labels are numbers to be predicted.</summary>
    /// <returns>Inputs <c>[N, V]</c> float32; targets <c>[N, 1]</c> float32.</returns>
    public SparseDataset ToRegression() => Of(Tensor.From([.. Labels.Select(v => (float)v)], [Labels.Count, 1]));

    private SparseDataset Of(Tensor targets) =>
        new(Rows, targets.Keep()) { Files = [.. _lines.Select(line => new SampleFile(File, line))] };

    // The next word of a line, which begins behind it then; empty at the end.
    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        int end = 0;
        while (end < line.Length && !char.IsWhiteSpace(line[end])) end++;
        ReadOnlySpan<char> word = line[..end];
        line = line[end..];
        return word;
    }

    private static double? Number(ReadOnlySpan<char> word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && float.IsFinite((float)value) ? value : null;

    private static string Shown(ReadOnlySpan<char> word) => word.Length <= 40 ? $"{word}" : $"{word[..40]}...";

    private static DataException Wrong(string path, int line, string problem, string? help = null) =>
        new("SVMlight", problem) { File = path, Row = line + 1, Help = help };
}
