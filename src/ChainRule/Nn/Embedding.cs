using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>A table of learnt vectors: y[..., :] = weight[x[...], :].</summary>
/// <remarks>
/// Takes <c>[...]</c> Int64 or Int32, gives <c>[..., embeddingDim]</c>. The table starts normal with deviation 1, the
/// padding's row as 0.
/// </remarks>
public sealed class Embedding : Layer
{
    /// <summary>A fresh table.</summary>
    /// <param name="numEmbeddings">Rows of the table.</param>
    /// <param name="embeddingDim">Length of a vector.</param>
    /// <param name="paddingIdx">A row that is 0 and learns nothing; negative counts from the end.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the padding is no row.</exception>
    public Embedding(
        int numEmbeddings, int embeddingDim, int? paddingIdx = null, Rng? rng = null, DType dtype = DType.Float32)
    {
        PaddingIdx = EmbeddingTable.Check("Embedding", numEmbeddings, embeddingDim, paddingIdx);
        NeedFloat(dtype);
        Weight = AddParameter("weight", EmbeddingTable.Make(numEmbeddings, embeddingDim, PaddingIdx, rng, dtype));
    }

    /// <summary>The row that learns nothing, if any.</summary>
    public int? PaddingIdx { get; }

    /// <summary>The table, <c>[numEmbeddings, embeddingDim]</c>.</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override string Summary => $"Embedding {Weight.Shape[0]} x {Weight.Shape[1]}"
        + (PaddingIdx is { } padding ? $", padding {padding}" : "");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Embedding(x, Weight, PaddingIdx);
}

/// <summary>Means or sums of learnt vectors, one bag of them for each row.</summary>
/// <remarks>
/// Takes <c>[B, T]</c> Int64 or Int32, gives <c>[B, embeddingDim]</c>. The table starts normal with deviation 1, the
/// padding's row as 0. For bags of different lengths, see <see cref="Forward(Tensor, Tensor)"/>.
/// </remarks>
public sealed class EmbeddingBag : Layer
{
    /// <summary>A fresh table.</summary>
    /// <param name="numEmbeddings">Rows of the table.</param>
    /// <param name="embeddingDim">Length of a vector.</param>
    /// <param name="mode">What becomes of the rows of a bag.</param>
    /// <param name="paddingIdx">Entries equal to it are left out; negative counts from the end.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, the padding is no row, or there is no such
    /// mode.</exception>
    public EmbeddingBag(
        int numEmbeddings, int embeddingDim, BagMode mode = BagMode.Mean, int? paddingIdx = null, Rng? rng = null,
        DType dtype = DType.Float32)
    {
        Embeddings.CheckMode(mode);
        Mode = mode;
        PaddingIdx = EmbeddingTable.Check("EmbeddingBag", numEmbeddings, embeddingDim, paddingIdx);
        NeedFloat(dtype);
        Weight = AddParameter("weight", EmbeddingTable.Make(numEmbeddings, embeddingDim, PaddingIdx, rng, dtype));
    }

    /// <summary>What becomes of the rows of a bag.</summary>
    public BagMode Mode { get; }

    /// <summary>The row that is left out, if any.</summary>
    public int? PaddingIdx { get; }

    /// <summary>The table, <c>[numEmbeddings, embeddingDim]</c>.</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override string Summary => $"EmbeddingBag {Weight.Shape[0]} x {Weight.Shape[1]}, {Mode}"
        + (PaddingIdx is { } padding ? $", padding {padding}" : "");

    /// <summary>Result for bags that lie one behind the other.</summary>
    /// <param name="x"><c>[n]</c> Int64 or Int32: numbers of rows.</param>
    /// <param name="offsets"><c>[B]</c> Int64 or Int32: where each bag begins; the first is 0.</param>
    /// <returns><c>[B, embeddingDim]</c>.</returns>
    public Tensor Forward(Tensor x, Tensor offsets) => F.EmbeddingBag(x, offsets, Weight, Mode, PaddingIdx);

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.EmbeddingBag(x, Weight, Mode, PaddingIdx);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank != 2 ? "[B, T]" : null;
}

internal static class EmbeddingTable
{
    public static int? Check(string op, int numEmbeddings, int embeddingDim, int? paddingIdx)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numEmbeddings, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingDim, 1);
        Embeddings.CheckPadding(op, paddingIdx, numEmbeddings);
        return paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    }

    public static Tensor Make(int numEmbeddings, int embeddingDim, int? paddingIdx, Rng? rng, DType dtype)
    {
        Tensor table = Init.Normal([numEmbeddings, embeddingDim], 1, rng, dtype: dtype);
        return paddingIdx is { } padding
            ? table.MaskedFill(Tensor.Arange(0, numEmbeddings).EqualTo(padding).Reshape(numEmbeddings, 1), 0).Detach()
            : table;
    }
}
