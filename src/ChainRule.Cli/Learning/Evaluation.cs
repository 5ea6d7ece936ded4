using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>How well a saved model does on some data.</summary>
internal sealed record Evaluation
{
    private const int Batch = 256;

    /// <summary>The model.</summary>
    public required SavedModel Saved { get; init; }

    /// <summary>What the data are called.</summary>
    public required string Name { get; init; }

    /// <summary>Number of samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Mean loss; of a scaled target where the target is a number.</summary>
    public required double Loss { get; init; }

    /// <summary>Confusion matrix; null where the target is a number.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Coefficient of determination, where the target is a number.</summary>
    public double R2 { get; init; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string>? Classes => Saved.Description.Classes;

    /// <summary>Name of the target column.</summary>
    public string? Target => Saved.Description.Target;

    /// <summary>Deviation that a target which is a number was divided by.</summary>
    public required double TargetStd { get; init; }

    /// <summary>Evaluates a model on data, or on the test part of what it learned from.</summary>
    /// <exception cref="UsageException">The data are not what the model takes, or it does not say what it learned
    /// from.</exception>
    public static Evaluation Of(SavedModel saved, string? data, Session session)
    {
        ModelDescription description = saved.Description;
        CsvSchema? schema = ModelNotes.SchemaOf(description);
        string name = data ?? ModelNotes.DataOf(description)
            ?? throw new UsageException("the model does not say what it learned from.", "name the data with --data");
        DataNames.Check(name);
        if (schema is null != DataNames.IsPictures(name))
        {
            throw new UsageException(schema is null ? $"the model takes pictures; '{name}' are rows."
                : $"the model takes rows; '{name}' are pictures.");
        }
        var (samples, shown) = schema is null ? (Pictures(name, description, session), name + ", test part")
            : DataNames.IsFile(name) ? RowsOf(name, data is null, description, schema)
            : (MaterialLoader.Flowers(null).Test!, name + ", test part");
        Metric metric = description.Classes is { } classes ? new ConfusionMatrix(classes.Count) : new RSquared();
        // A trainer wants an optimiser, which measuring does not use.
        var trainer = new Trainer(saved.Model, new Sgd(saved.Model.Parameters()),
            TrainSetup.LossFor(description.Classes), metric);
        EvaluationResult result = trainer.Evaluate(
            new DataLoader(samples, Math.Min(Batch, samples.Count),
                transforms: schema is null ? [.. TrainSetup.Transforms(description.Scaling), .. saved.Transforms]
                    : saved.Transforms),
            session.Cancellation);
        return new Evaluation
        {
            Saved = saved,
            Name = shown,
            Samples = result.Samples,
            Loss = result.Loss,
            Confusion = metric as ConfusionMatrix,
            R2 = metric.Value,
            TargetStd = schema?.Target.Std ?? 1,
        };
    }

    private static Dataset Pictures(string name, ModelDescription description, Session session)
    {
        // One training sample: digits are drawn, and those are not wanted here.
        Material material = MaterialLoader.Pictures(name, samples: 1, description.Scaling, session.Data);
        if (description.InputShape is { } shape && !shape.SequenceEqual(material.InputShape))
        {
            throw new UsageException($"the model takes inputs of [{string.Join(", ", shape)}]; "
                + $"'{name}' has [{string.Join(", ", material.InputShape)}].");
        }
        if (description.Classes is { } classes && classes.Count != material.OutputSize)
            throw new UsageException($"the model knows {classes.Count} classes; '{name}' has {material.OutputSize}.");
        return material.Test!;
    }

    private static (Dataset Samples, string Shown) RowsOf(
        string path, bool own, ModelDescription description, CsvSchema schema)
    {
        try
        {
            return Rows(path, own, description, schema);
        }
        catch (DataException e) when (e.Help is not null)
        {
            throw CsvErrors.Plain(e);
        }
    }

    // The file that the model learned from: the rows that were put aside, if it is still the same file.
    private static (Dataset Samples, string Shown) Rows(
        string path, bool own, ModelDescription description, CsvSchema schema)
    {
        double share = ModelNotes.TestShareOf(description);
        CsvMissing missing = ModelNotes.MissingOf(description);
        CsvTable table = CsvTable.Read(path);
        if (own && share > 0 && table.Columns.Count == schema.ColumnCount)
        {
            int[] used = [.. schema.Features.Select(f => f.Column), schema.Target.Column];
            var again = CsvDataset.From(table, new CsvOptions
            {
                TargetIndex = schema.Target.Column,
                Task = schema.Target.Classes is null ? CsvTask.Regression : CsvTask.Classification,
                Missing = missing,
                TestShare = share,
                Ignore = [.. Enumerable.Range(0, schema.ColumnCount).Except(used).Select(c => table.Columns[c])],
                Categorical =
                    [.. schema.Features.Where(f => f.Categories is not null).Select(f => table.Columns[f.Column])],
            });
            if (again.Test is { } test && again.Schema.ToJson() == schema.ToJson()) return (test, path + ", test rows");
        }
        return (schema.Encode(table, missing == CsvMissing.DropRow ? CsvMissing.Error : missing), path + ", all rows");
    }
}
