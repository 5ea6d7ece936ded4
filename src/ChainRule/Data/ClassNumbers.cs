namespace ChainRule.Data;

/// <summary>The classes of a data set's samples.</summary>
internal static class ClassNumbers
{
    private const int Block = 1024;

    /// <summary>Fetches all samples once, some at a time, and keeps their targets.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="subject">Who asks, for errors.</param>
    /// <exception cref="DataException">The targets are no class numbers.</exception>
    public static int[] Of(Dataset data, string subject)
    {
        ArgumentNullException.ThrowIfNull(data);
        var classes = new int[data.Count];
        foreach (Batch batch in data.Blocks(Block))
        {
            Tensor target = batch.Target;
            if (target.Rank != 1 || target.DType is not (DType.Int64 or DType.Int32))
            {
                throw new DataException(subject,
                    $"targets are {Shape.Create([data.Count, .. target.Shape.Dims[1..]])} {target.DType.Text()}; "
                    + "expected class numbers [N], int64 or int32.");
            }
            double[] numbers = target.ToDoubles();
            for (int i = 0; i < numbers.Length; i++) classes[batch.Indices[i]] = checked((int)numbers[i]);
        }
        return classes;
    }
}
