using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>Results of epochs as a table of numbers, a row an epoch: how a checkpoint keeps them.</summary>
internal static class EpochTable
{
    private const string Name = "history";

    // Samples per second, rate, seconds; then twice loss, samples and metrics. No samples: no validation.
    private const int Head = 3;

    public static void Save(StateWriter state, IReadOnlyList<EpochResult> epochs)
    {
        if (epochs.Count == 0) return;
        int metrics = epochs[0].Training.Metrics.Count, part = 2 + metrics, columns = Head + (2 * part);
        double[] table = new double[epochs.Count * columns];
        for (int i = 0; i < epochs.Count; i++)
        {
            Span<double> row = table.AsSpan(i * columns, columns);
            EpochResult e = epochs[i];
            (row[0], row[1], row[2]) = (e.SamplesPerSecond, e.LearningRate, e.Time.TotalSeconds);
            Write(e.Training, row[Head..]);
            Write(e.Validation, row[(Head + part)..]);
        }
        state.Add(Name, Tensor.From(table, [epochs.Count, columns]));
    }

    public static IEnumerable<EpochResult> Load(
        StateReader state, IReadOnlyList<Metric> metrics, Func<EvaluationResult, MonitoredValue> monitored)
    {
        if (!state.Has(Name)) yield break;
        Tensor table = state.Tensor(Name);
        int part = 2 + metrics.Count, columns = Head + (2 * part);
        if (table.Rank != 2 || table.Shape[1] != columns || table.DType != DType.Float64)
        {
            throw state.Wrong(Name, $"is {table.Shape} {table.DType.Text()}; "
                + $"expected [epochs, {columns}] float64 with {metrics.Count} metrics.");
        }
        double[] all = table.ToArray<double>();
        for (int i = 0; i < table.Shape[0]; i++)
        {
            double[] row = all[(i * columns)..((i + 1) * columns)];
            EvaluationResult training = Read(row.AsSpan(Head), metrics);
            EvaluationResult? validation = row[Head + part + 1] > 0 ? Read(row.AsSpan(Head + part), metrics) : null;
            TimeSpan time = StateReader.ToTime(row[2])
                ?? throw state.Wrong(Name, $"says that epoch {i + 1} took {row[2]} seconds.");
            yield return new EpochResult(i + 1, training, validation, row[0], row[1], time)
            {
                Monitored = monitored(validation ?? training),
            };
        }
    }

    private static void Write(EvaluationResult? result, Span<double> row)
    {
        if (result is null) return;
        (row[0], row[1]) = (result.Loss, result.Samples);
        for (int m = 0; m < result.Metrics.Count; m++) row[2 + m] = result.Metrics[m].Value;
    }

    private static EvaluationResult Read(ReadOnlySpan<double> row, IReadOnlyList<Metric> metrics)
    {
        MetricValue[] values = new MetricValue[metrics.Count];
        for (int m = 0; m < values.Length; m++) values[m] = new MetricValue(metrics[m].Name, row[2 + m]);
        return new EvaluationResult(row[0], values, (long)row[1]);
    }
}
