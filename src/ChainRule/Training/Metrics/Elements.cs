namespace ChainRule.Training;

/// <summary>Checks for metrics that compare element by element.</summary>
internal static class Elements
{
    // [N] and [N, 1] are the same numbers; anything else of equal count but other shape is a mistake.
    public static void CheckCounts(string metric, Tensor output, Tensor target)
    {
        if (output.Shape == target.Shape) return;
        bool column = output.Rank > 0 && target.Rank > 0 && output.Shape[0] == target.Shape[0]
            && output.Count == output.Shape[0] && target.Count == target.Shape[0];
        if (!column)
        {
            throw new ShapeException(
                $"{metric}: output is {output.Shape}, target {target.Shape}; expected one shape.", output.Shape,
                target.Shape);
        }
    }
}
