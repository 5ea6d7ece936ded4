using ChainRule.Data;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>
/// Finds out where a loss or a gradient that is not finite came from, by repeating the batch under a watch. The caller
/// has put the generators back to where they stood before it.
/// </summary>
internal sealed class NonFiniteSearch(
    Layer model, LossFunction loss, Batch batch, long step, int epoch, int number, double value)
{
    /// <summary>A loss that is not finite.</summary>
    /// <param name="rate">Learning rate of the step before.</param>
    public TrainingException InLoss(double rate)
    {
        string? parameter = model.NamedParameters()
            .Where(p => !p.Parameter.Value.AllFinite()).Select(p => p.Key).FirstOrDefault();
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        Tensor again = loss(model.Forward(batch.Input), batch.Target);
        if (parameter is not null) return Parameter(parameter, watch.First, rate);
        if (!AllFinite(batch.Input)) return Found(NonFiniteSource.Input, watch.First, null, Samples(batch.Input));
        (Op Op, Tensor Result)? first = Origin(again);
        Layer? layer = first is null ? watch.First : watch.LayerOf(first.Value.Op.Number);
        NonFiniteSource source = layer is not null ? NonFiniteSource.Layer
            : AllFinite(again) ? NonFiniteSource.Unknown : NonFiniteSource.Loss;
        return Found(
            source, layer, first?.Op.Name,
            Samples(AllFinite(batch.Target) ? first?.Result : batch.Target));
    }

    /// <summary>A gradient that is not finite, of a loss that is.</summary>
    public TrainingException InGradient()
    {
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        using NonFiniteGradient back = new();
        Tensor again = loss(model.Forward(batch.Input), batch.Target);
        model.ZeroGrad();
        again.Backward();
        return Found(
            back.Operation is null ? NonFiniteSource.Unknown : NonFiniteSource.Gradient, watch.LayerOf(back.Number),
            back.Operation, Samples(back.Gradient));
    }

    private TrainingException Parameter(string key, Layer? layer, double rate) =>
        new(step, epoch, number, value, NonFiniteSource.Parameter)
        {
            FirstLayer = Text(layer),
            Parameter = key,
            Help = step == 1 ? null : FormattableString.Invariant(
                $"the rate is {rate:g4}: lower it, or clip the gradients with ClipGradNorm."),
        };

    private TrainingException Found(
        NonFiniteSource source, Layer? layer, string? operation, IReadOnlyList<int> samples) =>
        new(step, epoch, number, value, source)
        {
            FirstLayer = Text(layer),
            Operation = operation,
            Samples = samples,
        };

    // The samples whose rows are not finite; all of the batch where the rows are not those of samples.
    private IReadOnlyList<int> Samples(Tensor? tensor)
    {
        if (tensor is null || tensor.Rank == 0 || tensor.Shape[0] != batch.Count) return batch.Indices;
        double[] numbers = tensor.ToDoubles();
        int size = numbers.Length / batch.Count;
        return [.. Enumerable.Range(0, batch.Count)
            .Where(row => Array.FindIndex(numbers, row * size, size, n => !double.IsFinite(n)) >= 0)
            .Select(row => batch.Indices[row])];
    }

    // The operation whose result is not finite though everything it was computed from is, back along what is not; the
    // earliest where there are several. Null where the way leads out of the recorded graph.
    private static (Op Op, Tensor Result)? Origin(Tensor root)
    {
        (Op Op, Tensor Result)? first = null;
        Stack<Tensor> pending = new([root]);
        HashSet<Op> seen = [];
        while (pending.TryPop(out Tensor? result))
        {
            if (AllFinite(result) || result.Op is not { } op || !seen.Add(op)) continue;
            Tensor[] inputs = [.. new[] { op.A, op.B, op.C }.OfType<Tensor>(), .. op.MoreInputs];
            bool own = Array.TrueForAll(inputs, AllFinite);
            if (own && (first is null || op.Number < first.Value.Op.Number)) first = (op, result);
            foreach (Tensor input in inputs) pending.Push(input);
        }
        return first;
    }

    private static bool AllFinite(Tensor tensor) => !tensor.DType.IsFloatingPoint() || tensor.AllFinite();

    private static string? Text(Layer? layer) => layer is null ? null : $"{layer.Path} ({layer.Summary})";
}
