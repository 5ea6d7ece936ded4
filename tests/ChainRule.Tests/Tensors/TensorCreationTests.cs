using ChainRule.Tests.Errors;

namespace ChainRule.Tests.Tensors;

public sealed class TensorCreationTests
{
    [Fact]
    public void From_takes_the_type_of_its_numbers()
    {
        Check(Tensor.From(1f, -2f), DType.Float32, [1f, -2f]);
        Check(Tensor.From(1.5, -2), DType.Float64, [1.5, -2.0]);
        Check(Tensor.From(1, -2), DType.Int32, [1, -2]);
        Check(Tensor.From(1L, long.MinValue), DType.Int64, [1L, long.MinValue]);
        Check(Tensor.From<byte>(1, 255), DType.UInt8, [(byte)1, (byte)255]);
        Check(Tensor.From(true, false), DType.Bool, [true, false]);

        static void Check<T>(Tensor t, DType dtype, T[] values)
            where T : unmanaged
        {
            Assert.Equal((dtype, Shape.Create([2])), (t.DType, t.Shape));
            Assert.Equal(values, t.ToArray<T>());
            Assert.True(t.IsContiguous && t.IsLeaf && !t.RequiresGrad);
        }
    }

    [Fact]
    public void From_copies_its_numbers()
    {
        float[] values = [1, 2, 3, 4];
        Tensor t = Tensor.From(values, [2, 2]), m = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        values[0] = 9;
        Assert.Equal([1f, 2f, 3f, 4f], t.ToArray<float>());
        Assert.Equal((Shape.Create([2, 3]), 6), (m.Shape, m[1, 2].Item()));
        Assert.Equal([], Tensor.From(new double[0, 3]).ToArray<double>());
        Assert.Equal([0], Tensor.From(Array.Empty<int>()).Shape);
    }

    [Fact]
    public void From_of_another_count_than_the_shape_says_both() => ErrorSnapshot.Throws<ShapeException>(
        "From: 3 values do not fill [2, 2], which has 4 elements.", () => Tensor.From(new[] { 1f, 2f, 3f }, [2, 2]));

    [Fact]
    public void From_of_a_type_that_nothing_stores_lists_the_types() => ErrorSnapshot.Throws<DTypeException>(
        "Tensor: no element type stores Int16; use float, double, long, int, byte or bool.",
        () => Tensor.From((short)1, (short)2));

    [Fact]
    public void From_null_is_an_argument_error()
    {
        Assert.Throws<ArgumentNullException>(() => Tensor.From((float[])null!));
        Assert.Throws<ArgumentNullException>(() => Tensor.From((float[])null!, [0]));
        Assert.Throws<ArgumentNullException>(() => Tensor.From((float[,])null!));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    public void Constant_tensors_exist_in_every_type(DType dtype)
    {
        Assert.Equal([0, 0, 0, 0], Tensor.Zeros([2, 2], dtype).ToDoubles());
        Assert.Equal([1, 1, 1], Tensor.Ones([3], dtype).ToDoubles());
        Assert.Equal(1, Tensor.Scalar(1, dtype).Item());
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], Tensor.Eye(3, dtype).ToDoubles());
        Assert.Equal(dtype, Tensor.Eye(3, dtype).DType);
        Assert.Equal(0, Tensor.Eye(0, dtype).Count);
    }

    [Fact]
    public void Full_converts_its_number_as_To_does()
    {
        double[] numbers = [300, -5, 2.9, double.NaN, double.PositiveInfinity, 1e300];
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            foreach (double v in numbers)
                Assert.Equal(Tensor.From(v).To(dtype).ToDoubles(), Tensor.Full([1], v, dtype).ToDoubles());
        }
    }

    [Fact]
    public void Arange_ends_before_its_bound()
    {
        Assert.Equal([0f, 1f, 2f], Tensor.Arange(0, 3).ToArray<float>());
        Assert.Equal([3.0, 2.0, 1.0], Tensor.Arange(3, 0, -1, DType.Float64).ToArray<double>());
        Assert.Equal([1L, 4L, 7L], Tensor.Arange(1, 10, 3, DType.Int64).ToArray<long>());
        Assert.Equal([0.0, 0.5, 1.0], Tensor.Arange(0, 1.25, 0.5, DType.Float64).ToArray<double>());
        Assert.Equal(0, Tensor.Arange(3, 0).Count);
        Assert.Equal(0, Tensor.Arange(0, 0).Count);
    }

    [Fact]
    public void Arange_refuses_what_has_no_end()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(double.NaN, 1));
        ErrorSnapshot.Throws<ShapeException>(
            "Arange: 0 to 1E+18 by 1 are more numbers than one tensor can hold.", () => Tensor.Arange(0, 1e18));
    }

    [Fact]
    public void Linspace_holds_both_ends()
    {
        Assert.Equal([0.0, 0.25, 0.5, 0.75, 1.0], Tensor.Linspace(0, 1, 5, DType.Float64).ToArray<double>());
        Assert.Equal(0.3, Tensor.Linspace(0.1, 0.3, 7, DType.Float64)[-1].Item());
        Assert.Equal([5f], Tensor.Linspace(5, 9, 1).ToArray<float>());
        Assert.Equal(0, Tensor.Linspace(5, 9, 0).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Linspace(0, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Linspace(0, double.NaN, 3));
    }

    [Fact]
    public void Eye_of_an_impossible_size_is_a_shape_error()
    {
        Assert.Throws<ShapeException>(() => Tensor.Eye(-3));
        Assert.Throws<ShapeException>(() => Tensor.Eye(100_000));
    }

    [Fact]
    public void Rand_never_reaches_its_upper_end()
    {
        // In float32 half of the spacing above 1 is a multiple of 2^-24, so the largest draws round to 2.
        Tensor t = Tensor.Rand([1 << 20], new Rng(1), 1, 2);
        Assert.InRange(t.Min().Item(), 1, 1.001);
        Assert.InRange(t.Max().Item(), 1.999, MathF.BitDecrement(2f));
        Tensor narrow = Tensor.Rand([1000], new Rng(1), 16_777_216, 16_777_218);
        Assert.Equal([16_777_216f], narrow.ToArray<float>().Distinct());
        Assert.Equal([3f, 3f], Tensor.Rand([2], new Rng(1), 3, 3).ToArray<float>());
    }

    [Fact]
    public void Rand_and_Randn_repeat_with_the_generator_in_both_types()
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Assert.Equal(
                Tensor.Rand([50], new Rng(2), -1, 1, dtype).ToDoubles(),
                Tensor.Rand([50], new Rng(2), -1, 1, dtype).ToDoubles());
            double[] normal = Tensor.Randn([20_000], new Rng(3), 5, 2, dtype).ToDoubles();
            Assert.Equal(5, normal.Average(), 0.06);
            Assert.Equal(4, normal.Average(v => (v - 5) * (v - 5)), 0.16);
        }
    }

    [Fact]
    public void Random_tensors_refuse_integers_and_wrong_ends()
    {
        ErrorSnapshot.Throws<DTypeException>(
            "Rand: needs float32 or float64, got int64.", () => Tensor.Rand([2], new Rng(1), dtype: DType.Int64));
        ErrorSnapshot.Throws<DTypeException>(
            "Randn: needs float32 or float64, got bool.", () => Tensor.Randn([2], new Rng(1), dtype: DType.Bool));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Rand([2], new Rng(1), 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Rand([2], new Rng(1), double.NaN, 0));
        Assert.Throws<ArgumentNullException>(() => Tensor.Rand([2], null!));
        Assert.Throws<ArgumentNullException>(() => Tensor.Randn([2], null!));
    }
}
