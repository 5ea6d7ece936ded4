namespace ChainRule.Nn;

/// <summary>
/// Mean of branches, weighted by what a gate thinks of each for every sample: y = sum over i of softmax(gate(x))_i
/// expert_i(x).
/// </summary>
/// <remarks>
/// The gate gives <c>[..., experts]</c>: <c>[N, experts]</c> for one choice a sample, <c>[N, T, experts]</c> for one a
/// step. The experts give one shape that begins with the same sizes, which is the result's. All of them run; gate and
/// experts learn together. Source: Jacobs, Jordan, Nowlan and Hinton, "Adaptive mixtures of local experts" (1991).
/// <code>new MixtureOfExperts(gate: new Linear(8, 2)) { new Linear(8, 3), new Linear(8, 3) }</code>
/// </remarks>
/// <torch>none</torch>
public sealed class MixtureOfExperts : Branches
{
    /// <summary>A gate and the experts it weighs.</summary>
    /// <param name="gate">Gives a score for each expert, in the last dimension.</param>
    /// <param name="experts">Experts; more can be added later.</param>
    public MixtureOfExperts(Layer gate, params ReadOnlySpan<Layer> experts)
        : base(experts) => Gate = AddModule("gate", gate);

    /// <summary>Gives a score for each expert.</summary>
    public Layer Gate { get; }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        Tensor[] results = ResultsOfOneShape(x);
        Tensor scores = Gate.Forward(x);
        Shape shape = results[0].Shape;
        int given = scores.Rank - 1;                                 // sizes before the scores
        if (given < 0 || scores.Shape[^1] != Count || given > shape.Rank
            || !scores.Shape.Dims[..given].SequenceEqual(shape.Dims[..given]))
        {
            throw new ShapeException(
                $"MixtureOfExperts: the gate must give a score for each of {Count} experts, [N, {Count}] or "
                + $"[N, T, {Count}]; it gives {scores.Shape}, the experts {shape}.", scores.Shape, shape);
        }
        // Each share gets a 1 for every size of a result that it does not tell apart.
        int[] sizes = [.. scores.Shape.Dims[..given], .. Enumerable.Repeat(1, shape.Rank - given)];
        Tensor[] shares = scores.Softmax(-1).Split(1, -1);
        return results.Select((y, i) => y * shares[i].Reshape(sizes)).Aggregate((sum, y) => sum + y);
    }
}
