using System.Buffers;
using System.Text;

namespace ChainRule.Data;

/// <summary>One record of a FASTA file.</summary>
/// <param name="Identifier">What stands behind <c>&gt;</c>, to the next blank.</param>
/// <param name="Description">The rest of that line; empty where there is none.</param>
/// <param name="Sequence">Its residues, all lines together: letters as they stand there, <c>*</c> and <c>-</c>.</param>
/// <param name="Row">Row of its header in the file, from 1; 0 where there is none.</param>
public sealed record FastaRecord(string Identifier, string Description, string Sequence, int Row = 0);

/// <summary>
/// Reads FASTA files of proteins, DNA and RNA: a header <c>&gt;identifier description</c>, then lines of residues, up
/// to the next header. Blanks, empty lines and lines that begin with <c>;</c> are passed over.
/// </summary>
/// <remarks>
/// Source: Pearson and Lipman, "Improved tools for biological sequence comparison" (1988). To train on one, see
/// <see cref="LabelledSequences.ReadFasta"/> and <see cref="LabelledSequences.ReadFastaSteps"/>.
/// <code>
/// IReadOnlyList&lt;FastaRecord&gt; proteins = Fasta.Read("uniprot.fasta.gz");
/// Vocabulary residues = Vocabulary.OfWords(proteins.Select(p => Tokens.Characters(p.Sequence)));
/// </code></remarks>
public static class Fasta
{
    private static readonly SearchValues<char> Residues =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-");

    // A label may be a digit too; any sign that can be seen.
    private static readonly SearchValues<char> Labels = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);

    /// <summary>Reads all records of a file.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8.</param>
    /// <returns>The records in their order; identifiers may come more than once.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// There are no records, text stands before the first header, a record has no identifier or no residues, or a sign
    /// is none of letters, <c>*</c> and <c>-</c>; names file and row.
    /// </exception>
    public static IReadOnlyList<FastaRecord> Read(string path) => ReadMixed(path, _ => false);

    /// <summary>Reads all records, some of which hold labels in place of residues.</summary>
    /// <param name="path">The file.</param>
    /// <param name="holdsLabels">Whether a record of this number, from 0, does.</param>
    internal static List<FastaRecord> ReadMixed(string path, Func<int, bool> holdsLabels)
    {
        string[] lines = TextFile.Lines(path);
        List<FastaRecord> records = [];
        StringBuilder sequence = new();
        int header = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(';')) continue;
            if (lines[i].StartsWith('>'))
            {
                End();
                header = i;
            }
            else AddResidues(lines[i], i + 1);
        }
        End();
        return records.Count > 0 ? records : throw Wrong(path, 1, "there are no records.");

        void AddResidues(ReadOnlySpan<char> line, int row)
        {
            if (header < 0 && !line.IsWhiteSpace())
            {
                throw Wrong(
                    path, row, "there is text before the first header; expected a line that begins with '>'.");
            }
            bool labels = holdsLabels(records.Count);
            while (true)
            {
                int run = line.IndexOfAnyExcept(labels ? Labels : Residues);
                sequence.Append(run < 0 ? line : line[..run]);
                if (run < 0) return;
                if (line[run] is not (' ' or '\t'))
                {
                    string problem = labels ? "no label; expected a sign of ASCII."
                        : "no residue; expected letters, '*' or '-'.";
                    throw Wrong(path, row, $"{NameOf(line[run..])} is {problem}");
                }
                line = line[(run + 1)..];
            }
        }

        void End()
        {
            if (header < 0) return;
            string text = lines[header][1..].Trim();
            int end = text.AsSpan().IndexOfAny(' ', '\t');
            string identifier = end < 0 ? text : text[..end];
            if (identifier.Length == 0) throw Wrong(path, header + 1, "there is no identifier behind '>'.");
            if (sequence.Length == 0) throw Wrong(path, header + 1, $"'{identifier}' has no residues.");
            string description = end < 0 ? "" : text[(end + 1)..].TrimStart();
            records.Add(new FastaRecord(identifier, description, sequence.ToString(), header + 1));
            sequence.Clear();
        }
    }

    internal static DataException Wrong(string path, int row, string problem) =>
        new("FASTA", problem) { File = path, Row = row };

    private static string NameOf(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out Rune sign, out _);
        return Rune.IsControl(sign) || Rune.IsWhiteSpace(sign) ? $"U+{sign.Value:X4}" : $"'{sign}'";
    }
}
