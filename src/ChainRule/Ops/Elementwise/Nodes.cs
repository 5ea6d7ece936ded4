using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>A recorded elementwise operation of one operand.</summary>
internal sealed unsafe class UnaryNode<TOp>(Tensor x, Tensor y, TOp op) : Op(x)
    where TOp : unmanaged, IUnaryOp
{
    private Tensor? _y = TOp.Saves is Saves.Output or Saves.Both ? y : null;

    public override string Name => TOp.Name;

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        if (!pass.Wants(A)) return;
        Tensor x = A!, y = _y ?? x;
        if (pass.CreateGraph)
        {
            pass.Add(x, op.Backward(new GraphVec(x), new GraphVec(y), new GraphVec(dy)).ToTensor(x));
            return;
        }
        Tensor dx = Tensor.Empty(x.Shape, x.DType);
        Tensor xDense = TOp.Saves is Saves.Input or Saves.Both ? x.Dense() : dx;
        Tensor yDense = _y ?? dx;
        Tensor dyRun = Broadcasting.Run(dy, out int dyStep);
        VectorLoops.Map(
            new UnaryBackward<TOp>(op), x.DType,
            xDense.Pointer, ReferenceEquals(xDense, dx) ? 0 : 1, yDense.Pointer, _y is null ? 0 : 1,
            dyRun.Pointer, dyStep, dx.Pointer, x.Count);
        GC.KeepAlive(xDense);
        GC.KeepAlive(yDense);
        GC.KeepAlive(dyRun);
        pass.Add(x, dx);
    }

    public override void Release()
    {
        base.Release();
        _y = null;
    }
}

/// <summary>A recorded elementwise operation of two operands.</summary>
internal sealed class BinaryNode<TOp>(Tensor a, Tensor b, TOp op) : Op(a, b)
    where TOp : unmanaged, IBinaryOp
{
    public override string Name => TOp.Name;

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        Tensor a = A!, b = B!;
        if (pass.CreateGraph)
        {
            GraphVec av = new(a), bv = new(b), dv = new(dy);
            if (pass.Wants(a)) pass.Add(a, op.BackwardA(av, bv, dv).ToTensor(dy).SumTo(a.Shape));
            if (pass.Wants(b)) pass.Add(b, op.BackwardB(av, bv, dv).ToTensor(dy).SumTo(b.Shape));
            return;
        }
        if (pass.Wants(a))
            pass.Add(a, Broadcasting.Map(new BinaryBackwardA<TOp>(op), a, b, dy, dy.Shape, operands: 3).SumTo(a.Shape));
        if (pass.Wants(b))
            pass.Add(b, Broadcasting.Map(new BinaryBackwardB<TOp>(op), a, b, dy, dy.Shape, operands: 3).SumTo(b.Shape));
    }
}

internal readonly struct UnaryForward<TOp>(TOp op) : IMap1
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    public static MapCost Cost => TOp.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Map<V>(V x)
        where V : struct, IVec<V> => _op.Forward(x);
}

internal readonly struct UnaryBackward<TOp>(TOp op) : IMap3
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    public static MapCost Cost => TOp.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Map<V>(V a, V b, V c)
        where V : struct, IVec<V> => _op.Backward(a, b, c);
}

internal readonly struct BinaryForward<TOp>(TOp op) : IMap3
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    public static MapCost Cost => TOp.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Map<V>(V a, V b, V c)
        where V : struct, IVec<V> => _op.Forward(a, b);
}

internal readonly struct BinaryBackwardA<TOp>(TOp op) : IMap3
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    public static MapCost Cost => TOp.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Map<V>(V a, V b, V c)
        where V : struct, IVec<V> => _op.BackwardA(a, b, c);
}

internal readonly struct BinaryBackwardB<TOp>(TOp op) : IMap3
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    public static MapCost Cost => TOp.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Map<V>(V a, V b, V c)
        where V : struct, IVec<V> => _op.BackwardB(a, b, c);
}
