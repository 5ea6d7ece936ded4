namespace ChainRule.Nn;

/// <summary>Merges neighbouring dimensions into one: an image becomes a row of features.</summary>
/// <remarks>
/// By default takes <c>[N, ...]</c>, gives <c>[N, product of the others]</c>. Where the memory allows, a view.
/// </remarks>
public sealed class Flatten : Layer
{
    /// <summary>A layer that merges dimensions.</summary>
    /// <param name="startDim">First dimension to merge; negative counts from the end.</param>
    /// <param name="endDim">Last dimension to merge; negative counts from the end.</param>
    public Flatten(int startDim = 1, int endDim = -1) => (StartDim, EndDim) = (startDim, endDim);

    /// <summary>First dimension that is merged.</summary>
    public int StartDim { get; }

    /// <summary>Last dimension that is merged.</summary>
    public int EndDim { get; }

    /// <inheritdoc/>
    public override string Summary =>
        (StartDim, EndDim) == (1, -1) ? "Flatten" : $"Flatten dims {StartDim} to {EndDim}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Flatten(StartDim, EndDim);
}
