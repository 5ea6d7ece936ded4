namespace ChainRule.Models;

/// <summary>What a pass of <see cref="Perceptron.Fit"/> over the data left behind.</summary>
/// <param name="Mistakes">Rows that were wrong when it was their turn.</param>
/// <param name="Weight"><c>[features]</c> float64: the weights after the pass.</param>
/// <param name="Bias">The bias after the pass.</param>
public sealed record PerceptronPass(int Mistakes, Tensor Weight, double Bias);

/// <summary>How the passes of <see cref="Perceptron.Fit"/> ended.</summary>
public enum PerceptronOutcome
{
    /// <summary>The last pass was without a mistake: the plane separates the classes.</summary>
    Separated,

    /// <summary>
    /// Weights came back to what they had been after an earlier pass: the rule goes round in circles for ever, and no
    /// plane separates the classes.
    /// </summary>
    NotSeparable,

    /// <summary>Passes ran out before either was known.</summary>
    Undecided,
}

/// <summary>What <see cref="Perceptron.Fit"/> did, and whether it can succeed.</summary>
/// <param name="Passes">Every pass made.</param>
/// <param name="Outcome">How they ended.</param>
public sealed record PerceptronFit(IReadOnlyList<PerceptronPass> Passes, PerceptronOutcome Outcome)
{
    /// <summary>Mistakes of all passes: at most <see cref="Perceptron.MistakeBound"/> from zero weights.</summary>
    public int Mistakes => Passes.Sum(p => p.Mistakes);

    /// <summary>One line on how it went.</summary>
    public override string ToString() => Outcome switch
    {
        PerceptronOutcome.Separated => $"separated after {Passes.Count} passes and {Mistakes} mistakes",
        PerceptronOutcome.NotSeparable =>
            $"no plane separates the classes: the weights of pass {Passes.Count} are those of an earlier one",
        _ => $"not separated in {Passes.Count} passes, with {Passes[^1].Mistakes} mistakes in the last",
    };
}

/// <summary>Rosenblatt's perceptron, a machine that learns: sign(w . x + b), corrected at each mistake.</summary>
/// <remarks>
/// Where a plane separates the two classes, the rule finds one after finitely many mistakes; where none does, it never
/// settles. Weights start at 0 and are kept in double precision. Source: Rosenblatt, "The perceptron" (1958);
/// Novikoff, "On convergence proofs for perceptrons" (1962).
/// <code>
/// var perceptron = new Perceptron(features: 2);
/// PerceptronFit fit = perceptron.Fit(x, y);                // y: 1 or -1 for every row of x
/// Console.WriteLine(fit);                                  // separated after 4 passes and 9 mistakes
/// Tensor guess = perceptron.Predict(x);
/// </code>
/// </remarks>
public sealed class Perceptron
{
    private readonly double[] _weight;

