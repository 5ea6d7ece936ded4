using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>What models are made of, against counts by hand.</summary>
public sealed class ModelSummaryTests
{
    [Fact]
    public void LeNet5_has_the_work_counted_by_hand()
    {
        LeNet5 model = new(rng: new Rng(0));
        ModelSummary summary = ModelSummary.Of(model, [1, 1, 28, 28]);
        // Outputs by the numbers that each sums.
        const long work = 24 * 24 * 6 * 25 + 8 * 8 * 16 * 6 * 25 + 256 * 120 + 120 * 84 + 84 * 10;
        Assert.Equal(work, summary.MultiplyAdds);
        Assert.Equal(44_426, summary.Parameters);
        Assert.Equal(4 * 44_426, summary.WeightBytes);
        ModuleRow conv2 = summary.Rows.Single(r => r.Key == "conv2");
        Assert.Equal([1, 16, 8, 8], conv2.Output!.Value.ToArray());
        Assert.Equal((2_416, 153_600, 4 * 1024), (conv2.Parameters, conv2.MultiplyAdds, conv2.ActivationBytes));
        Assert.True(model.IsTraining);
    }

    [Fact]
    public void Work_grows_with_the_samples_and_parameters_do_not()
    {
        MnistCnn model = new(rng: new Rng(0));
        ModelSummary one = ModelSummary.Of(model, [1, 1, 28, 28]), three = ModelSummary.Of(model, [3, 1, 28, 28]);
        const long work = 28 * 28 * 32 * 25 + 14 * 14 * 64 * 32 * 25 + 3136 * 1024 + 10240;
        Assert.Equal((work, 3 * work), (one.MultiplyAdds, three.MultiplyAdds));
        Assert.Equal((3_274_634, 3_274_634), (one.Parameters, three.Parameters));
    }

    [Fact]
    public void Lstm_counts_four_gates_for_each_step_layer_and_direction()
    {
        Lstm model = new(3, 5, layers: 2, bidirectional: true);
        ModelSummary summary = ModelSummary.Of(model, [2, 7, 3]);
        const long first = 2 * 4 * 5 * (3 + 5), second = 2 * 4 * 5 * (10 + 5);
        Assert.Equal(2 * 7 * (first + second), summary.MultiplyAdds);
        Assert.Equal([2, 7, 10], summary.Rows[0].Output!.Value.ToArray());
    }

    [Fact]
    public void Attention_counts_projections_scores_and_values()
    {
        TransformerEncoderLayer model = new(8, 2, new TransformerOptions { FeedForward = 16 });
        ModelSummary summary = ModelSummary.Of(model, [1, 5, 8]);
        const long attention = 4 * 5 * 8 * 8 + 2 * 5 * 5 * 8, feedForward = 2 * 5 * 8 * 16;
        Assert.Equal(attention + feedForward, summary.MultiplyAdds);
    }

    [Fact]
    public void Transposed_convolution_counts_each_input_by_what_it_is_spread_to()
    {
        ConvTranspose2d model = new(3, 4, 2, stride: 2);
        Assert.Equal(3 * 5 * 5 * 4 * 2 * 2, ModelSummary.Of(model, [1, 3, 5, 5]).MultiplyAdds);
    }

    [Fact]
    public void Cells_run_by_hand_are_counted_for_every_step()
    {
        LstmCell cell = new(3, 4);
        ModelSummary summary = ModelSummary.Of(cell, () =>
        {
            LstmState state = cell.Forward(Tensor.Zeros([2, 3]));
            cell.Forward(Tensor.Zeros([2, 3]), state);
        });
        Assert.Equal(2 * 2 * 4 * 4 * (3 + 4), summary.MultiplyAdds);
    }

    [Fact]
    public void Shared_layer_is_counted_once_and_buffers_and_modes_stay()
    {
        Linear shared = new(4, 4);
        BatchNorm1d norm = new(4);
        Sequential model = [shared, norm, shared];
        norm.Eval();
        ModelSummary summary = ModelSummary.Of(model, [2, 4]);
        Assert.Equal((2 * 2 * 16, 16 + 4 + 8), (summary.MultiplyAdds, summary.Parameters));
        Assert.True(model.IsTraining);
        Assert.False(norm.IsTraining);
        Assert.Equal([0f, 0, 0, 0], norm.State().Single(s => s.Key == "running_mean").Value.ToArray<float>());
    }

    [Fact]
    public void Layer_of_ones_own_adds_its_work()
    {
        ModelSummary summary = ModelSummary.Of(new Squared(), [3, 3]);
        Assert.Equal(27, summary.MultiplyAdds);
        Assert.Equal("""
            layer           output    parameters    multiply-adds
            model: Squared  [3, 3]                             27
            total                              0               27
            weights 0 bytes, activations 36 bytes
            """.ReplaceLineEndings("\n"), summary.ToString());
    }

    private sealed class Squared : Layer
    {
        protected override Tensor ForwardCore(Tensor x) => x.MatMul(x);

        protected internal override long MultiplyAdds(Shape input, Shape output) => (long)output.Count * input[^1];
    }
}
