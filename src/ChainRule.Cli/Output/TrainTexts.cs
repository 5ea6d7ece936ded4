using ChainRule.Cli.Learning;
using ChainRule.Training;

namespace ChainRule.Cli.Output;

/// <summary>The sentences that people read of a training, the same with a progress bar and without.</summary>
internal static class TrainTexts
{
    /// <summary>The settings, before the first step.</summary>
    public static void Start(Session session, TrainStart start)
    {
        Recipe r = start.Recipe;
        string test = start.Material.Test is { } t ? $", {Quantity.Count(t.Count)} to test" : "";
        string validation = start.Validation > 0 ? $", {Quantity.Count(start.Validation)} to validate" : "";
        string dropped = start.Material.DroppedRows is > 0 and int n ? $"; {Quantity.Of(n, "row")} left out" : "";
        session.Line($"data       {r.Data}: {Quantity.Count(start.Train)} to learn from"
            + $"{validation}{test}{dropped}");
        session.Line($"model      {Model(r)}, {Quantity.Of(start.Parameters, "parameter")}");
        session.Line($"optimiser  {r.Optimizer.ToString().ToLowerInvariant()}, rate {Quantity.Short(r.Rate)}"
            + $"{(r.Schedule == ScheduleKind.Cosine ? " falling along a cosine" : "")}"
            + $"{(r.WeightDecay > 0 ? $", weight decay {Quantity.Short(r.WeightDecay)}" : "")}, "
            + $"batches of {r.Batch}, {Quantity.Of(r.Epochs!.Value, "epoch")}");
        session.Line($"seed       {r.Seed}, {Quantity.Of(Compute.Threads, "thread")}");
        session.Line();
    }

    /// <summary>"epoch  3/20".</summary>
    public static string EpochOf(int epoch, int epochs) =>
        $"epoch {epoch.ToString().PadLeft(epochs.ToString().Length)}/{epochs}";

    /// <summary>One epoch in one line, which leaves things out where the terminal is narrow.</summary>
    public static string Epoch(EpochResult result, int epochs, string metric, int width = int.MaxValue)
    {
        string training = $"{EpochOf(result.Epoch, epochs)}  loss {result.Training.Loss:0.0000}  "
            + Metric(metric, result.Training.Metrics[0].Value);
        string validation = "", brief = "";
        if (result.Validation is { } v)
        {
            string value = Metric(metric, v.Metrics[0].Value);
            validation = $"  validation loss {v.Loss:0.0000}  {value}";
            brief = $"  validation {v.Loss:0.0000}  {value[(metric.Length + 1)..]}";
        }
        string speed = $"  {Quantity.Speed(result.SamplesPerSecond)}",
            time = $"  {Quantity.Time(result.Time)}";
        string line = training + validation + speed + time;
        if (line.Length > width) line = training + validation + time;
        return line.Length > width ? training + brief + time : line;
    }

    /// <summary>What is measured beside the loss.</summary>
    public static string MetricName(Material material) => material.Classes is null ? "R2" : "accuracy";

    /// <summary>"accuracy 98.53%" or "R2 0.9312".</summary>
    public static string Metric(string name, double value) =>
        name == "accuracy" ? $"{name} {Quantity.Percent(value)}" : $"{name} {value:0.0000}";

    /// <summary>The result.</summary>
    public static void End(Session session, TrainOutcome outcome, TimeSpan time)
    {
        string metric = MetricName(outcome.Material);
        session.Line();
        if (outcome.History.End == TrainingEnd.Stopped)
        {
            session.Line($"stopped after epoch {outcome.History.Epochs.Count} of {outcome.Recipe.Epochs}: no better "
                + $"for {Quantity.Of(outcome.Recipe.Patience!.Value, "epoch")}");
        }
        if (outcome.History.Epochs.Count > 1)
        {
            EpochResult best = outcome.History.Best!;
            session.Line($"best    epoch {best.Epoch}, {(best.Validation is { } v
                ? $"validation {Metric(metric, v.Metrics[0].Value)}" : $"training loss {best.Training.Loss:0.0000}")}");
        }
        if (outcome.Test is { } test) session.Line($"test    {Result(outcome.Material, test)}");
        string path = outcome.Recipe.Out;
        session.Line($"saved   {path} ({Quantity.Bytes(new FileInfo(path).Length)}) after {Quantity.Time(time)}");
        session.Line($"next    {CommandLine.Name} predict {path} "
            + $"{(outcome.Material.IsPictures ? "picture.png" : "rows.csv")}");
    }

    /// <summary>"accuracy 98.53% (3,941 of 4,000), loss 0.0456".</summary>
    public static string Result(Material material, EvaluationResult result)
    {
        double value = result.Metrics[0].Value;
        string metric = MetricName(material);
        if (material.Classes is not null)
        {
            return $"{Metric(metric, value)} ({Quantity.Count((long)Math.Round(value * result.Samples))} of "
                + $"{Quantity.Count(result.Samples)}), loss {result.Loss:0.0000}";
        }
        double root = Math.Sqrt(result.Loss) * material.Schema!.Target.Std;
        return $"{Metric(metric, value)}, root mean squared error {Quantity.Short(root)} (in units of "
            + $"'{material.Schema.Target.Name}'), {Quantity.Of(result.Samples, "sample")}";
    }

    private static string Model(Recipe r) => Recipe.NameOf(r.Network) + (r.Network == NetworkKind.Mlp
        ? $" with hidden layers of {string.Join(", ", r.Hidden)} ({r.Activation.ToString().ToLowerInvariant()})" : "");
}
