using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Bench.Experiments;

/// <summary>
/// Iris by a network with hidden layers of 10, 20 and 10 units, on the split of the TensorFlow tutorials.
/// </summary>
internal static class IrisFlowers
{
    private const int Epochs = 100;
    private const int BatchSize = 32;

    public static FigureResult Figure()
    {
        int right = RightOfThirty();
        return new FigureResult($"{right} of 30", right >= 29);
    }

    /// <summary>Right answers on the 30 test flowers.</summary>
    public static int RightOfThirty()
    {
        (Dataset train, Dataset test) = Sets();
        Rng rng = new(1);
        Mlp model = new(new MlpOptions { Sizes = [4, 10, 20, 10, 3] }, rng);
        DataLoader batches = new(train, BatchSize, shuffle: true, rng);
        Adam optimizer = new(model.Parameters(), learningRate: 0.01);
        Trainer trainer = new(model, optimizer, (y, t) => F.CrossEntropy(y, t), new Accuracy())
        {
            Schedule = new CosineAnnealingLr(optimizer, (long)Epochs * batches.BatchCount),
            ScheduleUnit = ScheduleUnit.Step,
        };
        trainer.Fit(batches, epochs: Epochs);
        return (int)Math.Round(30 * trainer.Evaluate(new DataLoader(test, Iris.TestCount))["accuracy"]);
    }

    // Measures with mean 0 and standard deviation 1 over the training flowers.
    private static (Dataset Train, Dataset Test) Sets()
    {
        (float[] features, int[] classes) = Iris.Rows();
        for (int j = 0; j < Iris.FeatureCount; j++)
        {
            double sum = 0, squares = 0;
            for (int i = 0; i < Iris.TrainCount; i++)
            {
                double x = features[(i * Iris.FeatureCount) + j];
                (sum, squares) = (sum + x, squares + (x * x));
            }
            double mean = sum / Iris.TrainCount, deviation = Math.Sqrt((squares / Iris.TrainCount) - (mean * mean));
            for (int i = 0; i < classes.Length; i++)
            {
                ref float x = ref features[(i * Iris.FeatureCount) + j];
                x = (float)((x - mean) / deviation);
            }
        }
        TensorDataset all = new(Tensor.From(features, [classes.Length, Iris.FeatureCount]), Tensor.From(classes));
        int[] places = [.. Enumerable.Range(0, classes.Length)];
        return (all.Subset(places.AsSpan(0, Iris.TrainCount)), all.Subset(places.AsSpan(Iris.TrainCount)));
    }
}
