using System.Globalization;

namespace ChainRule.Labs;

/// <summary>Units that begin with equal weights have equal gradients, and so stay equal for ever.</summary>
internal sealed class EqualWeightsSection(LabOptions options, InitialisationSize size, LabPictures pictures)
{
    private const double Rate = 0.1;

    private static readonly StartRule[] Starts =
    [
        new("all 0", (shape, _) => Init.Zeros(shape), (_, _) => 0),
        new("all 0.01", (shape, _) => Init.Constant(shape, 0.01), (_, _) => 0),
        StartRule.All.Single(r => r.Name == StartRule.SmallGaussian),
    ];

    public void Write(LabPage page)
    {
        page.Heading("Equal weights stay equal");
        page.Text(FormattableString.Invariant(
            $"One hidden layer of {size.Width} tanh units, {size.Steps} steps at rate {Rate}. ")
            + "Units that begin alike answer alike and get the same gradient: the layer is one unit, however wide. "
            + "With zeros not even that: the gradient of each layer is a multiple of the other's weights, or of an "
            + "output that is 0. Zeros are for biases.");
        LinePlot plot = new()
        {
            Title = "Largest difference between two hidden units",
            XLabel = "step",
            YLabel = "difference of weights",
        };
        LabTable table = new("weights", ">difference at the end", ">largest weight", ">right");
        foreach (StartRule start in Starts)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            options.Progress?.Report($"equal weights: {start.Name}");
            DeepNetwork network = new(
                start, Activation.Tanh, depth: 1, size.Width, new Rng(options.Seed, InitialisationSize.EqualStream));
            Parameter weight = ((Linear)network.Model.First()).Weight;
            List<double> differences = [Difference(weight)];
            DataLoader batches = new(pictures.Train, InitialisationSize.BatchSize, shuffle: true,
                new Rng(options.Seed, InitialisationSize.EqualStream), dropLast: true, pictures.Rows);
            network.Train(batches, Rate, size.Steps, () => differences.Add(Difference(weight)));
            plot.Add(start.Name, [.. Enumerable.Range(0, differences.Count).Select(i => (double)i)], differences);
            double largest = weight.Value.ToArray<float>().Max(Math.Abs);
            table.Add(start.Name, Short(page.Figure($"difference/{start.Name}", differences[^1])),
                Short(page.Figure($"largest/{start.Name}", largest)),
                Percent(page.Figure($"accuracy/equal/{start.Name}", RightAnswers.Share(network.Model, pictures))));
        }
        page.Table(table);
        page.Picture("equal", plot, "Only the weights that began apart part further.");
        double difference = page["difference/all 0.01"], grown = page["largest/all 0.01"];
        page.Claim("Equal weights change, and stay equal to the last bit", difference == 0 && grown > 0.011,
            $"largest difference {Short(difference)}, largest weight {Short(grown)}");
        page.Claim("Weights of 0 stay 0", page["largest/all 0"] == 0, $"largest weight {Short(page["largest/all 0"])}");
    }

    // Of a weight's column, over all columns: how far the units' weights for one pixel lie apart.
    private static double Difference(Parameter weight)
    {
        var (units, inputs) = weight.Shape;
        float[] w = weight.Value.ToArray<float>();
        double most = 0;
        for (int i = 0; i < inputs; i++)
        {
            (float low, float high) = (w[i], w[i]);
            for (int unit = 1; unit < units; unit++)
                (low, high) = (Math.Min(low, w[unit * inputs + i]), Math.Max(high, w[unit * inputs + i]));
            most = Math.Max(most, (double)high - low);
        }
        return most;
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}
