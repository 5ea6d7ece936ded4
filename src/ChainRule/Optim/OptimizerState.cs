namespace ChainRule.Optim;

/// <summary>What an optimiser remembers, by name, in a fixed order: ready to be written to a checkpoint.</summary>
/// <param name="Tensors">States of the parameters, such as running averages, each of its parameter's shape and
/// type.</param>
/// <param name="Numbers">Counts of updates and rates.</param>
public sealed record OptimizerState(
    IReadOnlyList<(string Name, Tensor Value)> Tensors, IReadOnlyList<(string Name, double Value)> Numbers);
