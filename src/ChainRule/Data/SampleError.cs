namespace ChainRule.Data;

/// <summary>Finds out which sample of a batch cannot be read or changed.</summary>
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
            if (Try(() => data.Get([sample])) is { } own) return With(own, data, sample);
        }
        // Each can be read, and they do not go together: pictures of different sizes, say.
        return With(error, data, null);
    }

    /// <summary>The error that names transform, data set and sample, and file and row where they are known.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="transform">What cannot change the batch.</param>
    /// <param name="input">The batch's inputs; each is tried on its own.</param>
    /// <param name="random">The batch's random numbers.</param>
    /// <param name="error">What the batch failed with.</param>
    public static DataException Explain(
        Dataset data, Transform transform, Tensor input, SampleRandom random, Exception error)
    {
        int count = input.Rank == 0 ? 0 : Math.Min(input.Shape[0], random.Count);
        for (int i = 0; i < count; i++)
        {
            if (Try(() => transform.Apply(input[i..(i + 1)], random.Of(i))) is { } own)
                return With(own, data, random.Sample(i), transform.GetType().Name);
        }
        return With(error, data, null, transform.GetType().Name);
    }

    /// <summary>Whether an error comes from the data, not from a machine or a user who wants to stop.</summary>
    public static bool Explains(Exception e) => e is not (OperationCanceledException or OutOfMemoryException);

    private static Exception? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (Explains(e))
        {
            return e;
        }
    }

    private static DataException With(Exception error, Dataset data, int? sample, string? transform = null)
    {
        var (source, place) = sample is { } s ? data.Origin(s) : (data, (int?)null);
        SampleFile? file = sample is { } f ? data.FileOf(f) : null;
        var e = error as DataException;
        string problem = e?.Problem ?? error.Message;
        // What it is that complains need not be said twice.
        if (transform is not null && problem.StartsWith(transform + ": ", StringComparison.Ordinal))
            problem = problem[(transform.Length + 2)..];
        return new DataException(transform ?? e?.Subject ?? "DataLoader", problem, error)
        {
            File = e?.File ?? file?.File,
            Offset = e?.Offset,
            Unpacked = e?.Unpacked ?? false,
            Row = e?.Row ?? (e?.File is null ? file?.Row : null),
            Column = e?.Column,
            ColumnNumber = e?.ColumnNumber,
            Help = e?.Help,
            DataSet = e?.DataSet ?? source.Name,
            Sample = e?.Sample ?? place,
        };
    }
}
