using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class ClassMetricTests
{
    // Class 2 is never predicted, class 3 has no sample, class 4 neither.
    private static readonly int[] Actual = [0, 0, 0, 1, 1, 2], Predicted = [0, 0, 1, 1, 3, 3];

    [Fact]
    public void Figures_of_every_class_are_quotients_of_counts()
    {
        Equal([1, 0.5, 0, 0, double.NaN], Fed(new Precision(5)).PerClass);
        Equal([2 / 3.0, 0.5, 0, 0, double.NaN], Fed(new Recall(5)).PerClass);
        Equal([0.8, 0.5, 0, 0, double.NaN], Fed(new F1(5)).PerClass);
        Assert.Equal(0.5, Fed(new F1(5) { Class = 1 }).Value, 12);
        Assert.Equal("F1 of class 1", new F1(5) { Class = 1 }.Name);
    }

    [Theory]
    [InlineData(ClassAverage.Macro, 0.375, 3.5 / 12, 0.325)]
    [InlineData(ClassAverage.Micro, 0.5, 0.5, 0.5)]
    [InlineData(ClassAverage.Weighted, 4 / 6.0, 0.5, 3.4 / 6)]
    public void Averages_leave_absent_classes_out(ClassAverage average, double precision, double recall, double f1)
    {
        Assert.Equal(precision, Fed(new Precision(5, average)).Value, 12);
        Assert.Equal(recall, Fed(new Recall(5, average)).Value, 12);
        Assert.Equal(f1, Fed(new F1(5, average)).Value, 12);
        Assert.True(double.IsNaN(new F1(5, average).Value));
    }

    [Fact]
    public void Yes_and_no_are_two_classes_with_a_threshold()
    {
        Precision precision = new(2) { Class = 1, Threshold = 0.5 };
        precision.Add(Tensor.From(0.4f, 0.6f, 0.9f), Tensor.From(1f, 1f, 0f));
        precision.Add(Tensor.From(new float[,] { { 0.8f } }), Tensor.From(1L));
        Assert.Equal(2 / 3.0, precision.Value, 12);
        precision.Reset();
        Assert.True(double.IsNaN(precision.Value));
    }

    [Theory]
    [InlineData(new[] { 0.1, 0.4, 0.35, 0.8 }, new[] { 0L, 0, 1, 1 }, 0.75)]
    [InlineData(new[] { 0.5, 0.5, 0.2, 0.9 }, new[] { 1L, 0, 0, 1 }, 0.875)]
    [InlineData(new[] { 1.0, 1, 2, 2 }, new[] { 0L, 1, 0, 1 }, 0.5)]
    [InlineData(new[] { 3.0, 3, 3 }, new[] { 0L, 1, 1 }, 0.5)]
    [InlineData(new[] { 3.0, 2 }, new[] { 1L, 1 }, double.NaN)]
    [InlineData(new[] { double.NaN, 2 }, new[] { 0L, 1 }, double.NaN)]
    public void Area_of_two_classes_counts_ties_half(double[] scores, long[] actual, double expected)
    {
        RocAuc auc = new();
        for (int i = 0; i < scores.Length; i++) auc.Add(Tensor.From(scores[i]), Tensor.From(actual[i]));
        Assert.Equal(expected, auc.Value, 12);
    }

    [Fact]
    public void Area_of_more_classes_is_the_mean_of_each_against_the_rest()
    {
        Rng rng = new(1);
        const int n = 200, classes = 4;                              // nobody is of class 3
        double[] logits = new double[n * classes], odds = new double[n * classes];
        long[] actual = new long[n];
        for (int row = 0; row < n; row++)
        {
            actual[row] = (int)(rng.NextDouble() * 3);
            for (int c = 0; c < classes; c++)
                logits[row * classes + c] = Math.Round(rng.NextNormal() + (c == actual[row] ? 1 : 0)); // with ties
            double sum = Enumerable.Range(0, classes).Sum(c => Math.Exp(logits[row * classes + c]));
            for (int c = 0; c < classes; c++)
                odds[row * classes + c] = Math.Round(Math.Exp(logits[row * classes + c]) / sum, 12);
        }
        RocAuc fromLogits = new(classes), fromOdds = new(classes, logits: false);
        fromLogits.Add(Tensor.From(logits, [n, classes]), Tensor.From(actual));
        fromOdds.Add(Tensor.From(odds, [n, classes]), Tensor.From(actual));
        double[] expected = new double[classes];
        for (int c = 0; c < classes; c++)
        {
            double won = 0, pairs = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    if (actual[i] != c || actual[j] == c) continue;
                    pairs++;
                    won += (Math.Sign(odds[i * classes + c] - odds[j * classes + c]) + 1) / 2.0;
                }
            }
            expected[c] = won / pairs;
        }
        Assert.True(double.IsNaN(expected[3]));
        Equal(expected, fromOdds.PerClass);
        Assert.Equal(expected.Take(3).Average(), fromOdds.Value, 12);
        Assert.Equal(expected.Take(3).Average(), fromLogits.Value, 12);    // equal odds stay equal
    }

    [Fact]
    public void Saturated_logits_keep_their_order()
    {
        RocAuc auc = new(3);
        auc.Add(Tensor.From(new double[,] { { 900, 0, 0 }, { 800, 0, 0 }, { 700, 0, 0 } }), Tensor.From(0L, 1L, 2L));
        Equal([1, 0.5, 1], auc.PerClass);                            // 700 leaves the others the most
    }

    public static TheoryData<Func<Metric>> OfClasses =>
    [
        () => new Accuracy(), () => new TopKAccuracy(2), () => new ConfusionMatrix(3), () => new Precision(3),
        () => new Recall(3, ClassAverage.Weighted), () => new F1(3), () => new RocAuc(3),
    ];

    [Theory]
    [MemberData(nameof(OfClasses))]
    public void Classes_at_places_count_one_by_one_and_ignored_ones_not_at_all(Func<Metric> make)
    {
        Tensor output = Tensor.Randn([2, 3, 4, 5], new Rng(8));
        int[] classes = [.. Enumerable.Range(0, 40).Select(i => i % 7 == 2 ? -100 : (i * i + i / 3) % 3)];
        Metric whole = make(), short32 = make(), single = make(), ignored = make();
        whole.Add(output, Tensor.From(classes.Select(c => (long)c).ToArray(), [2, 4, 5]));
        short32.Add(output, Tensor.From(classes, [2, 4, 5]));
        for (int i = 0; i < classes.Length; i++)
        {
            Tensor place = output[i / 20, .., i / 5 % 4, i % 5].Unsqueeze(0), target = Tensor.From((long)classes[i]);
            if (classes[i] == -100) ignored.Add(place, target);
            else single.Add(place, target);
        }
        Assert.InRange(single.Value, 0.01, 0.99);
        Assert.Equal(single.Value, whole.Value);
        Assert.Equal(single.Value, short32.Value);
        Assert.True(double.IsNaN(ignored.Value));
    }

    [Fact]
    public void Perplexity_counts_every_token_of_the_set_once()
    {
        Perplexity metric = new(ignoreIndex: 3);
        Assert.True(double.IsNaN(metric.Value));
        // p = 1/2, 1/4 for the two that count, then 1/4 in a batch of its own: e^mean of ln 2, ln 4, ln 4
        float[] row = [MathF.Log(2), 0, 0];
        float[] columns = [row[0], row[0], row[0], row[1], row[1], row[1], row[2], row[2], row[2]];
        metric.Add(Tensor.From(columns, [1, 3, 3]), Tensor.From(new long[,] { { 0, 3, 2 } }));
        metric.Add(Tensor.From(row, [1, 3]), Tensor.From(1));
        Assert.Equal(Math.Pow(2, 5 / 3.0), metric.Value, 6);
        Assert.Throws<ShapeException>(() => metric.Add(Tensor.Zeros([1, 3, 2]), Tensor.From(0L)));
        Errors.ErrorSnapshot.Throws<DataException>(
            "Perplexity: sample 0 of the batch is of class 7; expected 0 to 2.",
            () => metric.Add(Tensor.Zeros([1, 3]), Tensor.From(7L)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Errors.ErrorSnapshot.Throws<ShapeException>(
            "F1: output is [2, 3], target [3] int64; expected [N, 3] and class numbers [N], or [N, 3, ...] and "
            + "[N, ...].",
            () => new F1(3).Add(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L, 2L)));
        Errors.ErrorSnapshot.Throws<DataException>(
            "RocAuc: sample 1 of the batch is of class 3; expected 0 to 2.",
            () => new RocAuc(3).Add(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recall(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Recall(3) { Class = 3 });
    }

    [Fact]
    public void Interrupted_training_measures_what_an_uninterrupted_one_does()
    {
        using TempFolder folder = new();
        string[] whole = Measured(null, null), cut = [];
        for (int stop = 2; stop <= 4; stop++)
        {
            Checkpoints checkpoints = new(folder[$"{stop}"]) { EverySteps = 1 };
            Assert.Throws<InvalidOperationException>(() => Measured(checkpoints, new ResumeTests.Stopper(stop)));
            cut = Measured(checkpoints, null);
            Assert.Equal(whole, cut);
        }
        Assert.DoesNotContain("NaN", string.Concat(cut));
    }

    private static string[] Measured(Checkpoints? checkpoints, ITrainingCallback? stopper)
    {
        Sequential model = Problems.Mlp(1);
        Metric[] metrics =
        [
            new Precision(3), new Recall(3, ClassAverage.Weighted), new F1(3), new RocAuc(3), new Perplexity(),
            new ConfusionMatrix(3), new TopKAccuracy(2),
        ];
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy, metrics)
        {
            Checkpoints = checkpoints,
            Callbacks = stopper is null ? [] : [stopper],
        };
        if (checkpoints is not null && stopper is null) trainer.Resume(checkpoints.Folder);
        DataLoader train = new(Problems.Sectors(90, 1), 30, shuffle: true, new Rng(2));
        TrainingHistory history = trainer.Fit(train, new DataLoader(Problems.Sectors(40, 2), 40), epochs: 2);
        return [.. history.Epochs.Select(e => $"{e.Training}; {e.Validation}")];
    }

    private static T Fed<T>(T metric)
        where T : ClassMetric
    {
        for (int from = 0; from < 6; from += 4)                      // batches of 4 and 2
        {
            int count = Math.Min(4, 6 - from);
            float[] scores = new float[count * 5];
            for (int i = 0; i < count; i++) scores[i * 5 + Predicted[from + i]] = 1;
            metric.Add(Tensor.From(scores, [count, 5]), Tensor.From(Actual[from..(from + count)]));
        }
        return metric;
    }

    private static void Equal(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Assert.Equal(expected.Select(v => Math.Round(v, 12)), actual.Select(v => Math.Round(v, 12)));
}
