namespace ChainRule.Tests.Operators;

/// <summary>A single number counts as one dimension of size 1 wherever an operator goes along a dimension, as in
/// PyTorch, and is refused where a dimension is taken apart.</summary>
public sealed class RankZeroTests
{
    private static readonly Tensor Zero = Tensor.Scalar(0, DType.Int64), Zeros = Tensor.From([0L]);

    /// <summary>The operator, its result for 2.5, and the slope.</summary>
    private static readonly Dictionary<string, (Func<Tensor, int, Tensor> Call, double Value, double Slope)> Along =
        new()
        {
            ["sum"] = ((x, dim) => x.Sum(dim), 2.5, 1),
            ["mean"] = ((x, dim) => x.Mean(dim, keepDim: true), 2.5, 1),
            ["prod"] = ((x, dim) => x.Prod(dim), 2.5, 1),
            ["max"] = ((x, dim) => x.Max(dim).Values, 2.5, 1),
            ["min"] = ((x, dim) => x.Min(dim, keepDim: true).Values, 2.5, 1),
            ["amax"] = ((x, dim) => x.Amax([dim]), 2.5, 1),
            ["amin"] = ((x, dim) => x.Amin([dim], keepDim: true), 2.5, 1),
            ["argmax"] = ((x, dim) => x.ArgMax(dim).To(DType.Float64) + x, 2.5, 1),
            ["argmin"] = ((x, dim) => x.ArgMin(dim).To(DType.Float64) + x, 2.5, 1),
            ["var"] = ((x, dim) => x.Var(dim, correction: 0), 0, 0),
            ["std"] = ((x, dim) => x.Std(dim, correction: 0), 0, 0),
            ["norm"] = ((x, dim) => x.Norm(2, dim), 2.5, 1),
            ["norm of order 3"] = ((x, dim) => x.Norm(3, dim), 2.5, 1),
            ["logsumexp"] = ((x, dim) => x.LogSumExp(dim), 2.5, 1),
            ["softmax"] = ((x, dim) => x.Softmax(dim), 1, 0),
            ["log_softmax"] = ((x, dim) => x.LogSoftmax(dim), 0, 0),
            ["cumsum"] = ((x, dim) => x.Cumsum(dim), 2.5, 1),
            ["cumprod"] = ((x, dim) => x.Cumprod(dim), 2.5, 1),
            ["sort"] = ((x, dim) => x.Sort(dim).Values, 2.5, 1),
            ["topk"] = ((x, dim) => x.TopK(1, dim).Values, 2.5, 1),
            ["flip"] = ((x, dim) => x.Flip(dim), 2.5, 1),
            ["squeeze"] = ((x, dim) => x.Squeeze(dim), 2.5, 1),
            ["transpose"] = ((x, dim) => x.Transpose(dim, -1), 2.5, 1),
            ["flatten"] = ((x, dim) => x.Flatten(dim, 0).Squeeze(), 2.5, 1),
            ["gather"] = ((x, dim) => x.Gather(dim, Zero), 2.5, 1),
            ["scatter"] = ((x, dim) => x.Scatter(dim, Zero, x * 2), 5, 2),
            ["scatter_add"] = ((x, dim) => x.ScatterAdd(dim, Zero, x * 2), 7.5, 3),
            ["index_select"] = ((x, dim) => x.IndexSelect(dim, Zeros), 2.5, 1),
            ["index_select by a number"] = ((x, dim) => x.IndexSelect(dim, Zero), 2.5, 1),
            ["index_add"] = ((x, dim) => x.IndexAdd(dim, Zeros, x.Reshape(1)), 5, 2),
            ["index_add of a number"] = ((x, dim) => x.IndexAdd(dim, Zero, x * 2), 7.5, 3),
            ["cosine"] = ((x, dim) => F.CosineSimilarity(x, x * 3, dim), 1, 0),
        };

