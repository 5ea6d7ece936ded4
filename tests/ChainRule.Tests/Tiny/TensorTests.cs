namespace ChainRule.Tests.Tiny;

/// <summary>A network's whole life in small numbers: what must work before anything else is looked at.</summary>
public sealed class TensorTests
{
    [Fact]
    public void Circuit_of_three_inputs_has_the_textbook_gradients()
    {
        // f = (x + y) z at (-2, 5, -4): the worked example of every course.
        var (x, y, z) = (Leaf(-2), Leaf(5), Leaf(-4));
        var f = (x + y) * z;
        f.Backward();
        Assert.Equal(-12, f.Item());
        Assert.Equal((-4, -4, 3), (x.Grad!.Item(), y.Grad!.Item(), z.Grad!.Item()));
    }

    [Fact]
    public void Value_used_twice_sums_its_gradients()
    {
        var x = Leaf(3);
        (x * x + x).Backward();
        Assert.Equal(7, x.Grad!.Item());
    }

    [Fact]
    public void Broadcast_operand_gets_the_sum_of_the_gradients()
    {
        var row = Tensor.From(1f, 2f, 3f);
        row.RequiresGrad = true;
        (Tensor.Ones([4, 3]) * row).Sum().Backward();
        Assert.Equal([4f, 4f, 4f], row.Grad!.ToArray<float>());
    }

    [Fact]
    public void Matrix_product_of_small_matrices_is_exact()
    {
        var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
        var b = Tensor.From(new[,] { { 5f, 6f }, { 7f, 8f } });
        Assert.Equal([19f, 22f, 43f, 50f], a.MatMul(b).ToArray<float>());
    }

    [Fact]
    public void Transposed_view_reads_the_same_memory_in_the_other_order()
    {
        var a = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([1, 4, 2, 5, 3, 6], a.T.ToArray<int>());
        Assert.Equal("[3, 2]", a.T.Shape.ToString());
    }

    private static Tensor Leaf(double value)
    {
        var leaf = Tensor.Scalar(value);
        leaf.RequiresGrad = true;
        return leaf;
    }
}
