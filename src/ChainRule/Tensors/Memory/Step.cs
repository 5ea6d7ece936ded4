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
    private static Step?[]? t_levels;

    [ThreadStatic]
    private static int t_depth;

    private readonly int _depth;
    private bool _open;

    private Step(int depth) => _depth = depth;

    internal StepArena Arena { get; } = new();

    /// <summary>Arena of the innermost open step of this thread, or null outside every step.</summary>
    internal static StepArena? Current => t_depth == 0 ? null : t_levels![t_depth - 1]!.Arena;

    /// <summary>Opens a step; results of the step before it at the same depth become invalid.</summary>
    /// <returns>The step, to be disposed when the pass is over.</returns>
    public static Step Begin()
    {
        t_levels ??= new Step?[4];
        if (t_depth == t_levels.Length) Array.Resize(ref t_levels, 2 * t_depth);
        Step step = t_levels[t_depth] ??= new Step(t_depth);
        step.Arena.Reset();
        step._open = true;
        t_depth++;
        return step;
    }

    /// <summary>Closes the step. What it computed stays readable until the next step begins.</summary>
    /// <exception cref="InvalidOperationException">
    /// An inner step is still open, or another thread opened this one.
    /// </exception>
    public void Dispose()
    {
        if (!_open) return;
        if (t_depth != _depth + 1 || t_levels![_depth] != this)
            throw new InvalidOperationException("Step: close steps on their own thread, the innermost first.");
        _open = false;
        t_depth--;
    }
}
