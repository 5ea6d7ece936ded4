using System.Globalization;

namespace ChainRule.Labs;

/// <summary>Variance of activations and of gradients, layer by layer, before any training.</summary>
internal sealed class DepthSection(LabOptions options, InitialisationSize size, LabPictures pictures)
{
    private sealed record Waves(double[] Forward, double[] Backward);

    public void Write(LabPage page)
    {
        Batch batch = new DataLoader(
            pictures.Train, size.Samples, shuffle: true, new Rng(options.Seed), transforms: pictures.Rows).First();
        Dictionary<(Activation, StartRule), Waves> all = [];
        foreach (Activation activation in InitialisationSize.Activations)
        {
            options.Progress?.Report($"activations and gradients through {activation}");
            foreach (StartRule rule in StartRule.All) all[(activation, rule)] = Average(rule, activation, batch);
        }
        page.Heading("Activations by depth");
        page.Text("The variance of what a hidden layer gives, over units and samples, before any training: geometric "
            + $"mean over {size.Seeds} draws of the weights.");
        page.Picture("activations", Curves(all, "variance of activations", w => w.Forward),
            "A line that falls loses the signal, one that rises lets it explode; tanh and sigmoid saturate instead.");
        Factors(page, all, "forward", w => w.Forward);
        page.Heading("Gradients by depth");
        page.Text("The variance of the loss's derivative by what a hidden layer gives, in the same networks. It comes "
            + "from the right: the first layer is the last to hear of the error.");
        page.Picture("gradients", Curves(all, "variance of gradients", w => w.Backward),
            "A line that falls towards the left is a vanishing gradient, one that rises towards the left an exploding "
            + "one.");
        Factors(page, all, "backward", w => w.Backward);
        Claims(page);
        Distributions(page, batch);
    }

    private Waves Average(StartRule rule, Activation activation, Batch batch)
    {
        double[] forward = new double[size.Depth], backward = new double[size.Depth];
        for (int draw = 0; draw < size.Seeds; draw++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            Rng rng = new(options.Seed, InitialisationSize.WeightStream + (ulong)draw);
            var (activations, gradients) =
                new DeepNetwork(rule, activation, size.Depth, size.Width, rng).Look(batch);
            for (int i = 0; i < size.Depth; i++)
            {
                forward[i] += Math.Log(Variance(activations[i])) / size.Seeds;
                backward[i] += Math.Log(Variance(gradients[i])) / size.Seeds;
            }
        }
        return new Waves([.. forward.Select(Math.Exp)], [.. backward.Select(Math.Exp)]);
    }

    // In double: what has vanished is far below the smallest square of a float.
    private static double Variance(Tensor x) => x.Detach().To(DType.Float64).Var().Item();

    private PlotGrid Curves(
        Dictionary<(Activation, StartRule), Waves> all, string what, Func<Waves, double[]> wave) =>
        new(InitialisationSize.Activations.Count, [.. InitialisationSize.Activations.Select(activation =>
        {
            LinePlot plot = new()
            {
                Title = activation.ToString(),
                XLabel = "hidden layer",
                YLabel = what,
                YScale = AxisScale.Log,
                Width = 340,
                Height = 360,
            };
            foreach (StartRule rule in StartRule.All) plot.Add(rule.Name, wave(all[(activation, rule)]));
            return plot;
        })]);

    // The first layer has another fan-in: factors are those between equal layers.
    private void Factors(
        LabPage page, Dictionary<(Activation, StartRule), Waves> all, string direction, Func<Waves, double[]> wave)
    {
        LabTable table = new(
            ["weights", .. InitialisationSize.Activations.Select(a => $">{a}"), ">Relu, predicted"]);
        foreach (StartRule rule in StartRule.All)
        {
            double predicted = size.Width * rule.Variance(size.Width, size.Width) / 2;
            List<string> cells = [rule.Name];
            foreach (Activation activation in InitialisationSize.Activations)
            {
                double[] values = wave(all[(activation, rule)]);
                double ratio = direction == "forward" ? values[^1] / values[0] : values[0] / values[^1];
                cells.Add(Short(page.Figure($"{direction}/{activation}/{rule.Name}",
                    Math.Pow(ratio, 1.0 / (size.Depth - 1)))));
            }
            cells.Add(Short(page.Figure($"{direction}/predicted/{rule.Name}", predicted)));
            table.Add(cells);
        }
        page.Text($"Factor by which a layer changes the variance on its way {direction} (1 keeps it); for ReLU the "
            + "theory says units times variance of a weight, over 2.");
        page.Table(table);
    }

    private static void Claims(LabPage page)
    {
        double he = page[$"forward/Relu/{StartRule.He}"], xavier = page[$"forward/Relu/{StartRule.XavierNormal}"],
            small = page[$"forward/Tanh/{StartRule.SmallGaussian}"],
            large = page[$"backward/Tanh/{StartRule.LargeGaussian}"],
            heBack = page[$"backward/Relu/{StartRule.He}"],
            xavierBack = page[$"backward/Tanh/{StartRule.XavierNormal}"],
            sigmoid = page[$"backward/Sigmoid/{StartRule.XavierNormal}"];
        page.Claim("He keeps activations and gradients alive through ReLU: a factor of 0.8 to 1.25 both ways",
            he is > 0.8 and < 1.25 && heBack is > 0.8 and < 1.25, $"{Short(he)} and {Short(heBack)}");
        page.Claim("Xavier, made for units that are linear around 0, loses half of the variance in each ReLU layer",
            xavier is > 0.4 and < 0.6, Short(xavier));
        page.Claim("Xavier keeps gradients alive through tanh: a factor of 0.7 to 1.3", xavierBack is > 0.7 and < 1.3,
            Short(xavierBack));
        page.Claim("Xavier does not save the sigmoid, whose slope is a quarter at most: its gradients fall by more "
            + "than half of their variance in each layer", sigmoid < 0.5, Short(sigmoid));
        page.Claim("A small Gaussian makes activations vanish: less than a twentieth of the variance after each layer",
            small < 0.05, Short(small));
        page.Claim("A large Gaussian makes gradients explode, although tanh hides it from the activations",
            large > 1.5, Short(large));
    }

    private void Distributions(LabPage page, Batch batch)
    {
        StartRule[] rules = [.. StartRule.All.Where(r =>
            r.Name is StartRule.SmallGaussian or StartRule.XavierNormal or StartRule.LargeGaussian)];
        int[] layers = [1, (size.Depth + 1) / 2, size.Depth];
        List<Plot> plots = [];
        foreach (StartRule rule in rules)
        {
            DeepNetwork network = new(
                rule, Activation.Tanh, size.Depth, size.Width, new Rng(options.Seed, InitialisationSize.WeightStream));
            var (activations, _) = network.Look(batch);
            foreach (int layer in layers)
            {
                plots.Add(new Histogram(activations[layer - 1].To(DType.Float64).ToArray<double>(), bins: 40)
                {
                    Title = $"{rule.Name}, layer {layer}",
                    XLabel = $"deviation {Short(Math.Sqrt(Variance(activations[layer - 1])))}",
                    Width = 300,
                    Height = 220,
                });
            }
        }
        page.Picture("distributions", new PlotGrid(layers.Length, [.. plots]),
            "What the units of a tanh network give. Too small weights: everything shrinks to 0 (mind the "
            + "deviations). Xavier: spread over the range in which tanh answers. Too large: units at -1 or 1, where "
            + "tanh has no slope.");
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
