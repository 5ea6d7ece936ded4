using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>
/// A tensor, or a constant, as the number of a formula: the formula then builds a graph instead of computing registers,
/// and can be differentiated once more.
/// </summary>
internal readonly struct GraphVec : IVec<GraphVec>
{
    private readonly Tensor? _tensor;
    private readonly double _constant;

    // A mask is of type Bool and remembers the type of the numbers it came from, for a choice between two constants.
    private readonly DType _numbers;

    public GraphVec(Tensor tensor) => (_tensor, _numbers) = (tensor, tensor.DType);

    private GraphVec(Tensor mask, DType numbers) => (_tensor, _numbers) = (mask, numbers);

    private GraphVec(double constant) => _constant = constant;

    public static GraphVec operator +(GraphVec a, GraphVec b) => (a._tensor, b._tensor) switch
    {
        (null, null) => new(a._constant + b._constant),
        (null, { } y) => new(y + a._constant),
        ({ } x, null) => new(x + b._constant),
        ({ } x, { } y) => new(x + y),
    };

    public static GraphVec operator -(GraphVec a, GraphVec b) => (a._tensor, b._tensor) switch
    {
        (null, null) => new(a._constant - b._constant),
        (null, { } y) => new(a._constant - y),
        ({ } x, null) => new(x - b._constant),
        ({ } x, { } y) => new(x - y),
    };

    public static GraphVec operator *(GraphVec a, GraphVec b) => (a._tensor, b._tensor) switch
    {
        (null, null) => new(a._constant * b._constant),
        (null, { } y) => new(y * a._constant),
        ({ } x, null) => new(x * b._constant),
        ({ } x, { } y) => new(x * y),
    };

    public static GraphVec operator /(GraphVec a, GraphVec b) => (a._tensor, b._tensor) switch
    {
        (null, null) => new(a._constant / b._constant),
        (null, { } y) => new(a._constant / y),
        ({ } x, null) => new(x / b._constant),
        ({ } x, { } y) => new(x / y),
    };

    public static GraphVec operator -(GraphVec a) => a._tensor is { } x ? new(-x) : new(-a._constant);

    public static GraphVec Const(double value) => new(value);

    public static GraphVec Fma(GraphVec a, GraphVec b, GraphVec c) => (a * b) + c;

    public static GraphVec Abs(GraphVec x) => x._tensor is { } t ? new(t.Abs()) : new(Math.Abs(x._constant));

    public static GraphVec Sqrt(GraphVec x) => x._tensor is { } t ? new(t.Sqrt()) : new(Math.Sqrt(x._constant));

    public static GraphVec Floor(GraphVec x) => x._tensor is { } t ? new(t.Floor()) : new(Math.Floor(x._constant));

    public static GraphVec Ceiling(GraphVec x) =>
        x._tensor is { } t ? new(t.Ceiling()) : new(Math.Ceiling(x._constant));

    public static GraphVec Truncate(GraphVec x) =>
        x._tensor is { } t ? new(t.Truncate()) : new(Math.Truncate(x._constant));

    public static GraphVec Round(GraphVec x) => x._tensor is { } t ? new(t.Round()) : new(Math.Round(x._constant));

    public static GraphVec Min(GraphVec a, GraphVec b) => new(Pair(a, b, out Tensor y).Minimum(y));

    public static GraphVec Max(GraphVec a, GraphVec b) => new(Pair(a, b, out Tensor y).Maximum(y));

    public static GraphVec Less(GraphVec a, GraphVec b) => new(Pair(a, b, out Tensor y).Less(y), y.DType);

    public static GraphVec LessOrEqual(GraphVec a, GraphVec b) => new(Pair(a, b, out Tensor y).LessEqual(y), y.DType);

    public static GraphVec Equal(GraphVec a, GraphVec b) => new(Pair(a, b, out Tensor y).EqualTo(y), y.DType);

    public static GraphVec And(GraphVec mask, GraphVec other) =>
        new(mask._tensor!.LogicalAnd(other._tensor!), mask._numbers);

    public static GraphVec Or(GraphVec mask, GraphVec other) =>
        new(mask._tensor!.LogicalOr(other._tensor!), mask._numbers);

    public static GraphVec Select(GraphVec mask, GraphVec whenTrue, GraphVec whenFalse)
    {
        if (whenTrue._tensor is null && whenFalse._tensor is null)
            whenTrue = new(Tensor.Scalar(whenTrue._constant, mask._numbers));
        Tensor x = Pair(whenTrue, whenFalse, out Tensor y);
        return new(Tensor.Where(mask._tensor!, x, y));
    }

    public static GraphVec Exp(GraphVec x) => x._tensor is { } t ? new(t.Exp()) : new(Math.Exp(x._constant));

    public static GraphVec Expm1(GraphVec x) => new(x._tensor!.Expm1());

    public static GraphVec Log(GraphVec x) => x._tensor is { } t ? new(t.Log()) : new(Math.Log(x._constant));

    public static GraphVec Log1p(GraphVec x) => new(x._tensor!.Log1p());

    public static GraphVec Tanh(GraphVec x) => x._tensor is { } t ? new(t.Tanh()) : new(Math.Tanh(x._constant));

    public static GraphVec Sigmoid(GraphVec x) => new(x._tensor!.Sigmoid());

    public static GraphVec Erf(GraphVec x) => new(x._tensor!.Erf());

    public static GraphVec Sin(GraphVec x) => x._tensor is { } t ? new(t.Sin()) : new(Math.Sin(x._constant));

    public static GraphVec Cos(GraphVec x) => x._tensor is { } t ? new(t.Cos()) : new(Math.Cos(x._constant));

    /// <summary>The formula's result with the shape and type of <paramref name="like"/>.</summary>
    public Tensor ToTensor(Tensor like)
    {
        if (_tensor is null) return Tensor.Full(like.Shape, _constant, like.DType);
        return _tensor.Shape == like.Shape ? _tensor : _tensor.Expand(like.Shape);
    }

    private static Tensor Pair(GraphVec a, GraphVec b, out Tensor y)
    {
        Tensor x = a._tensor ?? Tensor.Scalar(a._constant, b._tensor!.DType);
        y = b._tensor ?? Tensor.Scalar(b._constant, x.DType);
        return x;
    }
}
