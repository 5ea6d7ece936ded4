using System.IO.Compression;
using System.Text;
using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Data;

public sealed class FastaTests
{
    private const string Two = ">sp|P1 first protein  of two\nMKVA\nLl*\n\n; a remark\n>P2\nAC-G GT\n";

    private static readonly FastaRecord[] BothOfTwo =
        [new("sp|P1", "first protein  of two", "MKVALl*", 1), new("P2", "", "AC-GGT", 6)];

    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Fact]
    public void Records_have_identifier_description_and_all_lines_of_their_sequence()
    {
        using TempFolder folder = new();
        Assert.Equal(BothOfTwo, Fasta.Read(folder.Write("x.fasta", Two)));
        Assert.Equal([new FastaRecord("a", "b c", "N", 1)], Fasta.Read(folder.Write("x.fasta", "> a\tb c \n \nN")));
    }

    [Fact]
    public void Line_ends_byte_order_mark_and_packing_change_nothing()
    {
        using TempFolder folder = new();
        Assert.Equal(BothOfTwo, Fasta.Read(folder.Write("x.fasta", Two.Replace("\n", "\r\n"))));
        Assert.Equal(BothOfTwo, Fasta.Read(folder.Write("x.fasta", Two.Replace('\n', '\r'))));
        Assert.Equal(BothOfTwo, Fasta.Read(folder.Write("x.fasta", "\uFEFF" + Two)));
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionMode.Compress)) gzip.Write(Encoding.UTF8.GetBytes(Two));
        Assert.Equal(BothOfTwo, Fasta.Read(folder.Write("x.fasta.gz", packed.ToArray())));
    }

    [Theory]
    [InlineData("", "there are no records.", 1)]
    [InlineData("; only\n; remarks\n", "there are no records.", 1)]
    [InlineData("\nMKV\n>a\nM", "there is text before the first header; expected a line that begins with '>'.", 2)]
    [InlineData(">a\nM\n> \nK\n", "there is no identifier behind '>'.", 3)]
    [InlineData(">a\n>b\nK\n", "'a' has no residues.", 1)]
    [InlineData(">a\nK\n>b c\n\n", "'b' has no residues.", 3)]
    [InlineData(">a\nMK\nM1K\n", "'1' is no residue; expected letters, '*' or '-'.", 3)]
    [InlineData(">a\nMé\n", "'é' is no residue; expected letters, '*' or '-'.", 2)]
    [InlineData(">a\nM\0\n", "U+0000 is no residue; expected letters, '*' or '-'.", 2)]
    [InlineData(">a\nM😀\n", "'😀' is no residue; expected letters, '*' or '-'.", 2)]
    public void What_is_wrong_is_named_with_its_row(string text, string problem, int row)
    {
        using TempFolder folder = new();
        string path = folder.Write("x.fasta", text);
        Assert.Equal($"FASTA: {problem}\n  file: {path}\n  at: row {row}", ErrorOf(() => Fasta.Read(path)));
    }

    [Fact]
    public void Records_become_sequences_with_a_label_each()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.fasta", ">a globin\nMKV\n>b kinase\nkV\n");
        LabelledSequences proteins = LabelledSequences.ReadFasta(
            path, r => r.Description, s => Tokens.Characters(s.ToUpperInvariant()));
        Assert.Equal(["globin", "kinase"], proteins.ClassNames);
        Assert.Equal([1, 3], proteins.Items.Select(i => i.Row));
        Vocabulary residues = Vocabulary.OfWords(proteins.Items.Select(i => i.Tokens));
        Assert.Equal(["<pad>", "<unk>", "K", "V", "M"], residues.All);
        Batch batch = proteins.ToDataset(residues, proteins.ClassNames).All();
        Assert.Equal([4, 2, 3, 2, 3, 0], batch.Input.ToArray<long>());
        Assert.Equal([0, 1], batch.Target.ToArray<long>());
        Assert.Equal(["M", "K", "V", "k", "V"],
            LabelledSequences.ReadFasta(path, _ => "x").Items.SelectMany(i => i.Tokens));
        LabelledSequences other = LabelledSequences.ReadFasta(path, r => r.Identifier);
        Assert.Equal($"sequences: 'k' is none of the 3 tokens (K M V).\n  file: {path}\n  at: row 3",
            ErrorOf(() => other.ToDataset(new Vocabulary(["K", "M", "V"]), other.ClassNames)));
    }

    [Fact]
    public void Residues_have_their_labels_from_the_record_behind_or_from_another_file()
    {
        using TempFolder folder = new();
        string pairs = folder.Write("x.fasta", ">a seq\nMK\nV\n>a structure\nHH-\n>b\nAC\n>b\n01\n");
        string[][] labels = [["H", "H", "-"], ["0", "1"]];
        LabelledSequences one = LabelledSequences.ReadFastaSteps(pairs);
        Assert.Equal([["M", "K", "V"], ["A", "C"]], one.Items.Select(i => i.Tokens));
        Assert.Equal(labels, one.Items.Select(i => i.Labels));
        Assert.Equal([1, 6], one.Items.Select(i => i.Row));
        LabelledSequences two = LabelledSequences.ReadFastaSteps(
            folder.Write("seq.fasta", ">a\nMKV\n>b\nAC\n"), folder.Write("ss.fasta", ">b\n01\n>more\nHHH\n>a\nHH-\n"));
        Assert.Equal(labels, two.Items.Select(i => i.Labels));
        Batch batch = two.ToDataset(new Vocabulary(["A", "C", "K", "M", "V"]), two.ClassNames).All();
        Assert.Equal([3, 2, 4, 0, 1, 0], batch.Input.ToArray<long>());
        Assert.Equal([3, 3, 0, 1, 2, -100], batch.Target.ToArray<long>());
    }

    [Fact]
    public void Labels_that_do_not_fit_are_named()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.fasta", ">a\nMK\n>a\nHHH\n>b\nK\n"), labels = folder["ss.fasta"];
        Assert.Equal($"FASTA: 'b' is not followed by its labels.\n  file: {path}\n  at: row 5",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path)));
        folder.Write("x.fasta", ">a\nMK\n>a\nHHH\n");
        Assert.Equal($"FASTA: 'a' has 2 residues and, in row 3, 3 labels.\n  file: {path}\n  at: row 1",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path)));
        folder.Write("x.fasta", ">b\nK\n>a\nMK\n");
        folder.Write("ss.fasta", ">b\nH\n>a\nH\n");
        Assert.Equal($"FASTA: 'a' has 2 residues and, in row 3 of {labels}, 1 labels.\n  file: {path}\n  at: row 3",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path, labels)));
        folder.Write("ss.fasta", ">b\nH\n");
        Assert.Equal($"FASTA: 'a' has no labels in {labels}.\n  file: {path}\n  at: row 3",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path, labels)));
        folder.Write("ss.fasta", ">b\nH\n>b\nH\n");
        Assert.Equal($"FASTA: 'b' has labels in row 1 already.\n  file: {labels}\n  at: row 3",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path, labels)));
        folder.Write("x.fasta", ">a\nMK\n>a\nHé\n");
        Assert.Equal($"FASTA: 'é' is no label; expected a sign of ASCII.\n  file: {path}\n  at: row 4",
            ErrorOf(() => LabelledSequences.ReadFastaSteps(path)));
    }

    [SharedFact("data/protein")]
    public void Structures_by_columns_become_sequences_whose_unmasked_residues_count()
    {
        CsvTable table = CsvTable.Read(SharedData.Path("data/protein/CB513.csv"));
        LabelledSequences proteins = new(Enumerable.Range(0, table.RowCount).Select(row =>
        {
            string[] structure = Tokens.Characters(table[row, 1]), mask = table[row, 4].Split(' ');
            return new LabelledSequence(
                Tokens.Characters(table[row, 0]),
                [.. structure.Zip(mask, (s, m) => m == "1.0" ? s : LabelledSequences.NoLabel)], table.LineOf(row));
        }), table.File);
        Assert.Equal(["C", "E", "H"], proteins.ClassNames);
        SequenceDataset data = proteins.ToDataset(
            Vocabulary.OfWords(proteins.Items.Select(i => i.Tokens)), proteins.ClassNames);
        Assert.Equal(511, data.Count);
        int[] counts = new int[4];
        for (int i = 0; i < data.Count; i++)
        {
            foreach (long c in data.Get([i]).Target.ToArray<long>()) counts[c < 0 ? 3 : c]++;
        }
        Assert.Equal([36_199, 18_690, 29_102], counts[..3]);
        Assert.Equal(proteins.Items.Sum(i => i.Tokens.Count) - 83_991, counts[3]);
    }
}
