using ChainRule.Tests.Errors;

namespace ChainRule.Tests.Tensors;

public sealed class TensorViewTests
{
    private static readonly Tensor Cube = Tensor.Arange(0, 24, dtype: DType.Int32).Reshape(2, 3, 4);

    [Fact]
    public void Positions_drop_dimensions_and_ranges_keep_them()
    {
        Check([12, 13, 14, 15], [4], Cube[1, 0]);
        Check([23], [], Cube[-1, -1, -1]);
        Check([3, 7, 11, 15, 19, 23], [2, 3], Cube[.., .., ^1]);
        Check([4, 5, 6, 7, 16, 17, 18, 19], [2, 1, 4], Cube[.., 1..2]);
        Check([20, 21], [2], Cube[1, 2, ..2]);
        Check([6, 7, 10, 11], [2, 2], Cube[0, 1.., ^2..]);
    }

    [Fact]
    public void Ellipsis_and_new_dimensions_find_their_places()
    {
        Check([3, 7, 11, 15, 19, 23], [2, 3], Cube[TensorIndex.Ellipsis, 3]);
        Check([15, 19, 23], [3], Cube[1, TensorIndex.Ellipsis, 3]);
        Check([.. Enumerable.Range(0, 24)], [2, 3, 4], Cube[TensorIndex.Ellipsis]);
        Check([12, 13, 14, 15], [1, 4, 1], Cube[1, 0][TensorIndex.NewDim, .., TensorIndex.NewDim]);
        Check([5], [1], Tensor.Scalar(5, DType.Int32)[TensorIndex.NewDim]);
        Check([1, 5, 9], [3, 1], Cube[0, TensorIndex.Ellipsis, 1, TensorIndex.NewDim]);
    }

    [Fact]
    public void Steps_take_every_nth_position()
    {
        Check([0, 2, 12, 14], [2, 1, 2], Cube[.., ..1, TensorIndex.Slice(0, ^0, 2)]);
        Check([1, 3], [2], Cube[0, 0, TensorIndex.Slice(1, ^0, 2)]);
        Check([0, 8, 12, 20], [2, 2], Cube[.., TensorIndex.Slice(0, 3, 2), 0]);
        Check([0], [1], Cube[0, 0].Slice(0, 0, step: int.MaxValue));
        Check([8], [1], Cube[0, 2.., 0].Slice(-1, 0, step: int.MaxValue));
        Check([0, 1, 2, 3], [1, 4], Cube[0, TensorIndex.Slice(0, ^0, int.MaxValue)]);
        Check([11, 23], [2], Cube[.., ^1, ^1]);
    }

    [Fact]
    public void Ranges_beyond_the_end_are_cut_as_in_NumPy()
    {
        Check([22, 23], [2], Cube[1, 2, 2..99]);
        Check([0, 1, 2, 3], [4], Cube[0, 0, ^99..]);
        Check([], [0, 4], Cube[0, 3..]);
        Check([], [2, 0, 4], Cube[.., 2..1]);
        Check([2, 3], [2], Cube[0, 0].Slice(0, -2));
        Check([], [0], Cube[0, 0].Slice(0, 3, 1));
    }

    [Fact]
    public void Steps_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorIndex.Slice(0, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorIndex.Slice(^1, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cube.Slice(0, 0, 2, -1));
    }

