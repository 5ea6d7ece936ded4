using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Data;

/// <summary>Rows most of whose numbers are 0, and data sets of them.</summary>
public sealed class SparseTests
{
    private static readonly Vocabulary Words = new(["<unk>", "be", "not", "or", "to"]);

    [Fact]
    public void Rows_are_made_dense_in_any_order()
    {
        SparseRows rows = new(4, [0, 2, 2, 3], [0, 3, 1], [1, -2.5f, 7]);
        Assert.Equal((3, 4, 3), (rows.Count, rows.Width, rows.StoredCount));
        Assert.Equal([0, 3], rows.ColumnsOf(0).ToArray());
        Assert.Equal([7f], rows.ValuesOf(2).ToArray());
        Assert.Equal([1, 0, 0, -2.5f, 0, 0, 0, 0, 0, 7, 0, 0], rows.ToDense().ToArray<float>());
        Tensor some = rows.ToDense([2, 1, 2]);
        Assert.Equal("[3, 4] float32", $"{some.Shape} {some.DType.Text()}");
        Assert.Equal([0, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0], some.ToArray<float>());
        Assert.Equal("[0, 4]", rows.ToDense([]).Shape.ToString());
        Assert.Equal("expected a row from 0 to 2. (Parameter 'rows')\nActual value was 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => rows.ToDense([3])).Message.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("0 2", "0 3", "1", "2 columns and 1 values; expected as many. (Parameter 'columns')")]
    [InlineData("", "", "", "no starts; expected 0 to 0, the number of values. (Parameter 'starts')")]
    [InlineData("0 1", "0 3", "1 1", "starts from 0 to 1; expected 0 to 2, the number of values. (Parameter 'starts')")]
    [InlineData("0 2 1 2", "0 3", "1 1", "row 1 is from 2 to 1; expected ascending starts. (Parameter 'starts')")]
    [InlineData("0 9 2", "0 3", "1 1", "row 0 is from 0 to 9; expected ascending starts. (Parameter 'starts')")]
    [InlineData("0 1 3", "0 2 2", "1 1 1",
        "column 2 in row 1; expected ascending columns from 0 to 3. (Parameter 'columns')")]
    [InlineData("0 1", "4", "1", "column 4 in row 0; expected ascending columns from 0 to 3. (Parameter 'columns')")]
    [InlineData("0 1", "0", "NaN", "NaN in row 0; expected finite numbers. (Parameter 'values')")]
    public void Rows_that_do_not_fit_together_are_refused(string starts, string columns, string values, string problem)
    {
        Assert.Equal($"SparseRows: {problem}", Assert.Throws<ArgumentException>(
            () => new SparseRows(4, Whole(starts), Whole(columns), [.. Parts(values).Select(float.Parse)])).Message);

        static string[] Parts(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        static int[] Whole(string text) => [.. Parts(text).Select(int.Parse)];
    }

    [Fact]
    public void Words_that_are_not_known_are_left_out_or_counted()
    {
        string[][] texts = [["to", "be", "or", "not", "to", "be"], ["that"], [], ["is", "to", "is"]];
        SparseRows counts = SparseRows.Counts(texts, Words);
        Assert.Equal([0, 2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], counts.ToDense().ToArray<float>());
        Assert.Equal(5, counts.StoredCount);
        Assert.Equal([0, 2, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1],
            SparseRows.Counts(texts, Words, countUnknown: true).ToDense().ToArray<float>());
        Assert.Equal("SparseRows.Counts: the vocabulary has no <unk> to count unknown tokens as. "
            + "(Parameter 'countUnknown')",
            Assert.Throws<ArgumentException>(() => SparseRows.Counts(texts, new(["to"]), countUnknown: true)).Message);
        // The most frequent words alone.
        Assert.Equal(["<pad>", "<unk>", "to", "be", "is"], Vocabulary.OfWords(texts, most: 3).All);
    }

    [Fact]
    public void Labelled_texts_become_counts_with_classes_and_rows_of_their_file()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.txt", "b\tto be to\n\na\tor else\n");
        LabelledSequences texts = LabelledSequences.ReadLines(path);
        SparseDataset data = texts.ToCounts(Words, texts.ClassNames);
        Assert.Equal([0, 1, 0, 0, 2, 0, 0, 0, 1, 0], data.All().Input.ToArray<float>());
        Assert.Equal([1, 0], data.All().Target.ToArray<long>());
        Assert.Equal(new SampleFile(path, 3), data.FileOf(1));
        Assert.Equal(1, texts.ToCounts(Words, texts.ClassNames, countUnknown: true).Get([1]).Input[0, 0].Item());
        Assert.Equal($"sequences: the label 'b' is none of the classes a.\n  file: {path}\n  at: row 1",
            Assert.Throws<DataException>(() => texts.ToCounts(Words, ["a"])).Message);
        LabelledSequences steps = LabelledSequences.ReadSteps(folder.Write("y.txt", "a x\n\na x\nb y\n"));
        Assert.Equal("sequences: each token has a label; expected one for each sequence, whose tokens are counted.\n"
            + $"  file: {folder["y.txt"]}\n  at: row 3",
            Assert.Throws<DataException>(() => steps.ToCounts(Words, ["x", "y"])).Message);
    }

    [Fact]
    public void Targets_must_be_as_many_as_rows()
    {
        SparseRows rows = new(2, [0, 0, 0], [], []);
        Assert.Equal("SparseDataset: targets are [3] for 2 rows; expected [2, ...].",
            Assert.Throws<ShapeException>(() => new SparseDataset(rows, Tensor.Zeros([3]))).Message);
        Assert.Equal("SparseRows: width is 0; expected 1 or more. (Parameter 'width')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new SparseRows(0, [0], [], [])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseDataset(rows, Tensor.Zeros([2])).Get([2]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Batches_have_the_bits_of_a_dense_data_set_for_any_number_of_workers(int workers)
    {
        (SparseDataset sparse, TensorDataset dense) = Both(200, 50);
        Batch[] expected = Batches(dense, 0), given = Batches(sparse, workers);
        Assert.Equal(7, given.Length);
        for (int i = 0; i < given.Length; i++)
        {
            Assert.Equal(expected[i].Indices, given[i].Indices);
            Assert.Equal(expected[i].Input.ToArray<float>(), given[i].Input.ToArray<float>());
            Assert.Equal(expected[i].Target.ToArray<long>(), given[i].Target.ToArray<long>());
        }

        static Batch[] Batches(Dataset data, int workers)
        {
            Dataset part = data.Split(0.5, new Rng(3)).First;
            return [.. new DataLoader(part, 16, rng: new Rng(4), workers: workers, sampler: new StratifiedSampler(part),
                transforms: [TfIdf.Fit(part)])];
        }
    }

    [Fact]
    public void Parts_and_folds_are_those_of_a_dense_data_set()
    {
        (SparseDataset sparse, TensorDataset dense) = Both(60, 20);
        Assert.Equal(dense.Subset([7, 3, 7]).All().Input.ToArray<float>(),
            sparse.Subset([7, 3, 7]).All().Input.ToArray<float>());
        IReadOnlyList<DataFold> folds = KFold.Stratified(sparse, 4, new Rng(1));
        IReadOnlyList<DataFold> expected = KFold.Stratified(dense, 4, new Rng(1));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i].Train.All().Input.ToArray<float>(), folds[i].Train.All().Input.ToArray<float>());
            Assert.Equal(expected[i].Validation.All().Target.ToArray<long>(),
                folds[i].Validation.All().Target.ToArray<long>());
        }
        Assert.Throws<DataException>(() => TfIdf.Fit(folds[0].Validation));
    }

    [Fact]
    public void Samples_of_a_million_columns_are_gone_through_a_few_at_a_time()
    {
        const int Count = 600, Width = 1 << 20;
        int[] places = [.. Enumerable.Range(0, Count)];
        SparseRows rows = new(Width, [.. places, Count], [.. places.Select(i => i * 17)], new float[Count]);
        Dataset data = new SparseDataset(rows, Tensor.From([.. places.Select(i => i % 3L)])).Subset(places);
        Batch[] blocks = [.. data.Blocks(512).Take(3)];
        Assert.All(blocks, b => Assert.Equal(4, b.Count));
        Assert.Equal([4, 5, 6, 7], blocks[1].Indices);
        // Nothing dense is made to fit: 2.5 GB if it were.
        long before = BufferPool.AskedByThread;
        TfIdf.Fit(data);
        Assert.InRange(BufferPool.AskedByThread - before, 0, 32L << 20);
    }

    [SharedFact("data/reuters-r8")]
    public void News_take_megabytes_and_are_told_apart_by_their_words()
    {
        LabelledSequences training = News("train"), others = News("test");
        Vocabulary words = Vocabulary.OfWords(training.Items.Select(i => i.Tokens));
        long before = GC.GetAllocatedBytesForCurrentThread() + BufferPool.AskedByThread;
        SparseDataset train = training.ToCounts(words, training.ClassNames);
        long asked = GC.GetAllocatedBytesForCurrentThread() + BufferPool.AskedByThread - before;
        Assert.Equal((5_485, 19_984), (train.Count, train.Rows.Width));
        // Bytes, given back or not; a dense table takes 438 million.
        Assert.InRange(asked, 0, 16_000_000);
        Assert.Equal(328_257, train.Rows.StoredCount);

        SparseDataset test = others.ToCounts(words, training.ClassNames);
        Transform[] prepare = [TfIdf.Fit(train)];
        Rng rng = new(1);
        Linear model = new(words.Count, 8, rng: rng);
        Adam optimizer = new(model.Parameters(), 0.01);
        Trainer trainer = new(model, optimizer, (y, t) => F.CrossEntropy(y, t), new Accuracy());
        trainer.Fit(new DataLoader(train, 64, shuffle: true, rng, transforms: prepare), epochs: 8);
        double accuracy = trainer.Evaluate(new DataLoader(test, 256, transforms: prepare))["accuracy"];
        Assert.True(accuracy > 0.96, $"accuracy {accuracy}, asked {asked}, stored {train.Rows.StoredCount}");

        static LabelledSequences News(string part) => LabelledSequences.ReadLines(
            SharedData.Path($"data/reuters-r8/r8-{part}-all-terms.txt"), header: true);
    }

    // The same samples, sparse and dense.
    private static (SparseDataset Sparse, TensorDataset Dense) Both(int count, int width)
    {
        Rng rng = new(9);
        string[] words = [.. Enumerable.Range(0, width).Select(i => $"w{i}")];
        string[][] texts = [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, 1 + rng.NextInt(12)).Select(_ => words[rng.NextInt(width)]).ToArray())];
        SparseRows rows = SparseRows.Counts(texts, new Vocabulary(words));
        Tensor targets = Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i % 3))]);
        return (new SparseDataset(rows, targets), new TensorDataset(rows.ToDense(), targets));
    }
}
