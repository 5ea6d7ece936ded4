namespace ChainRule.Nn;

/// <summary>
/// Largest of the branches' results, element by element: y = max over i of branch_i(x); NaN where one is NaN.
/// </summary>
/// <remarks>
/// Takes what the branches take, gives their common shape <c>[...]</c>. The gradient goes to the branch that won; two
/// that are equal share it, as in <see cref="Tensor.Maximum(Tensor)"/>. With linear branches it is a maxout unit.
/// Source: Goodfellow et al., "Maxout networks" (2013).
/// </remarks>
/// <torch>none</torch>
public sealed class Max : Branches
{
    /// <summary>The given branches.</summary>
    /// <param name="branches">Branches; more can be added later.</param>
    public Max(params ReadOnlySpan<Layer> branches)
        : base(branches)
    {
    }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => ResultsOfOneShape(x).Aggregate((most, y) => most.Maximum(y));
}