    /// <summary>A perceptron that knows nothing: all weights 0.</summary>
    /// <param name="features">Numbers a sample has, 1 or more.</param>
    /// <param name="learningRate">How far a mistake moves the weights; scales them and changes no decision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public Perceptron(int features, double learningRate = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(learningRate);
        _weight = new double[features];
        LearningRate = learningRate;
    }

    /// <summary>How far a mistake moves the weights.</summary>
    public double LearningRate { get; }

    /// <summary>The weights, <c>[features]</c> float64, as they are now.</summary>
    public Tensor Weight => Tensor.From(_weight);

    /// <summary>The bias.</summary>
    public double Bias { get; private set; }

    /// <summary>
    /// Goes once through the rows in order; a row with y (w . x + b) &lt;= 0 is a mistake and at once moves the
    /// weights: w += rate y x, b += rate y.
    /// </summary>
    /// <param name="x"><c>[m, features]</c>: the samples.</param>
    /// <param name="y"><c>[m]</c>: the class of each, 1 or -1.</param>
    /// <returns>The number of mistakes.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">A class is neither 1 nor -1, or a number is not finite.</exception>
    public int Pass(Tensor x, Tensor y)
    {
        double[] rows = ClassicInput.Matrix("Perceptron", x, _weight.Length);
        return Pass(rows, Classes(y, x.Shape[0]));
    }

    /// <summary>Makes passes until one is without a mistake.</summary>
    /// <param name="x"><c>[m, features]</c>: the samples.</param>
    /// <param name="y"><c>[m]</c>: the class of each, 1 or -1.</param>
    /// <param name="maxPasses">Passes after which to give up, 1 or more.</param>
    /// <returns>Every pass made, and whether a plane was found or cannot be.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">
    /// A class is neither 1 nor -1, a number is not finite, or <paramref name="maxPasses"/> is below 1.
    /// </exception>
    public PerceptronFit Fit(Tensor x, Tensor y, int maxPasses = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPasses, 1);
        double[] rows = ClassicInput.Matrix("Perceptron", x, _weight.Length);
        double[] classes = Classes(y, x.Shape[0]);
        List<PerceptronPass> passes = [];
        do passes.Add(new(Pass(rows, classes), Weight, Bias));
        while (passes[^1].Mistakes > 0 && passes.Count < maxPasses);
        return new(passes, Judge(passes));
    }

    /// <summary>
    /// Novikoff's bound (R / margin)^2: starting from zero weights, the rule makes at most so many mistakes, in any
    /// order of the samples and with any learning rate. R is the greatest length of a sample (x, 1), the margin the
    /// least distance of one from the plane (w, b) that the perceptron has now.
    /// </summary>
    /// <param name="x"><c>[m, features]</c>: the samples.</param>
    /// <param name="y"><c>[m]</c>: the class of each, 1 or -1.</param>
    /// <returns>The bound; infinite where the plane of now does not separate the classes.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">A class is neither 1 nor -1, or a number is not finite.</exception>
    public double MistakeBound(Tensor x, Tensor y)
    {
        double[] rows = ClassicInput.Matrix("Perceptron", x, _weight.Length);
        double[] classes = Classes(y, x.Shape[0]);
        double squares = (Bias * Bias) + _weight.Sum(w => w * w), radius = 0, margin = double.PositiveInfinity;
        for (int i = 0; i < classes.Length; i++)
        {
            double length = 1;
            foreach (double v in rows.AsSpan(i * _weight.Length, _weight.Length)) length += v * v;
            radius = Math.Max(radius, length);
            margin = Math.Min(margin, classes[i] * Score(rows, i));
        }
        return margin > 0 ? radius * squares / (margin * margin) : double.PositiveInfinity;
    }

    /// <summary>How clearly, and on which side, samples lie: w . x + b.</summary>
    /// <param name="x"><c>[m, features]</c>: the samples.</param>
    /// <returns><c>[m]</c> float64.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Score(Tensor x)
    {
        double[] rows = ClassicInput.Matrix("Perceptron", x, _weight.Length);
        double[] scores = new double[x.Shape[0]];
        for (int i = 0; i < scores.Length; i++) scores[i] = Score(rows, i);
        return Tensor.From(scores);
    }

    /// <summary>Classes of samples.</summary>
    /// <param name="x"><c>[m, features]</c>: the samples.</param>
    /// <returns><c>[m]</c> int64: 1 where the score is above 0, else -1.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Predict(Tensor x) =>
        Tensor.From<long>([.. Score(x).ToArray<double>().Select(s => s > 0 ? 1L : -1L)]);

    // What a pass does depends on the weights before it alone: a repetition repeats for ever. Where a plane separates
    // the classes, mistakes are finitely many (Novikoff), so nothing but the faultless pass repeats.
    private static PerceptronOutcome Judge(List<PerceptronPass> passes)
    {
        PerceptronPass last = passes[^1];
        if (last.Mistakes == 0) return PerceptronOutcome.Separated;
        double[] weight = last.Weight.ToArray<double>();
        return passes.SkipLast(1).Any(p => p.Bias == last.Bias && p.Weight.ToArray<double>().SequenceEqual(weight))
            ? PerceptronOutcome.NotSeparable
            : PerceptronOutcome.Undecided;
    }

    private static double[] Classes(Tensor y, int count)
    {
        double[] classes = ClassicInput.Vector("Perceptron", y, count);
        int bad = Array.FindIndex(classes, c => c is not (1 or -1));
        return bad < 0 ? classes : throw new ArgumentException(
            $"Perceptron: the class of row {bad} is {classes[bad]}; 1 or -1 is expected.", nameof(y));
    }

    private int Pass(double[] rows, double[] classes)
    {
        int mistakes = 0;
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i] * Score(rows, i) > 0) continue;
            mistakes++;
            double move = LearningRate * classes[i];
            for (int j = 0; j < _weight.Length; j++) _weight[j] += move * rows[(i * _weight.Length) + j];
            Bias += move;
        }
        return mistakes;
    }

    private double Score(double[] rows, int row)
    {
        double sum = 0;
        for (int j = 0; j < _weight.Length; j++) sum += _weight[j] * rows[(row * _weight.Length) + j];
        return sum + Bias;
    }
}
