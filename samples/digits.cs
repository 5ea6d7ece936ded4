#:project ../src/ChainRule/ChainRule.csproj
#:property PublishAot=false

// A convolutional network on handwritten digits that are drawn by code: nothing to fetch. Ctrl-C stops within a
// batch and keeps the best weights. An argument is the number of training pictures: dotnet run samples/digits.cs 20000

using ChainRule;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

int count = args.Length > 0 ? int.Parse(args[0]) : 4_000;
var (train, test) = Digits.Load(train: count, test: 1_000);
Transform[] scaling = [new Scale(1f / 255), new Standardize(Digits.Mean, Digits.Std)];
var batches = new DataLoader(train.ToDataset(), batchSize: 50, shuffle: true, transforms: scaling, prefetch: 2);
var unseen = new DataLoader(test.ToDataset(), batchSize: 250, transforms: scaling);

Sequential model =
[
    new Conv2d(1, 8, kernelSize: 3, padding: 1), new Relu(), new MaxPool2d(2),
    new Conv2d(8, 16, kernelSize: 3, padding: 1), new Relu(), new MaxPool2d(2),
    new Flatten(), new Linear(16 * 7 * 7, 64), new Relu(), new Linear(64, 10),
];
Console.WriteLine(model);

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var trainer = new Trainer(
    model, new Adam(model.Parameters(), learningRate: 2e-3), (y, t) => F.CrossEntropy(y, t), new Accuracy())
{
    KeepBest = true,
    Callbacks = [new Report()],
};
TrainingHistory history = trainer.Fit(batches, unseen, epochs: 3, stop.Token);

double accuracy = trainer.Evaluate(unseen)["accuracy"];
model.Save("digits.safetensors");
Console.WriteLine($"{history.End}: {accuracy:P1} of {test.Count} unseen digits; the weights are in digits.safetensors");
return accuracy > 0.85 || history.End != TrainingEnd.Finished ? 0 : 1;

internal sealed class Report : ITrainingCallback
{
    public TrainingDecision OnEpoch(EpochResult epoch)
    {
        Console.WriteLine(epoch);
        return TrainingDecision.Continue;
    }
}
