using System.Diagnostics;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.AutogradTests;

public sealed class BackwardTests
{
    [Fact]
    public void Diamond_sums_both_ways()
    {
        Tensor x = Leaf(2);
        Tensor a = x * x, b = a * 3, c = a.Exp();
        (b * c).Backward();                                          // 3 x^2 e^(x^2): 6x e^(x^2) (1 + x^2)
        Assert.Equal(12 * Math.Exp(4) * 5, x.Grad!.Item(), 1e-9);
    }

    [Fact]
    public void Diamonds_in_a_row_are_walked_once_each()
    {
        // Walking every path would take 2^60 steps.
        Tensor x = Leaf(1), y = x;
        for (int i = 0; i < 60; i++) y = (y + y) * 0.5;
        y.Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void Results_are_walked_in_reverse_order_of_recording()
    {
        // The long way back to a is found first; a must still wait for the short one.
        Tensor x = Leaf(3), a = x * 2, b = a;
        for (int i = 0; i < 5; i++) b = b + 1;
        (a * b + b * a).Backward();                                  // 2 a (a + 5), a = 2x
        Assert.Equal(2 * ((2 * (2 * 6)) + 10), x.Grad!.Item());
    }

    [Fact]
    public void Value_used_by_the_same_operation_twice_counts_twice()
    {
        Tensor a = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } });
        a.RequiresGrad = true;
        a.MatMul(a).Sum().Backward();
        // d/dA sum(A A) = 1 A^T + A^T 1 : row sums by column plus column sums by row.
        Assert.Equal([3 + 4, 7 + 4, 3 + 6, 7 + 6], a.Grad!.ToDoubles());
    }

    [Fact]
    public void Chain_of_a_hundred_thousand_operations_is_walked()
    {
        Tensor x = Leaf(1), y = x;
        for (int i = 0; i < 100_000; i++) y = y + 1e-5;
        Stopwatch watch = Stopwatch.StartNew();
        y.Backward();
        Assert.Equal(1, x.Grad!.Item());
        Assert.Equal(2, y.Item(), 1e-9);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void Chain_of_values_each_used_twice_is_walked()
    {
        Tensor x = Leaf(1), y = x;
        for (int i = 0; i < 20_000; i++) y = (y * 0.25) + (y * 0.75);
        y.Backward();
        Assert.Equal(1, x.Grad!.Item(), 1e-9);
    }

    [Fact]
    public void Leaf_gradients_add_up_until_they_are_forgotten()
    {
        Tensor x = Leaf(2);
        Assert.Null(x.Grad);
        (x * 3).Backward();
        (x * 4).Backward();
        Assert.Equal(7, x.Grad!.Item());
        x.ZeroGrad();
        Assert.Null(x.Grad);
        (x * 5).Backward();
        Assert.Equal(5, x.Grad!.Item());
        x.ZeroGrad();
        x.ZeroGrad();
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Leaf_gets_the_seed_as_its_gradient()
    {
        Tensor x = Leaf(1, 2), seed = Tensor.From(3.0, 4);
        x.Backward(seed);
        x.Backward(seed);
        Assert.Equal([6, 8], x.Grad!.ToDoubles());
        Assert.Equal([3, 4], seed.ToDoubles());
        Tensor one = Leaf(7);
        one.Backward();
        Assert.Equal(1, one.Grad!.Item());
    }

    [Fact]
    public void Seed_may_be_a_broadcast_or_transposed_view()
    {
        Tensor x = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } }), w = Tensor.From(new[,] { { 1.0, 10 }, { 100, 1000 } });
        x.RequiresGrad = true;
        F.Linear(x, w).Backward(Tensor.Scalar(1, DType.Float64).Expand([2, 2]));
        Assert.Equal([101, 1010, 101, 1010], x.Grad!.ToDoubles());
        x.ZeroGrad();
        Tensor seed = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } }).T;
        (x * 2).Backward(seed);
        Assert.Equal([2, 6, 4, 8], x.Grad!.ToDoubles());
        x.ZeroGrad();
        x.Backward(seed);
        Assert.Equal([1, 3, 2, 4], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Gradient_of_a_leaf_may_be_the_seed_of_another_walk()
    {
        Tensor x = Leaf(2, 3);
        (x * x).Sum().Backward();                                    // Grad is 2x
        // adds 2x (e^x + 1), x.Grad read while it is written
        (x.Exp() + x * 0 + x).Backward(x.Grad);
        double[] expected = [4 + (4 * (Math.Exp(2) + 1)), 6 + (6 * (Math.Exp(3) + 1))];
        double[] actual = x.Grad!.ToDoubles();
        for (int i = 0; i < 2; i++) Assert.Equal(expected[i], actual[i], 1e-9);
    }

    [Fact]
    public void Wrong_seed_is_refused_and_changes_nothing()
    {
        Tensor x = Leaf(1, 2), y = x * x;
        ErrorSnapshot.Throws<ShapeException>(
            "Backward: gradient is [3], the tensor [2].", () => y.Backward(Tensor.Zeros([3], DType.Float64)));
        ErrorSnapshot.Throws<ShapeException>(
            "Backward: gradient is [], the tensor [2].", () => y.Backward(Tensor.Scalar(1, DType.Float64)));
        ErrorSnapshot.Throws<DTypeException>(
            "Backward: gradient is float32, the tensor float64.", () => y.Backward(Tensor.Zeros([2])));
        ErrorSnapshot.Throws<ShapeException>(
            "Grad: [2] has 2 elements; reduce it to one with Sum or Mean, or pass the gradient.",
            () => Autograd.Grad(y, x));
        Assert.Null(x.Grad);
        y.Backward(Tensor.From(1.0, 1));
        Assert.Equal([2, 4], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Graph_is_walked_once_unless_it_is_retained()
    {
        Tensor x = Leaf(3), y = x * x;
        y.Backward(retainGraph: true);
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal(18, x.Grad!.Item());
        ErrorSnapshot.Throws<GradException>(
            "Backward: the graph of mul was released by an earlier Backward; "
            + "pass retainGraph: true there to walk it twice.",
            () => y.Backward());
        Assert.Equal(18, x.Grad!.Item());
    }

    [Fact]
    public void Walk_through_a_part_that_was_released_is_refused()
    {
        Tensor x = Leaf(3), shared = x.Exp();
        (shared * 2).Backward();
        Tensor other = shared * shared;
        Assert.Contains(
            "graph of exp was released",
            Assert.Throws<GradException>(() => other.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Released_graph_lets_go_of_its_inputs()
    {
        Tensor x = Leaf(1, 2), y = x * x, loss = (y * 2).Sum();
        Assert.NotNull(y.Op!.A);
        loss.Backward();
        Assert.True(y.Op!.Released && loss.Op!.Released);
        Assert.Null(y.Op.A);
        Assert.Null(loss.Op.A);
    }

    [Fact]
    public void Backward_of_a_view_reaches_the_elements_in_it()
    {
        Tensor x = Leaf(1, 2, 3);
        (x * x)[1].Backward();
        Assert.Equal([0, 4, 0], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Backward_inside_NoGrad_walks_a_graph_recorded_before()
    {
        Tensor x = Leaf(3), y = x * x;
        using (NoGrad.Begin())
        {
            Assert.False((x * x).RequiresGrad);
            y.Backward(retainGraph: true);
            Assert.False(Graph.Recording);
            y.Backward(createGraph: true);
            Assert.False(Graph.Recording);
        }
        Assert.True(Graph.Recording);
        Assert.Equal(12, x.Grad!.Item());
    }

    [Fact]
    public void NoGrad_scopes_nest()
    {
        using (NoGrad.Begin())
        {
            using (NoGrad.Begin()) Assert.False(Graph.Recording);
            Assert.False(Graph.Recording);
        }
        Assert.True(Graph.Recording);
        bool other = false;
        using (NoGrad.Begin())
        {
            Thread thread = new(() => other = Graph.Recording);
            thread.Start();
            thread.Join();
        }
        Assert.True(other);                                          // a thread's own affair
    }

    [Fact]
    public void Recorded_walk_gives_gradients_with_gradients()
    {
        Tensor x = Leaf(2);
        (x * x * x).Backward(createGraph: true);
        Tensor first = x.Grad!;
        Assert.Equal(12, first.Item());
        x.ZeroGrad();
        first.Backward(createGraph: true);
        Tensor second = x.Grad!;
        Assert.Equal(12, second.Item());
        x.ZeroGrad();
        second.Backward();
        Assert.Equal((6, 12), (x.Grad!.Item(), first.Item()));
    }

    [Fact]
    public void Recorded_and_plain_gradients_add_up_without_changing_each_other()
    {
        Tensor x = Leaf(2);
        (x * 5).Backward();
        (x * x).Backward(createGraph: true);                         // 5 + 2x, and knows of the 2x
        Tensor recorded = x.Grad!;
        Assert.Equal((9, true), (recorded.Item(), recorded.RequiresGrad));
        recorded.Backward();                                         // adds 2
        Assert.Equal((11, 9), (x.Grad!.Item(), recorded.Item()));
        (x * 3).Backward();
        Assert.Equal((14, 9), (x.Grad!.Item(), recorded.Item()));
    }

    [Fact]
    public void Failure_inside_a_walk_leaves_a_clean_state()
    {
        Tensor x = Leaf(2), good = x * x;
        Tensor bad = Planted.Identity(good, _ => throw new InvalidOperationException("planted"));
        Assert.Equal(
            "planted",
            Assert.Throws<InvalidOperationException>(() => (bad * 2 + good).Backward(createGraph: true)).Message);
        Assert.True(Graph.Recording);
        Assert.Null(x.Grad);
        Assert.Null(good.Op!.Gradient);
        good.Backward();
        Assert.Equal(4, x.Grad!.Item());
    }

    [Fact]
    public void Gradient_of_the_wrong_shape_or_type_is_reported_as_an_error_of_ours()
    {
        Tensor x = Leaf(1, 2);
        Tensor y = Planted.Identity(x, _ => Tensor.Zeros([3]));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Backward: a gradient of [3] float32 came for an input of [2] float64. " +
            "This is an error inside ChainRule; please report it with the operation that was differentiated.",
            () => y.Sum().Backward());
    }

    [Fact]
    public void Walk_inside_a_walk_keeps_both_apart()
    {
        Tensor inner = Leaf(5), x = Leaf(2);
        Tensor y = Planted.Identity(x * x, dy =>
        {
            using (Graph.Resume()) (inner * inner).Backward();
            return dy * inner.Grad!.Item();
        });
        (y * 3 + x).Backward();
        Assert.Equal(10, inner.Grad!.Item());
        Assert.Equal((4 * 3 * 10) + 1, x.Grad!.Item());
    }

    [Fact]
    public void Operation_with_two_results_gets_the_gradients_that_there_are()
    {
        List<string> calls = [];
        Tensor x = Leaf(1);
        var (a, b) = Planted.Both(x, calls);
        (a + b * 10).Backward(retainGraph: true);
        Assert.Equal(32, x.Grad!.Item());
        x.ZeroGrad();
        b.Backward(retainGraph: true);
        Assert.Equal(3, x.Grad!.Item());
        x.ZeroGrad();
        (b * b + b).Backward(retainGraph: true);                     // the second result used three times
        Assert.Equal((6 + 1) * 3, x.Grad!.Item());
        Assert.Equal(
            (2, 3), (Autograd.Grad(a, x, retainGraph: true).Item(), Autograd.Grad(b, x, retainGraph: true).Item()));
        Tensor[] middle = Autograd.Grad(a * 5 + b * 7, [b, a, x]);
        Assert.Equal([7, 5, 31], middle.Select(g => g.Item()));
        Assert.Equal(["2x 3x", "- 3x", "- 3x", "2x -", "- 3x", "2x 3x"], calls);
    }

    [Fact]
    public void RequiresGrad_is_for_leaves_of_floating_point()
    {
        Tensor x = Leaf(1);
        ErrorSnapshot.Throws<GradException>(
            "RequiresGrad: int64 tensors have no gradient; only float32 and float64 do.",
            () => Tensor.Zeros([2], DType.Int64).RequiresGrad = true);
        ErrorSnapshot.Throws<GradException>(
            "RequiresGrad: this tensor is the result of exp; use Detach() to cut it off.",
            () => x.Exp().RequiresGrad = false);
        Tensor.Zeros([2], DType.Int64).RequiresGrad = false;
        Tensor detached = x.Exp().Detach();
        Assert.True(detached.IsLeaf && !detached.RequiresGrad);
        Assert.False(x.Exp().IsLeaf);
        Assert.Null(x.Exp().Grad);
    }

    [Fact]
    public void Leaf_that_stops_requiring_a_gradient_gets_none()
    {
        Tensor x = Leaf(2), w = Leaf(3), y = x * w;
        w.RequiresGrad = false;
        y.Backward();
        Assert.Equal(3, x.Grad!.Item());
        Assert.Null(w.Grad);
        Assert.False((w * 2).RequiresGrad);
    }

    [Fact]
    public void Comparisons_and_integers_carry_no_gradient()
    {
        Tensor x = Leaf(1, -2);
        Assert.False(x.Less(x).RequiresGrad || x.To(DType.Int64).RequiresGrad || x.ArgMax(0).RequiresGrad);
        Assert.True(x.To(DType.Float32).RequiresGrad);
    }

    private static Tensor Leaf(params double[] values)
    {
        Tensor t = values.Length == 1 ? Tensor.Scalar(values[0], DType.Float64) : Tensor.From(values);
        t.RequiresGrad = true;
        return t;
    }
}
