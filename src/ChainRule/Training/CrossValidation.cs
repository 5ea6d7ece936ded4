using System.Globalization;
using ChainRule.Data;

namespace ChainRule.Training;

/// <summary>Mean and spread of a figure over folds.</summary>
/// <param name="Name">"loss", or the name of a metric.</param>
/// <param name="Mean">Mean over the folds.</param>
/// <param name="Deviation">Standard deviation over the folds, with k - 1 degrees of freedom.</param>
public readonly record struct FoldFigure(string Name, double Mean, double Deviation)
{
    /// <summary>"accuracy 0.9533 +- 0.0298".</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} {Mean:0.0000} +- {Deviation:0.0000}");
}

/// <summary>What cross-validation measured.</summary>
/// <param name="Folds">Results on the validation part of each fold.</param>
public sealed record CrossValidationResult(IReadOnlyList<EvaluationResult> Folds)
{
    /// <summary>Loss first, then every metric, over the folds.</summary>
    public IReadOnlyList<FoldFigure> Figures =>
    [
        Figure("loss", f => f.Loss),
        .. Folds[0].Metrics.Select(m => Figure(m.Name, f => f[m.Name])),
    ];

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Join(", ", Figures);

    private FoldFigure Figure(string name, Func<EvaluationResult, double> value)
    {
        double mean = Folds.Average(value), squares = Folds.Sum(f => (value(f) - mean) * (value(f) - mean));
        return new FoldFigure(name, mean, Math.Sqrt(squares / (Folds.Count - 1)));
    }
}

/// <summary>Trains a new model on each fold of a data set and measures it on the rest.</summary>
/// <remarks><code>
/// CrossValidationResult result = CrossValidation.Run(KFold.Stratified(data, 5, rng), fold =>
/// {
///     Sequential model = [new Linear(4, 16), new Relu(), new Linear(16, 3)];
///     var trainer = new Trainer(model, new Adam(model.Parameters()), (y, t) => F.CrossEntropy(y, t), new Accuracy());
///     trainer.Fit(new DataLoader(fold.Train, 16, shuffle: true), epochs: 50);
///     return trainer.Evaluate(new DataLoader(fold.Validation, fold.Validation.Count));
/// });
/// </code></remarks>
public static class CrossValidation
{
    /// <summary>Runs the folds one after the other.</summary>
    /// <param name="folds">The folds, 2 or more.</param>
    /// <param name="fit">Makes a model, trains it on a fold and measures it on the validation part.</param>
    /// <returns>The results.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 folds.</exception>
    public static CrossValidationResult Run(IReadOnlyList<DataFold> folds, Func<DataFold, EvaluationResult> fit)
    {
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(fit);
        if (folds.Count < 2)
            throw new ArgumentException($"CrossValidation: {folds.Count} folds; expected 2 or more.", nameof(folds));
        return new CrossValidationResult([.. folds.Select(fit)]);
    }
}
