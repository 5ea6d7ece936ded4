using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>Recording of operations as they are computed (define-by-run).</summary>
internal static class Graph
{
    [ThreadStatic]
    private static bool t_paused;

    private static long s_number;

    /// <summary>False inside <see cref="NoGrad"/>.</summary>
    public static bool Recording
    {
        get => !t_paused;
        set => t_paused = !value;
    }

    /// <summary>Number of the operation that was recorded last.</summary>
    public static long LastNumber => Interlocked.Read(ref s_number);

    /// <summary>Records until the returned scope is disposed, also inside <see cref="NoGrad"/>.</summary>
    public static NoGrad.Scope Resume()
    {
        NoGrad.Scope scope = new(Recording);
        Recording = true;
        return scope;
    }

    /// <summary>
    /// True when a result of these inputs must be recorded. Called after the kernel has run, it also keeps the inputs
    /// and with them their memory alive until then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Needs(Tensor a, Tensor? b = null, Tensor? c = null) =>
        !t_paused && (a.RequiresGrad || (b is not null && b.RequiresGrad) || (c is not null && c.RequiresGrad));

    /// <inheritdoc cref="Needs(Tensor, Tensor?, Tensor?)"/>
    public static bool Needs(ReadOnlySpan<Tensor> inputs)
    {
        if (t_paused) return false;
        foreach (Tensor t in inputs)
        {
            if (t.RequiresGrad) return true;
        }
        return false;
    }

    /// <summary>Ties a result to the operation that made it.</summary>
    /// <param name="result">Fresh tensor, not yet tied to anything.</param>
    /// <param name="op">The operation.</param>
    /// <param name="output">Which of its results this is.</param>
    public static Tensor Record(Tensor result, Op op, int output = 0)
    {
        if (op.Number == 0) op.Number = Interlocked.Increment(ref s_number);
        result.SetOp(op, output);
        return result;
    }
}

/// <summary>
/// Switches recording off on this thread, as for evaluation: results carry no gradient and keep no inputs.
/// </summary>
/// <remarks><code>using var _ = NoGrad.Begin();</code></remarks>
public static class NoGrad
{
    /// <summary>Stops recording until the returned scope is disposed. Scopes may be nested.</summary>
    /// <returns>The scope.</returns>
    public static Scope Begin()
    {
        Scope scope = new(Graph.Recording);
        Graph.Recording = false;
        return scope;
    }

    /// <summary>Restores the recording state that was found.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly bool _before;

        internal Scope(bool before) => _before = before;

        /// <summary>Restores the recording state that was found.</summary>
        public void Dispose() => Graph.Recording = _before;
    }
}
