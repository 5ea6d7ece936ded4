using ChainRule.Data;

namespace ChainRule.Tests.Errors;

/// <summary>The texts that a first day with tensors runs into.</summary>
public sealed class TensorErrorTests
{
    [Fact]
    public void Add_of_shapes_that_do_not_broadcast_shows_both_operands()
    {
        var a = Tensor.Zeros([2, 3]);
        var b = Tensor.Zeros([4]);
        var thrown = ErrorSnapshot.Throws<ShapeException>("""
            add: shapes do not broadcast: 3 (a, dim 1) and 4 (b, dim 0).
              a: [2, 3] float32    b: [4] float32
            """, () => a.Add(b));
        Assert.Equal([a.Shape, b.Shape], thrown.Shapes);
    }

    [Fact]
    public void Add_of_different_types_tells_how_to_convert()
    {
        var a = Tensor.Zeros([2]);
        var b = Tensor.Zeros([2], DType.Int64);
        var thrown = ErrorSnapshot.Throws<DTypeException>("""
            add: types differ: float32 (a) and int64 (b).
              a: [2] float32    b: [2] int64
              help: convert one of them with To(DType); there is no implicit conversion.
            """, () => a.Add(b));
        Assert.Equal([DType.Float32, DType.Int64], thrown.DTypes);
    }

    [Fact]
    public void Backward_without_a_graph_says_why_there_is_none() =>
        ErrorSnapshot.Throws<GradException>(
            "Backward: this tensor requires no gradient: nothing it was computed from has RequiresGrad set, " +
            "or it was computed inside NoGrad or detached.",
            () => Tensor.Scalar(1).Backward());

    [Fact]
    public void Backward_of_more_than_one_number_names_the_shape()
    {
        var x = Tensor.Zeros([2, 3]);
        x.RequiresGrad = true;
        ErrorSnapshot.Throws<ShapeException>(
            "Backward: [2, 3] has 6 elements; reduce it to one with Sum or Mean, or pass the gradient.",
            () => x.Exp().Backward());
    }

    [Fact]
    public void Tensor_of_an_ended_step_says_how_to_keep_it()
    {
        var x = Tensor.From(1f, 2f);
        x.RequiresGrad = true;
        Tensor y;
        using (Step.Begin()) y = x * 2;
        using (Step.Begin())
        {
            ErrorSnapshot.Throws<GradException>(
                "Tensor: this [2] float32 tensor was computed in a step that is over; " +
                "its memory is in use by a later step.\n" +
                "  help: keep a result beyond its step with Detach() before the next Step.Begin(), " +
                "or read it with Item() or ToArray().",
                () => y.ToArray<float>());
        }
    }

    [Fact]
    public void Label_out_of_range_names_it_and_the_range() =>
        ErrorSnapshot.Throws<DataException>("""
            labels: label 1 is 9; expected 0 to 1.
              file: pets.idx
            """,
            () => new ImageSet(new byte[4], [0, 9], ["cat", "dog"], 1, 1, 2, "pets.idx"));
}
