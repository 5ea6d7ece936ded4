using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class DatasetTests
{
    internal static TensorDataset Counting(int count, int width = 3)
    {
        float[] inputs = [.. Enumerable.Range(0, count * width).Select(i => (float)i)];
        long[] targets = [.. Enumerable.Range(0, count).Select(i => (long)i * 10)];
        return new TensorDataset(Tensor.From(inputs, [count, width]), Tensor.From(targets, [count]));
    }

    [Fact]
    public void Get_gathers_rows_in_the_order_asked()
    {
        var batch = Counting(5).Get([4, 0, 4]);
        Assert.Equal("[3, 3]", batch.Input.Shape.ToString());
        Assert.Equal([12, 13, 14, 0, 1, 2, 12, 13, 14], batch.Input.ToArray<float>());
        Assert.Equal([40, 0, 40], batch.Target.ToArray<long>());
        Assert.Equal([4, 0, 4], batch.Indices);
    }

    [Fact]
    public void Bytes_stay_bytes_and_scalars_stay_scalars()
    {
        var set = new TensorDataset(Tensor.From<byte>([1, 2, 3]), Tensor.From<float>([4, 5, 6]));
        var (x, y) = set.Get([2, 1]);
        Assert.Equal([3, 2], x.ToArray<byte>());
        Assert.Equal([6, 5], y.ToArray<float>());
    }

    [Fact]
    public void Views_are_copied_row_by_row()
    {
        var columns = Tensor.From<float>([1, 2, 3, 4, 5, 6], [2, 3]).Transpose(0, 1);
        var set = new TensorDataset(columns, Tensor.From<long>([0, 1, 2]));
        Assert.Equal([2, 5, 1, 4], set.Get([1, 0]).Input.ToArray<float>());
    }

    [Fact]
    public void All_gives_every_sample_in_order() =>
        Assert.Equal([0, 10, 20], Counting(3).All().Target.ToArray<long>());

    [Fact]
    public void Subset_renumbers_its_samples()
    {
        var part = Counting(6).Subset([5, 1]);
        Assert.Equal(2, part.Count);
        var batch = part.Get([1, 0]);
        Assert.Equal([10, 50], batch.Target.ToArray<long>());
        Assert.Equal([1, 0], batch.Indices);
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Get([2]));
    }

    [Fact]
    public void Split_holds_every_sample_once_and_repeats_by_seed()
    {
        var (train, valid) = Counting(50).Split(0.2, new Rng(3));
        Assert.Equal((40, 10), (train.Count, valid.Count));
        long[] a = train.All().Target.ToArray<long>(), b = valid.All().Target.ToArray<long>();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i * 10L), a.Concat(b).Order());
        Assert.NotEqual(b.Order(), b);
        Assert.Equal(b, Counting(50).Split(0.2, new Rng(3)).Second.All().Target.ToArray<long>());
        Assert.NotEqual(b, Counting(50).Split(0.2, new Rng(4)).Second.All().Target.ToArray<long>());
    }

    [Fact]
    public void Split_that_leaves_a_set_empty_is_refused() => Assert.Equal(
        "Split: a share of 0.1 of 4 samples leaves one of the two sets empty.",
        Assert.Throws<DataException>(() => Counting(4).Split(0.1, new Rng(0))).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Split_share_outside_zero_to_one_is_refused(double share) => Assert.StartsWith(
        "expected a share above 0 and below 1. (Parameter 'secondShare')",
        Assert.Throws<ArgumentOutOfRangeException>(() => Counting(4).Split(share, new Rng(0))).Message);

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Place_outside_the_set_is_refused(int place) => Assert.StartsWith(
        "expected a sample from 0 to 2. (Parameter 'indices')",
        Assert.Throws<ArgumentOutOfRangeException>(() => Counting(3).Get([place])).Message);

    [Fact]
    public void Different_numbers_of_inputs_and_targets_are_refused() => Assert.Equal(
        "TensorDataset: inputs [3, 2] and targets [2]; expected [N, ...] for both with the same N.",
        Assert.Throws<ShapeException>(() => new TensorDataset(Tensor.Zeros([3, 2]), Tensor.Zeros([2]))).Message);

    [Fact]
    public void Batch_of_other_sizes_is_refused() => Assert.Equal(
        "Batch: input [3, 2] and target [3] for 2 samples; expected [2, ...] for both.",
        Assert.Throws<ShapeException>(() => new Batch(Tensor.Zeros([3, 2]), Tensor.Zeros([3]), [0, 1])).Message);

    [Fact]
    public void Pictures_become_tensors_of_bytes_and_class_numbers()
    {
        var set = new ImageSet([1, 2, 3, 4], [1, 0], ["a", "b"], 1, 1, 2).ToDataset();
        Assert.Equal("[2, 1, 1, 2]", set.Inputs.Shape.ToString());
        Assert.Equal(DType.UInt8, set.Inputs.DType);
        Assert.Equal([1, 0], set.Targets.ToArray<long>());
    }

    [Fact]
    public void Iris_parts_are_tensors()
    {
        var (train, test) = Iris.Load();
        Assert.Equal(("[120, 4]", "[30, 4]"), (train.Inputs.Shape.ToString(), test.Inputs.Shape.ToString()));
        Assert.Equal([5.9f, 3.0f, 4.2f, 1.5f], test.Get([0]).Input.ToArray<float>());
        Assert.Equal([1], test.Get([0]).Target.ToArray<long>());
    }
}
