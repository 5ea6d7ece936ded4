using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>Gets data by name or file, for training or for a model that is there already.</summary>
internal static class MaterialLoader
{
    private const int DigitTestSamples = 4_000, DigitTrainSamples = 20_000;

    /// <summary>Pictures of a data set, in training and test.</summary>
    /// <param name="name">One of the <see cref="DataNames"/> of pictures.</param>
    /// <param name="samples">Number of training pictures; null for all.</param>
    /// <param name="scaling">How pixels are scaled; null for the data set's own mean and deviation.</param>
    /// <param name="folder">Where files are looked for.</param>
    public static Material Pictures(string name, int? samples, InputScaling? scaling, DataFolder folder)
    {
        var (train, test) = name switch
        {
            DataNames.Digits => Digits.Load(samples ?? DigitTrainSamples, DigitTestSamples),
            DataNames.Mnist => Mnist.Load(folder),
            _ => FashionMnist.Load(folder),
        };
        var (mean, std) = name switch
        {
            DataNames.Digits => (Digits.Mean, Digits.Std),
            DataNames.Mnist => (Mnist.Mean, Mnist.Std),
            _ => (FashionMnist.Mean, FashionMnist.Std),
        };
        return new Material
        {
            Name = name,
            Train = First(train.ToDataset(), name == DataNames.Digits ? null : samples),
            Test = test.ToDataset(),
            InputShape = [train.Channels, train.Height, train.Width],
            Classes = train.ClassNames,
            Pixels = scaling ?? new InputScaling([255 * mean], [255 * std]),
        };
    }

    /// <summary>The iris rows, scaled by the training rows' means and deviations.</summary>
    public static Material Flowers(int? samples)
    {
        var (features, _) = Iris.Rows();
        var columns = new List<CsvFeature>();
        for (int c = 0; c < Iris.FeatureCount; c++)
        {
            var rows = Enumerable.Range(0, Iris.TrainCount);
            double[] values = [.. rows.Select(r => (double)features[r * Iris.FeatureCount + c])];
            double mean = values.Average(), std = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            columns.Add(new CsvFeature(Iris.FeatureNames[c], c, null, mean, std, Fill: mean));
        }
        var schema = new CsvSchema(
            columns, new CsvTarget("species", Iris.FeatureCount, Iris.ClassNames, 0, 1), Iris.FeatureCount + 1);
        var scale = new Standardize(
            [.. columns.Select(c => (float)c.Mean)], [.. columns.Select(c => (float)c.Std)]);
        var (train, test) = Iris.Load();
        return new Material
        {
            Name = DataNames.Iris,
            Train = First(Scaled(train, scale), samples),
            Test = Scaled(test, scale),
            InputShape = [Iris.FeatureCount],
            Classes = Iris.ClassNames,
            Schema = schema,
        };
    }

    /// <summary>Rows of a CSV file, in training and test.</summary>
    public static Material Table(string path, CsvOptions options, int? samples)
    {
        CsvDataset set;
        try
        {
            set = CsvDataset.Load(path, options);
        }
        catch (DataException e) when (e.Help is not null)
        {
            throw CsvErrors.InOptions(e);
        }
        return new Material
        {
            Name = path,
            Train = First(set.Train, samples),
            Test = set.Test,
            InputShape = [set.Schema.InputSize],
            Classes = set.Schema.Target.Classes,
            Schema = set.Schema,
            DroppedRows = set.DroppedRows,
        };
    }

    private static Dataset First(Dataset data, int? samples)
    {
        if (samples is not { } count || count == data.Count) return data;
        if (count > data.Count)
        {
            throw new DataException("Samples", $"{count} training samples are asked for; there are {data.Count}.")
            {
                Help = $"use --samples {data.Count} or less, or leave it out.",
            };
        }
        return data.Subset([.. Enumerable.Range(0, count)]);
    }

    private static TensorDataset Scaled(TensorDataset data, Standardize scale)
    {
        var (input, target) = data.All();
        return new TensorDataset(scale.Apply(input, default), target);
    }
}
