using ChainRule.IO;
using ChainRule.Kernels;

namespace ChainRule.Data;

/// <summary>What inputs look like when their numbers are uncorrelated.</summary>
public enum Decorrelation
{
    /// <summary>Principal components, that of the largest variance first, as wide as they are.</summary>
    Pca,

    /// <summary>Principal components, each with variance 1.</summary>
    PcaWhitening,

    /// <summary>
    /// Zero-phase components, each with variance 1: of all whitened inputs the nearest to the inputs; whitened
    /// pictures still look like pictures.
    /// </summary>
    ZcaWhitening,
}

/// <summary>
/// Takes the mean away and what the numbers of a sample have in common: y = W (x - mean) with W = U^T for principal
/// components, (L + epsilon)^-1/2 U^T for whitened ones and U (L + epsilon)^-1/2 U^T for zero-phase ones, where
/// U L U^T is the training inputs' covariance (divided by their number).
/// </summary>
/// <remarks>
/// A sample is taken as one row of D numbers; zero-phase components keep its shape, principal components give
/// <c>[N, K]</c>. Directions in which nothing varies give 0 when whitened: points that are black in every picture, and
/// all but N - 1 directions where there are fewer samples than numbers. Source: Bell and Sejnowski, "The independent
/// components of natural scenes are edge filters" (1997); Krizhevsky, "Learning multiple layers of features from tiny
/// images" (2009), appendix A. Cost: D K products a sample, twice as many for zero-phase ones; to fit,
/// D^2 a sample and some 6 D^3 more.
/// </remarks>
public sealed class Decorrelate : Transform, IInvertible
{
    // A variance of this share of the largest is rounding.
    private const double Flat = 1e-12;

    // A covariance of 2 GiB.
    private const int MostNumbers = 1 << 14;

    private static readonly string[] Names = ["pca", "pca whitening", "zca whitening"];

    // For inputs of either type. There [D, K] and back [K, D] scale; zero-phase components turn by the directions too:
    // their product [D, D] may be larger than the file that they came from.
    private readonly (Tensor Mean, Tensor Directions, Tensor There, Tensor Back) _double, _single;
    private readonly double[] _variances;

    private Decorrelate(Decorrelation form, double epsilon, Tensor mean, Tensor directions, double[] variances)
    {
        (Form, Epsilon, _variances) = (form, epsilon, variances);
        using NoGrad.Scope _ = NoGrad.Begin();
        double[] width = [.. variances.Select(v => form == Decorrelation.Pca ? 1
            : v > Flat * variances[0] ? Math.Sqrt(v + epsilon) : 0)];
        Tensor there = directions.T * Tensor.From([.. width.Select(w => w > 0 ? 1 / w : 0)]);
        Tensor back = directions * Tensor.From(width).Unsqueeze(1);
        _double = (mean, directions, there.Keep(), back.Keep());
        _single = (Single(mean), Single(directions), Single(there), Single(back));
    }

    /// <summary>What is made of the inputs.</summary>
    public Decorrelation Form { get; }

    /// <summary>What was added to each variance.</summary>
    public double Epsilon { get; }

    /// <summary><c>[D]</c> Float64: mean of the training inputs.</summary>
    public Tensor Mean => _double.Mean;

    /// <summary><c>[K, D]</c> Float64: principal directions of length 1.</summary>
    public Tensor Directions => _double.Directions;

    /// <summary><c>[K]</c> variances of the training inputs along the directions, the largest first.</summary>
    public IReadOnlyList<double> Variances => _variances;

    /// <inheritdoc/>
    public override string? Kind => "decorrelate";

