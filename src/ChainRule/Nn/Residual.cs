namespace ChainRule.Nn;

/// <summary>Adds what goes around a body to what goes through it: y = body(x) + shortcut(x).</summary>
/// <remarks>
/// Takes what the body takes, gives what the body gives; the shortcut must give the same shape. Source: He, Zhang, Ren
/// and Sun, "Deep residual learning for image recognition" (2016), eq. 1 and 2.
/// </remarks>
/// <torch>none</torch>
public sealed class Residual : Layer
{
    /// <summary>A body with a way around it.</summary>
    /// <param name="body">What is learnt, as a difference from the shortcut.</param>
    /// <param name="shortcut">Way around, such as a 1x1 convolution where the sizes change; the input itself if left
    /// out.</param>
    public Residual(Layer body, Layer? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Body = AddModule("body", body);
        Shortcut = shortcut is null ? null : AddModule("shortcut", shortcut);
    }

    /// <summary>What is learnt.</summary>
    public Layer Body { get; }

    /// <summary>Way around; null for the input itself.</summary>
    public Layer? Shortcut { get; }

    /// <inheritdoc/>
    public override string Summary => Shortcut is null ? "Residual" : "Residual with shortcut";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        Tensor through = Body.Forward(x), around = Shortcut is null ? x : Shortcut.Forward(x);
        if (through.Shape != around.Shape)
        {
            string way = Shortcut is null ? "the input is" : "the shortcut gives";
            throw new ShapeException(
                $"Residual: the body gives {through.Shape}, {way} {around.Shape}; they must be equal.", through.Shape,
                around.Shape)
            {
                Help = Shortcut is null ? "give a shortcut that maps the input to the body's shape." : null,
            };
        }
        return through + around;
    }
}
