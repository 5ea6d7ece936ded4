namespace ChainRule.Tests.Operators;

public sealed class OrderingTests
{
    public static TheoryData<DType> Types { get; } =
        [DType.Float32, DType.Float64, DType.Int64, DType.Int32, DType.UInt8, DType.Bool];

    [Theory]
    [MemberData(nameof(Types))]
    public void Sorting_and_selecting_equal_a_stable_sort_for_every_length_and_type(DType dtype)
    {
        foreach (int n in new[] { 1, 2, 16, 17, 63, 64, 65, 127, 128, 129, 700, 5000 })
        {
            // Few different values and a wide range in turn: ties, and keys that differ in every byte.
            foreach (double range in new[] { 3, 1e9 })
            {
                Tensor wide = Tensor.Randn([n], new Rng((ulong)n), 0, range, DType.Float64);
                Tensor x = (dtype is DType.UInt8 or DType.Bool ? wide.Abs().Clamp(max: 255) : wide).Truncate()
                    .To(dtype);
                double[] v = x.ToDoubles();
                foreach (bool down in new[] { false, true })
                {
                    int[] order = [.. down
                        ? Enumerable.Range(0, n).OrderByDescending(i => v[i])
                        : Enumerable.Range(0, n).OrderBy(i => v[i])];
                    (Tensor values, Tensor indices) = x.Sort(0, down);
                    Assert.Equal(order.Select(i => (long)i), indices.ToArray<long>());
                    Assert.Equal(order.Select(i => v[i]), values.ToDoubles());
                    foreach (int k in new[] { 0, 1, 5, n / 7, n })
                    {
                        if (k > n) continue;
                        Assert.Equal(order.Take(k).Select(i => (long)i),
                            x.TopK(k, 0, down).Indices.ToArray<long>());
                        Assert.Equal(order.Take(k).Order().Select(i => v[i]),
                            x.TopK(k, 0, down, sorted: false).Values.ToDoubles());
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Selection_from_a_sorted_row_drops_the_worse_half_again_and_again(bool rising)
    {
        Tensor x = Tensor.Arange(0, 20_000);
        if (!rising) x = x.Flip(0);
        Assert.Equal([19999, 19998, 19997], x.TopK(3).Values.ToDoubles());
        Assert.Equal([0, 1, 2], x.TopK(3, largest: false).Values.ToDoubles());
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => 19999.0 - i), x.TopK(2000).Values.ToDoubles());
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Sort_puts_NaN_of_any_sign_last_and_keeps_the_order_of_zeros(DType dtype)
    {
        Tensor x = Tensor.From(0.0, double.NaN, -0.0, double.NegativeInfinity, -double.NaN, 1, -1,
            double.PositiveInfinity).To(dtype);
        Assert.Equal([3L, 6, 0, 2, 5, 7, 1, 4], x.Sort().Indices.ToArray<long>());
        Assert.Equal([1L, 4, 7, 5, 0, 2, 6, 3], x.ArgSort(descending: true).ToArray<long>());
        double[] zeros = x.Sort().Values.ToDoubles()[2..4];
        Assert.Equal((false, true), (double.IsNegative(zeros[0]), double.IsNegative(zeros[1])));
        Assert.Equal([1L, 4, 7], x.TopK(3).Indices.ToArray<long>());
        Assert.Equal([3L, 6, 0], x.TopK(3, largest: false).Indices.ToArray<long>());
    }

    [Fact]
    public void Extreme_integers_keep_their_order()
    {
        Tensor x = Tensor.From(0L, long.MaxValue, long.MinValue, -1, 1);
        Assert.Equal([2L, 3, 0, 4, 1], x.ArgSort().ToArray<long>());
        Assert.Equal([2L, 1, 0], Tensor.From(int.MaxValue, 0, int.MinValue).ArgSort().ToArray<long>());
    }

    [Fact]
    public void None_of_a_number_is_an_empty_tensor() =>
        Assert.Equal([0], Tensor.Scalar(3).TopK(0).Values.Shape.ToArray());
}