    [Fact]
    public void Positions_out_of_range_are_named()
    {
        ErrorSnapshot.Throws<ShapeException>(
            "slice: position 3 is outside dim 1 of [2, 3, 4], which has 3 positions.", () => _ = Cube[0, 3]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: position ^5 is outside dim 2 of [2, 3, 4], which has 4 positions.", () => _ = Cube[0, 0, -5]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: position ^0 is outside dim 0 of [2, 3, 4], which has 2 positions.", () => _ = Cube[^0]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: 4 indices for [2, 3, 4], which has 3 dimensions.", () => _ = Cube[0, 0, 0, 0]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: 1 indices for [], which has 0 dimensions.", () => _ = Tensor.Scalar(1)[0]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: position 0 is outside dim 0 of [0], which has 0 positions.", () => _ = Tensor.Zeros([0])[0]);
        Assert.Throws<ShapeException>(() => Cube[int.MinValue]);
        ErrorSnapshot.Throws<ShapeException>(
            "slice: dim 3 is out of range for rank 3; use -3 to 2.", () => Cube.Slice(3, 0));
    }

    [Fact]
    public void Views_share_memory_and_row_major_ones_know_it()
    {
        Tensor t = Tensor.Zeros([3, 4]);
        t[1].Fill(7);
        Assert.Equal([0, 0, 0, 0, 7, 7, 7, 7, 0, 0, 0, 0], t.ToDoubles());
        Assert.True(
            t[1].IsContiguous && t[1..].IsContiguous && t.Reshape(4, 3).IsContiguous && t[1..2, 1..3].IsContiguous);
        Assert.False(t.T.IsContiguous || t[.., 1..].IsContiguous || t[0].Expand([2, 4]).IsContiguous);
        Assert.True(t[..0].T.IsContiguous && t[0, ..1].Expand([1, 1]).IsContiguous);
    }

    [Fact]
    public void Views_of_views_read_the_right_elements()
    {
        Check([21, 17, 13], [3], Cube.Permute(2, 0, 1)[1, 1].Flip(0));
        Check([5, 7, 17, 19], [2, 2], Cube.Transpose(0, 1)[1][.., TensorIndex.Slice(1, ^0, 2)]);
        Check([0, 12, 1, 13], [2, 2], Cube[.., 0].T[..2]);
        Check([14, 14, 14], [3], Cube[1, 0, 2].Expand([3]));
    }

    [Fact]
    public void Gradient_of_nested_views_reaches_each_element_once()
    {
        Tensor x = Tensor.Arange(0, 24, dtype: DType.Float64).Reshape(2, 3, 4).Detach();
        x.RequiresGrad = true;
        Tensor y = x.Permute(2, 1, 0)[1..3, TensorIndex.Slice(0, ^0, 2)][.., -1].T;      // x[:, 2, 1:3]
        Check([9, 10, 21, 22], [2, 2], y.To(DType.Int32));
        (y * Tensor.From(1.0, 2, 3, 4).Reshape(2, 2)).Sum().Backward();
        double[] expected = new double[24];
        (expected[9], expected[10], expected[21], expected[22]) = (1, 2, 3, 4);
        Assert.Equal(expected, x.Grad!.ToDoubles());
    }

    [Fact]
    public void Gradients_of_overlapping_views_add_up()
    {
        Tensor x = Tensor.From(1.0, 2, 3, 4);
        x.RequiresGrad = true;
        (x[..3] * x[1..]).Sum().Backward();
        Assert.Equal([2, 4, 6, 3], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Gradient_of_an_empty_view_is_zero()
    {
        Tensor x = Tensor.From(1.0, 2);
        x.RequiresGrad = true;
        (x[2..].Sum() + x[0]).Backward();
        Assert.Equal([1, 0], x.Grad!.ToDoubles());
    }

    [Fact]
    public void View_of_a_stepped_slice_passes_the_gradient_check()
    {
        Tensor x = Tensor.Randn([4, 5], new Rng(1), dtype: DType.Float64);
        GradCheckResult result = GradCheck.Run(
            t => t[0][TensorIndex.Slice(1, ^0, 2), TensorIndex.NewDim, TensorIndex.Slice(0, ^0, 3)].T.Exp(), [x]);
        Assert.True(result.Passed, result.ToString());
    }

    [Fact]
    public void Tensors_of_twenty_dimensions_add_like_any_other()
    {
        // One operand's neighbours are the other's strangers: no two dimensions can be merged.
        int[] dims = [.. Enumerable.Repeat(2, 18), 1, 1];
        Tensor a = Tensor.Arange(0, 1 << 18).Reshape(dims),
            b = a.Permute([.. Enumerable.Range(0, 18).Reverse(), 18, 19]);
        Tensor sum = a + b;
        Assert.Equal(2 * ((1 << 18) - 1), sum.Max().Item());
        Assert.Equal(0, sum.Min().Item());
        Assert.Equal(((1L << 18) - 1) * (double)(1 << 18), sum.To(DType.Float64).Sum().Item());
    }

    private static void Check(int[] values, Shape shape, Tensor view)
    {
        Assert.Equal(shape, view.Shape);
        Assert.Equal(values, view.ToArray<int>());
    }
}
