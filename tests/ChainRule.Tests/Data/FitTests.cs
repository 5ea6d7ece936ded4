using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Tests.Data;

/// <summary>Transforms that are fitted to a data set, and saved with a model.</summary>
public sealed class FitTests
{
    [Fact]
    public void Standardized_channels_have_mean_0_and_deviation_1()
    {
        // More samples than a block, far from zero: float32 sums would lose it.
        Tensor x = (Tensor.Randn([1500, 3, 2, 2], new Rng(1)) * 0.5) + Tensor.From([1000f, -3, 0], [3, 1, 1]);
        Standardize fitted = Standardize.Fit(Of(x));
        double[] y = fitted.Apply(x, default).To(DType.Float64).ToArray<double>();
        for (int c = 0; c < 3; c++)
        {
            double[] channel = [.. y.Where((_, i) => i / 4 % 3 == c)];
            Assert.Equal(0, channel.Average(), 1e-3);
            Assert.Equal(1, Math.Sqrt(channel.Average(v => v * v)), 1e-3);
        }
        Assert.Equal(0.5, fitted.Std[0], 0.01);
    }

    [Fact]
    public void Constant_channel_becomes_zero_and_transforms_before_are_applied()
    {
        Tensor x = Tensor.From([7f, 2, 7, 4], [2, 2]);
        Standardize fitted = Standardize.Fit(Of(x), before: [new Scale(10)]);
        Assert.Equal([70.0, 30], fitted.Mean);
        Assert.Equal([1.0, 10], fitted.Std);
        Assert.Equal([0f, -1, 0, 1], fitted.Apply(x * 10, default).ToArray<float>());
    }

    [Fact]
    public void Fit_looks_at_the_training_part_only()
    {
        TensorDataset all = Of(Tensor.From([1f, 2, 3, 1000, 4, -1000], [6, 1]));
        var training = new Watched(all, [0, 1, 2, 4]);
        Assert.Equal([1.0], MinMax.Fit(training).Min);
        Assert.Equal([2.5], Standardize.Fit(training).Mean);
        Assert.Equal(2.5, Decorrelate.Fit(training, Decorrelation.ZcaWhitening).Mean.Item());
        Assert.Equal([0, 1, 2, 4], training.Asked.Order());
    }

    [Fact]
    public void Min_max_brings_training_inputs_into_the_range()
    {
        MinMax fitted = MinMax.Fit(Of(Tensor.From([1f, 5, 3, 5, 5, 5], [3, 2])), -1, 1);
        Assert.Equal([-1f, -1, 0, -1, 1, -1, 3, -1],
            fitted.Apply(Tensor.From([1f, 5, 3, 5, 5, 5, 9, 5], [4, 2]), default).ToArray<float>());
    }

    [Theory]
    [InlineData(Decorrelation.PcaWhitening)]
    [InlineData(Decorrelation.ZcaWhitening)]
    public void Whitened_inputs_have_the_identity_as_covariance(Decorrelation kind)
    {
        Tensor x = Correlated(1300, 6);
        Decorrelate fitted = Decorrelate.Fit(Of(x), kind, epsilon: 0);
        double[] covariance = Covariance(fitted.Apply(x, default));
        for (int i = 0; i < 36; i++) Assert.Equal(i % 7 == 0 ? 1 : 0, covariance[i], 1e-9);
        float[] single = fitted.Apply(x.To(DType.Float32), default).ToArray<float>();
        double[] wide = fitted.Apply(x, default).ToArray<double>();
        for (int i = 0; i < wide.Length; i++) Assert.Equal(wide[i], single[i], 2e-3);
    }

