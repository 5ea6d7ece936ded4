namespace ChainRule.Tests.Operators;

/// <summary>Laws of derivatives for every row of <see cref="OpTable"/>; a failure names the case and seed.</summary>
public sealed class OpPropertyTests
{
    private const int MostElements = 500;

    private static readonly Tolerance Rounding = new(1e-10, 1e-10);

    public static TheoryData<string> Rows => OpTests.DifferentiableRows;

    // backward(2 u - 3 v) = 2 backward(u) - 3 backward(v).
    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradient_is_linear_in_the_gradient_of_the_result(string row) => Each(row, "linear backward", s =>
    {
        Tensor[] x = Leaves(s);
        Tensor y = s.Function(x);
        if (!y.RequiresGrad) return;
        Tensor u = Normal(y.Shape, 1), v = Normal(y.Shape, 2);
        Tensor[] ofU = Autograd.Grad(y, x, u, retainGraph: true), ofV = Autograd.Grad(y, x, v, retainGraph: true);
        Tensor[] ofBoth = Autograd.Grad(y, x, (2 * u) - (3 * v));
        for (int i = 0; i < x.Length; i++)
            TensorAssert.Close((2 * ofU[i]) - (3 * ofV[i]), ofBoth[i], Rounding, $"gradient {i}");
    });

    // Where repeating the operands by hand gives the same result, the operator broadcasts: the gradient of an operand
    // is then the sum, over the repetitions, of the gradient of the repeated one.
    [Theory]
    [MemberData(nameof(Rows))]
    public void Gradient_of_a_broadcast_operand_sums_over_its_repetitions(string row) => Each(row, "broadcast", s =>
    {
        Tensor[] x = Leaves(s);
        Tensor y = s.Function(x);
        if (!y.RequiresGrad || x.Length < 2 || !x.All(t => BroadcastsTo(t.Shape, y.Shape))) return;
        if (x.All(t => t.Shape == y.Shape)) return;
        Tensor[] repeated = [.. x.Select(t => Leaf(t.Expand(y.Shape).Contiguous()))];
        Tensor same;
        try
        {
            same = s.Function(repeated);
        }
        catch (ShapeException)
        {
            return;                                                  // an operator of fixed shapes
        }
        if (same.Shape != y.Shape || !TensorAssert.Bytes(same).SequenceEqual(TensorAssert.Bytes(y))) return;
        Tensor dy = Normal(y.Shape, 3);
        Tensor[] got = Autograd.Grad(y, x, dy), whole = Autograd.Grad(same, repeated, dy);
        for (int i = 0; i < x.Length; i++)
            TensorAssert.Close(SumTo(whole[i], x[i].Shape), got[i], Rounding, $"gradient {i}");
    });

    // An operator A that is linear in an input has its adjoint as backward: <A x, y> = <x, backward(y)>.
    [Theory]
    [MemberData(nameof(Rows))]
    public void Backward_of_a_linear_operator_is_its_adjoint(string row) => Each(row, "adjoint", s =>
    {
        Tensor[] x = Leaves(s);
        for (int i = 0; i < x.Length; i++)
        {
            if (!IsLinear(s, x, i)) continue;
            Tensor y = s.Function(x);
            if (!y.RequiresGrad) continue;
            Tensor dy = Normal(y.Shape, 4);
            double left = (y * dy).Sum().Item(), right = (x[i] * Autograd.Grad(y, x[i], dy)).Sum().Item();
            double size = (y * dy).Abs().Sum().Item();
            if (!(Math.Abs(left - right) <= 1e-10 * (1 + size)))
                throw new CheckFailedException($"input {i}: <A x, y> is {left}, <x, backward(y)> is {right}.");
        }
    });

    // The adjoint law finds its operators itself; these must be among them.
    [Theory]
    [InlineData("conv2d")]
    [InlineData("conv_transpose2d")]
    [InlineData("avg_pool2d")]
    [InlineData("upsample")]
    [InlineData("fold")]
    [InlineData("unfold")]
    [InlineData("pad")]
    [InlineData("sum")]
    [InlineData("matmul")]
    public void Linear_operators_are_found_to_be_linear(string row)
    {
        OpRow found = OpTable.Find(row);
        Assert.Contains(found.Cases, c =>
        {
            Sample s = Sample.Make(found, c, DType.Float64);
            return s.Variables().Length > 0 && IsLinear(s, Leaves(s), 0);
        });
    }

    private static bool IsLinear(Sample s, Tensor[] x, int input)
    {
        Tensor one = x[input].Detach(), other = Normal(one.Shape, 5);
        Tensor ofOne = At(one), ofOther = At(other), ofBoth = At((1.5 * one) - (0.7 * other));
        if (ofOne.Count == 0) return false;
        double distance = (ofBoth - ((1.5 * ofOne) - (0.7 * ofOther))).Abs().Sum().Item();
        return distance <= 1e-12 * (1 + ofOne.Abs().Sum().Item() + ofOther.Abs().Sum().Item());

        Tensor At(Tensor value)
        {
            Tensor[] moved = [.. x];
            moved[input] = value;
            return s.Function(moved).Detach();
        }
    }

    private static bool BroadcastsTo(Shape part, Shape full)
    {
        int lead = full.Rank - part.Rank;
        if (lead < 0) return false;
        for (int d = 0; d < part.Rank; d++)
        {
            if (part[d] != 1 && part[d] != full[d + lead]) return false;
        }
        return true;
    }

    private static Tensor SumTo(Tensor whole, Shape part)
    {
        int lead = whole.Rank - part.Rank;
        int[] dims = [.. Enumerable.Range(0, whole.Rank).Where(d => d < lead || part[d - lead] != whole.Dims[d])];
        return dims.Length == 0 ? whole : whole.Sum(dims, keepDim: true).Reshape(part);
    }

    private static Tensor Normal(Shape shape, ulong seed) => Tensor.Randn(shape, new Rng(seed), dtype: DType.Float64);

    private static Tensor[] Leaves(Sample s) => [.. s.Variables().Select(Leaf)];

    private static Tensor Leaf(Tensor t)
    {
        Tensor leaf = t.Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static void Each(string row, string check, Action<Sample> body) =>
        OpCheck.Each(row, check, [DType.Float64], s =>
        {
            Tensor[] variables = s.Variables();
            if (variables.Sum(v => v.Count) is > 0 and <= MostElements && s.Run().DType == DType.Float64) body(s);
        });
}
