namespace ChainRule.Tests.Kernels;

/// <summary>
/// Numbers that end where a page without access begins: reading or writing one past the end stops the process. Before
/// the first number lie canaries, which <see cref="AssertIntact"/> inspects.
/// </summary>
internal sealed unsafe class GuardedMemory<T> : IDisposable
    where T : unmanaged
{
    private const int Canaries = 64;
    private readonly GuardedMemory _memory;

    public GuardedMemory(long length)
    {
        Length = checked((int)length);
        _memory = new GuardedMemory((Length * sizeof(T)) + Canaries);
        Data = (T*)_memory.End - Length;
    }

    public T* Data { get; }

    public int Length { get; }

    public Span<T> Span => new(Data, Length);

    public void AssertIntact() => Assert.Equal(-1, _memory.FirstTouched(_memory.Start, (byte*)Data));

    public void Dispose() => _memory.Free();
}
