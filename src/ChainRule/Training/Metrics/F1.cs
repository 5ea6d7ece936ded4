namespace ChainRule.Training;

/// <summary>Harmonic mean of precision and recall: F1 = 2 TP / (2 TP + FP + FN).</summary>
/// <remarks><inheritdoc cref="ClassMetric" path="/remarks"/></remarks>
public sealed class F1 : ClassMetric
{
    /// <summary>A metric.</summary>
    /// <param name="classes">Number of classes C, 2 or more.</param>
    /// <param name="average">How the classes become one figure.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public F1(int classes, ClassAverage average = ClassAverage.Macro)
        : base("F1", classes, average)
    {
    }

    /// <summary>As "macro F1", or "F1 of class 1".</summary>
    public override string Name => Named("F1");

    private protected override double Figure(long right, long predicted, long actual) =>
        Quotient(2.0 * right, predicted + actual);
}
