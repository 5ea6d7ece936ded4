using ChainRule.Data;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>
/// Finds out where a loss that is not finite came from, by repeating the batch's forward pass under a watch.
/// </summary>
internal static class NonFiniteSearch
{
    public static TrainingException Explain(
        Layer model, LossFunction loss, Batch batch, long step, int epoch, int number, double value, double rate)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        string? parameter = model.NamedParameters()
            .Where(p => !p.Parameter.Value.IsFinite()).Select(p => p.Key).FirstOrDefault();
        bool badInput = batch.Input.DType.IsFloatingPoint() && !batch.Input.IsFinite();
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        Tensor output = model.Forward(batch);
        string? layer = watch.First is { } first ? $"{first.Path} ({first.Summary})" : null;
        NonFiniteSource source = parameter is not null ? NonFiniteSource.Parameter
            : badInput ? NonFiniteSource.Input
            : layer is not null ? NonFiniteSource.Layer
            : double.IsFinite(loss(output, batch.Target).Item()) ? NonFiniteSource.Unknown
            : NonFiniteSource.Loss;
        return new TrainingException(step, epoch, number, value, source)
        {
            FirstLayer = layer,
            Parameter = parameter,
            Help = source is NonFiniteSource.Parameter && step > 1
                ? FormattableString.Invariant(
                    $"the rate is {rate:g4}: lower it, or clip the gradients with ClipGradNorm.")
                : null,
        };
    }
}
