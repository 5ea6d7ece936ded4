using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class TransformTests
{
    private static Tensor Apply(Transform transform, Tensor x)
    {
        var set = new TensorDataset(x, Tensor.Zeros([x.Shape[0]]));
        return new DataLoader(set, x.Shape[0], transforms: [transform]).First().Input;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(64)]
    [InlineData(784)]
    [InlineData(1001)]
    public void Scale_brings_bytes_to_floats_at_every_length(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, 2 * length).Select(i => (byte)(i * 37))];
        var y = Apply(new Scale(1f / 255), Tensor.From(bytes, [2, length]));
        Assert.Equal($"[2, {length}]", y.Shape.ToString());
        Assert.Equal(bytes.Select(b => b * (1f / 255)), y.ToArray<float>());
    }

    [Fact]
    public void Scale_takes_every_type()
    {
        Assert.Equal([-1, 2.5f], Apply(new Scale(0.5f), Tensor.From<long>([-2, 5])).ToArray<float>());
        Assert.Equal([-1, 2.5], Apply(new Scale(0.5f), Tensor.From<double>([-2, 5])).ToArray<double>());
        Assert.Equal([-1, 2.5f], Apply(new Scale(0.5f), Tensor.From<float>([-2, 5])).ToArray<float>());
        Assert.Equal([0, 0.5f], Apply(new Scale(0.5f), Tensor.From<bool>([false, true])).ToArray<float>());
    }

    [Fact]
    public void Standardize_gives_mean_zero_and_deviation_one_by_channel()
    {
        var y = Apply(new Standardize([1, 10], [2, 5]), Tensor.From<float>([1, 3, 10, 15, 5, -1, 0, 20], [2, 2, 2]));
        Assert.Equal([0, 1, 0, 1, 2, -1, -2, 2], y.ToArray<float>());
    }

    [Fact]
    public void Standardize_of_one_number_changes_everything_alike() =>
        Assert.Equal([-1, 0, 1], Apply(new Standardize(3, 2), Tensor.From<float>([1, 3, 5], [1, 3])).ToArray<float>());

    [Fact]
    public void Flatten_makes_rows()
    {
        Assert.Equal("[2, 12]", Apply(new FlattenSamples(), Tensor.Zeros([2, 1, 3, 4])).Shape.ToString());
        Assert.Equal("[2, 1]", Apply(new FlattenSamples(), Tensor.Zeros([2])).Shape.ToString());
    }

    [Fact]
    public void Lambda_is_called_with_the_batch() => Assert.Equal(
        [1, 3], Apply(new LambdaTransform((x, _) => x * 2 + 1), Tensor.From<float>([0, 1])).ToArray<float>());

    [Fact]
    public void Inputs_stay_unmodified()
    {
        var x = Tensor.From<float>([1, 2], [2, 1]);
        _ = Apply(new Scale(3), x);
        Assert.Equal([1, 2], x.ToArray<float>());
    }

    [Fact]
    public void Channels_that_do_not_fit_are_refused() => Assert.Equal(
        "Standardize: 3 channels for input [2, 2]; expected [N, 3, ...].",
        Assert.Throws<ShapeException>(
            () => Apply(new Standardize([1, 2, 3], [1, 1, 1]), Tensor.Zeros([2, 2]))).Message);

    [Fact]
    public void Deviation_of_zero_is_refused() => Assert.Equal(
        "Standardize: std is 0; expected a number above 0. (Parameter 'std')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new Standardize(0, 0)).Message);

    [Fact]
    public void Different_numbers_of_means_and_deviations_are_refused() => Assert.Equal(
        "Standardize: 2 means and 1 standard deviations; expected as many, at least 1.",
        Assert.Throws<ArgumentException>(() => new Standardize([1, 2], [1])).Message);
}
