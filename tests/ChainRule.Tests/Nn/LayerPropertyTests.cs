using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.NnTests;

/// <summary>Laws that hold for every row of <see cref="LayerRows"/>, in float64.</summary>
public sealed class LayerPropertyTests
{
    private static readonly Tolerance Rounding = new(1e-10, 1e-10);

    public static TheoryData<string> Rows => LayerTests.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Second_derivative_equals_differences_in_both_modes(string name)
    {
        foreach (bool training in new[] { true, false })
        {
            LayerRun run = new(LayerRows.ByName(name), training);
            run.CheckSecondOrder();
        }
    }

    // backward(2 u - 3 v) = 2 backward(u) - 3 backward(v), for the input and every parameter.
    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradient_is_linear_in_the_gradient_of_the_result(string name)
    {
        foreach (bool training in new[] { true, false })
        {
            LayerRun run = new(LayerRows.ByName(name), training);
            Tensor y = run.Forward(run.X);
            Tensor u = LayerRun.Normal(y.Shape, 11), v = LayerRun.Normal(y.Shape, 12);
            Tensor[] ofU = run.Gradients(u), ofV = run.Gradients(v), ofBoth = run.Gradients((2 * u) - (3 * v));
            for (int i = 0; i < ofBoth.Length; i++)
                TensorAssert.Close((2 * ofU[i]) - (3 * ofV[i]), ofBoth[i], Rounding, run.Leaves[i].Name);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Samples_of_a_batch_do_not_meet_in_evaluation(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        if (row.SamplesMeet is not null) return;
        LayerRun run = new(row, training: false);
        Tensor other = row.Bound is { } bound
            ? Tensor.From([.. run.X.ToArray<long>().Select(n => (n + 1) % bound)], run.X.Shape)
            : LayerRun.Normal(run.X.Shape, 13);
        Tensor both = Tensor.Concat([run.X, other]).Detach();
        Tensor first = run.Forward(run.X), second = run.Forward(other);
        Tensor whole = run.Forward(both);
        TensorAssert.Close(Tensor.Concat([first, second]), whole, Rounding);

        // The gradient of a sum over the batch is the sum of the gradients of its halves.
        Tensor[] parameters = [.. run.Leaves.Where(l => l.Name != "x").Select(l => l.Leaf)];
        if (parameters.Length == 0) return;
        Tensor projection = LayerRun.Normal(whole.Shape, 14);
        Tensor[] halves = projection.Split(first.Dims[0]);
        Tensor[] ofWhole = Autograd.Grad(whole, parameters, projection);
        Tensor[] ofFirst = Autograd.Grad(first, parameters, halves[0]);
        Tensor[] ofSecond = Autograd.Grad(second, parameters, halves[1]);
        for (int i = 0; i < ofWhole.Length; i++)
            TensorAssert.Close(ofFirst[i] + ofSecond[i], ofWhole[i], Rounding, run.Leaves[i].Name);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void State_that_is_saved_loaded_and_saved_again_has_the_same_bytes(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        using TempFolder folder = new();
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Layer one = row.Make(new Rng(1), dtype), two = row.Make(new Rng(2), dtype);
            one.Forward(row.Sample(dtype));                          // moves running statistics
            one.Save(folder["one"]);
            two.LoadState(folder["one"]);
            two.Save(folder["two"]);
            Assert.Equal(File.ReadAllBytes(folder["one"]), File.ReadAllBytes(folder["two"]));
        }
    }
}
