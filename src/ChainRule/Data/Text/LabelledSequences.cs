namespace ChainRule.Data;

/// <summary>Tokens in their order, with a label for all of them or for each.</summary>
/// <param name="Tokens"><c>[T]</c> tokens.</param>
/// <param name="Labels">One label, or <c>[T]</c> labels.</param>
/// <param name="Row">Row of the file at which it begins, from 1; 0 where there is none.</param>
public sealed record LabelledSequence(IReadOnlyList<string> Tokens, IReadOnlyList<string> Labels, int Row = 0);

/// <summary>How <see cref="LabelledSequences.ReadSteps"/> takes a file: one step a line.</summary>
public sealed record StepFileOptions
{
    /// <summary>Column of the token, from 0.</summary>
    public int TokenColumn { get; init; }

    /// <summary>Column of the label, from 0; null for the last.</summary>
    public int? LabelColumn { get; init; }

    /// <summary>Lines between sequences, such as <c>end</c>.</summary>
    public IReadOnlyList<string> Separators { get; init; } = [];

    /// <summary>Whether an empty line ends a sequence; else it is passed over.</summary>
    public bool EmptyLineEnds { get; init; } = true;

    /// <summary>Lines that begin so are passed over; null for none.</summary>
    public string? Comment { get; init; }
}

/// <summary>
/// Sequences of tokens of different lengths with a label each, or a label for each step, as files of texts, sentences
/// and proteins hold them.
/// </summary>
/// <remarks><code>
/// var news = LabelledSequences.ReadLines("r8-train.txt", header: true);
/// Vocabulary words = Vocabulary.OfWords(news.Items.Select(i => i.Tokens), minCount: 5);
/// SequenceDataset train = news.ToDataset(words, news.ClassNames);
/// </code></remarks>
public sealed class LabelledSequences
{
    /// <summary>
    /// Stands where a label is not known, or shall not count: no class, but the target -100, which losses pass over.
    /// </summary>
    public const string NoLabel = "";

    private const long Ignored = -100;

    private readonly bool _each;

    /// <summary>Sequences that are read already.</summary>
    /// <param name="items">The sequences: all with one label, or all with a label for each step.</param>
    /// <param name="file">The file that they come from, for errors; null for none.</param>
    /// <exception cref="DataException">There are none, or one has neither one label nor one a step.</exception>
    public LabelledSequences(IEnumerable<LabelledSequence> items, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        (Items, File) = ([.. items], file);
        if (Items.Count == 0) throw Wrong(1, "there are no sequences.");
        _each = Items.Any(i => i.Labels.Count != 1);
        foreach (LabelledSequence item in Items)
        {
            if (item.Tokens.Count == 0) throw Wrong(item.Row, "a sequence has no tokens.");
            if (item.Labels.Count == (_each ? item.Tokens.Count : 1)) continue;
            throw Wrong(item.Row, $"a sequence of {item.Tokens.Count} tokens has {item.Labels.Count} labels; "
                + "expected one for each, or one for each sequence of the file.");
        }
        ClassNames =
        [
            .. Items.SelectMany(i => i.Labels).Distinct().Where(label => label != NoLabel)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The sequences.</summary>
    public IReadOnlyList<LabelledSequence> Items { get; }

    /// <summary>The file that they come from; null for none.</summary>
    public string? File { get; }

    /// <summary>All labels that occur, sorted (ordinal), without <see cref="NoLabel"/>.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Reads lines of a label, a separator and a text.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <param name="separator">What stands behind the label.</param>
    /// <param name="header">Whether the first line names the columns.</param>
    /// <param name="tokens">Parts a text; null for <see cref="Tokens.Words"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">A line has no separator or no text; names file and row.</exception>
    public static LabelledSequences ReadLines(
        string path, char separator = '\t', bool header = false, Func<string, IReadOnlyList<string>>? tokens = null)
    {
        string[] lines = TextFile.Lines(path);
        List<LabelledSequence> items = [];
        for (int i = header ? 1 : 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            int at = lines[i].IndexOf(separator);
            if (at < 0)
                throw Wrong(path, i + 1, $"the line has no {Name(separator)} between label and text.");
            IReadOnlyList<string> parts = (tokens ?? Tokens.Words)(lines[i][(at + 1)..]);
            if (parts.Count == 0) throw Wrong(path, i + 1, "there is no text behind the label.");
            items.Add(new LabelledSequence(parts, [lines[i][..at].Trim()], i + 1));
        }
        return new LabelledSequences(items, path);
    }

    /// <summary>Reads lines of one step each: a token and its label, between blanks or tabs.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <param name="options">What stands where; null for the token first, the label last, an empty line at the end of
    /// each sequence, as in the files of the CoNLL tasks.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">A line has too few columns, or there are no sequences; names file and
    /// row.</exception>
    public static LabelledSequences ReadSteps(string path, StepFileOptions? options = null)
    {
        options ??= new StepFileOptions();
        string[] lines = TextFile.Lines(path);
        List<LabelledSequence> items = [];
        List<string> tokens = [], labels = [];
        int begin = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (options.Comment is { Length: > 0 } mark && line.StartsWith(mark, StringComparison.Ordinal)) continue;
            if (line.Length == 0 ? options.EmptyLineEnds : options.Separators.Contains(line)) End();
            else if (line.Length > 0) Add(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), i + 1);
        }
        End();
        return new LabelledSequences(items, path);

        void Add(string[] columns, int row)
        {
            int label = options.LabelColumn ?? columns.Length - 1, needed = Math.Max(options.TokenColumn, label) + 1;
            if (columns.Length < Math.Max(needed, 2))
            {
                throw Wrong(path, row,
                    $"the line has {columns.Length} columns; expected {Math.Max(needed, 2)} or more.");
            }
            if (tokens.Count == 0) begin = row;
            tokens.Add(columns[options.TokenColumn]);
            labels.Add(columns[label]);
        }

        void End()
        {
            if (tokens.Count > 0) items.Add(new LabelledSequence([.. tokens], [.. labels], begin));
            tokens.Clear();
            labels.Clear();
        }
    }

