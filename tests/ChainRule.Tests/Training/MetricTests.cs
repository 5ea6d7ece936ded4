using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class MetricTests
{
    [Fact]
    public void Accuracy_counts_over_batches_of_different_size()
    {
        Accuracy metric = new();
        Assert.True(double.IsNaN(metric.Value));
        metric.Add(Tensor.From(new float[,] { { 1, 2, 3 }, { 3, 2, 1 }, { 0, 5, 0 } }), Tensor.From(2L, 0L, 0L));
        metric.Add(Tensor.From(new float[,] { { 1, 1, 0 } }), Tensor.From(1L));
        Assert.Equal(2 / 4.0, metric.Value);                         // of equal outputs the first counts
        metric.Reset();
        Assert.True(double.IsNaN(metric.Value));
    }

    [Fact]
    public void Accuracy_takes_marked_classes_and_other_types()
    {
        Accuracy metric = new();
        Tensor output = Tensor.From(new double[,] { { 0, 1 }, { 1, 0 } });
        metric.Add(output, Tensor.From(new double[,] { { 0, 1 }, { 0, 1 } }));
        metric.Add(Tensor.From(new float[,] { { 0, 1 } }), Tensor.From(1));
        Assert.Equal(2 / 3.0, metric.Value, 12);
    }

    [Fact]
    public void NaN_outputs_and_classes_out_of_range_are_wrong()
    {
        Accuracy metric = new();
        metric.Add(Tensor.From(new float[,] { { float.NaN, float.NaN }, { 1, 0 } }), Tensor.From(0L, 7L));
        Assert.Equal(0, metric.Value);
    }

    [Fact]
    public void TopK_looks_at_the_k_largest()
    {
        TopKAccuracy metric = new(2);
        metric.Add(Tensor.From(new float[,] { { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 } }), Tensor.From(0L, 1L, 2L));
        Assert.Equal(2 / 3.0, metric.Value, 12);
        Assert.Equal("top-2 accuracy", metric.Name);
    }

    [Fact]
    public void BinaryAccuracy_has_a_threshold()
    {
        BinaryAccuracy logits = new(), probabilities = new(0.5);
        Tensor output = Tensor.From(0.4f, 0.6f, -1f), target = Tensor.From(1f, 1f, 0f);
        logits.Add(output, target);
        probabilities.Add(output, target);
        Assert.Equal(1, logits.Value);
        Assert.Equal(2 / 3.0, probabilities.Value, 12);
    }

    [Fact]
    public void Errors_are_means_over_elements()
    {
        MeanSquaredError squared = new();
        MeanAbsoluteError absolute = new();
        foreach (Metric metric in new Metric[] { squared, absolute })
        {
            metric.Add(Tensor.From(1f, 2f), Tensor.From(1f, 5f));
            metric.Add(Tensor.From(new float[,] { { 1 } }), Tensor.From(0f));
        }
        Assert.Equal(10 / 3.0, squared.Value, 12);
        Assert.Equal(4 / 3.0, absolute.Value, 12);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Equal(
            "Accuracy: output is [2, 3], target [3] int64; expected [N, C] and class numbers [N], [N, C, ...] and "
            + "[N, ...], or [N, C] twice.",
            Assert.Throws<ShapeException>(
                () => new Accuracy().Add(Tensor.Zeros([2, 3]), Tensor.From(0L, 1L, 2L))).Message);
        Assert.Throws<ShapeException>(() => new MeanSquaredError().Add(Tensor.Zeros([2, 3]), Tensor.Zeros([3, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopKAccuracy(0));
    }

    [Fact]
    public void Confusion_matrix_counts_what_was_taken_for_what()
    {
        ConfusionMatrix table = new(3);
        Assert.True(double.IsNaN(table.Value));
        table.Add(Tensor.From(new float[,] { { 1, 2, 3 }, { 3, 2, 1 }, { 0, 5, 0 } }), Tensor.From(2L, 0L, 0L));
        table.Add(Tensor.From(new float[,] { { 1, 1, 0 } }), Tensor.From(1));
        Assert.Equal((1, 1, 1, 1), (table[2, 2], table[0, 0], table[0, 1], table[1, 0])); // of equals the first
        Assert.Equal((4, 2, 0.5), (table.Total, table.Right, table.Value));
        Assert.Equal((0.5, 0.0, 1.0), (table.Recall(0), table.Recall(1), table.Recall(2)));
        Assert.Equal((0.5, 0.0, 1.0), (table.Precision(0), table.Precision(1), table.Precision(2)));
        table.Reset();
        Assert.Equal(0, table.Total);
        Errors.ErrorSnapshot.Throws<ShapeException>(
            "ConfusionMatrix: output is [1, 2], target [1] int64; expected [N, 3] and class numbers [N], int64 or "
            + "int32, or [N, 3, ...] and [N, ...].",
            () => table.Add(Tensor.Zeros([1, 2]), Tensor.From(0L)));
        Errors.ErrorSnapshot.Throws<DataException>(
            "ConfusionMatrix: sample 0 of the batch is of class 3; expected 0 to 2.",
            () => table.Add(Tensor.Zeros([1, 3]), Tensor.From(3L)));
    }

    [Fact]
    public void RSquared_compares_with_the_mean_over_batches_of_different_size()
    {
        RSquared metric = new();
        Assert.True(double.IsNaN(metric.Value));
        metric.Add(Tensor.From(1f, 2f, 4f), Tensor.From(1f, 2f, 3f));
        metric.Add(Tensor.From(6f), Tensor.From(6f));
        Assert.Equal(1 - 1 / 14.0, metric.Value, 6);                 // squares about the mean 3: 4 + 1 + 0 + 9
        metric.Reset();
        metric.Add(Tensor.From(2f, 2f), Tensor.From(1f, 3f));
        Assert.Equal(0, metric.Value, 12);                           // no better than the mean
    }
}
