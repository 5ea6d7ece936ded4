using System.Collections;
using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>Sizes of a tensor along its dimensions, a value type: <c>[32, 64]</c>.</summary>
/// <remarks>
/// Written as a collection expression: <c>Tensor.Zeros([32, 64])</c>. <c>[]</c> is the shape of a single number.
/// </remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    private readonly ShapeInfo? _info;

    internal Shape(ShapeInfo info) => _info = info;

    internal ShapeInfo Info => _info ?? ShapeInfo.Scalar;

    /// <summary>Number of dimensions; 0 for a single number.</summary>
    public int Rank => Info.Dims.Length;

    /// <summary>Number of elements: the product of the sizes, 1 for rank 0.</summary>
    public int Count => Info.Count;

    /// <summary>
    /// Number of sizes, the same as <see cref="Rank"/>. The language counts with it in <c>x.Shape is [_, 3]</c> and in
    /// <c>[.. x.Shape, 1]</c>, where <see cref="Count"/> would be wrong.
    /// </summary>
    public int Length => Info.Dims.Length;

    /// <summary>The sizes.</summary>
    public ReadOnlySpan<int> Dims => Info.Dims;

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>Size of one dimension; negative numbers count from the end, as in PyTorch.</summary>
    /// <param name="dim">Dimension, from -Rank to Rank - 1.</param>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    public int this[int dim] => Info.Dims[ResolveOwnDim(dim, "Shape")];

    /// <summary>Size of one dimension, counted from either end: <c>shape[^1]</c>.</summary>
    /// <param name="dim">Dimension.</param>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    public int this[Index dim] => this[dim.IsFromEnd ? dim.Value == 0 ? Rank : -dim.Value : dim.Value];

    /// <summary>Shape with the given sizes.</summary>
    /// <param name="dims">Sizes, none negative.</param>
    /// <exception cref="ShapeException">
    /// A size is negative, or the elements are more than <see cref="int.MaxValue"/>.
    /// </exception>
    public static Shape Create(ReadOnlySpan<int> dims) => new(ShapeInfo.Intern(dims));

    /// <summary>Shape of an array of sizes.</summary>
    /// <param name="dims">Sizes, none negative.</param>
    public static implicit operator Shape(int[] dims)
    {
        ArgumentNullException.ThrowIfNull(dims);
        return Create(dims);
    }

    /// <summary>Equal rank and sizes.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Different rank or sizes.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>Sizes of a shape of rank 1.</summary>
    public void Deconstruct(out int d0)
    {
        NeedRank(1);
        d0 = Info.Dims[0];
    }

    /// <summary>Sizes of a shape of rank 2.</summary>
    public void Deconstruct(out int d0, out int d1)
    {
        NeedRank(2);
        (d0, d1) = (Info.Dims[0], Info.Dims[1]);
    }

    /// <summary>Sizes of a shape of rank 3.</summary>
    public void Deconstruct(out int d0, out int d1, out int d2)
    {
        NeedRank(3);
        (d0, d1, d2) = (Info.Dims[0], Info.Dims[1], Info.Dims[2]);
    }

    /// <summary>Sizes of a shape of rank 4: <c>var (n, c, h, w) = x.Shape;</c></summary>
    public void Deconstruct(out int d0, out int d1, out int d2, out int d3)
    {
        NeedRank(4);
        (d0, d1, d2, d3) = (Info.Dims[0], Info.Dims[1], Info.Dims[2], Info.Dims[3]);
    }

    /// <summary>Sizes of a shape of rank 5.</summary>
    public void Deconstruct(out int d0, out int d1, out int d2, out int d3, out int d4)
    {
        NeedRank(5);
        (d0, d1, d2, d3, d4) = (Info.Dims[0], Info.Dims[1], Info.Dims[2], Info.Dims[3], Info.Dims[4]);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => ReferenceEquals(Info, other.Info) || Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Info.Hash;

    /// <summary>The sizes in brackets: <c>[32, 64]</c>.</summary>
    public override string ToString() => "[" + string.Join(", ", Info.Dims) + "]";

    /// <summary>The sizes in order, for <c>foreach</c>.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Dims.GetEnumerator();

    IEnumerator<int> IEnumerable<int>.GetEnumerator() => ((IEnumerable<int>)Info.Dims).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Info.Dims.GetEnumerator();

    /// <summary>Dimension number with negatives counted from the end. A single number counts as one dimension of size
    /// 1, so that 0 may come back for it.</summary>
    internal int ResolveDim(int dim, string op)
    {
        int count = Math.Max(1, Rank);
        if (dim >= -count && dim < count) return dim < 0 ? dim + count : dim;
        throw new ShapeException(
            $"{op}: dim {dim} is out of range for rank {Rank}{(Rank == 0 ? ", a single number" : "")}; "
            + $"use {-count} to {count - 1}.", this);
    }

    /// <summary>The same for operators that take a dimension apart, which a single number does not have.</summary>
    internal int ResolveOwnDim(int dim, string op) => Rank > 0
        ? ResolveDim(dim, op)
        : throw new ShapeException(
            $"{op}: dim {dim} is out of range for rank 0; a single number has no dimensions.", this);

    private void NeedRank(int rank)
    {
        if (Rank != rank)
            throw new ShapeException(
                $"Shape: {ToString()} has {Rank} dimensions and cannot be taken apart into {rank}.", this);
    }
}