    [Fact]
    public void Zero_phase_components_are_the_nearest_whitened_inputs()
    {
        Tensor x = Correlated(400, 4);
        Tensor zca = Decorrelate.Fit(Of(x), Decorrelation.ZcaWhitening, epsilon: 0).Apply(x, default);
        Tensor pca = Decorrelate.Fit(Of(x), Decorrelation.PcaWhitening, epsilon: 0).Apply(x, default);
        double least = Distance(zca);
        Assert.True(least < Distance(pca));
        // Any whitening is this one turned.
        Rng rng = new(5);
        for (int i = 0; i < 20; i++)
        {
            double[] turn = Tensor.Eye(4, dtype: DType.Float64).ToArray<double>();
            int a = rng.NextInt(4), b = (a + 1 + rng.NextInt(3)) % 4;
            double angle = 0.05 + rng.NextDouble();
            (turn[(a * 4) + a], turn[(b * 4) + b]) = (Math.Cos(angle), Math.Cos(angle));
            (turn[(a * 4) + b], turn[(b * 4) + a]) = (Math.Sin(angle), -Math.Sin(angle));
            Assert.True(least < Distance(zca.MatMul(Tensor.From(turn, [4, 4]))));
        }

        double Distance(Tensor y) => (y - (x - x.Mean(0))).Square().Sum().Item();
    }

    [Fact]
    public void Components_are_in_the_order_of_their_variance_and_flat_directions_are_left_out()
    {
        // Two directions, and a number that never changes.
        Tensor two = Tensor.Randn([200, 2], new Rng(2), dtype: DType.Float64) * Tensor.From([9.0, 1]);
        Tensor x = Tensor.Concat([two, Tensor.Full([200, 1], 3, DType.Float64)], 1);
        Decorrelate one = Decorrelate.Fit(Of(x), Decorrelation.PcaWhitening, 1, 0);
        Assert.Equal("[1, 3]", one.Directions.Shape.ToString());
        double[] direction = one.Directions.ToArray<double>();
        Assert.True(Math.Abs(direction[0]) > 20 * Math.Abs(direction[1]));
        double[] all = Covariance(Decorrelate.Fit(Of(x), Decorrelation.PcaWhitening, epsilon: 0).Apply(x, default));
        Assert.Equal([1.0, 1, 0], new[] { all[0], all[4], all[8] }.Select(v => Math.Round(v, 9)));
    }

    [Fact]
    public void Pictures_keep_their_shape_in_zero_phase()
    {
        TensorDataset digits = Digits.Load(300, 10, seed: 1).Train.ToDataset();
        Scale scale = new(1f / 255);
        Decorrelate fitted = Decorrelate.Fit(digits, Decorrelation.ZcaWhitening, epsilon: 0.1, before: [scale]);
        Tensor y = new DataLoader(digits, 50, transforms: [scale, fitted]).First().Input;
        Assert.Equal("[50, 1, 28, 28] float32", $"{y.Shape} {y.DType.Text()}");
        Assert.Equal("Decorrelate: input is [50, 3]; expected [N, ...] with 784 numbers a sample.",
            Assert.Throws<ShapeException>(() => fitted.Apply(Tensor.Zeros([50, 3]), default)).Message);
    }

    [Fact]
    public void Principal_components_are_those_worked_out_by_hand()
    {
        // Covariance [[5, 3], [3, 5]] / 2: variances 4 and 1 along (1, 1) and (1, -1).
        Tensor x = Tensor.From([2.0, 2, -2, -2, 1, -1, -1, 1], [4, 2]) + Tensor.From([10.0, 20]);
        Decorrelate pca = Decorrelate.Fit(Of(x), Decorrelation.Pca);
        Assert.Equal([10.0, 20], pca.Mean.ToArray<double>());
        Assert.Equal([4.0, 1], pca.Variances.Select(v => Math.Round(v, 12)));
        double half = Math.Sqrt(0.5);
        double[] size = [.. pca.Apply(x, default).ToArray<double>().Select(v => Math.Round(Math.Abs(v), 12))];
        double[] expected = [4 * half, 0, 4 * half, 0, 0, 2 * half, 0, 2 * half];
        Assert.Equal(expected.Select(v => Math.Round(v, 12)), size);
        // Zero-phase by hand: half the sum and difference of 1/2 and 1 on the diagonals.
        Decorrelate zca = Decorrelate.Fit(Of(x), Decorrelation.ZcaWhitening, epsilon: 0);
        double[] y = [.. zca.Apply(x, default).ToArray<double>().Select(v => Math.Round(v, 12))];
        Assert.Equal([1.0, 1, -1, -1, 1, -1, -1, 1], y);
    }