    private static readonly Dictionary<string, Action<Tensor, int>> Apart = new()
    {
        ["concat"] = (x, dim) => Tensor.Concat([x, x], dim),
        ["split"] = (x, dim) => x.Split(1, dim),
        ["chunk"] = (x, dim) => x.Chunk(1, dim),
        ["unbind"] = (x, dim) => x.Unbind(dim),
        ["slice"] = (x, dim) => x.Slice(dim, 0),
        ["roll"] = (x, dim) => x.Roll(1, dim),
        ["repeat_interleave"] = (x, dim) => x.RepeatInterleave(2, dim),
        ["glu"] = (x, dim) => x.Glu(dim),
        ["diagonal"] = (x, dim) => x.Diagonal(0, dim, 0),
    };

    private static Tensor Number() => Tensor.Scalar(2.5, DType.Float64);

    public static TheoryData<string> OpsAlong => [.. Along.Keys];

    public static TheoryData<string> OpsApart => [.. Apart.Keys];

    [Theory]
    [MemberData(nameof(OpsAlong))]
    public void A_number_has_dim_0_and_minus_1_with_the_value_and_slope_of_PyTorch(string op)
    {
        var (call, value, slope) = Along[op];
        foreach (int dim in (int[])[0, -1])
        {
            Tensor x = Number();
            x.RequiresGrad = true;
            Tensor y = call(x, dim);
            Assert.Equal(Shape.Create([]), y.Shape);
            Assert.Equal(value, y.Item(), 1e-12);
            y.Backward();
            Assert.Equal(slope, x.Grad!.Item(), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(OpsAlong))]
    public void A_number_has_no_dim_beyond(string op)
    {
        foreach (int dim in (int[])[1, -2])
        {
            var thrown = Assert.Throws<ShapeException>(() => Along[op].Call(Number(), dim));
            Assert.Contains($"dim {dim} is out of range for rank 0, a single number; use -1 to 0", thrown.Message);
        }
    }

    [Theory]
    [MemberData(nameof(OpsApart))]
    public void A_number_cannot_be_taken_apart(string op)
    {
        var thrown = Assert.Throws<ShapeException>(() => Apart[op](Number(), -1));
        Assert.StartsWith(
            $"{op}: dim -1 is out of range for rank 0; a single number has no dimensions.", thrown.Message);
    }

    [Fact]
    public void A_dim_named_twice_is_refused_for_a_number_too()
    {
        Tensor x = Number();
        Assert.Throws<ShapeException>(() => x.Sum([0, -1]));
        Assert.Throws<ShapeException>(() => x.Flip(0, -1));
    }

    [Fact]
    public void Truths_places_and_the_unbiased_variance_of_a_number_are_those_of_PyTorch()
    {
        Tensor x = Number();
        Assert.Equal(1, (x > 0).Any(0).Item());
        Assert.Equal(0, (x < 0).All(-1).Item());
        Assert.Equal(0, x.ArgSort(0).Item());
        Assert.Equal(0, x.Max(0).Indices.Item());
        Assert.True(double.IsNaN(x.Var(0).Item()));
        Assert.True(double.IsNaN(x.Std(-1, keepDim: true).Item()));
    }

    [Fact]
    public void From_a_number_one_position_can_be_taken()
    {
        var thrown = Assert.Throws<ShapeException>(() => Number().IndexSelect(0, Tensor.From([0L, 0L])));
        Assert.Equal(
            "index_select: from a single number one position can be taken, got 2.", thrown.Message.Split('\n')[0]);
        Assert.Throws<DataException>(() => Number().IndexSelect(0, Tensor.From([1L])));
    }

    [Fact]
    public void A_single_number_is_an_index_of_one_position()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        TensorAssert.SameBits(
            Tensor.From(new double[,] { { 3 }, { 6 } }), x.IndexSelect(1, Tensor.Scalar(2, DType.Int32)));
        TensorAssert.SameBits(
            Tensor.From(new double[,] { { 1, 2, 3 }, { 11, 12, 13 } }),
            x.IndexAdd(0, Tensor.Scalar(1, DType.Int64), Tensor.From(new double[,] { { 7, 7, 7 } })));
    }
}
