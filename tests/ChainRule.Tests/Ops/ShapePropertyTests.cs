using FsCheck;
using FsCheck.Fluent;

namespace ChainRule.Tests.Operators;

/// <summary>Laws of shapes for random ones. A failure prints the shrunk example and the seed that repeats it.</summary>
public sealed class ShapePropertyTests
{
    private static readonly Gen<int[]> Dims = Gen.Choose(0, 4).ListOf().Select(d => d.Take(4).ToArray());

    /// <summary>A shape, and one of the many that broadcast to it: leading sizes dropped, others set to 1.</summary>
    private static readonly Gen<(int[] Full, int[] Part)> Broadcastable =
        from full in Dims
        from drop in Gen.Choose(0, full.Length)
        from ones in Gen.Elements(true, false).ArrayOf(full.Length)
        select (full, full.Select((d, i) => ones[i] ? 1 : d).Skip(drop).ToArray());

    /// <summary>A shape and an order of its dimensions.</summary>
    private static readonly Gen<(int[] Dims, int[] Order)> Permuted =
        from dims in Dims
        from order in Gen.Shuffle(Enumerable.Range(0, dims.Length).ToArray())
        select (dims, order);

    [Fact]
    public void Broadcast_shape_is_the_same_from_either_side() => Check(Broadcastable, p =>
    {
        Tensor full = Numbers(p.Full), part = Numbers(p.Part);
        Assert.Equal((full + part).Shape, (part + full).Shape);
        Assert.Equal(Shape.Create(p.Full), (full + part).Shape);
    });

    [Fact]
    public void Broadcast_shape_does_not_depend_on_grouping() => Check(
        from p in Broadcastable
        from drop in Gen.Choose(0, p.Full.Length)
        select (p.Full, p.Part, Other: p.Full.Skip(drop).ToArray()),
        p =>
        {
            Tensor a = Numbers(p.Full), b = Numbers(p.Part), c = Numbers(p.Other);
            Assert.Equal(((a + b) + c).Shape, (a + (b + c)).Shape);
        });

    [Fact]
    public void Broadcast_with_a_number_or_with_itself_changes_nothing() => Check(Dims, dims =>
    {
        Tensor x = Numbers(dims);
        Assert.Equal(x.Shape, (x + Tensor.Scalar(0, DType.Float64)).Shape);
        Assert.Equal(x.Shape, (x + x).Shape);
        TensorAssert.SameBits(x, x * Tensor.Scalar(1, DType.Float64));
    });

    [Fact]
    public void Shapes_that_differ_in_a_size_above_1_do_not_broadcast() => Check(
        from dims in Dims.Where(d => d.Any(s => s > 1))
        from at in Gen.Choose(0, dims.Length - 1)
        where dims[at] > 1
        select (dims, at),
        p =>
        {
            int[] other = [.. p.dims];
            other[p.at]++;
            Assert.Throws<ShapeException>(() => Numbers(p.dims) + Numbers(other));
        });

    [Fact]
    public void Permute_and_its_inverse_give_the_tensor_back() => Check(Permuted, p =>
    {
        int[] inverse = new int[p.Order.Length];
        for (int i = 0; i < inverse.Length; i++) inverse[p.Order[i]] = i;
        Tensor x = Numbers(p.Dims);
        TensorAssert.SameBits(x, x.Permute(p.Order).Permute(inverse));
        TensorAssert.SameBits(x, x.Permute(p.Order).Contiguous().Permute(inverse));
    });

    [Fact]
    public void Reshape_to_one_dimension_and_back_keeps_every_element() => Check(Permuted, p =>
    {
        Tensor x = Numbers(p.Dims), turned = x.Permute(p.Order);
        TensorAssert.SameBits(x, x.Reshape(x.Count).Reshape(x.Shape));
        TensorAssert.SameBits(turned, turned.Reshape(turned.Count).Reshape(turned.Shape));
        Assert.Equal(turned.ToArray<double>(), turned.Flatten().ToArray<double>());
    });

    // The adjoint of a repetition is a sum: <expand(x), y> = <x, backward(y)> for every x and y.
    [Fact]
    public void Gradient_of_expand_is_its_adjoint() => Check(Broadcastable, p =>
    {
        Tensor x = Numbers(p.Part), y = Numbers(p.Full) * 0.5 - 1;
        x.RequiresGrad = true;
        Tensor gradient = Autograd.Grad(x.Expand(y.Shape), x, y);
        Assert.Equal((x.Expand(y.Shape) * y).Sum().Item(), (x * gradient).Sum().Item(), 1e-9);
    });

    [Fact]
    public void Gradient_of_a_broadcast_sum_is_linear() => Check(Broadcastable, p =>
    {
        Tensor x = Numbers(p.Part), u = Numbers(p.Full), v = u * u + 3;
        x.RequiresGrad = true;
        Tensor Back(Tensor dy) => Autograd.Grad(x + Tensor.Zeros(p.Full, DType.Float64), x, dy);
        TensorAssert.Close((2 * Back(u)) - Back(v), Back((2 * u) - v), new Tolerance(1e-12, 1e-9), "gradient");
        Assert.Equal(u.Sum().Item(), Back(u).Sum().Item(), 1e-9);
    });

    private static void Check<T>(Gen<T> cases, Action<T> law) =>
        Prop.ForAll(cases.ToArbitrary(), law).Check(Config.QuickThrowOnFailure);

    private static Tensor Numbers(int[] dims) =>
        Tensor.Arange(0, Nd.Product(dims), dtype: DType.Float64).Reshape(dims) * 0.25 - 1;
}
