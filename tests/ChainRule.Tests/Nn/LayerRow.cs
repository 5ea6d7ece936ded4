using ChainRule.Nn;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.NnTests;

/// <summary>What the tests of one layer need to know: see <see cref="LayerTests"/>, which runs every row.</summary>
public sealed class LayerRow
{
    /// <summary>Name of the row, for the test's name.</summary>
    public required string Name { get; init; }

    /// <summary>A fresh layer of a type, from a generator.</summary>
    public required Func<Rng, DType, Layer> Make { get; init; }

    /// <summary>Shape of the input that the row uses.</summary>
    public required int[] Input { get; init; }

    /// <summary>For layers of class numbers: input numbers are 0, 1, ..., Bound - 1.</summary>
    public int? Bound { get; init; }

    /// <summary>Shape that the output must have.</summary>
    public required int[] Output { get; init; }

    /// <summary>What the layer must print of itself.</summary>
    public required string Summary { get; init; }

    /// <summary>Keys and shapes of the state, in order: "weight [2, 3]".</summary>
    public string[] State { get; init; } = [];

    /// <summary>True where evaluation mode computes something else than learning mode.</summary>
    public bool HasModes { get; init; }

    /// <summary>Why a batch is more than its samples one by one in evaluation mode; null where it is not.</summary>
    public string? SamplesMeet { get; init; }

    /// <summary>A shape the layer does not take; null where it takes every one.</summary>
    public int[]? Wrong { get; init; }

    /// <summary>The exact message for it.</summary>
    public string? Error { get; init; }

    /// <summary>The input that the row uses.</summary>
    public Tensor Sample(DType dtype) => Bound is { } bound
        ? Tensor.From([.. Enumerable.Range(0, Nd.Product(Input)).Select(n => n * 7L % bound)], Input)
        : Tensor.Randn(Input, new Rng(2), dtype: dtype);

    public override string ToString() => Name;
}