    [Fact]
    public void Every_fitted_transform_leads_back()
    {
        Tensor x = Correlated(60, 4);
        TensorDataset data = Of(x);
        Transform[] all =
        [
            new Scale(0.3f), Standardize.Fit(data), MinMax.Fit(data, -2, 3),
            Decorrelate.Fit(data, Decorrelation.Pca), Decorrelate.Fit(data, Decorrelation.PcaWhitening),
            Decorrelate.Fit(data, Decorrelation.ZcaWhitening),
        ];
        Tensor single = x.To(DType.Float32);
        foreach (Transform t in all)
        {
            Near(x, ((IInvertible)t).Invert(t.Apply(x, default)), 1e-9);
            Near(x, ((IInvertible)t).Invert(t.Apply(single, default)), 1e-4);
        }
        Near(x, all.Invert(all.Apply(x)), 1e-8);

        // A constant channel comes back, and components that were left out are the mean.
        Tensor flat = Tensor.From([7f, 2, 7, 4], [2, 2]);
        foreach (Transform t in new Transform[] { Standardize.Fit(Of(flat)), MinMax.Fit(Of(flat)) })
            Assert.Equal(flat.ToArray<float>(), ((IInvertible)t).Invert(t.Apply(flat, default)).ToArray<float>());
        Decorrelate one = Decorrelate.Fit(data, Decorrelation.PcaWhitening, components: 1, epsilon: 0);
        Tensor nearest = one.Invert(one.Apply(x, default));
        Near(x.Mean(0), nearest.Mean(0), 1e-9);
        double left = (x - nearest).Square().Sum().Item() / 60;
        double[] variances = [.. Decorrelate.Fit(data, Decorrelation.Pca).Variances];
        Assert.Equal(variances[1..].Sum(), left, 1e-9);

        Assert.Equal("Invert: transform 1 (FlattenSamples) cannot be undone.",
            Assert.Throws<InvalidOperationException>(() => new Transform[] { all[0], new FlattenSamples() }
                .Invert(x)).Message);
        Assert.Throws<InvalidOperationException>(() => new Scale(0).Invert(x));
    }

