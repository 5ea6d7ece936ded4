using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Tests.Errors;
using static ChainRule.Tests.ModelsTests.LinearAlgebraTests;

namespace ChainRule.Tests.ModelsTests;

public sealed class RecurrentByHandTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lstm_by_hand_is_the_cell_its_weights_come_from(bool bias)
    {
        LstmCell cell = new(3, 4, bias, new Rng(1), DType.Float64);
        Tensor x = Tensor.From(Random(15, 2), [5, 3]);
        LstmTrace trace = LstmByHand.Of(cell).Run(x);
        LstmState? state = null;
        for (int t = 0; t < 5; t++)
        {
            state = cell.Forward(x[t..(t + 1)], state);
            TensorAssert.Close(state.Hidden[0], trace.H[t], new(1e-13, 1e-13));
            TensorAssert.Close(state.Cell[0], trace.C[t], new(1e-13, 1e-13));
        }
        // Back-propagation through time reaches the cell's own weights.
        double[] expected = Autograd.Grad(state!.Hidden.Sum(), cell.Weights.WeightHh.Value).ToArray<double>();
        double[] actual = Autograd.Grad(trace.H[4].Sum(), cell.Weights.WeightHh.Value).ToArray<double>();
        AssertNear(expected, actual, 1e-13);
    }

    [Fact]
    public void Gru_by_hand_follows_its_equations()
    {
        // One unit: gates of zero weight are a half; the proposal is tanh(r h + x).
        Tensor zero = Tensor.Zeros([1, 2], DType.Float64), none = Tensor.Zeros([1], DType.Float64);
        GruByHand gru = new(zero, zero, Tensor.Ones([1, 2], DType.Float64), none, none, none);
        GruTrace trace = gru.Run(Tensor.From([1.0, -2], [2, 1]), Tensor.From(0.6));
        double first = Math.Tanh(0.3 + 1), h = 0.3 + (first / 2), second = Math.Tanh((h / 2) - 2);
        AssertNear([first, second], trace.N.Reshape(-1).ToArray<double>(), 1e-15);
        AssertNear([h, (h + second) / 2], trace.H.Reshape(-1).ToArray<double>(), 1e-15);
        AssertNear([0.5, 0.5], trace.Z.Reshape(-1).ToArray<double>(), 0);
        AssertNear([0.5, 0.5], trace.R.Reshape(-1).ToArray<double>(), 0);
    }

    [Fact]
    public void Gradients_through_time_are_those_of_differences()
    {
        Tensor[] w = [.. Enumerable.Range(0, 4).Select(i => Tensor.From(Random(10, (ulong)i), [2, 5]))];
        Tensor[] b = [.. Enumerable.Range(0, 4).Select(i => Tensor.From(Random(2, (ulong)i + 9)))];
        Tensor x = Tensor.From(Random(9, 20), [3, 3]), h0 = Tensor.From(Random(2, 21)), c0 = Tensor.From(Random(2, 22));
        GradCheckResult lstm = GradCheck.Run(
            t => new LstmByHand(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]).Run(t[8], t[9], t[10]).H,
            [.. w, .. b, x, h0, c0]);
        Assert.True(lstm.Passed, lstm.ToString());
        GradCheckResult gru = GradCheck.Run(
            t => new GruByHand(t[0], t[1], t[2], t[3], t[4], t[5]).Run(t[6], t[7]).H, [.. w[..3], .. b[..3], x, h0]);
        Assert.True(gru.Passed, gru.ToString());
    }

    [Fact]
    public void Wrong_sizes_are_named()
    {
        Tensor w = Tensor.Zeros([2, 5]), b = Tensor.Zeros([2]);
        ErrorSnapshot.Throws<ShapeException>(
            "GruByHand: expects weights [hidden, hidden + inputs] and biases [hidden], of one size for all gates, "
            + "got [2, 5] and [3].",
            () => new GruByHand(w, w, w, b, Tensor.Zeros([3]), b));
        ErrorSnapshot.Throws<ShapeException>(
            "LstmByHand: expects weights [hidden, hidden + inputs] and biases [hidden], of one size for all gates, "
            + "got [2, 4] and [2].",
            () => new LstmByHand(w, Tensor.Zeros([2, 4]), w, w, b, b, b, b));
        ErrorSnapshot.Throws<ShapeException>(
            "GruByHand: x must be [T, 3] with 1 step or more, got [0, 3].",
            () => new GruByHand(w, w, w, b, b, b).Run(Tensor.Zeros([0, 3])));
        ErrorSnapshot.Throws<ShapeException>(
            "LstmByHand: c0 must be [2], got [3].",
            () => new LstmByHand(w, w, w, w, b, b, b, b).Run(Tensor.Zeros([1, 3]), b, Tensor.Zeros([3])));
    }
}
