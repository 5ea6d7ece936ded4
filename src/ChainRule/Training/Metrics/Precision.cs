namespace ChainRule.Training;

/// <summary>Share of right ones among the samples taken for a class: TP / (TP + FP).</summary>
/// <remarks><inheritdoc cref="ClassMetric" path="/remarks"/></remarks>
public sealed class Precision : ClassMetric
{
    /// <summary>A metric.</summary>
    /// <param name="classes">Number of classes C, 2 or more.</param>
    /// <param name="average">How the classes become one figure.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public Precision(int classes, ClassAverage average = ClassAverage.Macro)
        : base("Precision", classes, average)
    {
    }

    /// <summary>As "macro precision", or "precision of class 1".</summary>
    public override string Name => Named("precision");

    private protected override double Figure(long right, long predicted, long actual) =>
        Quotient(right, predicted);
}
