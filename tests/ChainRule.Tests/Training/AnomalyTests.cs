using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Errors;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>The first NaN or infinity of a training, with layer, operation, step and samples.</summary>
public sealed class AnomalyTests
{
    [Fact]
    public void Samples_are_named_by_their_places_in_the_data_set_whatever_their_order()
    {
        float[] points = [.. Enumerable.Range(0, 60).Select(i => i / 60f)];
        points[2 * 23] = float.NaN;
        TensorDataset data = new(Tensor.From(points, [30, 2]), Tensor.From(new long[30]));
        TrainingException thrown = Assert.Throws<TrainingException>(
            () => Fit(Problems.Mlp(1), new DataLoader(data, 7, shuffle: true, new Rng(4))));
        Assert.Equal(NonFiniteSource.Input, thrown.Cause);
        Assert.Equal([23], thrown.Samples);
        Assert.Equal(thrown.Step, thrown.Batch);
    }

    [Fact]
    public void Logarithm_of_zero_is_named_within_a_residual_within_a_sequence()
    {
        Sequential body = [new Identity(), new Lambda("logarithm", x => x.Log())];
        Sequential model = [new Linear(2, 2), new Relu(), new Residual(body), new Linear(2, 3)];
        Ones((Linear)model[0]);
        // Rows 1 and 4 have a zero behind the rectifier, and their logarithm is -inf.
        float[] points = [1, 2, -3, 1, 2, 2, 1, 1, -9, 0, 1, 0];
        TensorDataset data = new(Tensor.From(points, [6, 2]), Tensor.From(new long[6]));
        TrainingException thrown = ErrorSnapshot.Throws<TrainingException>("""
            Fit: the loss is NaN at step 1 (epoch 1, batch 1).
              source: a layer gave NaN or an infinity for finite inputs and parameters.
              first layer: model.2.body.1 (Lambda logarithm)
              first operation: log
              samples: 1, 4
            """, () => Fit(model, new DataLoader(data, 6)));
        Assert.False(thrown.InBackward);
    }

    [Fact]
    public void Operation_whose_backward_overflows_is_named()
    {
        // The root of 0 is 0 and its derivative infinite.
        Sequential model = [new Linear(2, 2), new Lambda("root", x => x.Sqrt()), new Linear(2, 3)];
        Ones((Linear)model[0]);
        float[] points = [1, 2, 0, 1, 2, 2, 1, 1, 9, 0, 1, 0];
        TensorDataset data = new(Tensor.From(points, [6, 2]), Tensor.From(new long[6]));
        float[] before = Problems.Weights(model);
        TrainingException thrown = Assert.Throws<TrainingException>(() => Fit(model, new DataLoader(data, 3)));
        Assert.StartsWith("Fit: a gradient is not finite at step 1 (epoch 1, batch 1).\n"
            + "  source: the backward pass; the loss, ", thrown.Message);
        Assert.EndsWith(
            ", is finite.\n  first layer: model.1 (Lambda root)\n  first operation: backward of sqrt\n  samples: 1",
            thrown.Message);
        Assert.True(thrown.InBackward);
        Assert.True(double.IsFinite(thrown.Loss));
        Assert.Equal(before, Problems.Weights(model));               // the parameters are those before it
    }

    [Fact]
    public void Weights_that_grew_too_large_overflow_in_the_backward_pass()
    {
        Sequential model =
            [new Linear(2, 4, bias: false), new Linear(4, 4, bias: false), new Linear(4, 1, bias: false)];
        foreach (Parameter p in model.Parameters()) p.Set(Tensor.Full(p.Shape, 1e20));
        TensorDataset data = new(Tensor.Full([4, 2], 1e-35), Tensor.Zeros([4, 1]));
        TrainingException thrown = Assert.Throws<TrainingException>(() => new Trainer(
            model, new Sgd(model.Parameters()), (y, t) => (y - t).Abs().Mean()).Fit(new DataLoader(data, 4)));
        Assert.Equal(NonFiniteSource.Gradient, thrown.Cause);
        Assert.Equal("model.1 (Linear 4 -> 4, no bias)", thrown.FirstLayer);
        Assert.Equal([0, 1, 2, 3], thrown.Samples);
    }

