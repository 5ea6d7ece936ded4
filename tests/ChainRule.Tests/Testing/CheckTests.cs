namespace ChainRule.Tests.TestingTests;

/// <summary>That the checks for tests find what they are there to find.</summary>
public sealed unsafe class CheckTests
{
    [Fact]
    public void Close_names_the_worst_element_and_counts_the_others()
    {
        Tensor got = Tensor.From(new[,] { { 1f, 2, 3 }, { 4, 5.5f, 6.1f } });
        var failed = Assert.Throws<CheckFailedException>(() =>
            TensorAssert.Close([2, 3], [1, 2, 3, 4, 5, 6], got, new Tolerance(0, 0.01), "y"));
        Assert.Equal(
            "y [2, 3] float32: element 4 = [1, 1]: expected 5, got 5.5 (relative 0, absolute 0.01); 2 of 6 elements "
            + "differ, this one most.",
            failed.Message);
        TensorAssert.Close([2, 3], [1, 2, 3, 4, 5, 6], got, new Tolerance(0.1, 0));
    }

    [Theory]
    [InlineData(double.NaN, double.NaN, true)]
    [InlineData(double.NaN, 1, false)]
    [InlineData(1, double.NaN, false)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(double.PositiveInfinity, double.NegativeInfinity, false)]
    [InlineData(double.PositiveInfinity, 1e300, false)]
    [InlineData(100, 100.9, true)]
    [InlineData(100, 101.2, false)]
    [InlineData(0, 0.05, true)]
    public void Tolerance_accepts_what_is_near(double expected, double actual, bool near) =>
        Assert.Equal(near, new Tolerance(0.01, 0.1).Accepts(expected, actual));

    [Fact]
    public void SameBits_tells_zeros_and_shapes_apart()
    {
        TensorAssert.SameBits(Tensor.From(float.NaN, 1), Tensor.From(float.NaN, 1));
        Assert.Contains("element 1", Fails(() => TensorAssert.SameBits(Tensor.From(1f, 0f), Tensor.From(1f, -0f))));
        Assert.Contains("[2] float32", Fails(() => TensorAssert.SameBits(Tensor.Zeros([2]), Tensor.Zeros([2, 1]))));
    }

