namespace ChainRule.Testing;

/// <summary>Where a <see cref="GuardedTensor"/> lies in its memory.</summary>
public enum Placement
{
    /// <summary>
    /// The last element is followed by the 128 bytes that a kernel may read but not write, and then by a page without
    /// access.
    /// </summary>
    EndAtGuard,

    /// <summary>The first element is the first of a page, and the page before it is without access.</summary>
    StartAtGuard,

    /// <summary>One element behind a 64-byte boundary.</summary>
    Unaligned,
}

/// <summary>
/// A copy of a tensor in memory that catches accesses outside it: a read or write that reaches a guard page stops the
/// process
/// (the stack trace on the console names the operator), and <see cref="CheckIntact"/> finds writes just behind or
/// before.
/// </summary>
/// <remarks>
/// <code>
/// using GuardedTensor x = GuardedTensor.Copy(Tensor.Arange(0, 17), Placement.EndAtGuard);
/// Tensor y = MyOperator(x.Tensor);
/// x.CheckIntact();
/// </code>
/// </remarks>
public sealed unsafe class GuardedTensor : IDisposable
{
    private readonly GuardedStorage _storage;
    private readonly byte* _first;
    private readonly long _bytes;

    private GuardedTensor(Tensor source, Placement placement)
    {
        int size = source.DType.Size();
        _bytes = (long)source.Count * size;
        _storage = new GuardedStorage(_bytes + BufferPool.Padding + 128);
        _first = placement switch
        {
            Placement.EndAtGuard => _storage.Memory.End - BufferPool.Padding - _bytes,
            Placement.StartAtGuard => _storage.Memory.Start,
            _ => _storage.Memory.Start + 64 + size,
        };
        Tensor = new Tensor(_storage, _first, source.Info, source.Info.Strides, source.DType);
        source.CopyDense(Tensor);
    }

    /// <summary>The copy: shape, type and elements of the source.</summary>
    public Tensor Tensor { get; }

    /// <summary>False where the system has no pages without access, so that only writes are found.</summary>
    public bool PagesProtected => _storage.Memory.Protected;

    /// <summary>Copies a tensor into guarded memory.</summary>
    /// <param name="source"><c>...</c>, any type.</param>
    /// <param name="placement">Where it lies.</param>
    public static GuardedTensor Copy(Tensor source, Placement placement)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new GuardedTensor(source, placement);
    }

    /// <summary>Nothing around the elements was written to.</summary>
    /// <param name="what">Name of the tensor in the message.</param>
    /// <exception cref="CheckFailedException">A byte before or behind the elements was changed.</exception>
    public void CheckIntact(string what = "tensor")
    {
        GuardedMemory memory = _storage.Memory;
        int before = memory.FirstTouched(memory.Start, _first);
        if (before >= 0)
            throw new CheckFailedException(
                $"{what} {Tensor.Shape}: a byte {_first - memory.Start - before} before its first element was "
                + $"written to.");
        int behind = memory.FirstTouched(_first + _bytes, memory.End);
        if (behind >= 0)
            throw new CheckFailedException(
                $"{what} {Tensor.Shape}: byte {behind} behind its last element was written to.");
    }

    /// <summary>Gives the memory back; using the tensor afterwards throws.</summary>
    public void Dispose()
    {
        _storage.Generation++;
        _storage.Memory.Free();
    }

    private sealed class GuardedStorage(long bytes) : Storage
    {
        public GuardedMemory Memory { get; } = new(bytes);
    }
}
