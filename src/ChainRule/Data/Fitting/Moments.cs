namespace ChainRule.Data;

/// <summary>Means, variances and extremes of the inputs of a data set, gathered block by block in double
/// precision.</summary>
/// <remarks>
/// Blocks are joined without cancellation. Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm
/// for computing sample variances" (1979), equation 2.1.
/// </remarks>
internal static class Moments
{
    private const int Block = 512;

    /// <summary>Of each channel, the places along dimension 1, or of everything where there is no such
    /// dimension.</summary>
    /// <param name="data">The samples; all are fetched once.</param>
    /// <param name="before">What the inputs go through before; null for nothing.</param>
    /// <param name="subject">Who asks, for errors.</param>
    public static (double[] Mean, double[] Variance, double[] Least, double[] Most) OfChannels(
        Dataset data, IReadOnlyList<Transform>? before, string subject)
    {
        double[] mean = [], squares = [], least = [], most = [];
        double seen = 0;
        foreach (Tensor x in Inputs(data, before, subject))
        {
            int channels = x.Rank > 1 ? x.Shape[1] : 1, size = x.Count / Math.Max(1, x.Shape[0] * channels);
            if (mean.Length == 0)
            {
                (mean, squares) = (new double[channels], new double[channels]);
                (least, most) = (new double[channels], new double[channels]);
                Array.Fill(least, double.PositiveInfinity);
                Array.Fill(most, double.NegativeInfinity);
            }
            double[] numbers = x.ToDoubles();
            double count = (double)x.Shape[0] * size;
            for (int c = 0; c < channels; c++)
            {
                double sum = 0;
                for (int n = 0; n < x.Shape[0]; n++)
                {
                    foreach (double v in numbers.AsSpan(((n * channels) + c) * size, size))
                    {
                        sum += v;
                        (least[c], most[c]) = (Math.Min(least[c], v), Math.Max(most[c], v));
                    }
                }
                double own = sum / count, distance = own - mean[c], squared = 0;
                for (int n = 0; n < x.Shape[0]; n++)
                {
                    foreach (double v in numbers.AsSpan(((n * channels) + c) * size, size))
                        squared += (v - own) * (v - own);
                }
                mean[c] += distance * count / (seen + count);
                squares[c] += squared + (distance * distance * seen * count / (seen + count));
            }
            seen += count;
        }
        return (mean, [.. squares.Select(s => s / seen)], least, most);
    }

    /// <summary>Mean <c>[D]</c> and covariance <c>[D, D]</c> of flattened samples, Float64.</summary>
    /// <param name="data">The samples; all are fetched once.</param>
    /// <param name="before">What the inputs go through before; null for nothing.</param>
    /// <param name="subject">Who asks, for errors.</param>
    /// <param name="most">How many numbers D a sample may have.</param>
    public static (Tensor Mean, Tensor Covariance) OfFeatures(
        Dataset data, IReadOnlyList<Transform>? before, string subject, int most)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        Tensor? mean = null, squares = null;
        double seen = 0;
        foreach (Tensor x in Inputs(data, before, subject))
        {
            if (x.Count > (long)most * x.Shape[0])
            {
                throw new DataException(
                    subject, $"inputs are {x.Shape}; expected {most} numbers a sample or fewer.")
                {
                    DataSet = data.Name,
                    Help = "make the pictures smaller, or fit to a part of each.",
                };
            }
            using Step step = Step.Begin();
            Tensor rows = x.To(DType.Float64).Reshape(x.Shape[0], -1);
            double count = rows.Shape[0], all = seen + count;
            Tensor own = rows.Mean(0), centred = rows - own, products = centred.T.MatMul(centred);
            Tensor distance = mean is null ? own : own - mean;
            squares = (squares is null ? products
                : squares + products + (distance.Unsqueeze(1) * distance * (seen * count / all))).Keep();
            mean = (mean is null ? own : mean + (distance * (count / all))).Keep();
            seen = all;
        }
        return (mean!, squares! / seen);
    }

    /// <summary>Throws for a data set that nothing may be fitted to.</summary>
    public static void Check(Dataset data, string subject)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count == 0)
            throw new DataException(subject, "the data set is empty; expected 1 sample or more.");
        if (data.IsHeldOut)
        {
            throw new DataException(subject, "the data set is held out for validation or test.")
            {
                DataSet = data.Name,
                Help = "fit to the training part, and apply what is fitted to the others.",
            };
        }
    }

    /// <summary>The inputs block by block, all numbers finite.</summary>
    /// <param name="data">The samples; all are fetched once.</param>
    /// <param name="before">What the inputs go through before; null for nothing.</param>
    /// <param name="subject">Who asks, for errors.</param>
    public static IEnumerable<Tensor> Inputs(Dataset data, IReadOnlyList<Transform>? before, string subject)
    {
        Check(data, subject);
        foreach (Batch batch in data.Blocks(Block))
        {
            if (batch.Sequences is not null)
            {
                throw new DataException(subject, "the inputs are sequences of different lengths, [N, T, ...]: their "
                    + "steps would be taken for channels, and padding for numbers.")
                {
                    DataSet = data.Name,
                    Help = "fit to the steps of all sequences, [steps, features], and transform each sequence before "
                        + "it comes into the data set.",
                };
            }
            Tensor x = (before ?? []).Apply(batch.Input);
            if (x.DType.IsFloatingPoint() && !x.AllFinite())
            {
                int bad = Sampler.Places(batch.Count).First(i => !x[i].AllFinite());
                throw Wrong(data, batch.Indices[bad], subject,
                    "an input holds NaN or an infinity; nothing can be fitted to it.");
            }
            yield return x;
        }
    }

    /// <summary>The error of a sample that nothing can be fitted to.</summary>
    public static DataException Wrong(Dataset data, int sample, string subject, string problem)
    {
        var (source, place) = data.Origin(sample);
        SampleFile? file = data.FileOf(sample);
        return new DataException(subject, problem)
        {
            File = file?.File,
            Row = file?.Row,
            DataSet = source.Name,
            Sample = place,
        };
    }
}
