using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class CrossValidationTests
{
    [Theory]
    [InlineData(10, 3)]
    [InlineData(12, 4)]
    [InlineData(5, 5)]
    public void Folds_measure_every_sample_once_and_never_on_what_they_learned(int samples, int count)
    {
        TensorDataset data = Numbered(samples, _ => 0);
        foreach (bool stratified in (bool[])[false, true])
        {
            IReadOnlyList<DataFold> folds = stratified
                ? KFold.Stratified(data, count, new Rng(1)) : KFold.Split(data, count, new Rng(1));
            Assert.Equal(Enumerable.Range(1, count), folds.Select(f => f.Number));
            Assert.Equal(
                Enumerable.Range(0, samples), folds.SelectMany(f => Places(f.Validation)).Order());
            foreach (DataFold fold in folds)
            {
                Assert.Equal(
                    Enumerable.Range(0, samples), Places(fold.Train).Concat(Places(fold.Validation)).Order());
                Assert.InRange(fold.Validation.Count, samples / count, (samples + count - 1) / count);
            }
        }
    }

    [Fact]
    public void Stratified_folds_hold_every_class_in_its_share()
    {
        TensorDataset data = Numbered(100, i => i < 70 ? 0 : i < 90 ? 1 : 2);
        foreach (DataFold fold in KFold.Stratified(data, 5, new Rng(2)))
        {
            int[] counts = [.. Places(fold.Validation).GroupBy(i => i < 70 ? 0 : i < 90 ? 1 : 2).OrderBy(g => g.Key)
                .Select(g => g.Count())];
            Assert.Equal([14, 4, 2], counts);
        }
    }

    [Fact]
    public void Cross_validation_of_iris_gives_mean_and_spread()
    {
        (TensorDataset train, _) = Iris.Load();
        CrossValidationResult result = CrossValidation.Run(KFold.Stratified(train, 4, new Rng(1)), fold =>
        {
            Rng rng = new(1);
            Sequential model = [new Linear(4, 16, rng: rng), new Relu(), new Linear(16, 3, rng: rng)];
            Trainer trainer = new(model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy, new Accuracy());
            trainer.Fit(new DataLoader(fold.Train, 15, shuffle: true), epochs: 40);
            return trainer.Evaluate(new DataLoader(fold.Validation, fold.Validation.Count));
        });
        Assert.Equal(4, result.Folds.Count);
        FoldFigure accuracy = result.Figures[1];
        Assert.InRange(accuracy.Mean, 0.95, 1);
        double[] each = [.. result.Folds.Select(f => f["accuracy"])];
        Assert.Equal(each.Average(), accuracy.Mean, 12);
        Assert.Equal(Math.Sqrt(each.Sum(e => Math.Pow(e - each.Average(), 2)) / 3), accuracy.Deviation, 12);
    }

    [Fact]
    public void Wrong_divisions_are_refused()
    {
        TensorDataset data = Numbered(4, _ => 0);
        Assert.Equal("KFold: 5 folds of 4 samples; expected 2 folds or more, and no more than samples.",
            Assert.Throws<DataException>(() => KFold.Split(data, 5, new Rng(1))).Message);
        TensorDataset numbers = new(Tensor.Zeros([4, 1]), Tensor.Zeros([4]));
        Assert.Equal("KFold.Stratified: targets are [4] float32; expected class numbers [N], int64 or int32.",
            Assert.Throws<DataException>(() => KFold.Stratified(numbers, 2, new Rng(1))).Message);
        Assert.StartsWith("CrossValidation: 1 folds; expected 2 or more.", Assert.Throws<ArgumentException>(
            () => CrossValidation.Run([new DataFold(1, data, data)], _ => null!)).Message, StringComparison.Ordinal);
    }

    // The input of a sample is its place.
    private static TensorDataset Numbered(int count, Func<int, long> target) => new(
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (float)i)], [count, 1]),
        Tensor.From([.. Enumerable.Range(0, count).Select(target)]));

    private static IEnumerable<int> Places(Dataset data) => data.All().Input.ToDoubles().Select(x => (int)x);
}
