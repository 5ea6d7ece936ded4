namespace ChainRule.Testing;

/// <summary>
/// A <see cref="Step"/> whose fresh memory is full of bits that read as NaN (or -1): an element that an operator left
/// unwritten
/// shows in its result, and so does a number from behind the end of a tensor.
/// </summary>
/// <remarks><code>using PoisonedStep step = PoisonedStep.Begin();</code></remarks>
public sealed unsafe class PoisonedStep : IDisposable
{
    private const byte Poison = 0xFF;

    private readonly Step _step;
    private readonly byte* _start;
    private readonly int _bytes;

    private PoisonedStep(int bytes)
    {
        _bytes = bytes;
        // The first step makes the arena grow, the second finds it in one block, which the third starts to use from its
        // beginning.
        for (int round = 0; round < 2; round++)
        {
            using Step fill = Step.Begin();
            Tensor all = Tensor.Empty([bytes], DType.UInt8);
            _start = all.Pointer;
            new Span<byte>(_start, bytes).Fill(Poison);
            GC.KeepAlive(all);
        }
        _step = Step.Begin();
    }

    /// <summary>Opens a step with poisoned memory.</summary>
    /// <param name="bytes">How many bytes; what is used beyond them is not poisoned.</param>
    public static PoisonedStep Begin(int bytes = 1 << 18) => new(bytes);

    /// <summary>The bytes behind a result of this step were not written to.</summary>
    /// <param name="result">A tensor computed inside the step, with memory of its own; views of other tensors are not
    /// looked at.</param>
    /// <param name="what">Name of the tensor in the message.</param>
    /// <exception cref="CheckFailedException">A byte behind the last element was changed.</exception>
    public void CheckEnd(Tensor result, string what = "result")
    {
        ArgumentNullException.ThrowIfNull(result);
        byte* end = result.Pointer + ((long)result.Count * result.DType.Size());
        if (!result.IsContiguous || result.Pointer < _start || end + BufferPool.Padding > _start + _bytes) return;
        int touched = new Span<byte>(end, BufferPool.Padding).IndexOfAnyExcept(Poison);
        GC.KeepAlive(result);
        if (touched >= 0) throw new CheckFailedException(
            $"{what} {result.Shape}: byte {touched} behind its last element was written to.");
    }

    /// <summary>Closes the step.</summary>
    public void Dispose() => _step.Dispose();
}
