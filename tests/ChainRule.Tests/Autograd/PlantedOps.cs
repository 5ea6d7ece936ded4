namespace ChainRule.Tests.AutogradTests;

/// <summary>Operations with planted faults, for tests of the walk and of the gradient check.</summary>
internal static class Planted
{
    /// <summary>y = x whose backward runs the given function on the gradient.</summary>
    public static Tensor Identity(Tensor x, Func<Tensor, Tensor> backward)
    {
        Tensor y = x.CopyDense(Tensor.Empty(x.Shape, x.DType));
        return Graph.Needs(x) ? Graph.Record(y, new IdentityOp(x, backward)) : y;
    }

    /// <summary>
    /// (2 x, 3 x), an operation with two results; counts how often and with what its backward is called.
    /// </summary>
    public static (Tensor Twice, Tensor Thrice) Both(Tensor x, List<string> calls)
    {
        BothOp op = new(x, calls);
        Tensor twice, thrice;
        using (NoGrad.Begin()) (twice, thrice) = (x * 2, x * 3);
        return (Graph.Record(twice, op), Graph.Record(thrice, op, 1));
    }

    private sealed class IdentityOp(Tensor x, Func<Tensor, Tensor> backward) : Op(x)
    {
        public override string Name => "planted";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, backward(dy));
    }

    private sealed class BothOp(Tensor x, List<string> calls) : MultiOp(x)
    {
        public override string Name => "both";

        public override int Outputs => 2;

        public override void Backward(Tensor?[] dys, BackwardPass pass)
        {
            calls.Add($"{(dys[0] is null ? "-" : "2x")} {(dys[1] is null ? "-" : "3x")}");
            if (dys[0] is { } twice) pass.Add(A, twice * 2);
            if (dys[1] is { } thrice) pass.Add(A, thrice * 3);
        }
    }
}
