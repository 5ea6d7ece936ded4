using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class LayerWatchTests
{
    [Fact]
    public void Norms_and_ratios_are_those_computed_by_hand()
    {
        // (w x)^2 at x = 1: the gradient is 2 w, and w goes from 2 to 1.6 to 1.28.
        Linear model = new(1, 1, bias: false);
        model.Weight.Set(Tensor.From(new float[,] { { 2 } }));
        LayerWatch watch = new(model) { EverySteps = 1 };
        TensorDataset data = new(Tensor.Ones([2, 1]), Tensor.Zeros([2, 1]));
        new Trainer(model, new Sgd(model.Parameters(), 0.1), (y, t) => F.MseLoss(y, t)) { Callbacks = [watch] }
            .Fit(new DataLoader(data, 1));
        LayerGradients found = Assert.Single(Assert.Single(watch.Epochs).Layers);
        Assert.Equal(("model", "Linear 1 -> 1, no bias", 1), (found.Layer, found.Summary, found.Parameters));
        Assert.Equal([3.6, 4, 1.28, 0.25], new[]
        {
            found.GradientNorm, found.LargestGradientNorm, found.WeightNorm, found.UpdateRatio,
        }.Select(v => Math.Round(v, 6)));
        Assert.Equal(GradientVerdict.Healthy, found.Verdict);
        Assert.Empty(watch.Epochs[0].Warnings);
        Assert.Null(watch.Unfinished);
        Assert.Equal("model (Linear 1 -> 1, no bias): gradient 3.6, weights 1.28, update 0.25, healthy",
            watch.Epochs[0].ToString());
    }

    [Fact]
    public void Vanishing_gradients_are_found_in_the_first_of_many_sigmoids()
    {
        Rng rng = new(1);
        Sequential model = [];
        for (int i = 0; i < 12; i++)
        {
            model.Add(new Linear(i == 0 ? 2 : 8, 8, rng: rng));
            model.Add(new Nn.Sigmoid());
        }
        model.Add(new Linear(8, 3, rng: rng));
        LayerHealth health = Watched(model, new LayerWatch(model), 0.1);
        Assert.Equal(GradientVerdict.Vanishing, health.Layers[0].Verdict);
        Assert.Equal(GradientVerdict.Healthy, health.Layers[^1].Verdict);
        Assert.StartsWith("model.0 (Linear 2 -> 8): gradients vanish, norm ", health.Warnings.First());
    }

    [Fact]
    public void Exploding_gradients_are_found_also_when_training_fails_of_them()
    {
        Rng rng = new(1);
        Sequential model = [new Linear(2, 8, rng: rng), new Linear(8, 3, rng: rng)];
        LayerWatch watch = new(model) { EverySteps = 1 };
        Assert.Throws<TrainingException>(() => Watched(model, watch, 1e15));
        Assert.Empty(watch.Epochs);
        Assert.Equal(1, watch.Unfinished!.Epoch);
        Assert.Equal(GradientVerdict.Exploding, watch.Unfinished.Layers[0].Verdict);

        Sequential large = Problems.Mlp(1);
        LayerWatch other = new(large);
        new Trainer(large, new Sgd(large.Parameters(), 0), (y, t) => F.CrossEntropy(y, t) * 1e4) { Callbacks = [other] }
            .Fit(new DataLoader(Problems.Sectors(40, 1), 10));
        Assert.All(other.Epochs[0].Layers, l => Assert.Equal(GradientVerdict.Exploding, l.Verdict));
        Assert.StartsWith("model.0 (Linear 2 -> 32): gradients explode, norm ", other.Epochs[0].Warnings.First());
    }

    [Fact]
    public void Frozen_layers_have_no_gradient()
    {
        Sequential model = Problems.Mlp(1);
        foreach (Parameter p in model[0].Parameters()) p.Frozen = true;
        LayerHealth health = Watched(model, new LayerWatch(model), 0.1);
        Assert.Equal(GradientVerdict.None, health.Layers[0].Verdict);
        Assert.True(double.IsNaN(health.Layers[0].GradientNorm));
        Assert.True(health.Layers[0].WeightNorm > 0);
        Assert.Equal(GradientVerdict.Healthy, health.Layers[1].Verdict);
        Assert.Empty(health.Warnings);
    }

    // Unit 0 is never above 0, unit 1 for sample 5 alone, unit 2 for the validation's sample alone, unit 3 always.
    [Theory]
    [InlineData("fused")]
    [InlineData("apart")]
    [InlineData("convolution")]
    [InlineData("normalised")]
    public void Units_are_dead_that_no_sample_of_the_epoch_woke(string kind)
    {
        float[] numbers = [0, 0, 0, 0, 0, 5];
        Linear first = new(1, 4);
        first.Weight.Set(Tensor.From(new float[,] { { 0 }, { 1 }, { -1 }, { 0 } }));
        first.Bias!.Set(Tensor.From(-1f, -4, -4, 1));
        Conv2d convolution = new(1, 4, 1);
        convolution.Weight.Set(Tensor.From([0f, 1, -1, 0], [4, 1, 1, 1]));
        convolution.Bias!.Set(Tensor.From(-1f, -4, -4, 1));
        LayerNorm scaled = new(4);
        scaled.Weight!.Set(Tensor.From(0f, 0, 0, 0));
        scaled.Bias!.Set(Tensor.From(-1f, 0, 1, 1));
        Sequential model = kind switch
        {
            "fused" => [first, new Relu(), new Linear(4, 1)],
            "apart" => [new Sequential(first, new Identity()), new Relu(), new Linear(4, 1)],
            "convolution" => [convolution, new Relu(), new GlobalAvgPool(), new Linear(4, 1)],
            _ => [first, scaled, new Relu(), new Linear(4, 1)],
        };
        LayerWatch watch = new(model);
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0), (y, t) => F.MseLoss(y, t)) { Callbacks = [watch] };
        trainer.Fit(Loader(numbers, 2), Loader([-9], 1), epochs: 2);
        ReluUnits found = Assert.Single(watch.Epochs[1].Relus);
        Assert.Equal((4, 2), (found.Units, found.Dead));
        Assert.Equal(0.5, found.DeadShare);
        Assert.Equal(kind is "fused" or "convolution" ? "model.0" : "model.1", found.Layer);
        Assert.EndsWith(": 2 of 4 units dead", watch.Epochs[1].Warnings.Single(w => w.Contains("dead")));

        DataLoader Loader(float[] x, int batch) => new(new TensorDataset(
            Tensor.From(x, kind == "convolution" ? [x.Length, 1, 1, 1] : [x.Length, 1]), Tensor.Zeros([x.Length, 1])),
            batch);
    }

    [Fact]
    public void Units_within_an_encoder_layer_are_counted()
    {
        TransformerEncoderLayer layer = new(8, 2, new TransformerOptions { FeedForward = 16 });
        layer.Linear1.Bias!.Set(Tensor.Full([16], -100));
        Sequential model = [layer];
        LayerWatch watch = new(model);
        TensorDataset data = new(Tensor.Ones([4, 3, 8]), Tensor.Zeros([4, 3, 8]));
        new Trainer(model, new Sgd(model.Parameters(), 0), (y, t) => F.MseLoss(y, t)) { Callbacks = [watch] }
            .Fit(new DataLoader(data, 2));
        ReluUnits found = Assert.Single(watch.Epochs[0].Relus);
        Assert.EndsWith("linear1", found.Layer);
        Assert.Equal((16, 16), (found.Units, found.Dead));
    }

    [Fact]
    public void Watched_training_has_the_weights_of_one_that_is_not_and_a_resumed_one_the_same_figures()
    {
        using TempFolder folder = new();
        (float[] weights, string[] figures) = Run(null, null, watched: true);
        Assert.Equal(weights, Run(null, null, watched: false).Weights);
        for (int stop = 1; stop <= 8; stop++)
        {
            Checkpoints checkpoints = new(folder[$"{stop}"]) { EverySteps = 1 };
            Assert.Throws<InvalidOperationException>(() => Run(checkpoints, new ResumeTests.Stopper(stop), true));
            (float[] same, string[] again) = Run(checkpoints, null, true);
            Assert.Equal(weights, same);
            Assert.Equal(figures, again);
        }
    }

    private static (float[] Weights, string[] Figures) Run(
        Checkpoints? checkpoints, ITrainingCallback? stopper, bool watched)
    {
        Rng rng = new(3);
        Sequential model = [new Linear(2, 16, rng: rng), new Relu(), new Linear(16, 3, rng: rng)];
        LayerWatch watch = new(model) { EverySteps = 2 };
        List<ITrainingCallback> callbacks = watched ? [watch] : [];
        if (stopper is not null) callbacks.Add(stopper);
        Trainer trainer = new(model, new Adam(model.Parameters(), 0.05), Problems.CrossEntropy)
        {
            Checkpoints = checkpoints,
            Callbacks = callbacks,
        };
        if (checkpoints is not null && stopper is null) trainer.Resume(checkpoints.Folder);
        trainer.Fit(new DataLoader(Problems.Sectors(30, 1), 10, shuffle: true, new Rng(2)), epochs: 3);
        return (Problems.Weights(model), [.. watch.Epochs.Select(e => $"{e.Epoch}: {string.Join(',', e.Layers)} {e}")]);
    }

    private static LayerHealth Watched(Sequential model, LayerWatch watch, double rate)
    {
        new Trainer(model, new Sgd(model.Parameters(), rate), Problems.CrossEntropy) { Callbacks = [watch] }
            .Fit(new DataLoader(Problems.Sectors(60, 1), 10));
        return watch.Epochs[^1];
    }
}
