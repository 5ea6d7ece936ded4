using ChainRule.Nn;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.NnTests;

/// <summary>Recurrent layers beyond what their rows check: states, lengths, directions, cells.</summary>
public sealed class RecurrentLayerTests
{
    private static readonly Tensor Lengths = Tensor.From([3L, 5L, 1L]);

    [Fact]
    public void Lstm_of_two_halves_with_the_state_carried_over_equals_the_whole()
    {
        Lstm lstm = new(3, 4, layers: 2, rng: new Rng(1), dtype: DType.Float64);
        Tensor x = Normal(2, 6, 3);
        (Tensor whole, LstmState end) = lstm.Forward(x, null);
        (Tensor first, LstmState middle) = lstm.Forward(x[.., ..2], null);
        (Tensor second, LstmState last) = lstm.Forward(x[.., 2..], middle.Detach());
        Close(whole, Tensor.Concat([first, second], 1));
        Close(end.Hidden, last.Hidden);
        Close(end.Cell, last.Cell);
    }

    [Fact]
    public void Gru_and_rnn_of_two_halves_equal_the_whole()
    {
        Gru gru = new(3, 4, layers: 2, rng: new Rng(1), dtype: DType.Float64);
        Rnn rnn = new(3, 4, rng: new Rng(2), dtype: DType.Float64);
        Tensor x = Normal(2, 6, 3);
        foreach (Func<Tensor, Tensor?, (Tensor Output, Tensor State)> forward in
            new Func<Tensor, Tensor?, (Tensor, Tensor)>[] { gru.Forward, rnn.Forward })
        {
            (Tensor whole, Tensor end) = forward(x, null);
            (Tensor first, Tensor middle) = forward(x[.., ..3], null);
            (Tensor second, Tensor last) = forward(x[.., 3..], middle);
            Close(whole, Tensor.Concat([first, second], 1));
            Close(end, last);
        }
    }

    [Fact]
    public void State_is_the_output_after_the_last_step()
    {
        Gru gru = new(3, 4, bidirectional: true, rng: new Rng(1), dtype: DType.Float64);
        (Tensor output, Tensor state) = gru.Forward(Normal(2, 5, 3), (Tensor?)null);
        Close(output[.., ^1, ..4], state[0]);
        Close(output[.., 0, 4..], state[1]);
    }

