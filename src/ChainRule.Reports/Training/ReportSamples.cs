using System.Globalization;
using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>What a model makes of samples: of classes a confusion matrix, of numbers the pairs, and examples.</summary>
internal sealed class ReportSamples
{
    private const int MostRight = 8, MostWrong = 16, MostPairs = 2000, MostClasses = 40, Columns = 8, PictureSize = 96;
    private const int NumbersShown = 8;

    private readonly ReportData _data;
    private readonly List<Example> _right = [], _wrong = [];           // wrong ones: the worst first
    private readonly List<(double Target, double Output)> _pairs = [];
    private ConfusionMatrix? _confusion;
    private bool _sequences;

    private ReportSamples(ReportData data) => _data = data;

    /// <summary>Runs the model, in evaluation mode, on the samples, or on the first of them.</summary>
    public static ReportSamples Of(Layer model, ReportData data, int most)
    {
        ReportSamples samples = new(data);
        using ModeScope mode = ModeScope.Evaluating(model);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        int done = 0;
        foreach (Batch batch in data.Loader.Epoch(data.Loader.State.Epoch))
        {
            using Step step = Step.Begin();
            Tensor output = model.Forward(batch);
            samples._sequences |= batch.Sequences is not null;
            if (output.Rank >= 2 && batch.Target.Rank == output.Rank - 1
                && batch.Target.DType is DType.Int64 or DType.Int32) samples.AddClasses(output, batch);
            else if (output.Count == batch.Target.Count) samples.AddNumbers(output, batch);
            else break;                                              // neither: nothing that this page can show
            done += batch.Count;
            if (done >= most) break;
        }
        return samples;
    }

    /// <summary>Adds the parts there is something for.</summary>
    public void Write(ReportPage page)
    {
        if (_confusion is not null) WriteClasses(page, _confusion);
        if (_pairs.Count > 0) WriteNumbers(page);
        if (_wrong.Count + _right.Count > 0) WriteExamples(page);
    }

    private void WriteClasses(ReportPage page, ConfusionMatrix matrix)
    {
        page.Heading("Confusion matrix");
        page.Text($"{Figures.Count(matrix.Right)} of {Figures.Count(matrix.Total)} {Samples} are right, "
            + $"{Figures.Percent(matrix.Value)}.");
        int classes = matrix.Classes;
        if (classes <= MostClasses)
        {
            page.Plots([new MatrixPlot(matrix, [.. Enumerable.Range(0, classes).Select(NameOf)])]);
            return;
        }
        var mistakes = Enumerable.Range(0, classes * classes).Select(i => (Actual: i / classes, Taken: i % classes))
            .Where(p => p.Actual != p.Taken && matrix[p.Actual, p.Taken] > 0)
            .OrderByDescending(p => matrix[p.Actual, p.Taken]).Take(20);
        page.Table(["is", "taken for", ">how often"], mistakes.Select(p => new ReportRow(
            [NameOf(p.Actual), NameOf(p.Taken), Figures.Count(matrix[p.Actual, p.Taken])])));
    }

    private void WriteNumbers(ReportPage page)
    {
        page.Heading("Predictions");
        double[] targets = [.. _pairs.Select(p => p.Target)];
        double low = targets.Min(), high = targets.Max();
        LinePlot pairs = new() { Width = 620, Title = "Predicted and actual", XLabel = "target", YLabel = "output" };
        pairs.Add("right", [low, high], [low, high], LineStyle.Dashed)
            .Add(Samples, targets, [.. _pairs.Select(p => p.Output)], LineStyle.Points);
        double[] errors = [.. _pairs.Select(p => p.Output - p.Target)];
        page.Plots([pairs, new Histogram(errors) { Width = 620, Title = "Errors", XLabel = "output - target" }]);
    }