    [Theory]
    [InlineData(Decorrelation.Pca)]
    [InlineData(Decorrelation.PcaWhitening)]
    [InlineData(Decorrelation.ZcaWhitening)]
    public void Fewer_samples_than_numbers_span_few_directions_and_nothing_is_blown_up(Decorrelation form)
    {
        Tensor x = Correlated(5, 12);
        Decorrelate fitted = Decorrelate.Fit(Of(x), form, epsilon: 0);
        Assert.Equal(4, fitted.Variances.Count(v => v > 1e-9 * fitted.Variances[0]));
        Tensor y = fitted.Apply(x, default);
        Near(x, fitted.Invert(y), 1e-9);
        if (form == Decorrelation.Pca) return;
        // Four directions of variance 1.
        Assert.Equal(4, y.Square().Sum().Item() / 5, 1e-9);
        Tensor one = Decorrelate.Fit(Of(x[..1]), form).Apply(x[..1], default);
        Assert.All(one.ToArray<double>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Numbers_far_from_zero_keep_their_precision_in_float64()
    {
        Tensor x = Tensor.Randn([400, 1], new Rng(3), dtype: DType.Float64) + 1e9;
        double[] y = Standardize.Fit(Of(x)).Apply(x, default).ToArray<double>();
        Assert.Equal(0, y.Average(), 1e-6);
        Assert.Equal(1, y.Average(v => v * v), 1e-6);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Int64)]
    public void Numbers_far_from_zero_are_not_rounded_on_their_way(DType dtype)
    {
        // Pascals and seconds since 1970, say: their spread is a small share of their size.
        Tensor x = ((Tensor.Randn([300, 2], new Rng(3), dtype: DType.Float64) * Tensor.From(40.0, 3e4))
            + Tensor.From(101325, 1.7e9)).To(dtype);
        Standardize standard = Standardize.Fit(Of(x));
        MinMax range = MinMax.Fit(Of(x));
        double[] given = x.ToDoubles(), y = standard.Apply(x, default).ToDoubles(),
            z = range.Apply(x, default).ToDoubles();
        for (int i = 0; i < given.Length; i++)
        {
            int c = i % 2;
            Assert.Equal((given[i] - standard.Mean[c]) / standard.Std[c], y[i], 1e-6);
            Assert.Equal((given[i] - range.Min[c]) / (range.Max[c] - range.Min[c]), z[i], 1e-6);
        }
    }

    [Fact]
    public void Padded_sequences_are_refused_and_their_steps_are_not()
    {
        Tensor[] sequences = [Tensor.From([1f, 10, 3, 30], [2, 2]), Tensor.From([5f, 50], [1, 2])];
        SequenceDataset data = new(sequences, Tensor.From(0L, 1L));
        const string message = "the inputs are sequences of different lengths, [N, T, ...]: their steps would be taken "
            + "for channels, and padding for numbers.\n  data: SequenceDataset\n  help: fit to the steps of all "
            + "sequences, [steps, features], and transform each sequence before it comes into the data set.";
        Errors.ErrorSnapshot.Throws<DataException>("Standardize.Fit: " + message, () => Standardize.Fit(data));
        Errors.ErrorSnapshot.Throws<DataException>("MinMax.Fit: " + message, () => MinMax.Fit(data));
        Errors.ErrorSnapshot.Throws<DataException>(
            "Decorrelate.Fit: " + message, () => Decorrelate.Fit(data, Decorrelation.Pca));
        MinMax range = MinMax.Fit(Of(Tensor.Concat(sequences)));
        Assert.Equal([0f, 0, 0.5f, 0.5f], range.Apply(sequences[0], default).ToArray<float>());
    }

    [Fact]
    public void Nothing_is_fitted_to_what_is_held_out()
    {
        TensorDataset data = Of(Correlated(40, 2));
        DataSplit parts = DataSplit.Random(data, 0.25, 0.25, new Rng(1));
        var (first, second) = data.Split(0.5, new Rng(1));
        DataFold fold = KFold.Split(data, 4, new Rng(1))[0];
        foreach (Dataset train in new[] { parts.Train, first, fold.Train, Iris.Load().Train })
            Assert.True(Standardize.Fit(train).Std[0] > 0);
        Dataset[] heldOut =
        [
            parts.Validation, parts.Test, second, fold.Validation, parts.Test.Subset([0, 1]), Iris.Load().Test,
            ChainRule.Data.Digits.Load(10, 10).Test.ToDataset(),
        ];
        foreach (Dataset other in heldOut)
        {
            string message = $"the data set is held out for validation or test.\n  data: {other.Name}\n  help: fit to "
                + "the training part, and apply what is fitted to the others.";
            Assert.Equal("Standardize.Fit: " + message,
                Assert.Throws<DataException>(() => Standardize.Fit(other)).Message);
            Assert.Equal("MinMax.Fit: " + message, Assert.Throws<DataException>(() => MinMax.Fit(other)).Message);
            Assert.Equal("Decorrelate.Fit: " + message,
                Assert.Throws<DataException>(() => Decorrelate.Fit(other, Decorrelation.Pca)).Message);
        }
    }

    [Fact]
    public void Transforms_saved_with_a_model_are_read_back_to_the_same_bits()
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        Tensor x = Correlated(60, 4).To(DType.Float32);
        TensorDataset data = Of(x);
        Transform[] transforms =
        [
            new Scale(0.1f), Standardize.Fit(data), MinMax.Fit(data, -2, 3),
            Decorrelate.Fit(data, Decorrelation.ZcaWhitening), Decorrelate.Fit(data, Decorrelation.PcaWhitening, 3),
            Decorrelate.Fit(Of(x[.., ..3]), Decorrelation.Pca), new FlattenSamples(),
        ];
        Linear model = new(3, 2, rng: new Rng(1)), other = new(3, 2, rng: new Rng(2));
        model.Save(path, transforms, new Dictionary<string, string> { ["note"] = "kept" });
        Assert.Empty(other.LoadState(path).Unexpected);
        IReadOnlyList<Transform> again = SavedTransforms.Load(path);
        Assert.Equal(transforms.Select(t => t.GetType()), again.Select(t => t.GetType()));
        Assert.Equal(
            model.Forward(transforms.Apply(x)).ToArray<float>(), other.Forward(again.Apply(x)).ToArray<float>());
        Assert.Equal("kept", SafeTensors.Read(path).Metadata["note"]);
        byte[] first = File.ReadAllBytes(path);
        other.Save(path, again, new Dictionary<string, string> { ["note"] = "kept" });
        Assert.Equal(first, File.ReadAllBytes(path));

        model.Save(path);
        Assert.Empty(SavedTransforms.Load(path));
    }

