namespace ChainRule;

/// <summary>A piece of native memory that tensors look into.</summary>
internal abstract class Storage
{
    /// <summary>
    /// Raised when the memory is used for something else; a tensor of an older generation may not be read.
    /// </summary>
    public int Generation;

    /// <summary>Backward walks add to tensors that lie here: the gradients of leaves.</summary>
    public bool HoldsGradients;
}

/// <summary>A buffer of its own that returns to the pool when the collector finds that nothing refers to it.</summary>
internal sealed unsafe class PooledStorage : Storage
{
    private readonly nint _buffer;
    private readonly long _bytes;

    public PooledStorage(long bytes)
    {
        _bytes = bytes;
        _buffer = BufferPool.Rent(bytes);
    }

    ~PooledStorage()
    {
        if (_buffer != 0) BufferPool.Return(_buffer, _bytes);
    }

    public byte* Pointer => (byte*)_buffer;
}
