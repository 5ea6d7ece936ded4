namespace ChainRule;

/// <summary>
/// One pass of a training loop: results computed inside take their memory from an arena that is used again by the next
/// step.
/// </summary>
/// <remarks>
/// <code>
/// foreach (Batch batch in loader)
/// {
///     using var step = Step.Begin();
///     Tensor loss = F.CrossEntropy(model.Forward(batch.Input), batch.Target);
///     loss.Backward();
///     optimizer.Step();
/// }
/// </code>
/// A result can be read until the next step begins on the same thread; later use throws a <see cref="GradException"/>.
/// Keep a value with <see cref="Tensor.Detach"/> before that. Parameters, their gradients and tensors made from data
/// (<see cref="Tensor.From{T}(ReadOnlySpan{T}, Shape)"/>, <see cref="Tensor.Zeros"/> and the like) are never in the
/// arena. Steps may be nested; a step belongs to its thread and must not be held across an <c>await</c>.
/// </remarks>
public sealed class Step : IDisposable
{
    [ThreadStatic]
    private static StepArena?[]? t_arenas;

    [ThreadStatic]
    private static Step? t_innermost;

    private readonly Step? _outer;
    private readonly int _depth;
    private bool _closed;

    private Step(Step? outer, StepArena arena)
    {
        _outer = outer;
        _depth = outer is null ? 0 : outer._depth + 1;
        Arena = arena;
    }

    internal StepArena Arena { get; }

    /// <summary>Arena of the innermost open step of this thread, or null outside every step.</summary>
    internal static StepArena? Current => t_innermost?.Arena;

    /// <summary>Opens a step; results of the step before it at the same depth become invalid.</summary>
    /// <returns>The step, to be disposed when the pass is over.</returns>
    public static Step Begin()
    {
        int depth = t_innermost is { } outer ? outer._depth + 1 : 0;
        t_arenas ??= new StepArena?[4];
        if (depth == t_arenas.Length) Array.Resize(ref t_arenas, 2 * depth);
        StepArena arena = t_arenas[depth] ??= new StepArena();
        arena.Reset();
        return t_innermost = new Step(t_innermost, arena);
    }

    /// <summary>Closes the step. What it computed stays readable until the next step begins.</summary>
    /// <exception cref="InvalidOperationException">
    /// An inner step is still open, or another thread opened this one.
    /// </exception>
    public void Dispose()
    {
        if (_closed) return;
        if (t_innermost != this)
            throw new InvalidOperationException("Step: close steps on their own thread, the innermost first.");
        _closed = true;
        t_innermost = _outer;
    }
}