    /// <summary>Reads a FASTA file whose records have a label each.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <param name="label">The label of a record, as from its description.</param>
    /// <param name="tokens">Parts a sequence; null for <see cref="Tokens.Characters"/>, one for each residue.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file is damaged (<see cref="Fasta.Read"/>), or a sequence has no tokens;
    /// names file and row.</exception>
    public static LabelledSequences ReadFasta(
        string path, Func<FastaRecord, string> label, Func<string, IReadOnlyList<string>>? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(label);
        tokens ??= Tokens.Characters;
        return new LabelledSequences(
            Fasta.Read(path).Select(r => new LabelledSequence(tokens(r.Sequence), [label(r)], r.Row)), path);
    }

    /// <summary>
    /// Reads a FASTA file with a label for each residue, such as its secondary structure, in records of the same form.
    /// </summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <param name="labels">
    /// The file that holds the labels, in a record of the same identifier for each sequence, in any order; null where
    /// each sequence is followed by the record of its labels.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">A file is damaged (<see cref="Fasta.Read"/>; labels may be other signs of ASCII
    /// too), or a sequence has no labels, or not one for each residue; names file and row.</exception>
    public static LabelledSequences ReadFastaSteps(string path, string? labels = null)
    {
        List<FastaRecord> records = Fasta.ReadMixed(path, n => labels is null && n % 2 == 1);
        if (labels is null && records.Count % 2 == 1)
            throw Fasta.Wrong(path, records[^1].Row, $"'{records[^1].Identifier}' is not followed by its labels.");
        Dictionary<string, FastaRecord> byName = new(StringComparer.Ordinal);
        foreach (FastaRecord record in labels is null ? [] : Fasta.ReadMixed(labels, _ => true))
        {
            if (!byName.TryAdd(record.Identifier, record))
                throw Fasta.Wrong(labels!, record.Row, $"'{record.Identifier}' has labels in row "
                    + $"{byName[record.Identifier].Row} already.");
        }
        IEnumerable<(FastaRecord Residues, FastaRecord Labels)> pairs = labels is null
            ? records.Chunk(2).Select(two => (two[0], two[1]))
            : records.Select(r => (r, byName.TryGetValue(r.Identifier, out FastaRecord? own) ? own
                : throw Fasta.Wrong(path, r.Row, $"'{r.Identifier}' has no labels in {labels}.")));
        return new LabelledSequences(pairs.Select(pair => Join(pair.Residues, pair.Labels)), path);

        LabelledSequence Join(FastaRecord residues, FastaRecord own)
        {
            if (residues.Sequence.Length != own.Sequence.Length)
            {
                throw Fasta.Wrong(path, residues.Row, $"'{residues.Identifier}' has {residues.Sequence.Length} "
                    + $"residues and, in row {own.Row}{(labels is null ? "" : $" of {labels}")}, "
                    + $"{own.Sequence.Length} labels.");
            }
            return new LabelledSequence(
                Tokens.Characters(residues.Sequence), Tokens.Characters(own.Sequence), residues.Row);
        }
    }

