using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;

namespace ChainRule.Tests.Data;

/// <summary>What counts of words are turned into.</summary>
public sealed class CountTransformTests
{
    // The example of scikit-learn's guide (6.2.3.4, "Tf-idf term weighting").
    private static readonly Tensor Counts = Tensor.From(
        [3f, 0, 1, 2, 0, 0, 3, 0, 0, 4, 0, 0, 3, 2, 0, 3, 0, 2], [6, 3]);

    private static readonly double[] GuideIdf = [1, Math.Log(7 / 2.0) + 1, Math.Log(7 / 3.0) + 1];

    [Fact]
    public void Tf_idf_is_that_of_scikit_learns_guide()
    {
        TfIdf fitted = TfIdf.Fit(Of(Counts));
        for (int v = 0; v < 3; v++) Assert.Equal(GuideIdf[v], fitted.Idf[v], 1e-15);
        double[] expected =
        [
            0.85151335, 0, 0.52433293, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0.55422893, 0.83236428, 0, 0.63035731, 0, 0.77630514,
        ];
        float[] single = fitted.Apply(Counts, default).ToArray<float>();
        double[] wide = fitted.Apply(Counts.To(DType.Float64), default).ToArray<double>();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], wide[i], 5e-9);
            Assert.Equal(expected[i], single[i], 1e-6);
        }
        Assert.Equal(wide.Select(v => (float)v), fitted.Apply(Counts.To(DType.Int64), default).ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Sublinear_counts_and_other_norms_are_those_worked_out_by_hand()
    {
        Tensor x = Tensor.From([3.0, 0, 1], [1, 3]);
        double tf = 1 + Math.Log(3);
        Equal([tf, 0, GuideIdf[2]], Fit(null).Apply(x, default));
        double sum = tf + GuideIdf[2], length = Math.Sqrt((tf * tf) + (GuideIdf[2] * GuideIdf[2]));
        Equal([tf / sum, 0, GuideIdf[2] / sum], Fit(SampleNorm.L1).Apply(x, default));
        Equal([tf / length, 0, GuideIdf[2] / length], Fit(SampleNorm.L2).Apply(x, default));
        Equal([3, 0, GuideIdf[2]], TfIdf.Fit(Of(Counts), norm: null).Apply(x, default));

        static TfIdf Fit(SampleNorm? norm) => TfIdf.Fit(Of(Counts), sublinear: true, norm);

        static void Equal(double[] expected, Tensor given)
        {
            double[] numbers = given.ToArray<double>();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], numbers[i], 1e-15);
        }
    }

    [Fact]
    public void Samples_are_divided_by_their_norm_and_zeros_stay()
    {
        Tensor x = Tensor.From([3f, -1, 0, 0, 3, 4], [3, 2]);
        Assert.Equal([0.75f, -0.25f, 0, 0, 3 / 7f, 4 / 7f],
            new NormalizeSamples(SampleNorm.L1).Apply(x, default).ToArray<float>());
        Assert.Equal([3 / MathF.Sqrt(10), -1 / MathF.Sqrt(10), 0, 0, 0.6f, 0.8f],
            new NormalizeSamples(SampleNorm.L2).Apply(x, default).ToArray<float>());
        Tensor pictures = Tensor.From([(byte)1, 3, 0, 4], [1, 2, 2]);
        Tensor y = new NormalizeSamples(SampleNorm.L1).Apply(pictures, default);
        Assert.Equal("[1, 2, 2]", y.Shape.ToString());
        Assert.Equal([0.125f, 0.375f, 0, 0.5f], y.ToArray<float>());
    }

    [Fact]
    public void Presence_is_what_is_above_the_threshold()
    {
        Tensor x = Tensor.From([0f, 0.5f, 2, -1], [2, 2]);
        Assert.Equal([0f, 1, 1, 0], new Binarize().Apply(x, default).ToArray<float>());
        Assert.Equal([0.0, 0, 1, 0], new Binarize(0.5).Apply(x.To(DType.Float64), default).ToArray<double>());
        Assert.Equal([0f, 1], new Binarize().Apply(Tensor.From([0L, 3], [1, 2]), default).ToArray<float>());
    }

    [Fact]
    public void Frequencies_of_texts_are_found_in_the_training_part_only_and_alike_from_sparse_and_dense_rows()
    {
        SparseRows rows = new(3, [0, 2, 3, 4, 5, 7, 9], [0, 2, 0, 0, 0, 0, 1, 0, 2], [3, 1, 2, 3, 4, 3, 2, 3, 2]);
        SparseDataset sparse = new(rows, Tensor.Zeros([6]));
        Assert.Equal(TfIdf.Fit(Of(Counts)).Idf, TfIdf.Fit(sparse).Idf);
        Transform[] before = [new Binarize(1)];
        Assert.Equal(TfIdf.Fit(sparse, before: before).Idf, TfIdf.Fit(Of(Counts), before: before).Idf);
        Assert.Equal(Math.Log(7 / 2.0) + 1, TfIdf.Fit(sparse, before: before).Idf[2], 1e-15);
        // Texts 0 and 4: the words stand in 2, 1 and 1 of 2.
        double one = Math.Log(3 / 2.0) + 1;
        Assert.Equal([1, one, one], TfIdf.Fit(sparse.Subset([0, 4])).Idf);
        Assert.Equal("TfIdf.Fit: the data set is held out for validation or test.\n  data: SparseDataset\n"
            + "  help: fit to the training part, and apply what is fitted to the others.",
            Assert.Throws<DataException>(() => TfIdf.Fit(sparse.Split(0.5, new Rng(1)).Second)).Message);
    }

    [Fact]
    public void Numbers_below_zero_are_no_counts()
    {
        SparseDataset sparse = new(new(2, [0, 1, 2], [0, 1], [1, -1]), Tensor.Zeros([2]))
        {
            Files = [new("x.svm", 3), new("x.svm", 4)],
        };
        string text = "TfIdf.Fit: an input is below 0; expected counts.";
        Assert.Equal($"{text}\n  file: x.svm\n  at: row 4\n  data: SparseDataset, sample 1",
            Assert.Throws<DataException>(() => TfIdf.Fit(sparse.Subset([1, 0]))).Message);
        Assert.Equal($"{text}\n  data: TensorDataset, sample 1",
            Assert.Throws<DataException>(() => TfIdf.Fit(Of(sparse.All().Input))).Message);
        Assert.Equal("TfIdf: input is [2, 2]; expected [N, 3], a count for each word.",
            Assert.Throws<ShapeException>(() => TfIdf.Fit(Of(Counts)).Apply(sparse.All().Input, default)).Message);
    }

    [Fact]
    public void Weights_that_are_given_must_be_finite()
    {
        Assert.Equal([0f, 1], new TfIdf([7, 2]).Apply(Tensor.From([0f, 9], [1, 2]), default).ToArray<float>());
        Assert.Equal("TfIdf: there are no weights. (Parameter 'idf')",
            Assert.Throws<ArgumentException>(() => new TfIdf([])).Message);
        Assert.Equal("TfIdf: a weight is NaN; expected finite numbers. (Parameter 'idf')",
            Assert.Throws<ArgumentException>(() => new TfIdf([1, double.NaN])).Message);
    }

    [Fact]
    public void Saved_with_a_model_they_give_the_same_bits()
    {
        using TempFolder folder = new();
        Transform[] all =
        [
            TfIdf.Fit(Of(Counts)), TfIdf.Fit(Of(Counts), sublinear: true, norm: null), new Binarize(0.3),
            new NormalizeSamples(SampleNorm.L1), new NormalizeSamples(SampleNorm.L2),
        ];
        string path = folder["model.safetensors"];
        new Linear(3, 2).Save(path, all);
        IReadOnlyList<Transform> same = SavedTransforms.Load(path);
        Assert.Equal(all.Select(t => t.Kind), same.Select(t => t.Kind));
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(all[i].Apply(Counts, default).ToArray<float>(),
                same[i].Apply(Counts, default).ToArray<float>());
        }
    }

    [Theory]
    [InlineData("transforms.0.norm", "l3", "Checkpoint: 'transforms.0.norm' is 'l3'; expected l1, l2.")]
    [InlineData("transforms.0.sublinear", "2", "Checkpoint: 'transforms.0.sublinear' is 2; expected 0 to 1.")]
    [InlineData("transforms.1.threshold", "NaN", "Checkpoint: 'transforms.1.kind' is 'binarize', and its numbers make "
        + "no sense: Binarize: threshold is NaN; expected a finite number. (Parameter 'threshold')")]
    [InlineData("transforms.0.idf", null, "Checkpoint: 'transforms.0.kind' is 'tfidf', and its numbers make "
        + "no sense: TfIdf: a weight is NaN; expected finite numbers. (Parameter 'idf')")]
    public void Damaged_ones_are_named(string key, string? text, string message)
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        new Linear(3, 2).Save(path, [TfIdf.Fit(Of(Counts)), new Binarize()]);
        SafeTensorsContent content = SafeTensors.Read(path);
        Dictionary<string, string> texts = new(content.Metadata);
        if (text is not null) texts[key] = text;
        SafeTensors.Write(path, content.Tensors.Select(t =>
            (t.Key, t.Key == key ? Tensor.From([1, 2, double.NaN]) : t.Value)), texts);
        Assert.Equal($"{message}\n  file: {path}",
            Assert.Throws<CheckpointException>(() => SavedTransforms.Load(path)).Message);
    }

    private static TensorDataset Of(Tensor inputs) => new(inputs, Tensor.Zeros([inputs.Shape[0]]));
}
