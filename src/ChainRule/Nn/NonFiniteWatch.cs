namespace ChainRule.Nn;

/// <summary>
/// Finds the first layer whose result holds NaN or an infinity. Open one, run the model, read <see cref="First"/>.
/// </summary>
/// <remarks><code>
/// using var watch = NonFiniteWatch.Begin();
/// model.Forward(batch.Input);
/// if (watch.First is { } layer) Console.WriteLine($"first NaN or infinity: {layer.Path} ({layer.Summary})");
/// </code></remarks>
public sealed class NonFiniteWatch : IDisposable
{
    [ThreadStatic]
    private static NonFiniteWatch? t_current;

    private readonly NonFiniteWatch? _before;
    private readonly List<(Layer Layer, long First, long Last)> _ran = [];
    private bool _closed;

    private NonFiniteWatch(NonFiniteWatch? before) => _before = before;

    /// <summary>The innermost layer that first gave a value that is not finite; null while all were finite.</summary>
    public Layer? First { get; private set; }

    internal static NonFiniteWatch? Current => t_current;

    /// <summary>Watches the layers run by this thread until disposed.</summary>
    public static NonFiniteWatch Begin() => t_current = new NonFiniteWatch(t_current);

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        _closed = true;
        // in whatever order they are closed
        while (t_current is { _closed: true }) t_current = t_current._before;
    }

    /// <summary>The innermost layer that recorded an operation while this was watching; null where none did.</summary>
    internal Layer? LayerOf(long operation)
    {
        foreach ((Layer layer, long first, long last) in _ran)
        {
            if (operation > first && operation <= last) return layer;
        }
        return null;
    }

    // Inner layers finish before the ones around them, so the first report is the innermost.
    internal void Look(Layer layer, long before, Tensor? y)
    {
        _ran.Add((layer, before, Graph.LastNumber));
        if (First is null && y is not null && y.DType.IsFloatingPoint() && !y.AllFinite()) First = layer;
    }
}