    private void WriteExamples(ReportPage page)
    {
        Example[] shown = [.. _wrong, .. _right];
        page.Heading("Samples");
        page.Text(_wrong.Count == 0 ? "No mistakes were made."
            : _confusion is null ? "The largest errors." : "The surest mistakes first, then some that are right.");
        if (_confusion is not null && !_sequences && TensorPicture.IsPicture(shown[0].Input.Shape))
        {
            PictureGrid grid = new(Columns, PictureSize);
            foreach (Example e in shown)
            {
                string caption = e.IsWrong ? $"{NameOf(e.Target)}, not {NameOf(e.Output)}" : NameOf(e.Target);
                grid.Add(e.Input, $"{caption} ({e.Weight.ToString("0%", CultureInfo.InvariantCulture)})", e.IsWrong);
            }
            page.Plots([grid]);
            return;
        }
        string[] header = _confusion is null ? [">sample", ">target", ">output", ">error", "input"]
            : [">sample", "is", "taken for", ">probability", "input"];
        page.Table(header, shown.Select(e => new ReportRow(
            [
                Figures.Count(e.Index), NameOf(e.Target), NameOf(e.Output),
                _confusion is null ? Figures.Number(e.Weight) : Figures.Percent(e.Weight), Text(e.Input),
            ],
            e.IsWrong && _confusion is not null ? RowKind.Wrong : RowKind.Plain)));
    }

    private void AddClasses(Tensor output, Batch batch)
    {
        int classes = output.Shape[1];
        _confusion ??= new ConfusionMatrix(classes);
        _confusion.Add(output, batch.Target);
        if (output.Rank > 2) return;                                 // a sample has many answers
        double[] shares = output.Softmax(-1).ToDoubles();
        double[] targets = batch.Target.ToDoubles();
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] < 0) continue;                            // it counts nothing
            int best = 0;
            for (int c = 1; c < classes; c++)
                if (shares[i * classes + c] > shares[i * classes + best]) best = c;
            double share = shares[i * classes + best];
            if (best == targets[i])
            {
                if (_right.Count < MostRight) _right.Add(ExampleOf(batch, i, targets[i], best, share));
            }
            else if (IsAmongWorst(share))
            {
                AddWrong(ExampleOf(batch, i, targets[i], best, share));
            }
        }
    }

    private void AddNumbers(Tensor output, Batch batch)
    {
        double[] outputs = output.ToDoubles(), targets = batch.Target.ToDoubles();
        Func<double, double> restore = _data.Restore ?? (v => v);
        bool one = outputs.Length == batch.Count;                    // a number a sample, not a picture or a sequence
        for (int i = 0; i < outputs.Length; i++)
        {
            double target = restore(targets[i]), value = restore(outputs[i]), error = Math.Abs(value - target);
            if (_pairs.Count < MostPairs) _pairs.Add((target, value));
            if (one && IsAmongWorst(error)) AddWrong(ExampleOf(batch, i, target, value, error));
        }
    }

    private bool IsAmongWorst(double weight) => _wrong.Count < MostWrong || weight > _wrong[^1].Weight;

    private void AddWrong(Example example)
    {
        int place = _wrong.FindIndex(e => e.Weight < example.Weight);
        _wrong.Insert(place < 0 ? _wrong.Count : place, example);
        if (_wrong.Count > MostWrong) _wrong.RemoveAt(MostWrong);
    }

    // The memory of a step is gone after it: the input is copied.
    private static Example ExampleOf(Batch batch, int i, double target, double output, double weight) =>
        new(batch.Indices[i], (batch.Sequences?[i] ?? batch.Input[i]).Detach(), target, output, weight);

    private string Samples => _data.Name.Length == 0 ? "samples" : $"{_data.Name} samples";

    private string NameOf(int c) => _data.Classes is { } names && c < names.Count ? names[c]
        : c.ToString(CultureInfo.InvariantCulture);

    private string NameOf(double value) => _confusion is null ? Figures.Number(value) : NameOf((int)value);

    private string Text(Tensor input)
    {
        if (_data.Describe is { } describe) return describe(input);
        double[] values = input.ToDoubles();
        return string.Join(", ", values.Take(NumbersShown).Select(Figures.Short))
            + (values.Length > NumbersShown ? ", ..." : "");
    }

    // Target and output are classes or numbers; the weight, by which mistakes are ordered, a probability or an error.
    private sealed record Example(int Index, Tensor Input, double Target, double Output, double Weight)
    {
        public bool IsWrong => Target != Output;
    }
}
