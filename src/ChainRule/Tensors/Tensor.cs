using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>
/// Numbers of one type in any number of dimensions: what networks take, compute and return. Rank and element type are
/// run-time values; a tensor is immutable to its users and needs no disposal.
/// </summary>
/// <remarks>
/// Slicing, transposing and reshaping give views of the same memory. Operators check first, then compute at once, and
/// record themselves for <see cref="Backward"/> where an operand <see cref="RequiresGrad"/>. Differs from PyTorch: D1
/// (no implicit type promotion), D3 (at most <see cref="int.MaxValue"/> elements).
/// </remarks>
public sealed unsafe partial class Tensor
{
    private readonly ShapeInfo _shape;
    private readonly int[] _strides;
    private Storage _storage;
    private byte* _data;
    private int _generation;

    internal Tensor(Storage storage, byte* data, ShapeInfo shape, int[] strides, DType dtype)
    {
        _storage = storage;
        _data = data;
        _generation = storage.Generation;
        _shape = shape;
        _strides = IsRowMajor(shape, strides) ? shape.Strides : strides;
        _state = (int)dtype << TypeShift;
    }

    /// <summary>Sizes along the dimensions.</summary>
    public Shape Shape => new(_shape);

    /// <summary>Number of dimensions; 0 for a single number.</summary>
    /// <torch>torch.Tensor.ndim</torch>
    public int Rank => _shape.Dims.Length;

    /// <summary>Number of elements.</summary>
    /// <torch>torch.numel</torch>
    public int Count => _shape.Count;

    /// <summary>Element type.</summary>
    public DType DType => (DType)((_state >> TypeShift) & TypeBits);

    /// <summary>Where the numbers lie.</summary>
    public Device Device => Device.Cpu;

    /// <summary>True where the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous => ReferenceEquals(_strides, _shape.Strides);

    /// <summary>True for memory that the next step takes back.</summary>
    internal bool IsInStep => _storage is StepArena;

    /// <summary>True for memory that a backward walk may write to: the gradient of a leaf.</summary>
    internal bool IsGradientMemory
    {
        get => _storage.HoldsGradients;
        set => _storage.HoldsGradients = value;
    }

    internal ShapeInfo Info => _shape;

    internal ReadOnlySpan<int> Dims => _shape.Dims;

    /// <summary>
    /// Distance in elements between neighbours along each dimension; 0 where a dimension is broadcast.
    /// </summary>
    internal ReadOnlySpan<int> Strides => _strides;

    /// <summary>
    /// First element. The tensor must be used after the last access through the pointer, or its memory may be gone.
    /// </summary>
    internal byte* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_storage.Generation != _generation) ThrowStale();
            return _data;
        }
    }

    /// <summary>
    /// A fresh tensor for a result: from the arena of the open step, or a buffer of its own. Not cleared.
    /// </summary>
    internal static Tensor Empty(Shape shape, DType dtype)
    {
        StepArena? arena = ChainRule.Step.Current;
        if (arena is null) return EmptyKept(shape, dtype);
        ShapeInfo info = shape.Info;
        return new Tensor(arena, arena.Take((long)info.Count * dtype.Size()), info, info.Strides, dtype);
    }

    /// <summary>
    /// As <see cref="Empty(Shape, DType)"/>, with room behind the elements for what an operation keeps beside its
    /// result: found again by <see cref="Behind"/>.
    /// </summary>
    internal static Tensor Empty(Shape shape, DType dtype, long bytesBehind)
    {
        ShapeInfo info = shape.Info;
        long bytes = ToBehind(info, dtype) + bytesBehind;
        if (ChainRule.Step.Current is { } arena)
            return new Tensor(arena, arena.Take(bytes), info, info.Strides, dtype);
        PooledStorage storage = new(bytes);
        return new Tensor(storage, storage.Pointer, info, info.Strides, dtype);
    }

    /// <summary>A fresh tensor that outlives the open step. Not cleared.</summary>
    internal static Tensor EmptyKept(Shape shape, DType dtype)
    {
        ShapeInfo info = shape.Info;
        PooledStorage storage = new((long)info.Count * dtype.Size());
        return new Tensor(storage, storage.Pointer, info, info.Strides, dtype);
    }

    /// <summary>The room that was asked for behind the elements of a fresh tensor.</summary>
    internal byte* Behind => Pointer + ToBehind(_shape, DType);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* Ptr<T>()
        where T : unmanaged => (T*)Pointer;

    /// <summary>
    /// Another look at the same memory. Carries no gradient: the operator that calls this records itself.
    /// </summary>
    /// <param name="dims">Sizes of the view.</param>
    /// <param name="strides">Strides of the view in elements.</param>
    /// <param name="offset">First element of the view, in elements from the first of this tensor.</param>
    internal Tensor View(ReadOnlySpan<int> dims, int[] strides, long offset = 0)
    {
        byte* start = Pointer + (offset * DType.Size());
        return new Tensor(_storage, start, ShapeInfo.Intern(dims), strides, DType) { _generation = _generation };
    }

    /// <summary>
    /// The same elements in a row-major tensor without gaps: this one if it is so already. Carries no gradient.
    /// </summary>
    internal Tensor Dense() => IsContiguous ? this : CopyDense(Empty(Shape, DType));

    /// <summary>Copies the elements into a row-major tensor of the same shape and type, and returns that.</summary>
    internal Tensor CopyDense(Tensor target)
    {
        StridedCopy.ToDense(Pointer, Dims, Strides, target.Pointer, DType.Size());
        GC.KeepAlive(this);
        GC.KeepAlive(target);                                        // not every caller uses the result
        return target;
    }

    /// <summary>A copy with memory of its own that outlives the open step.</summary>
    internal Tensor Keep() => CopyDense(EmptyKept(Shape, DType));

    /// <summary>
    /// Moves a parameter's numbers into a slice of a larger buffer, or points it at other memory of the same shape.
    /// Only for tensors that no recorded graph still needs.
    /// </summary>
    internal void Rebind(Storage storage, byte* data)
    {
        _storage = storage;
        _data = data;
        _generation = storage.Generation;
    }

    // Kernels read a little past the elements: the room begins behind the same padding that ends every buffer.
    private static long ToBehind(ShapeInfo shape, DType dtype) =>
        (((long)shape.Count * dtype.Size()) + BufferPool.Padding + 63) & ~63L;

    private static bool IsRowMajor(ShapeInfo shape, int[] strides)
    {
        if (ReferenceEquals(shape.Strides, strides) || shape.Count <= 1) return true;
        for (int i = 0; i < strides.Length; i++)
        {
            if (shape.Dims[i] != 1 && strides[i] != shape.Strides[i]) return false;
        }
        return true;
    }

    private void ThrowStale() => throw new GradException(
        $"Tensor: this {Shape} {DType.Text()} tensor was computed in a step that is over; "
        + "its memory is in use by a later step.\n"
        + "  help: keep a result beyond its step with Detach() before the next Step.Begin(), "
        + "or read it with Item() or ToArray().");
}
