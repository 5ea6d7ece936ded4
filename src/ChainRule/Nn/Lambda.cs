namespace ChainRule.Nn;

/// <summary>A function without parameters as a layer: takes and gives what the function does.</summary>
/// <remarks><code>new Sequential { new Lambda("scale to [0, 1]", x => x * (1 / 255.0)), new Flatten(), new Linear(784,
/// 10) }</code></remarks>
/// <torch>none</torch>
public sealed class Lambda : Layer
{
    private readonly Func<Tensor, Tensor> _function;

    /// <summary>A layer that calls a function.</summary>
    /// <param name="description">What it does, in a few words, for printing and errors.</param>
    /// <param name="function">The function, made of differentiable operations.</param>
    public Lambda(string description, Func<Tensor, Tensor> function)
    {
        ArgumentException.ThrowIfNullOrEmpty(description);
        ArgumentNullException.ThrowIfNull(function);
        (Description, _function) = (description, function);
    }

    /// <summary>What the function does.</summary>
    public string Description { get; }

    /// <inheritdoc/>
    public override string Summary => $"Lambda {Description}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => _function(x);
}
