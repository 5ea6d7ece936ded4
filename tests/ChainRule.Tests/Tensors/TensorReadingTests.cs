using ChainRule.Tests.Errors;

namespace ChainRule.Tests.Tensors;

public sealed class TensorReadingTests
{
    [Fact]
    public void Item_reads_every_type_and_any_shape_of_one_element()
    {
        Assert.Equal(2.5, Tensor.From(2.5f).Item());
        Assert.Equal(-2, Tensor.From(-2.0).Item());
        Assert.Equal(1L << 40, Tensor.From(1L << 40).Item());
        Assert.Equal(-7, Tensor.From(-7).Item());
        Assert.Equal(255, Tensor.From<byte>(255).Item());
        Assert.Equal(1, Tensor.From(true).Item());
        Assert.Equal(6, Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } })[1, ^1].Item());
        Assert.Equal(3, Tensor.Full([1, 1, 1], 3).Item());
    }

    [Fact]
    public void Item_of_several_or_no_elements_is_refused()
    {
        ErrorSnapshot.Throws<ShapeException>(
            "Item: [2] has 2 elements; only a tensor of one element has an item.", () => Tensor.Zeros([2]).Item());
        ErrorSnapshot.Throws<ShapeException>(
            "Item: [0] has 0 elements; only a tensor of one element has an item.", () => Tensor.Zeros([0]).Item());
    }

    [Fact]
    public void Reading_as_another_type_names_both()
    {
        ErrorSnapshot.Throws<DTypeException>(
            "ToArray: the tensor holds float32, not float64; convert with To first.",
            () => Tensor.Zeros([2]).ToArray<double>());
        ErrorSnapshot.Throws<DTypeException>(
            "CopyTo: the tensor holds bool, not uint8; convert with To first.",
            () => Tensor.Zeros([2], DType.Bool).CopyTo<byte>(new byte[2]));
        Assert.Throws<DTypeException>(() => Tensor.Zeros([2]).ToArray<decimal>());
    }

    [Fact]
    public void CopyTo_leaves_what_lies_behind_its_elements()
    {
        int[] target = [9, 9, 9, 9, 9];
        Tensor.From(new[,] { { 1, 2 }, { 3, 4 } }).T.CopyTo(target.AsSpan());
        Assert.Equal([1, 3, 2, 4, 9], target);
        Tensor.Zeros([0]).CopyTo<float>([]);
    }

    [Fact]
    public void CopyTo_into_too_little_space_is_refused()
    {
        var thrown = Assert.Throws<ArgumentException>(() => Tensor.Zeros([3]).CopyTo<float>(new float[2]));
        Assert.StartsWith("CopyTo: 3 elements do not fit into 2.", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversion_from_floating_point_goes_towards_zero_and_to_the_ends()
    {
        double[] values = [2.9, -2.9, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e30, -0.0, 300];
        foreach (Tensor t in new[] { Tensor.From(values), Tensor.From(values).To(DType.Float32) })
        {
            Assert.Equal(
                [2, -2, 0, long.MaxValue, long.MinValue, long.MaxValue, 0, 300], t.To(DType.Int64).ToArray<long>());
            Assert.Equal(
                [2, -2, 0, int.MaxValue, int.MinValue, int.MaxValue, 0, 300], t.To(DType.Int32).ToArray<int>());
            Assert.Equal<byte>([2, 0, 0, 255, 0, 255, 0, 255], t.To(DType.UInt8).ToArray<byte>());
            Assert.Equal([true, true, true, true, true, true, false, true], t.To(DType.Bool).ToArray<bool>());
        }
    }

    [Fact]
    public void Conversion_between_floating_point_types_rounds_to_the_nearest()
    {
        double[] values = [0.1, 1e300, -1e300, double.NaN, 1e-50, -0.0];
        Assert.Equal(
            [0.1f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0f, -0f],
            Tensor.From(values).To(DType.Float32).ToArray<float>());
        Assert.Equal([(double)0.1f], Tensor.From(0.1f).To(DType.Float64).ToArray<double>());
    }

    [Fact]
    public void Conversion_from_integers_keeps_the_low_bits()
    {
        Tensor t = Tensor.From(-1L, 256L, 0x1_0000_0002L, long.MinValue);
        Assert.Equal([-1, 256, 2, 0], t.To(DType.Int32).ToArray<int>());
        Assert.Equal<byte>([255, 0, 2, 0], t.To(DType.UInt8).ToArray<byte>());
        Assert.Equal([true, true, true, true], t.To(DType.Bool).ToArray<bool>());
        Assert.Equal([-1f, 256f, 4294967298f, -9.223372036854775808e18f], t.To(DType.Float32).ToArray<float>());
        Assert.Equal([-7L, 7L], Tensor.From(-7, 7).To(DType.Int64).ToArray<long>());
        Assert.Equal([255.0, 0.0], Tensor.From<byte>(255, 0).To(DType.Float64).ToArray<double>());
        Assert.Equal([1L, 0L], Tensor.From(true, false).To(DType.Int64).ToArray<long>());
        Assert.Equal([1f, 0f], Tensor.From(true, false).To(DType.Float32).ToArray<float>());
        Assert.Equal<byte>([1, 0], Tensor.From(true, false).To(DType.UInt8).ToArray<byte>());
    }

    [Fact]
    public void Conversion_of_a_view_reads_the_elements_of_the_view()
    {
        Tensor t = Tensor.From(new[,] { { 1.5, 2.5 }, { 3.5, 4.5 } });
        Assert.Equal([1, 3, 2, 4], t.T.To(DType.Int32).ToArray<int>());
        Assert.Same(t, t.To(DType.Float64));
    }
}
