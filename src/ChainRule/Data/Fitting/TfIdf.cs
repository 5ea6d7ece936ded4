using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// Weighs counts of words by how few texts hold them (term frequency times inverse document frequency): y = tf idf,
/// then divided by its norm. tf is the count, or 1 + ln(count) where sublinear and the count above 0; idf = ln((1 + n)
/// / (1 + df)) + 1, where df of the n training texts hold the word.
/// </summary>
/// <remarks>
/// The formula and the defaults are scikit-learn's <c>TfidfTransformer</c>: smooth idf, length 1. Source: Spärck
/// Jones, "A statistical interpretation of term specificity and its application in retrieval" (1972).
/// </remarks>
public sealed class TfIdf : Transform
{
    private readonly double[] _idf;
    private readonly Tensor _double, _single;

    /// <summary>Weights that are known.</summary>
    /// <param name="idf"><c>[V]</c> inverse document frequency of each word, finite.</param>
    /// <param name="sublinear">Whether tf is 1 + ln(count).</param>
    /// <param name="norm">What of a text becomes 1; null to leave it as it is.</param>
    /// <exception cref="ArgumentException">There are no weights, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The norm is none.</exception>
    public TfIdf(ReadOnlySpan<double> idf, bool sublinear = false, SampleNorm? norm = SampleNorm.L2)
    {
        CheckNorm(norm);
        if (idf.Length == 0) throw new ArgumentException("TfIdf: there are no weights.", nameof(idf));
        foreach (double weight in idf)
        {
            if (!double.IsFinite(weight))
                throw new ArgumentException(
                    FormattableString.Invariant($"TfIdf: a weight is {weight}; expected finite numbers."), nameof(idf));
        }
        (_idf, Sublinear, Norm) = (idf.ToArray(), sublinear, norm);
        _double = Tensor.From(_idf).Keep();
        _single = _double.To(DType.Float32).Keep();
    }

    /// <summary><c>[V]</c> inverse document frequency of each word.</summary>
    public IReadOnlyList<double> Idf => _idf;

    /// <summary>Whether tf is 1 + ln(count).</summary>
    public bool Sublinear { get; }

    /// <summary>What of a text becomes 1; null where it is left as it is.</summary>
    public SampleNorm? Norm { get; }

    /// <inheritdoc/>
    public override string? Kind => "tfidf";

    /// <summary>Finds in how many texts each word stands.</summary>
    /// <param name="training">The training part alone, counts <c>[N, V]</c>: what is measured on must not be looked
    /// at.</param>
    /// <param name="sublinear">Whether tf is 1 + ln(count).</param>
    /// <param name="norm">What of a text becomes 1; null to leave it as it is.</param>
    /// <param name="before">The transforms before this one; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The norm is none.</exception>
    /// <exception cref="DataException">The data set is empty, held out, or holds NaN, an infinity or a number below
    /// 0.</exception>
    public static TfIdf Fit(
        Dataset training, bool sublinear = false, SampleNorm? norm = SampleNorm.L2,
        IReadOnlyList<Transform>? before = null)
    {
        const string Subject = "TfIdf.Fit";
        Moments.Check(training, Subject);
        CheckNorm(norm);
        double[] texts = (before is { Count: > 0 } ? null : OfRows(training, Subject))
            ?? OfBatches(training, before, Subject);
        return new TfIdf([.. texts.Select(df => Math.Log((1.0 + training.Count) / (1 + df)) + 1)], sublinear, norm);
    }

    /// <inheritdoc/>
    /// <returns>Shape as the input; Float64 for Float64 input, else Float32.</returns>
    /// <exception cref="ShapeException">A sample has not V numbers.</exception>
    public override Tensor Apply(Tensor input, SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank < 1 || input.Count != (long)input.Shape[0] * _idf.Length)
            throw new ShapeException(
                $"TfIdf: input is {input.Shape}; expected [N, {_idf.Length}], a count for each word.", input.Shape);
        using NoGrad.Scope _ = NoGrad.Begin();
        bool wide = input.DType == DType.Float64;
        Tensor x = (wide ? input : input.To(DType.Float32)).Reshape(input.Shape[0], _idf.Length);
        // The logarithm of what is not above 0 is not taken.
        Tensor none = x.LessEqual(0), tf = Sublinear ? (x.MaskedFill(none, 1).Log() + 1).MaskedFill(none, 0) : x;
        Tensor y = tf * (wide ? _double : _single);
        return (Norm is { } norm ? NormalizeSamples.Divide(y, norm) : y).Reshape(input.Shape).Keep();
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("idf", _double);
        state.Add("sublinear", Sublinear ? 1 : 0);
        if (Norm is { } norm) NormalizeSamples.Save(state, norm);
    }

    internal static TfIdf Load(StateReader state) => new(
        state.Numbers<double>("idf"), state.Whole("sublinear", 0, 1) == 1,
        state.Has("norm") ? NormalizeSamples.LoadNorm(state) : null);

    // Without making zeros, where all samples are sparse in the end; else null.
    private static double[]? OfRows(Dataset data, string subject)
    {
        double[]? texts = null;
        for (int i = 0; i < data.Count; i++)
        {
            if (data.Origin(i) is not (SparseDataset source, var row)) return null;
            texts ??= new double[source.Rows.Width];
            ReadOnlySpan<float> values = source.Rows.ValuesOf(row);
            if (values.ContainsAnyInRange(float.MinValue, -float.Epsilon)) throw Negative(data, i, subject);
            foreach (int column in source.Rows.ColumnsOf(row)) texts[column]++;
        }
        return texts;
    }

    private static double[] OfBatches(Dataset data, IReadOnlyList<Transform>? before, string subject)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        double[] texts = [];
        int done = 0;
        foreach (Tensor x in Moments.Inputs(data, before, subject))
        {
            Tensor rows = x.To(DType.Float64).Reshape(x.Shape[0], -1);
            if (texts.Length == 0) texts = new double[rows.Shape[1]];
            int negative = Array.FindIndex(rows.ToDoubles(), v => v < 0);
            if (negative >= 0) throw Negative(data, done + (negative / texts.Length), subject);
            double[] own = rows.Greater(0).To(DType.Float64).Sum(0).ToDoubles();
            for (int v = 0; v < own.Length; v++) texts[v] += own[v];
            done += rows.Shape[0];
        }
        return texts;
    }

    private static DataException Negative(Dataset data, int sample, string subject) =>
        Moments.Wrong(data, sample, subject, "an input is below 0; expected counts.");

    private static void CheckNorm(SampleNorm? norm)
    {
        if (norm is { } given && !Enum.IsDefined(given))
            throw new ArgumentOutOfRangeException(
                nameof(norm), $"TfIdf: norm is {norm}; expected L1, L2 or null.");
    }
}
