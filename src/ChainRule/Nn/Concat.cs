namespace ChainRule.Nn;

/// <summary>Results of the branches, one behind the other along a dimension.</summary>
/// <remarks>
/// Takes what the branches take. Gives <c>[N, C, ...]</c> for results <c>[N, Ci, ...]</c> with C = sum of Ci, or the
/// like for another dimension. <code>new Concat(dim: 1) { new Conv2d(8, 4, 1), new Conv2d(8, 4, 3, padding: 1)
/// }</code>
/// </remarks>
/// <torch>none</torch>
public sealed class Concat : Branches
{
    /// <summary>The given branches.</summary>
    /// <param name="dim">Dimension along which results follow each other; negative counts from the end.</param>
    /// <param name="branches">Branches; more can be added later.</param>
    public Concat(int dim = 1, params ReadOnlySpan<Layer> branches)
        : base(branches) => Dim = dim;

    /// <summary>Dimension along which results follow each other.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public override string Summary => $"Concat dim {Dim}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        Tensor[] results = Results(x);
        int dim = results[0].Shape.ResolveOwnDim(Dim, "Concat");
        if (results.Any(r => !Fits(r.Shape, results[0].Shape, dim)))
            throw Misfit($"the results of the branches may differ in dim {Dim} only", results);
        return Tensor.Concat(results, dim);
    }

    private static bool Fits(Shape shape, Shape first, int dim) => shape.Rank == first.Rank
        && shape.Dims[..dim].SequenceEqual(first.Dims[..dim])
        && shape.Dims[(dim + 1)..].SequenceEqual(first.Dims[(dim + 1)..]);
}