    [Fact]
    public void Saved_model_predicts_from_inputs_as_they_come()
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        var train = Iris.Load().Train;
        Transform[] prepare = [Standardize.Fit(train)];
        MlpOptions options = new() { Sizes = [4, 5, 3] };
        Layer model = options.Build(new Rng(1));
        SavedModel saved = new(model, new ModelDescription { Model = options }) { Transforms = prepare };
        saved.Save(path);
        SavedModel again = SavedModel.Load(path);
        Tensor x = train.Inputs[..7];
        Assert.Equal(model.Forward(prepare.Apply(x)).ToArray<float>(), again.Predict(x).ToArray<float>());
        Assert.NotEqual(model.Forward(x).ToArray<float>(), again.Predict(x).ToArray<float>());
    }

    [Theory]
    [InlineData("transforms.count", "-1", "Checkpoint: 'transforms.count' is -1; expected 0 or more.")]
    [InlineData("transforms.count", "2000000000", "Checkpoint: 'transforms.2.kind' is missing.")]
    [InlineData("transforms.0.kind", "what", "Checkpoint: 'transforms.0.kind' is 'what'; expected one of scale, "
        + "standardize, minmax, decorrelate, binarize, normalize, tfidf, flatten, or of kinds.")]
    [InlineData("transforms.0.low", "9", "Checkpoint: 'transforms.0.kind' is 'minmax', and its numbers make no sense: "
        + "MinMax: range 9 to 3; expected low below high. (Parameter 'low')")]
    [InlineData("transforms.1.form", "ica",
        "Checkpoint: 'transforms.1.form' is 'ica'; expected pca, pca whitening, zca whitening.")]
    [InlineData("transforms.1.epsilon", "-1", "Checkpoint: 'transforms.1.epsilon' is -1; expected 0 or more.")]
    public void Damaged_transforms_are_named(string key, string text, string message)
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        TensorDataset data = Of(Correlated(60, 3));
        new Linear(3, 2).Save(path, [MinMax.Fit(data, -2, 3), Decorrelate.Fit(data, Decorrelation.Pca)]);
        SafeTensorsContent content = SafeTensors.Read(path);
        Dictionary<string, string> texts = new(content.Metadata) { [key] = text };
        SafeTensors.Write(path, content.Tensors.Select(t => (t.Key, t.Value)), texts);
        Assert.Equal($"{message}\n  file: {path}",
            Assert.Throws<CheckpointException>(() => SavedTransforms.Load(path)).Message);
    }

    [Theory]
    [InlineData("transforms.1.directions", "Checkpoint: 'transforms.1.directions' are [2] float64 with a mean [3] "
        + "float64; expected [K, D] and [D], float64.")]
    [InlineData("transforms.1.variances", "Checkpoint: 'transforms.1.variances' is [2] float64; expected [3] float64.")]
    [InlineData("transforms.0.max", "Checkpoint: 'transforms.0.kind' is 'minmax', and its numbers make no sense: "
        + "MinMax: 3 minima and 2 maxima; expected as many, at least 1.")]
    public void Damaged_numbers_of_transforms_are_named(string key, string message)
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        TensorDataset data = Of(Correlated(60, 3));
        new Linear(3, 2).Save(path, [MinMax.Fit(data, -2, 3), Decorrelate.Fit(data, Decorrelation.Pca)]);
        SafeTensorsContent content = SafeTensors.Read(path);
        SafeTensors.Write(path, content.Tensors.Select(
            t => (t.Key, t.Key == key ? Tensor.From([1.0, 0.5]) : t.Value)), content.Metadata);
        Assert.Equal($"{message}\n  file: {path}",
            Assert.Throws<CheckpointException>(() => SavedTransforms.Load(path)).Message);
    }

    [Fact]
    public void Own_transforms_are_read_by_their_kind()
    {
        using TempFolder folder = new();
        string path = folder["model.safetensors"];
        Linear model = new(3, 2);
        model.Save(path, [new Power(3)]);
        var own = (Power)SavedTransforms.Load(path, new Dictionary<string, Func<StateReader, Transform>>
        {
            ["power"] = state => new Power((int)state.Whole("exponent")),
        })[0];
        Assert.Equal(3, own.Exponent);
        Assert.Equal("Checkpoint: 'transforms.0.kind' is 'power'; expected one of scale, standardize, minmax, "
            + $"decorrelate, binarize, normalize, tfidf, flatten, or of kinds.\n  file: {path}",
            Assert.Throws<CheckpointException>(() => SavedTransforms.Load(path)).Message);
        Assert.Equal("Save: transform 0 (RandomAffine) cannot be saved; leave out what is for training alone, and give "
            + "your own a Kind. (Parameter 'transforms')",
            Assert.Throws<ArgumentException>(() => model.Save(path, [new RandomAffine(5)])).Message);
    }

    [Fact]
    public void What_nothing_can_be_fitted_to_is_refused()
    {
        Tensor bad = Tensor.From([.. Enumerable.Range(0, 1400).Select(i => i == 1303 ? float.NaN : i)], [700, 2]);
        Dataset part = Of(bad).Subset([.. Enumerable.Range(10, 690)]);
        Assert.Equal("Standardize.Fit: an input holds NaN or an infinity; nothing can be fitted to it."
            + "\n  data: TensorDataset, sample 651",
            Assert.Throws<DataException>(() => Standardize.Fit(part)).Message);
        Assert.Equal("MinMax.Fit: the data set is empty; expected 1 sample or more.",
            Assert.Throws<DataException>(() => MinMax.Fit(Of(Tensor.Zeros([0, 2])))).Message);
        Assert.Equal("Decorrelate.Fit: components is 3; expected 1 to 2, the numbers of a sample. (Parameter "
            + "'components')", Assert.Throws<ArgumentOutOfRangeException>(
                () => Decorrelate.Fit(Of(Tensor.Zeros([3, 2])), Decorrelation.Pca, components: 3)).Message);
        Assert.Equal("Decorrelate.Fit: inputs are [2, 20000]; expected 16384 numbers a sample or fewer.\n  data: "
            + "TensorDataset\n  help: make the pictures smaller, or fit to a part of each.",
            Assert.Throws<DataException>(
                () => Decorrelate.Fit(Of(Tensor.Zeros([2, 20_000])), Decorrelation.Pca)).Message);
    }

    private static TensorDataset Of(Tensor x) => new(x, Tensor.Zeros([x.Shape[0]]));

    private static Tensor Correlated(int count, int size)
    {
        Rng rng = new(8);
        Tensor mix = Tensor.Randn([size, size], rng, dtype: DType.Float64);
        return Tensor.Randn([count, size], rng, dtype: DType.Float64).MatMul(mix) + 5;
    }

    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(
            expected.ToDoubles(), actual.ToDoubles(), (a, b) => Math.Abs(a - b) <= tolerance * (1 + Math.Abs(a)));
    }

    private static double[] Covariance(Tensor y)
    {
        Tensor centred = y - y.Mean(0);
        return (centred.T.MatMul(centred) / y.Shape[0]).ToArray<double>();
    }

    private sealed class Power(int exponent) : Transform
    {
        public int Exponent => exponent;

        public override string? Kind => "power";

        public override Tensor Apply(Tensor input, SampleRandom random) => input.Pow(exponent);

        public override void SaveState(StateWriter state) => state.Add("exponent", exponent);
    }

    private sealed class Watched(Dataset whole, int[] places) : Dataset
    {
        public HashSet<int> Asked { get; } = [];

        public override int Count => places.Length;

        public override Batch Get(ReadOnlySpan<int> indices)
        {
            int[] own = indices.ToArray(), there = [.. own.Select(i => places[i])];
            Asked.UnionWith(there);
            var (input, target) = whole.Get(there);
            return new Batch(input, target, own);
        }
    }
}
