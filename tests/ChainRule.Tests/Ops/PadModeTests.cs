namespace ChainRule.Tests.Ops;

/// <summary>Padding with a tensor's own values.</summary>
public sealed class PadModeTests
{
    [Theory]
    [InlineData(PadMode.Reflect, new[] { 2f, 1, 0, 1, 2, 1 })]
    [InlineData(PadMode.Replicate, new[] { 0f, 0, 0, 1, 2, 2 })]
    [InlineData(PadMode.Circular, new[] { 1f, 2, 0, 1, 2, 0 })]
    [InlineData(PadMode.Constant, new[] { 0f, 0, 0, 1, 2, 0 })]
    public void Row_of_three_is_padded_by_two_and_one(PadMode mode, float[] expected) =>
        Assert.Equal(expected, Tensor.From(0f, 1f, 2f).Pad([(2, 1)], mode).ToArray<float>());

    [Fact]
    public void Columns_and_rows_are_padded_one_after_the_other()
    {
        Tensor y = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } }).Pad([(1, 0), (0, 1)], PadMode.Replicate);
        Assert.Equal([1f, 2, 2, 1, 2, 2, 3, 4, 4], y.ToArray<float>());
    }

    [Theory]
    [InlineData(PadMode.Reflect)]
    [InlineData(PadMode.Replicate)]
    [InlineData(PadMode.Circular)]
    public void Gradients_of_repeated_entries_add_up(PadMode mode)
    {
        Tensor x = Tensor.Randn([2, 3, 4], new Rng(5), dtype: DType.Float64);
        GradCheckResult found = GradCheck.Run(t => t[0].Pad([(1, 2), (3, 1)], mode).Tanh(), [x]);
        Assert.True(found.Passed, found.ToString());
    }

    [Fact]
    public void Reflecting_more_than_there_is_says_how_much_there_is()
    {
        ShapeException e = Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 3]).Pad([(3, 0)], PadMode.Reflect));
        Assert.Equal(
            "pad: Reflect can add at most 2 entries at either side of dim 1 of [2, 3], asked for (3, 0).", e.Message);
    }

    [Fact]
    public void Negative_count_names_the_dimension()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros([3]).Pad([(-1, 0)], PadMode.Circular));
        Assert.StartsWith("pad: (-1, 0) for dim 0 has a negative count; cut with Slice.", e.Message);
    }
}
