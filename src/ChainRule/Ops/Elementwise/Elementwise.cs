using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>Applies a formula to every element: check, compute, record.</summary>
internal static unsafe class Elementwise
{
    /// <summary>y = op(x), element by element.</summary>
    public static Tensor Apply<TOp>(Tensor x, TOp op = default)
        where TOp : unmanaged, IUnaryOp
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckType(TOp.Name, x.DType, TOp.TakesIntegers);
        Tensor dense = x.Dense();
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        VectorLoops.Map(new UnaryForward<TOp>(op), x.DType, dense.Pointer, y.Pointer, x.Count);
        GC.KeepAlive(dense);
        return Graph.Needs(x) ? Graph.Record(y, new UnaryNode<TOp>(x, y, op)) : y;
    }

    /// <summary>y = op(a, b), element by element, with broadcasting.</summary>
    public static Tensor Apply<TOp>(Tensor a, Tensor b, TOp op = default)
        where TOp : unmanaged, IBinaryOp
    {
        Shape shape = CheckPair(TOp.Name, a, b, TOp.TakesIntegers);
        Tensor y = Broadcasting.Map(new BinaryForward<TOp>(op), a, b, a, shape, operands: 2);
        return Graph.Needs(a, b) ? Graph.Record(y, new BinaryNode<TOp>(a, b, op)) : y;
    }

    /// <summary>Checks the operands of a two-operand operation and returns the shape of its result.</summary>
    public static Shape CheckPair(string name, Tensor a, Tensor b, bool takesIntegers)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        CheckSameType(name, a, b);
        CheckType(name, a.DType, takesIntegers);
        return Broadcasting.ShapeOf(name, a, b);
    }

    public static void CheckSameType(string name, Tensor a, Tensor b)
    {
        if (a.DType == b.DType) return;
        throw new DTypeException(
            $"{name}: types differ: {a.DType.Text()} (a) and {b.DType.Text()} (b).\n"
            + $"  {Operand("a", a)}    {Operand("b", b)}", a.DType, b.DType)
        {
            Help = "convert one of them with To(DType); there is no implicit conversion.",
        };
    }

    public static string Operand(string name, Tensor t) => $"{name}: {t.Shape} {t.DType.Text()}";

    public static void CheckType(string name, DType dtype, bool takesIntegers)
    {
        if (dtype.IsFloatingPoint() || (takesIntegers && dtype != DType.Bool)) return;
        throw new DTypeException(
            $"{name}: needs {(takesIntegers ? "numbers" : "float32 or float64")}, got {dtype.Text()}.", dtype)
        {
            Help = "convert with To(DType.Float32) first.",
        };
    }
}

/// <summary>What a unary operation's backward formula needs again.</summary>
internal enum Saves
{
    /// <summary>Neither input nor result: the derivative is constant.</summary>
    Nothing,

    /// <summary>The input.</summary>
    Input,

    /// <summary>The result.</summary>
    Output,

    /// <summary>Input and result.</summary>
    Both,
}

/// <summary>A differentiable formula of one number. Options are fields of the struct.</summary>
internal interface IUnaryOp
{
    static abstract string Name { get; }

    static abstract Saves Saves { get; }

    static virtual MapCost Cost => MapCost.Light;

    static virtual bool TakesIntegers => false;

    V Forward<V>(V x)
        where V : struct, IVec<V>;

    /// <summary>
    /// Gradient of the input from that of the result. Only what <see cref="Saves"/> names may be read.
    /// </summary>
    V Backward<V>(V x, V y, V dy)
        where V : struct, IVec<V>;
}

/// <summary>A differentiable formula of two numbers.</summary>
internal interface IBinaryOp
{
    static abstract string Name { get; }

    static virtual MapCost Cost => MapCost.Light;

    static virtual bool TakesIntegers => false;

    V Forward<V>(V a, V b)
        where V : struct, IVec<V>;

    V BackwardA<V>(V a, V b, V dy)
        where V : struct, IVec<V>;

    V BackwardB<V>(V a, V b, V dy)
        where V : struct, IVec<V>;
}