    [Fact]
    public void Sequence_batch_gives_what_each_sequence_gives_alone()
    {
        Lstm lstm = new(2, 3, layers: 2, bidirectional: true, rng: new Rng(1), dtype: DType.Float64);
        SequenceBatch batch = new(Normal(3, 5, 2), Lengths);
        (SequenceBatch output, LstmState state) = lstm.Forward(batch);
        for (int n = 0; n < 3; n++)
        {
            (Tensor alone, LstmState last) = lstm.Forward(batch[n].Unsqueeze(0), null);
            Close(alone[0], output[n]);
            Close(last.Hidden[.., 0], state.Hidden[.., n]);
            Close(last.Cell[.., 0], state.Cell[.., n]);
        }
        Assert.All(output.Data[0, 3..].ToArray<double>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Padding_has_no_influence_and_no_gradient()
    {
        Lstm lstm = new(2, 3, bidirectional: true, rng: new Rng(1), dtype: DType.Float64);
        Tensor x = Normal(3, 5, 2);
        Tensor valid = new SequenceBatch(x, Lengths).Mask.Unsqueeze(2);
        Tensor poisoned = Tensor.Where(valid, x, Tensor.Scalar(double.NaN, DType.Float64));
        double[] expected = Gradients(Tensor.Where(valid, x, Tensor.Scalar(0, DType.Float64)));
        double[] got = Gradients(poisoned);
        Assert.Equal(expected, got);
        double[] ofInput = got[..x.Count];
        bool[] inside = valid.Expand(x.Shape).ToArray<bool>();
        for (int i = 0; i < ofInput.Length; i++) Assert.Equal(inside[i], ofInput[i] != 0);

        double[] Gradients(Tensor input)
        {
            Tensor leaf = input.Detach();
            leaf.RequiresGrad = true;
            (SequenceBatch output, LstmState state) = lstm.Forward(new SequenceBatch(leaf, Lengths));
            Tensor sum = output.Data.Square().Sum() + state.Hidden.Sum() + state.Cell.Sum();
            Tensor[] leaves = [leaf, .. lstm.Parameters().Select(p => p.Value)];
            return [.. Autograd.Grad(sum, leaves).SelectMany(g => g.ToArray<double>()), sum.Item()];
        }
    }

    [Fact]
    public void Gradients_of_layers_directions_and_lengths_equal_differences()
    {
        Gru gru = new(2, 2, layers: 2, bidirectional: true, rng: new Rng(1), dtype: DType.Float64);
        GradCheckResult result = GradCheck.Run(
            x =>
            {
                (SequenceBatch output, Tensor state) = gru.Forward(new SequenceBatch(x[0], Lengths), x[1]);
                return Tensor.Concat([output.Data.Reshape(-1), state.Reshape(-1)]);
            },
            [Normal(3, 5, 2), Normal(4, 3, 2)]);
        Assert.True(result.Passed, $"{result}");
    }

    [Fact]
    public void Walking_a_retained_graph_twice_gives_the_same_gradient()
    {
        Lstm lstm = new(2, 3, layers: 2, bidirectional: true, rng: new Rng(1));
        Tensor x = Tensor.Randn([3, 5, 2], new Rng(2));
        x.RequiresGrad = true;
        Tensor sum = lstm.Forward(x).Square().Sum();
        float[] first = Autograd.Grad(sum, x, retainGraph: true).ToArray<float>();
        Assert.Equal(first, Autograd.Grad(sum, x).ToArray<float>());
    }

    [Fact]
    public void Cells_step_by_step_equal_the_layers()
    {
        Tensor x = Normal(2, 4, 3);
        Lstm lstm = new(3, 5, rng: new Rng(1), dtype: DType.Float64);
        LstmCell lstmCell = new(3, 5, dtype: DType.Float64);
        Gru gru = new(3, 5, rng: new Rng(1), dtype: DType.Float64);
        GruCell gruCell = new(3, 5, dtype: DType.Float64);
        Rnn rnn = new(3, 5, activation: RnnActivation.Relu, bias: false, rng: new Rng(1), dtype: DType.Float64);
        RnnCell rnnCell = new(3, 5, RnnActivation.Relu, bias: false, dtype: DType.Float64);
        Share(lstm, lstmCell);
        Share(gru, gruCell);
        Share(rnn, rnnCell);
        LstmState? state = null;
        Tensor? update = null, simple = null;
        for (int t = 0; t < 4; t++)
        {
            state = lstmCell.Forward(x[.., t], state);
            update = gruCell.Forward(x[.., t], update);
            simple = rnnCell.Forward(x[.., t], simple);
        }
        Close(lstm.Forward(x, null).State.Hidden[0], state!.Hidden);
        Close(lstm.Forward(x, null).State.Cell[0], state.Cell);
        Close(gru.Forward(x, (Tensor?)null).State[0], update!);
        Close(rnn.Forward(x, (Tensor?)null).State[0], simple!);
        Assert.Equal("LstmCell 3 -> 5", lstmCell.Summary);
        Assert.Equal("GruCell 3 -> 5", gruCell.Summary);
        Assert.Equal("RnnCell 3 -> 5, no bias, relu", rnnCell.Summary);

        static void Share(Module layer, Module cell) => cell.LoadState(layer.State().ToDictionary(
            s => s.Key.Replace("_l0", "", StringComparison.Ordinal), s => s.Value));
    }

    [Fact]
    public void Dropout_leaves_the_last_layer_alone()
    {
        Rnn rnn = new(3, 40, layers: 2, dropout: 1, rng: new Rng(1));
        Tensor x = Tensor.Randn([2, 4, 3], new Rng(2));
        (Tensor output, Tensor state) = rnn.Forward(x, (Tensor?)null);
        Assert.DoesNotContain(0f, output.ToArray<float>());
        Assert.DoesNotContain(0f, state.ToArray<float>());
        // All that the second layer gets is dropped: its samples differ in nothing.
        Assert.Equal(output[0].ToArray<float>(), output[1].ToArray<float>());
        rnn.Eval();
        Assert.NotEqual(rnn.Forward(x)[0].ToArray<float>(), rnn.Forward(x)[1].ToArray<float>());
        Assert.Equal("rng", Assert.Single(rnn.Generators()).Key);
    }

    [Fact]
    public void Long_sequences_let_no_gradient_become_subnormal()
    {
        Rnn rnn = new(1, 8, rng: new Rng(1));
        Tensor x = Tensor.Rand([1, 400, 1], new Rng(2));
        x.RequiresGrad = true;
        rnn.Weights(0).WeightHh.Set(Tensor.Eye(8) * 0.5f);
        rnn.Forward(x)[0, ^1].Sum().Backward();
        float[] gradient = x.Grad!.ToArray<float>();
        Assert.NotEqual(0, gradient[^1]);
        Assert.Equal(0, gradient[0]);
        Assert.DoesNotContain(gradient, g => g != 0 && Math.Abs(g) < 1.2e-38f);
    }

    [Fact]
    public void Sequence_batch_pads_to_the_longest_and_tells_what_is_valid()
    {
        Tensor a = Tensor.From([1f, 2f, 3f]), b = Tensor.From([4f]);
        a.RequiresGrad = true;
        SequenceBatch batch = SequenceBatch.Pad([a, b]);
        Assert.Equal([1f, 2f, 3f, 4f, 0f, 0f], batch.Data.ToArray<float>());
        Assert.Equal([3L, 1L], batch.Lengths.ToArray<long>());
        Assert.Equal([true, true, true, true, false, false], batch.Mask.ToArray<bool>());
        Assert.Equal([4f], batch[1].ToArray<float>());
        SequenceBatch doubled = batch.With(batch.Data * 2);
        Assert.Same(batch.Lengths, doubled.Lengths);
        doubled.Data.Sum().Backward();
        Assert.Equal([2f, 2f, 2f], a.Grad!.ToArray<float>());
    }

    [Fact]
    public void Sequence_batch_refuses_what_does_not_fit()
    {
        Tensor data = Tensor.Zeros([2, 5, 3]);
        ErrorSnapshot.Throws<ShapeException>(
            "SequenceBatch: data must be [N, T, ...], got [4].",
            () => _ = new SequenceBatch(Tensor.Zeros([4]), Tensor.From([1L])));
        ErrorSnapshot.Throws<ShapeException>(
            "SequenceBatch: lengths must be [2] for [2, 5, 3], got [1].",
            () => _ = new SequenceBatch(data, Tensor.From([1L])));
        ErrorSnapshot.Throws<DataException>(
            "SequenceBatch: length 6 at position [0] is out of range for sequences of 5 steps; use 0 to 5.",
            () => _ = new SequenceBatch(data, Tensor.From([6L, 1L])));
        ErrorSnapshot.Throws<DTypeException>(
            "SequenceBatch: lengths must be int64 or int32, got float32.\n  help: convert with To(DType.Int64) first.",
            () => _ = new SequenceBatch(data, Tensor.Zeros([2])));
        ErrorSnapshot.Throws<ShapeException>(
            "SequenceBatch: data must be [2, 5, ...], got [2, 4, 3].",
            () => new SequenceBatch(data, Tensor.From([1L, 1L])).With(Tensor.Zeros([2, 4, 3])));
        ErrorSnapshot.Throws<ShapeException>(
            "SequenceBatch: a sequence must be [T, ...], got [].", () => SequenceBatch.Pad([Tensor.Scalar(1)]));
        ErrorSnapshot.Throws<ArgumentException>(
            "SequenceBatch: there are no sequences to pad. (Parameter 'sequences')", () => SequenceBatch.Pad([]));
    }

    [Fact]
    public void Layers_and_cells_refuse_what_does_not_fit()
    {
        Lstm lstm = new(3, 2);
        ErrorSnapshot.Throws<ShapeException>(
            "Lstm: cell must be [1, 4, 2] for an input of [4, 5, 3], got [4, 2].\n  in: model (Lstm 3 -> 2)",
            () => lstm.Forward(Tensor.Zeros([4, 5, 3]), new LstmState(Tensor.Zeros([1, 4, 2]), Tensor.Zeros([4, 2]))));
        ErrorSnapshot.Throws<ShapeException>(
            "Lstm: expects [N, T, 3], got [4, 5, 1].\n  in: model (Lstm 3 -> 2)\n  help: this layer expects [N, T, 3].",
            () => lstm.Forward(new SequenceBatch(Tensor.Zeros([4, 5, 1]), Tensor.From([1L, 1L, 1L, 1L]))));
        ErrorSnapshot.Throws<ShapeException>(
            "GruCell: expects [N, 3], got [4, 5, 3].", () => new GruCell(3, 2).Forward(Tensor.Zeros([4, 5, 3])));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "Gru: dropout must be in [0, 1], got 1.5. (Parameter 'dropout')", () => _ = new Gru(3, 2, dropout: 1.5));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "Lstm: there is one direction; make the layer bidirectional. (Parameter 'reverse')",
            () => lstm.Weights(0, reverse: true));
    }

    private static Tensor Normal(params int[] shape) =>
        Tensor.Randn(shape, new Rng((ulong)shape.Sum()), dtype: DType.Float64);

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = expected.ToArray<double>(), a = actual.ToArray<double>();
        for (int i = 0; i < e.Length; i++) Assert.Equal(e[i], a[i], 1e-13);
    }
}
