namespace ChainRule.Nn;

/// <summary>Sends an input through one of its branches; the others do not run and get no gradient.</summary>
/// <remarks>
/// Takes what the chosen branch takes, gives what it gives, <c>[...]</c>. The choice holds for the whole batch and is
/// made anew on each call, from the input or from whatever else the function knows: <code>new Switch(x => x.Shape[0]
/// > 64 ? 1 : 0) { new Linear(8, 8), new Identity() }</code> A choice that is learnt is <see cref="MixtureOfExperts"/>.
/// </remarks>
/// <torch>none</torch>
public sealed class Switch : Branches
{
    private readonly Func<Tensor, int> _choose;

    /// <summary>The given branches and what chooses among them.</summary>
    /// <param name="choose">Position of the branch for an input, from 0.</param>
    /// <param name="branches">Branches; more can be added later.</param>
    public Switch(Func<Tensor, int> choose, params ReadOnlySpan<Layer> branches)
        : base(branches)
    {
        ArgumentNullException.ThrowIfNull(choose);
        _choose = choose;
    }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        CheckAny();
        int chosen = _choose(x);
        if (chosen < 0 || chosen >= Count)
            throw new InvalidOperationException($"Switch: branch {chosen} was chosen; there are 0 to {Count - 1}.");
        return this[chosen].Forward(x);
    }
}
