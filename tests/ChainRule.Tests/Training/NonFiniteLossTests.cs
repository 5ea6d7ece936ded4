using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Errors;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class NonFiniteLossTests
{
    [Fact]
    public void Layer_that_gave_NaN_first_is_named()
    {
        Rng rng = new(1);
        Lambda logarithm = new("logarithm", x => x.Log());
        Sequential model = [new Linear(2, 4, rng: rng), logarithm, new Linear(4, 3, rng: rng)];
        TrainingException thrown = ErrorSnapshot.Throws<TrainingException>("""
            Fit: the loss is NaN at step 1 (epoch 1, batch 1).
              source: a layer gave NaN or an infinity for finite inputs and parameters.
              first layer: model.1 (Lambda logarithm)
              first operation: log
              samples: 0, 2, 3
            """, () => Fit(model, Problems.Sectors(10, 1)));
        Assert.Equal((NonFiniteSource.Layer, 1L, 1, 1), (thrown.Cause, thrown.Step, thrown.Epoch, thrown.Batch));
        Assert.True(double.IsNaN(thrown.Loss));
    }

    [Fact]
    public void Update_that_ruined_a_parameter_is_named_and_the_best_weights_come_back()
    {
        Sequential model = Problems.Mlp(2);
        Sgd optimizer = new(model.Parameters(), 0.1);
        Ruin ruin = new(() => optimizer.LearningRate = double.MaxValue);
        Trainer trainer = new(model, optimizer, Problems.CrossEntropy) { KeepBest = true, Callbacks = [ruin] };
        TrainingException thrown = ErrorSnapshot.Throws<TrainingException>("""
            Fit: the loss is NaN at step 4 (epoch 2, batch 2).
              source: the update of step 3 left NaN or an infinity in parameter 0.weight.
              first layer: model.0 (Linear 2 -> 32)
              help: the rate is 1.798e+308: lower it, or clip the gradients with ClipGradNorm.
            """, () => trainer.Fit(new DataLoader(Problems.Sectors(10, 2), 5), epochs: 3));
        Assert.Equal("0.weight", thrown.Parameter);
        Assert.All(Problems.Weights(model), w => Assert.True(float.IsFinite(w)));
    }

    [Fact]
    public void Input_with_NaN_is_named()
    {
        float[] points = new float[20];
        points[13] = float.NaN;
        TensorDataset data = new(Tensor.From(points, [10, 2]), Tensor.From(new long[10]));
        ErrorSnapshot.Throws<TrainingException>("""
            Fit: the loss is NaN at step 2 (epoch 1, batch 2).
              source: the batch's input holds NaN or an infinity.
              first layer: model.0 (Linear 2 -> 32)
              samples: 6
            """, () => Fit(Problems.Mlp(3), data));
    }

    [Fact]
    public void Step_with_dropout_is_repeated_with_the_same_random_numbers()
    {
        // Infinite only where the first number is dropped: 1 / x of a dropped number.
        Lambda reciprocal = new("reciprocal", x => 1 / x);
        Sequential model = [new Linear(2, 3, rng: new Rng(5)), new Dropout(0.01, new Rng(5)), reciprocal];
        TensorDataset data = new(Tensor.Ones([4, 2]), Tensor.From(new long[4]));
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0), Problems.CrossEntropy);
        TrainingException thrown = Assert.Throws<TrainingException>(
            () => trainer.Fit(new DataLoader(data, 4), epochs: 1000));
        Assert.True(thrown.Step > 1);
        Assert.Equal((NonFiniteSource.Layer, "model.2 (Lambda reciprocal)"), (thrown.Cause, thrown.FirstLayer));
    }

    [Fact]
    public void Loss_function_is_named_when_the_output_is_finite()
    {
        Sequential model = Problems.Mlp(4);
        Trainer trainer = new(model, new Sgd(model.Parameters()), (output, _) => (output - output).Log().Sum());
        TrainingException thrown = Assert.Throws<TrainingException>(
            () => trainer.Fit(new DataLoader(Problems.Sectors(10, 4), 5)));
        Assert.Equal(NonFiniteSource.Loss, thrown.Cause);
        Assert.Null(thrown.FirstLayer);
        Assert.Contains("the loss is -Infinity at step 1", thrown.Message);
    }

    private static void Fit(Layer model, TensorDataset data) =>
        new Trainer(model, new Sgd(model.Parameters()), Problems.CrossEntropy).Fit(new DataLoader(data, 5));

    private sealed class Ruin(Action action) : ITrainingCallback
    {
        public TrainingDecision OnEpoch(EpochResult result)
        {
            action();
            return TrainingDecision.Continue;
        }
    }
}