    /// <summary>The sequences as numbers.</summary>
    /// <param name="tokens">Numbers the tokens.</param>
    /// <param name="classNames">The classes, as for the training part: <see cref="ClassNames"/> there.</param>
    /// <returns>
    /// Inputs <c>[T_n]</c> int64; targets <c>[N]</c> int64, or <c>[T_n]</c> where each step has a label; -100 for
    /// <see cref="NoLabel"/>.
    /// </returns>
    /// <exception cref="DataException">A token or a label is not known; names file and row.</exception>
    public SequenceDataset ToDataset(Vocabulary tokens, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(classNames);
        Dictionary<string, long> classes = Numbers(classNames);
        Tensor[] inputs = [.. Items.Select(item => Tensor.From(Encode(item)))];
        long[][] targets =
            [.. Items.Select(item => item.Labels.Select(label => ClassOf(label, item, classes)).ToArray())];
        SampleFile[]? files = Files();
        return _each ? new SequenceDataset(inputs, [.. targets.Select(t => Tensor.From(t))]) { Files = files }
            : new SequenceDataset(inputs, Tensor.From([.. targets.Select(t => t[0])])) { Files = files };

        long[] Encode(LabelledSequence item)
        {
            try
            {
                return tokens.Encode(item.Tokens);
            }
            catch (DataException e)
            {
                throw Wrong(item.Row, e.Problem);
            }
        }
    }

    /// <summary>
    /// The sequences as counts of their tokens, in any order: for what depends on which words a text has.
    /// </summary>
    /// <param name="tokens">The tokens that are counted.</param>
    /// <param name="classNames">The classes, as for the training part: <see cref="ClassNames"/> there.</param>
    /// <param name="countUnknown">
    /// Whether tokens that are not known are counted as <see cref="Vocabulary.Unknown"/>; else they are left out.
    /// </param>
    /// <returns>Inputs <c>[N, V]</c> float32, kept sparse; targets <c>[N]</c> int64.</returns>
    /// <exception cref="ArgumentException">Unknown tokens are to be counted, and the vocabulary has no
    /// <see cref="Vocabulary.Unknown"/>.</exception>
    /// <exception cref="DataException">Each token has a label, or a label is not known; names file and row.</exception>
    public SparseDataset ToCounts(Vocabulary tokens, IReadOnlyList<string> classNames, bool countUnknown = false)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        if (_each)
        {
            throw Wrong(Items.First(i => i.Labels.Count != 1).Row,
                "each token has a label; expected one for each sequence, whose tokens are counted.");
        }
        Dictionary<string, long> classes = Numbers(classNames);
        Tensor targets = Tensor.From([.. Items.Select(item => ClassOf(item.Labels[0], item, classes))]);
        SparseRows counts = SparseRows.Counts(Items.Select(item => item.Tokens), tokens, countUnknown);
        return new SparseDataset(counts, targets.Keep()) { Files = Files() };
    }

    private static Dictionary<string, long> Numbers(IReadOnlyList<string> classNames)
    {
        Dictionary<string, long> classes = new(StringComparer.Ordinal);
        foreach (string name in classNames) classes.TryAdd(name, classes.Count);
        return classes;
    }

    private long ClassOf(string label, LabelledSequence item, Dictionary<string, long> classes) =>
        label == NoLabel ? Ignored : classes.TryGetValue(label, out long id) ? id
            : throw Wrong(
                item.Row, $"the label '{label}' is none of the classes {string.Join(", ", classes.Keys)}.");

    private SampleFile[]? Files() => File is null ? null
        : [.. Items.Select(item => new SampleFile(File, item.Row > 0 ? item.Row : null))];

    private static string Name(char separator) => separator == '\t' ? "tab" : $"'{separator}'";

    private DataException Wrong(int row, string problem) => Wrong(File, row, problem);

    private static DataException Wrong(string? file, int row, string problem) =>
        new("sequences", problem) { File = file, Row = row > 0 ? row : null };
}
