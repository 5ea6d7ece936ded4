using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class LabelledSequencesTests
{
    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Fact]
    public void Lines_of_a_label_and_a_text_are_read()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.txt", "Class\tExample\r\nearn\tnet up net\r\n\r\nacq\tbuys\n");
        LabelledSequences news = LabelledSequences.ReadLines(path, header: true);
        Assert.Equal(["acq", "earn"], news.ClassNames);
        Assert.Equal([2, 4], news.Items.Select(i => i.Row));
        Vocabulary words = Vocabulary.OfWords(news.Items.Select(i => i.Tokens), minCount: 2);
        SequenceDataset data = news.ToDataset(words, news.ClassNames);
        Batch batch = data.Get([0, 1]);
        Assert.Equal([2, 1, 2, 1, 0, 0], batch.Input.ToArray<long>());
        Assert.Equal([1, 0], batch.Target.ToArray<long>());
        Assert.Equal([3, 1], batch.Sequences!.Lengths.ToArray<long>());
    }

    [Fact]
    public void Lines_of_a_step_each_are_read()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.txt", "# note\n<>\nG _\nV  e\n\n<end>\n<>\nK\th\n");
        LabelledSequences chains = LabelledSequences.ReadSteps(path, new StepFileOptions
        {
            Separators = ["<>", "<end>", "end"],
            EmptyLineEnds = false,
            Comment = "#",
        });
        Assert.Equal([["G", "V"], ["K"]], chains.Items.Select(i => i.Tokens));
        Assert.Equal([["_", "e"], ["h"]], chains.Items.Select(i => i.Labels));
        Assert.Equal([3, 8], chains.Items.Select(i => i.Row));
        SequenceDataset data = chains.ToDataset(new Vocabulary(["G", "V", "K"]), chains.ClassNames);
        Batch batch = data.Get([0, 1]);
        Assert.Equal([0, 1, 2, 0], batch.Input.ToArray<long>());
        Assert.Equal([0, 1, 2, -100], batch.Target.ToArray<long>());
        LabelledSequences words = LabelledSequences.ReadSteps(
            folder.Write("y.txt", "EU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER"));
        Assert.Equal([["B-ORG", "O"], ["B-PER"]], words.Items.Select(i => i.Labels));
    }

    [Fact]
    public void What_is_wrong_is_named_with_its_row()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.txt", "earn\tup\nacq buys\n");
        Assert.Equal($"sequences: the line has no tab between label and text.\n  file: {path}\n  at: row 2",
            ErrorOf(() => LabelledSequences.ReadLines(path)));
        Assert.Equal($"sequences: the line has 1 columns; expected 2 or more.\n  file: {path}\n  at: row 1",
            ErrorOf(() => LabelledSequences.ReadSteps(folder.Write("x.txt", "a\nb c\n"))));
        Assert.Equal($"sequences: there are no sequences.\n  file: {path}\n  at: row 1",
            ErrorOf(() => LabelledSequences.ReadSteps(folder.Write("x.txt", "\n\n"))));
        Assert.Equal($"sequences: there is no text behind the label.\n  file: {path}\n  at: row 1",
            ErrorOf(() => LabelledSequences.ReadLines(folder.Write("x.txt", "earn\t \n"))));
        folder.Write("x.txt", "earn\tup\n\nacq\tbuys\n");
        LabelledSequences news = LabelledSequences.ReadLines(path);
        Assert.Equal($"sequences: 'buys' is none of the 1 tokens (up).\n  file: {path}\n  at: row 3",
            ErrorOf(() => news.ToDataset(new Vocabulary(["up"]), news.ClassNames)));
        Assert.Equal($"sequences: the label 'acq' is none of the classes earn.\n  file: {path}\n  at: row 3",
            ErrorOf(() => news.ToDataset(new Vocabulary(["up", "buys"]), ["earn"])));
        Assert.Equal("sequences: a sequence of 2 tokens has 3 labels; expected one for each, or one for each sequence "
            + "of the file.", ErrorOf(() => new LabelledSequences([new(["a", "b"], ["x", "y", "z"])])));
    }

    [SharedTheory("data/protein")]
    [InlineData("train", 111, 18_105, 4_601)]
    [InlineData("test", 17, 3_520, 849)]
    public void Proteins_have_the_published_counts(string part, int chains, int residues, int helix)
    {
        LabelledSequences proteins = LabelledSequences.ReadSteps(
            SharedData.Path($"data/protein/protein-secondary-structure.{part}"), new StepFileOptions
            {
                Separators = ["<>", "<end>", "end"],
                EmptyLineEnds = false,
                Comment = "#",
            });
        Assert.Equal((chains, residues), (proteins.Items.Count, proteins.Items.Sum(i => i.Tokens.Count)));
        Assert.Equal(helix, proteins.Items.Sum(i => i.Labels.Count(l => l == "h")));
        Assert.Equal(["_", "e", "h"], proteins.ClassNames);
    }

    [SharedFact("data/reuters-r8")]
    public void News_have_the_published_counts()
    {
        LabelledSequences news = LabelledSequences.ReadLines(
            SharedData.Path("data/reuters-r8/r8-train-all-terms.txt"), header: true);
        Assert.Equal(5_485, news.Items.Count);
        Assert.Equal(["acq", "crude", "earn", "grain", "interest", "money-fx", "ship", "trade"], news.ClassNames);
        Assert.Equal(2_840, news.Items.Count(i => i.Labels[0] == "earn"));
        Assert.Equal(19_982 + 2, Vocabulary.OfWords(news.Items.Select(i => i.Tokens)).Count);
    }
}
