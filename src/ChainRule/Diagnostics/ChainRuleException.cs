namespace ChainRule;

/// <summary>Base of every error that ChainRule raises on its own account; plain argument errors stay .NET's.</summary>
/// <remarks>
/// The text is made from data: what happened, then the path of layers it happened in (added by the layers as the error
/// passes through them), then a help line where the cure is certain.
/// </remarks>
public abstract class ChainRuleException : Exception
{
    private readonly List<string> _layers = [];
    private readonly string? _help;
    private string? _suggested;

    private protected ChainRuleException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What happened, the layers it happened in, and a help line where there is one.</summary>
    public sealed override string Message
    {
        get
        {
            string text = Describe();
            if (_layers.Count > 0) text += "\n  in: " + string.Join(" <- ", _layers);
            return Help is null ? text : text + "\n  help: " + Help;
        }
    }

    /// <summary>Layers the error passed through, the innermost first: "model.layers.2 (Linear 128 -> 10)".</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>What to do about it, where that is certain.</summary>
    public string? Help
    {
        get => _help ?? _suggested;
        init => _help = value;
    }

    /// <summary>What happened, made from the exception's data.</summary>
    private protected virtual string Describe() => base.Message;

    /// <summary>Notes that the error passes through a layer.</summary>
    internal void AddLayer(string layer) => _layers.Add(layer);

    /// <summary>
    /// Adds a help line that a layer is sure of, unless the error came with its own. A later one is better informed.
    /// </summary>
    internal void Suggest(string help) => _suggested = help;
}
