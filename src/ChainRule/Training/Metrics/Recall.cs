namespace ChainRule.Training;

/// <summary>Share of a class's samples that were recognised: TP / (TP + FN).</summary>
/// <remarks><inheritdoc cref="ClassMetric" path="/remarks"/></remarks>
public sealed class Recall : ClassMetric
{
    /// <summary>A metric.</summary>
    /// <param name="classes">Number of classes C, 2 or more.</param>
    /// <param name="average">How the classes become one figure.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public Recall(int classes, ClassAverage average = ClassAverage.Macro)
        : base("Recall", classes, average)
    {
    }

    /// <summary>As "macro recall", or "recall of class 1".</summary>
    public override string Name => Named("recall");

    private protected override double Figure(long right, long predicted, long actual) =>
        Quotient(right, actual);
}
