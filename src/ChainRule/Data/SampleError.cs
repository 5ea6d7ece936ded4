namespace ChainRule.Data;

/// <summary>Finds out which sample of a batch cannot be read.</summary>
internal static class SampleError
{
    /// <summary>The error that names data set and sample, and file and row where its source knows them.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="samples">The samples of the batch that failed; each is tried on its own.</param>
    /// <param name="error">What the batch failed with.</param>
    public static DataException Explain(Dataset data, ReadOnlySpan<int> samples, Exception error)
    {
        foreach (int sample in samples)
        {
            try
            {
                data.Get([sample]);
            }
            catch (Exception e) when (Explains(e))
            {
                var (source, place) = data.Origin(sample);
                return With(e, source.Name, place);
            }
        }
        // Each can be read, and they do not go together: pictures of different sizes, say.
        return With(error, data.Name, null);
    }

    /// <summary>Whether an error comes from the data, not from a machine or a user who wants to stop.</summary>
    public static bool Explains(Exception e) => e is not (OperationCanceledException or OutOfMemoryException);

    private static DataException With(Exception error, string name, int? sample)
    {
        if (error is not DataException e)
            return new DataException("DataLoader", error.Message, error) { DataSet = name, Sample = sample };
        return new DataException(e.Subject, e.Problem, e)
        {
            File = e.File,
            Offset = e.Offset,
            Unpacked = e.Unpacked,
            Row = e.Row,
            Column = e.Column,
            ColumnNumber = e.ColumnNumber,
            Help = e.Help,
            DataSet = e.DataSet ?? name,
            Sample = e.Sample ?? sample,
        };
    }
}
