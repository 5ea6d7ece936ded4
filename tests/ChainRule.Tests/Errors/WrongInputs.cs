namespace ChainRule.Tests.Errors;

/// <summary>What can be wrong with a tensor: each of its sizes, its rank, its type.</summary>
internal static class WrongInputs
{
    /// <summary>Types that are tried in place of the right one.</summary>
    public static DType[] Types { get; } = [DType.Float32, DType.Float64, DType.Int64, DType.Bool];

    /// <summary>Each size one larger, one dimension less, one more, none.</summary>
    public static IEnumerable<int[]> Shapes(int[] right)
    {
        for (int d = 0; d < right.Length; d++)
        {
            int[] larger = [.. right];
            larger[d]++;
            yield return larger;
        }
        yield return [2, .. right];
        if (right.Length > 0) yield return right[1..];
        if (right.Length > 1) yield return [];
    }
}