    /// <summary>Finds mean and directions of a data set's inputs.</summary>
    /// <param name="training">The training part alone: what is measured on must not be looked at.</param>
    /// <param name="form">What shall be made of the inputs.</param>
    /// <param name="components">How many directions are kept, 1 to D; null for all.</param>
    /// <param name="epsilon">
    /// Added to each variance when whitening, 0 or more: keeps noise in narrow directions small. Pictures from 0 to 1
    /// want some 0.01 to 0.1.
    /// </param>
    /// <param name="before">The transforms before this one; null for none.</param>
    /// <exception cref="DataException">The data set is empty, held out, holds NaN, an infinity or padded sequences, or
    /// its samples have more than 16,384 numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The form is none, epsilon is below 0, or there are not so many
    /// components.</exception>
    public static Decorrelate Fit(
        Dataset training, Decorrelation form, int? components = null, double epsilon = 1e-5,
        IReadOnlyList<Transform>? before = null)
    {
        if ((uint)form >= (uint)Names.Length)
            throw new ArgumentOutOfRangeException(
                nameof(form), $"Decorrelate.Fit: form is {form}; expected {string.Join(", ", Names)}.");
        Amount.Check("Decorrelate.Fit", nameof(epsilon), epsilon);
        var (mean, covariance) = Moments.OfFeatures(training, before, "Decorrelate.Fit", MostNumbers);
        int d = mean.Count, k = components ?? d;
        if (k < 1 || k > d)
            throw new ArgumentOutOfRangeException(
                nameof(components), $"Decorrelate.Fit: components is {k}; expected 1 to {d}, the numbers of a sample.");
        var (values, vectors) = SymmetricEigen.Of(covariance.ToArray<double>(), d);
        // Rounding brings zeros below zero.
        return new Decorrelate(form, epsilon, mean, Tensor.From(vectors[..(k * d)], [k, d]).Keep(),
            [.. values[..k].Select(v => Math.Max(v, 0))]);
    }

    /// <inheritdoc/>
    /// <returns><c>[N, ...]</c> as the input for zero-phase, <c>[N, K]</c> for principal components; Float64 for
    /// Float64 input, else Float32.</returns>
    /// <exception cref="ShapeException">A sample has not D numbers.</exception>
    public override Tensor Apply(Tensor input, SampleRandom random)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        var (rows, (mean, directions, there, _)) = Rows(input, Mean.Count);
        Tensor y = (rows - mean).MatMul(there);
        return (Form == Decorrelation.ZcaWhitening ? y.MatMul(directions).Reshape(input.Shape) : y).Keep();
    }

    /// <inheritdoc/>
    /// <returns>
    /// Shape of the argument for zero-phase, <c>[N, D]</c> for principal components; along directions that were left
    /// out, the mean.
    /// </returns>
    /// <exception cref="ShapeException">A sample has not as many numbers as <see cref="Apply"/> gives.</exception>
    public Tensor Invert(Tensor output)
    {
        bool zero = Form == Decorrelation.ZcaWhitening;
        using NoGrad.Scope _ = NoGrad.Begin();
        var (rows, (mean, directions, _, back)) = Rows(output, zero ? Mean.Count : _variances.Length);
        Tensor x = (zero ? rows.MatMul(directions.T) : rows).MatMul(back) + mean;
        return (zero ? x.Reshape(output.Shape) : x).Keep();
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("form", Names[(int)Form]);
        state.Add("epsilon", Epsilon);
        state.Add("mean", Mean);
        state.Add("directions", Directions);
        state.Add("variances", Tensor.From(_variances));
    }

    internal static Decorrelate Load(StateReader state)
    {
        int form = Array.IndexOf(Names, state.Text("form"));
        if (form < 0)
            throw state.Wrong("form", $"is '{state.Text("form")}'; expected {string.Join(", ", Names)}.");
        double epsilon = state.Number("epsilon");
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
            throw state.Wrong("epsilon", $"is {state.Text("epsilon")}; expected 0 or more.");
        Tensor mean = state.Tensor("mean"), directions = state.Tensor("directions");
        bool fits = mean.DType == DType.Float64 && directions.DType == DType.Float64 && mean.Rank == 1
            && directions.Rank == 2 && directions.Shape[1] == mean.Count && directions.Shape[0] is > 0 and var k
            && k <= mean.Count && mean.Count <= MostNumbers;
        if (!fits)
            throw state.Wrong("directions", $"are {directions.Shape} {directions.DType.Text()} with a mean "
                + $"{mean.Shape} {mean.DType.Text()}; expected [K, D] and [D], float64.");
        double[] variances = state.Numbers<double>("variances", directions.Shape[0]);
        if (variances.Any(v => !(v >= 0 && v <= variances[0] && double.IsFinite(v))))
            throw state.Wrong("variances", "are not all 0 or more, the largest first.");
        return new Decorrelate((Decorrelation)form, epsilon, mean, directions, variances);
    }

    private (Tensor Rows, (Tensor, Tensor, Tensor, Tensor) Numbers) Rows(Tensor x, int size)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 1 || x.Count != (long)x.Shape[0] * size)
            throw new ShapeException(
                $"Decorrelate: input is {x.Shape}; expected [N, ...] with {size} numbers a sample.", x.Shape);
        bool wide = x.DType == DType.Float64;
        return ((wide ? x : x.To(DType.Float32)).Reshape(x.Shape[0], size), wide ? _double : _single);
    }

    private static Tensor Single(Tensor x) => x.To(DType.Float32).Keep();
}
