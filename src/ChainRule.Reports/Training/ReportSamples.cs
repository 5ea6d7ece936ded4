using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>What a model makes of samples: of classes a confusion matrix and examples, of numbers the pairs.</summary>
internal sealed class ReportSamples
{
    private const int Examples = 24, ExamplesWrong = 16, Pairs = 2000;

    /// <summary>What is what and was taken for what; null for numbers.</summary>
    public ConfusionMatrix? Confusion { get; private set; }

    /// <summary>Examples, mistakes first.</summary>
    public List<Example> Shown { get; } = [];

    /// <summary>Targets and predictions; empty for classes.</summary>
    public List<(double Target, double Output)> Numbers { get; } = [];

    /// <summary>Runs the model, in evaluation mode, on the samples of a loader, or on the first of them.</summary>
    public static ReportSamples Of(Layer model, DataLoader data, int most)
    {
        ReportSamples samples = new();
        using EvaluationMode mode = new(model);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        int done = 0;
        foreach (Batch batch in data.Epoch(data.State.Epoch))
        {
            using Step step = Step.Begin();
            Tensor output = model.Forward(batch.Input);
            if (output.Rank == 2 && batch.Target is { Rank: 1, DType: DType.Int64 }) samples.AddClasses(output, batch);
            else if (output.Count == batch.Target.Count) samples.AddNumbers(output, batch.Target);
            else break;                                              // neither: nothing that this page can show
            done += batch.Count;
            if (done >= most) break;
        }
        samples.Shown.Sort((a, b) => b.IsWrong.CompareTo(a.IsWrong));
        return samples;
    }

    private void AddClasses(Tensor output, Batch batch)
    {
        int classes = output.Shape[1];
        Confusion ??= new ConfusionMatrix(classes);
        Confusion.Add(output, batch.Target);
        double[] shares = output.Softmax(-1).ToDoubles();
        long[] targets = batch.Target.ToArray<long>();
        for (int i = 0; i < targets.Length && Shown.Count(s => s.IsWrong) < ExamplesWrong; i++)
        {
            int best = 0;
            for (int c = 1; c < classes; c++)
                if (shares[i * classes + c] > shares[i * classes + best]) best = c;
            bool wrong = best != targets[i];
            // Mistakes push out what was right.
            if (Shown.Count >= Examples && (!wrong || !Shown.Remove(Shown.Last(s => !s.IsWrong)))) continue;
            if (!wrong && Shown.Count(s => !s.IsWrong) >= Examples - ExamplesWrong) continue;
            Shown.Add(new Example(batch.Indices[i], batch.Input[i].Detach(), (int)targets[i], best,
                shares[i * classes + best]));
        }
    }

    private void AddNumbers(Tensor output, Tensor target)
    {
        double[] outputs = output.ToDoubles(), targets = target.ToDoubles();
        for (int i = 0; i < outputs.Length && Numbers.Count < Pairs; i++) Numbers.Add((targets[i], outputs[i]));
    }

    /// <summary>A sample and what it was taken for.</summary>
    internal sealed record Example(int Index, Tensor Input, int Target, int Predicted, double Probability)
    {
        public bool IsWrong => Target != Predicted;
    }
}
