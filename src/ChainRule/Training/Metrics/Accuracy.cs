namespace ChainRule.Training;

/// <summary>Share of samples whose class has the largest output.</summary>
/// <remarks>
/// Output <c>[N, C]</c> with target <c>[N]</c> class numbers (int64 or int32), or <c>[N, C]</c> numbers of which the
/// largest marks the class. Of equal outputs the first counts. Output <c>[N, C, ...]</c> with target <c>[N, ...]</c>
/// has a class at each place, which then is a sample; class -100, which <see cref="F.CrossEntropy"/> ignores, counts
/// nothing.
/// </remarks>
public sealed class Accuracy : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target) =>
        ClassHits.Count("Accuracy", output, target, 1);
}
