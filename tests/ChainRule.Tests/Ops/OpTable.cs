namespace ChainRule.Tests.Operators;

/// <summary>
/// Every operator of the framework, one row each; <see cref="OpCompletenessTests"/> fails for one that is missing.
/// </summary>
internal static class OpTable
{
    public static OpRow[] All { get; } =
    [
        .. ArithmeticRows.All,
        .. ElementwiseRows.All,
        .. ActivationRows.All,
        .. PieceRows.All,
        .. ComparisonRows.All,
        .. ReductionRows.All,
        .. ExtremumRows.All,
        .. StatisticRows.All,
        .. NormRows.All,
        .. SoftmaxRows.All,
        .. LinearRows.All,
        .. ShapeRows.All,
        .. ArrangementRows.All,
        .. OrderingRows.All,
        .. EinsumRows.All,
        .. IndexingRows.All,
        .. ScatteringRows.All,
        .. ConvolutionRows.All,
        .. PoolingRows.All,
        .. AdaptivePoolingRows.All,
        .. ResamplingRows.All,
        .. EmbeddingRows.All,
        .. LossRows.All,
        .. MarginLossRows.All,
        .. LikelihoodRows.All,
        .. SequenceLossRows.All,
        .. NormalizationRows.All,
        .. GroupNormalizationRows.All,
        .. AttentionRows.All,
        .. RecurrentRows.All,
    ];

    private static readonly Dictionary<string, OpRow> ByName = All.ToDictionary(r => r.Name);

    public static OpRow Find(string name) => ByName[name];
}
