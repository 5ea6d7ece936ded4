using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Bench.Experiments;

/// <summary>Exclusive or: a network with one hidden layer of four units learns it, a single unit cannot.</summary>
internal static class Xor
{
    private static readonly TensorDataset Table = new(
        Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }),
        Tensor.From(new float[,] { { 0 }, { 1 }, { 1 }, { 0 } }));

    public static FigureResult Figure()
    {
        int hidden = RightWithHiddenUnits(), single = RightWithoutHiddenUnits();
        return new FigureResult($"2-4-1 {hidden} of 4, 2-1 {single} of 4", hidden == 4 && single < 4);
    }

    /// <summary>Right answers of a 2-4-1 network, of 4.</summary>
    public static int RightWithHiddenUnits()
    {
        Rng rng = new(1);
        return Right([new Linear(2, 4, rng: rng), new Nn.Tanh(), new Linear(4, 1, rng: rng)]);
    }

    /// <summary>Right answers of a 2-1 network, of 4: three is the most that a straight line can do.</summary>
    public static int RightWithoutHiddenUnits() => Right([new Linear(2, 1, rng: new Rng(1))]);

    private static int Right(Sequential model)
    {
        BinaryAccuracy accuracy = new();
        Adam optimizer = new(model.Parameters(), learningRate: 0.05);
        Trainer trainer = new(model, optimizer, (y, t) => F.BinaryCrossEntropyWithLogits(y, t), accuracy);
        DataLoader table = new(Table, batchSize: 4);
        trainer.Fit(table, epochs: 500);
        return (int)Math.Round(4 * trainer.Evaluate(table)["accuracy"]);
    }
}