    [Theory]
    [InlineData(Placement.EndAtGuard)]
    [InlineData(Placement.StartAtGuard)]
    [InlineData(Placement.Unaligned)]
    public void Guarded_tensor_finds_a_write_just_behind_its_end(Placement placement)
    {
        using GuardedTensor x = GuardedTensor.Copy(Tensor.Arange(0, 7), placement);
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6], x.Tensor.ToArray<float>());
        x.CheckIntact();
        x.Tensor.Pointer[7 * 4] ^= 1;
        Assert.Equal("x [7]: byte 0 behind its last element was written to.", Fails(() => x.CheckIntact("x")));
    }

    [Fact]
    public void Guarded_tensor_finds_a_write_before_its_start()
    {
        using GuardedTensor x = GuardedTensor.Copy(Tensor.Arange(0, 7), Placement.Unaligned);
        x.Tensor.Pointer[-1] ^= 1;
        Assert.Equal("x [7]: a byte 1 before its first element was written to.", Fails(() => x.CheckIntact("x")));
    }

    [Fact]
    public void Guarded_tensor_lies_where_it_says()
    {
        nint page = Environment.SystemPageSize;
        Tensor source = Tensor.Arange(0, 17);
        using GuardedTensor end = GuardedTensor.Copy(source, Placement.EndAtGuard),
            start = GuardedTensor.Copy(source, Placement.StartAtGuard);
        using GuardedTensor odd = GuardedTensor.Copy(source, Placement.Unaligned);
        Assert.Equal(0, ((nint)end.Tensor.Pointer + (17 * 4) + 128) % page);
        Assert.Equal(0, (nint)start.Tensor.Pointer % page);
        Assert.Equal(4, (nint)odd.Tensor.Pointer % 64);
        if (!OperatingSystem.IsLinux()) return;
        Assert.True(end.PagesProtected);
        Assert.Equal("---p", Access((nint)end.Tensor.Pointer + (17 * 4) + 128));
        Assert.Equal("---p", Access((nint)start.Tensor.Pointer - 1));
        Assert.Equal("rw-p", Access((nint)end.Tensor.Pointer));
    }

    [Fact]
    public void Guarded_tensor_cannot_be_read_after_its_memory_is_gone()
    {
        GuardedTensor x = GuardedTensor.Copy(Tensor.Arange(0, 3), Placement.EndAtGuard);
        x.Dispose();
        Assert.Throws<GradException>(() => x.Tensor.ToArray<float>());
    }

    [Fact]
    public void Poisoned_step_shows_unwritten_elements_and_writes_behind_the_end()
    {
        using PoisonedStep step = PoisonedStep.Begin();
        Tensor y = Tensor.Empty([5], DType.Float32);
        Assert.All(y.ToArray<float>(), v => Assert.True(float.IsNaN(v)));
        y.Fill(0);
        step.CheckEnd(y);
        y.Pointer[20] = 0;
        Assert.Equal("y [5]: byte 0 behind its last element was written to.", Fails(() => step.CheckEnd(y, "y")));
    }

    [Fact]
    public void First_order_check_finds_a_wrong_gradient()
    {
        Tensor x = Tensor.From(0.5, 2.0);
        GradChecks.First(t => t[0] * t[0], [x]);
        string text = Fails(() => GradChecks.First(t => WrongSquare.Apply(t[0], 3, 3), [x]));
        Assert.Contains("gradient by input 0 [2], element 1: expected", text);
    }

    [Fact]
    public void Second_order_check_finds_a_gradient_that_is_constant_to_the_graph()
    {
        Tensor x = Tensor.From(0.5, 2.0);
        GradChecks.Second(t => t[0] * t[0] * t[0], [x]);
        Assert.Contains("second derivative", Fails(() => GradChecks.Second(t => DetachedSquare.Apply(t[0]), [x])));
    }

    [Fact]
    public void Graph_check_finds_two_gradients_that_differ()
    {
        Tensor x = Tensor.From(0.5, 2.0);
        GradChecks.CreateGraphAgrees(t => t[0] * t[0], [x]);
        Assert.Contains("through createGraph",
            Fails(() => GradChecks.CreateGraphAgrees(t => WrongSquare.Apply(t[0], 2, 3), [x])));
    }

    [Fact]
    public void Float32_check_finds_a_gradient_that_loses_digits()
    {
        Tensor x = Tensor.From(0.5f, 2f);
        GradChecks.Float32AgainstFloat64(t => t[0] * t[0], [x]);
        string text = Fails(() => GradChecks.Float32AgainstFloat64(t =>
            ((t[0] * t[0]) + 1e7) - 1e7 + (t[0] * (t[0] + 1e7 - 1e7)), [x]));
        Assert.Contains("in float32", text);
    }

    [Fact]
    public void Gradient_check_of_a_result_without_gradient_says_so() =>
        Assert.Contains("requires no gradient",
            Fails(() => GradChecks.Gradients(t => t[0].Detach(), [Tensor.From(1.0)])));

    private static string Fails(Action action) => Assert.Throws<CheckFailedException>(action).Message;

    // Access rights of the mapping that an address lies in, as the system lists them.
    private static string Access(nint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] range = line.Split(' ')[0].Split('-');
            if (address >= Convert.ToInt64(range[0], 16)
                && address < Convert.ToInt64(range[1], 16)) return line.Split(' ')[1];
        }
        return "unmapped";
    }

    /// <summary>
    /// A square with the derivative factor * x, one factor for the fast walk and one for the recorded walk.
    /// </summary>
    private sealed class WrongSquare(Tensor x, double fast, double recorded) : Op(x)
    {
        public override string Name => "wrong_square";

        public static Tensor Apply(Tensor x, double fast, double recorded)
        {
            Tensor y = x.Detach() * x.Detach();
            return Graph.Needs(x) ? Graph.Record(y, new WrongSquare(x, fast, recorded)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, dy * A! * (pass.CreateGraph ? recorded : fast));
    }

    /// <summary>A square whose gradient is right, but cut off from the graph.</summary>
    private sealed class DetachedSquare(Tensor x) : Op(x)
    {
        public override string Name => "detached_square";

        public static Tensor Apply(Tensor x)
        {
            Tensor y = x.Detach() * x.Detach();
            return Graph.Needs(x) ? Graph.Record(y, new DetachedSquare(x)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, dy * (A!.Detach() * 2));
    }
}
