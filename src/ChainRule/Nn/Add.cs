namespace ChainRule.Nn;

/// <summary>Sum of branches that see the same input: y = sum over i of branch_i(x).</summary>
/// <remarks>
/// Takes what the branches take, gives their common shape <c>[...]</c>. <code>Layer block = new Add { new Linear(8, 8),
/// new Identity() };</code> <see cref="Residual"/> is this with one branch and a way around it.
/// </remarks>
/// <torch>none</torch>
public sealed class Add : Branches
{
    /// <summary>The given branches.</summary>
    /// <param name="branches">Branches; more can be added later.</param>
    public Add(params ReadOnlySpan<Layer> branches)
        : base(branches)
    {
    }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => ResultsOfOneShape(x).Aggregate((sum, y) => sum + y);
}
