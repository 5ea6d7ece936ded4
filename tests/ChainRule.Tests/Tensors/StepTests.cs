using ChainRule.Tests.Errors;

namespace ChainRule.Tests.Tensors;

public sealed class StepTests
{
    [Fact]
    public void Result_is_readable_until_the_next_step_begins()
    {
        Tensor x = Tensor.From(1f, 2f), y;
        using (Step.Begin()) y = x + 1;
        Assert.Equal([2f, 3f], y.ToArray<float>());
        using Step next = Step.Begin();
        Assert.Equal([1f, 2f], x.ToArray<float>());
        Assert.Throws<GradException>(() => y[0].Item());
    }

    [Fact]
    public void Every_use_of_a_result_of_an_earlier_step_is_refused()
    {
        Tensor x = Leaf(1, 2, 3), y, view;
        using (Step.Begin())
        {
            y = x.Exp();
            view = y[1..];
        }
        using Step next = Step.Begin();
        Action[] uses =
        [
            () => _ = y + 1, () => _ = view + 1, () => _ = y[0], () => y.ToArray<float>(),
            () => y.CopyTo<float>(new float[3]),
            () => y.Detach(), () => y.ToString(), () => y.Sum(), () => y.To(DType.Float64), () => y.Reshape(3, 1),
            () => _ = x * y,
            () => y.Backward(Tensor.Ones([3])), () => view[0].Item(), () => y.Contiguous().ToArray<float>(),
        ];
        foreach (Action use in uses)
        {
            Assert.Contains(
                "was computed in a step that is over",
                Assert.Throws<GradException>(use).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Detached_results_parameters_and_data_outlive_the_step()
    {
        Tensor x = Leaf(1, 2), kept, made, eye, gradient;
        using (Step.Begin())
        {
            Tensor y = x * x;
            y.Sum().Backward();
            kept = y.Detach();
            made = Tensor.From(5f, 6f);
            eye = Tensor.Arange(0, 3, dtype: DType.Int64);
            gradient = x.Grad!;
        }
        for (int i = 0; i < 3; i++)
        {
            using Step other = Step.Begin();
            _ = Tensor.Ones([1000]) * 7;
        }
        Assert.Equal([1f, 4f], kept.ToArray<float>());
        Assert.Equal([5f, 6f], made.ToArray<float>());
        Assert.Equal([0L, 1L, 2L], eye.ToArray<long>());
        Assert.Equal([2f, 4f], gradient.ToArray<float>());
        Assert.False(kept.RequiresGrad);
    }

    [Fact]
    public void Gradients_sum_up_over_several_steps()
    {
        Tensor x = Leaf(3);
        for (int i = 0; i < 4; i++)
        {
            using Step step = Step.Begin();
            (x * x).Sum().Backward();
        }
        Assert.Equal(24, x.Grad!.Item());
    }

    [Fact]
    public void Inner_step_leaves_results_of_the_outer_alone()
    {
        Tensor x = Tensor.From(1f, 2f);
        using Step outer = Step.Begin();
        Tensor y = x * 2, inner = x;
        for (int i = 0; i < 3; i++)
        {
            using Step step = Step.Begin();
            inner = y + i;
        }
        Tensor z = y * 3;
        Assert.Equal([2f, 4f], y.ToArray<float>());
        Assert.Equal([6f, 12f], z.ToArray<float>());
        Assert.Equal([4f, 6f], inner.ToArray<float>());              // of the last inner step: no later one has begun
        using (Step.Begin()) Assert.Throws<GradException>(() => inner.ToArray<float>());
    }

    [Fact]
    public void Steps_nest_to_any_depth()
    {
        List<Tensor> results = [];
        Nest(0);
        Assert.Null(Step.Current);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (double)i), results.Select(r => r.Item()));

        void Nest(int depth)
        {
            if (depth == 10) return;
            using Step step = Step.Begin();
            results.Add(Tensor.Scalar(depth) + 0);
            Nest(depth + 1);
        }
    }

    [Fact]
    public void Outer_step_closed_before_the_inner_is_refused_and_both_can_still_be_closed()
    {
        Step outer = Step.Begin(), inner = Step.Begin();
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Step: close steps on their own thread, the innermost first.", outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        Assert.Null(Step.Current);
    }

    [Fact]
    public void Step_is_closed_by_its_own_thread_only()
    {
        using Step step = Step.Begin();
        Exception? thrown = null;
        Thread other = new(() =>
        {
            using Step own = Step.Begin();
            thrown = Record.Exception(step.Dispose);
        });
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(thrown);
        Assert.Same(step.Arena, Step.Current);
    }

    [Fact]
    public void Step_closed_twice_does_not_close_the_next_one()
    {
        Step first = Step.Begin();
        first.Dispose();
        using Step second = Step.Begin();
        first.Dispose();
        Assert.Same(second.Arena, Step.Current);
    }

    [Fact]
    public void Step_is_closed_when_its_pass_throws()
    {
        Assert.Throws<ShapeException>(() =>
        {
            using Step outer = Step.Begin();
            using Step inner = Step.Begin();
            _ = Tensor.Zeros([2]) + Tensor.Zeros([3]);
        });
        Assert.Null(Step.Current);
    }

    [Fact]
    public void Steps_of_two_threads_do_not_touch_each_other()
    {
        Tensor mine;
        using (Step.Begin()) mine = Tensor.Scalar(1) + 1;
        Tensor? theirs = null;
        Thread other = new(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                using Step step = Step.Begin();
                theirs = Tensor.Scalar(i) * 2;
            }
        });
        other.Start();
        other.Join();
        Assert.Equal((2, 18), (mine.Item(), theirs!.Item()));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // its arena lives as long as a tensor looks into it
        Assert.Equal(18, theirs.Item());
    }

    [Fact]
    public void Arena_grows_in_the_first_step_and_is_one_block_from_the_next_on()
    {
        Tensor x = Tensor.Ones([1 << 18]);                           // 1 MB a result
        for (int round = 0; round < 3; round++)
        {
            using Step step = Step.Begin();
            Tensor y = x;
            for (int i = 0; i < 20; i++) y = y + 1;
            Assert.Equal(21, y[^1].Item());
            int blocks = step.Arena.BlockCount;
            Assert.True(round > 0 ? blocks == 1 : blocks is > 1 and < 8, $"{blocks} blocks");
            Assert.InRange(step.Arena.UsedBytes, 20 << 20, 21 << 20);
        }
    }

    [Fact]
    public void Arena_results_are_aligned_and_do_not_overlap()
    {
        using Step step = Step.Begin();
        List<Tensor> all = [];
        for (int i = 0; i < 200; i++) all.Add(Tensor.Full([1 + (i * 37 % 301)], i) + 0.5);
        for (int i = 0; i < all.Count; i++)
        {
            Assert.True(all[i].IsInStep);
            Assert.All(all[i].ToArray<float>(), v => Assert.Equal(i + 0.5f, v));
            unsafe
            {
                Assert.Equal(0, (nint)all[i].Pointer % 64);
            }
        }
    }

    private static Tensor Leaf(params float[] values)
    {
        Tensor t = Tensor.From(values);
        t.RequiresGrad = true;
        return t;
    }
}