    [Fact]
    public void Batch_of_an_accumulated_group_is_named()
    {
        Sequential model = [new Linear(2, 2), new Lambda("root", x => x.Sqrt()), new Linear(2, 3)];
        Ones((Linear)model[0]);
        float[] points = [1, 2, 3, 1, 2, 2, 1, 1, 9, 0, 0, 0];
        TensorDataset data = new(Tensor.From(points, [6, 2]), Tensor.From(new long[6]));
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0), Problems.CrossEntropy) { AccumulateBatches = 3 };
        TrainingException thrown = Assert.Throws<TrainingException>(() => trainer.Fit(new DataLoader(data, 2)));
        Assert.Equal((1L, 3), (thrown.Step, thrown.Batch));
        Assert.Equal([5], thrown.Samples);
        Assert.Equal("sqrt", thrown.Operation);
    }

    [Fact]
    public void Parameter_that_is_not_finite_is_named()
    {
        Sequential model = [new Linear(2, 4), new Relu(), new Linear(4, 3)];
        ((Linear)model[2]).Bias!.Set(Tensor.From(0f, float.NaN, 0));
        ErrorSnapshot.Throws<TrainingException>("""
            Fit: the loss is NaN at step 1 (epoch 1, batch 1).
              source: parameter 2.bias held NaN or an infinity before the first step.
              first layer: model.2 (Linear 4 -> 3)
            """, () => Fit(model, new DataLoader(Problems.Sectors(10, 1), 5)));
    }

    [Fact]
    public void Recurrent_layer_is_named_for_what_is_in_it()
    {
        Rng rng = new(1);
        Sequential model = [new Lambda("far", x => x * 1e30), new Lstm(2, 4, rng: rng), new Linear(4, 1, rng: rng)];
        TensorDataset data = new(Tensor.Full([6, 5, 2], 1e30), Tensor.Zeros([6, 5, 1]));
        TrainingException thrown = Assert.Throws<TrainingException>(() => new Trainer(
            model, new Sgd(model.Parameters()), (y, t) => F.MseLoss(y, t)).Fit(new DataLoader(data, 3)));
        Assert.Equal((NonFiniteSource.Layer, "model.0 (Lambda far)"), (thrown.Cause, thrown.FirstLayer));

        Sequential inner = [new Lstm(2, 4, rng: rng), new Lambda("logarithm", x => (x - x).Log()), new Linear(4, 1)];
        TensorDataset small = new(Tensor.Ones([6, 5, 2]), Tensor.Zeros([6, 5, 1]));
        thrown = Assert.Throws<TrainingException>(() => new Trainer(
            inner, new Sgd(inner.Parameters()), (y, t) => F.MseLoss(y, t)).Fit(new DataLoader(small, 3)));
        Assert.Equal(("model.1 (Lambda logarithm)", "log"), (thrown.FirstLayer, thrown.Operation));
        Assert.Equal([0, 1, 2], thrown.Samples);
    }

    [Fact]
    public void Infinite_gradients_that_are_cut_off_end_nothing()
    {
        Linear model = new(1, 1, bias: false);
        model.Weight.Set(Tensor.From(new float[,] { { 1e-30f } }));
        TensorDataset data = new(Tensor.Full([1, 1], 3e38), Tensor.Zeros([1, 1]));
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.5), (y, _) => y.Sum() * 1000)
        {
            ClipGradValue = 1,
        };
        trainer.Fit(new DataLoader(data, 1));
        Assert.Equal([-0.5f], Problems.Weights(model));
    }

    [Fact]
    public void Optimiser_that_evaluates_the_loss_itself_is_refused()
    {
        Sequential model = Problems.Mlp(1);
        Assert.StartsWith(
            "Trainer: Lbfgs evaluates the loss of the whole data several times a step, a trainer that of a batch once; "
            + "call optimizer.Step(() => loss) in a loop of one's own.",
            Assert.Throws<ArgumentException>(
                () => new Trainer(model, new Lbfgs(model.Parameters()), Problems.CrossEntropy)).Message);
    }

    [Fact]
    public void Frozen_layers_get_no_gradient_and_no_state_and_a_training_goes_on_with_them()
    {
        using TempFolder folder = new();
        float[] whole = Frozen(null, null);
        for (int stop = 1; stop <= 5; stop++)
        {
            Checkpoints checkpoints = new(folder[$"{stop}"]) { EverySteps = 1 };
            Assert.Throws<InvalidOperationException>(() => Frozen(checkpoints, new ResumeTests.Stopper(stop)));
            Assert.Equal(whole, Frozen(checkpoints, null));
        }
    }

    // The first layers are frozen, the last two learn at rates of their own; statistics move only in learning mode.
    private static float[] Frozen(Checkpoints? checkpoints, ITrainingCallback? stopper)
    {
        Rng rng = new(2);
        Sequential backbone = [new Linear(2, 8, rng: rng), new BatchNorm1d(8)];
        Linear middle = new(8, 8, rng: rng), head = new(8, 3, rng: rng);
        Sequential model = [backbone, new Relu(), middle, new Relu(), head];
        backbone.Freeze();
        backbone.Eval();
        float[] before = Problems.Weights(backbone);
        float[] statistics = [.. backbone.State().SelectMany(s => s.Value.To(DType.Float32).ToArray<float>())];
        Adam optimizer = new(
            [
                new([.. backbone.Parameters(), .. middle.Parameters()], new() { LearningRate = 1e-3 }),
                new(head.Parameters(), new() { LearningRate = 0.1 }),
            ]);
        Trainer trainer = new(model, optimizer, Problems.CrossEntropy)
        {
            Checkpoints = checkpoints,
            Callbacks = stopper is null ? [] : [stopper],
        };
        if (checkpoints is not null && stopper is null) trainer.Resume(checkpoints.Folder);
        trainer.Fit(
            new DataLoader(Problems.Sectors(30, 1), 10, shuffle: true, new Rng(2)),
            new DataLoader(Problems.Sectors(20, 2), 10), epochs: 2);
        Assert.All(backbone.Parameters(), p => Assert.Null(p.Grad));
        Assert.Equal(before, Problems.Weights(backbone));
        Assert.Equal(
            statistics, backbone.State().SelectMany(s => s.Value.To(DType.Float32).ToArray<float>()));
        Assert.DoesNotContain(
            optimizer.State().Tensors, t => Enumerable.Range(0, 4).Any(i => t.Name.StartsWith($"state.{i}.")));
        Assert.Contains(optimizer.State().Tensors, t => t.Name.StartsWith("state.4."));
        backbone.Unfreeze();
        Assert.All(backbone.Parameters(), p => Assert.False(p.Frozen));
        return Problems.Weights(model);
    }

    private static void Ones(Linear layer)
    {
        layer.Weight.Set(Tensor.From(new float[,] { { 1, 0 }, { 0, 1 } }));
        layer.Bias!.Set(Tensor.From(0f, 1));
    }

    private static void Fit(Layer model, DataLoader data) =>
        new Trainer(model, new Sgd(model.Parameters(), 0.01), Problems.CrossEntropy).Fit(data);
}
