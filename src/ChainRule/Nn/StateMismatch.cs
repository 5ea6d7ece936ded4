namespace ChainRule.Nn;

/// <summary>What a saved state and a model do not have in common.</summary>
/// <param name="Missing">Keys of the model that the state lacks; these kept their values.</param>
/// <param name="Unexpected">Keys of the state that the model lacks; these were left out.</param>
public sealed record StateMismatch(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected);
