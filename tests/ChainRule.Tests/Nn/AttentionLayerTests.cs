using ChainRule.Nn;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.NnTests;

/// <summary>Attention and transformer layers with more than one input.</summary>
public sealed class AttentionLayerTests
{
    private static readonly DType Wide = DType.Float64;

    [Fact]
    public void MultiHeadAttention_has_the_names_and_shapes_of_PyTorch()
    {
        Assert.Equal(
            ["in_proj_weight [12, 4]", "in_proj_bias [12]", "out_proj.weight [4, 4]", "out_proj.bias [4]"],
            State(new MultiHeadAttention(4, 2)));
        Assert.Equal(
            [
                "q_proj_weight [4, 4]", "k_proj_weight [4, 3]", "v_proj_weight [4, 5]", "bias_k [1, 1, 4]",
                "bias_v [1, 1, 4]", "out_proj.weight [4, 4]",
            ],
            State(new MultiHeadAttention(4, 2, bias: false, addBiasKv: true, kDim: 3, vDim: 5)));
        Assert.Equal(
            "MultiHeadAttention 4, 2 heads, keys 3, values 5, dropout 0.1, no bias, learnt key and value, "
            + "zero key and value",
            new MultiHeadAttention(4, 2, 0.1, false, true, true, 3, 5).Summary);
    }

    [Fact]
    public void MultiHeadAttention_of_a_sequence_to_itself_equals_that_of_three_equal_ones()
    {
        MultiHeadAttention layer = new(6, 3, dropout: 0.3, rng: new Rng(1), dtype: Wide);
        layer.InProjBias!.Set(Normal([18], 5));
        Tensor x = Normal([2, 5, 6], 2), padding = Tensor.Zeros([2, 5]).ToMask(1, 4);
        Tensor bias = Normal([6, 5, 5], 3);
        RngState state = layer.Generators()[0].Rng.State;
        Tensor[] Gradients(Func<Tensor> forward)
        {
            layer.Generators()[0].Rng.State = state;
            Tensor y = forward();
            return [y, .. Autograd.Grad(y.Square().Sum(), [x, .. layer.Parameters().Select(p => p.Value)])];
        }

        x.RequiresGrad = true;
        Tensor[] self = Gradients(() => layer.Forward(x, x, x, padding, null, bias, isCausal: true));
        Tensor[] apart = Gradients(() => layer.Forward(x, x * 1, x * 1, padding, null, bias, isCausal: true));
        Tensor[] weighted = Gradients(
            () => layer.ForwardWithWeights(x, x, x, padding, null, bias, isCausal: true).Output);
        for (int i = 0; i < self.Length; i++)
        {
            Derivatives.AssertClose(apart[i].ToDoubles(), self[i], 1e-11);
            Derivatives.AssertClose(apart[i].ToDoubles(), weighted[i], 1e-11);
        }
    }

    [Fact]
    public void MultiHeadAttention_of_a_sequence_to_itself_has_second_derivatives()
    {
        MultiHeadAttention layer = new(4, 2, rng: new Rng(1), dtype: Wide);
        Derivatives.Check(t => layer.Forward(t[0], t[0], t[0], isCausal: true), Normal([2, 3, 4], 2));
    }

    [Fact]
    public void MultiHeadAttention_passes_the_gradient_check_with_every_option()
    {
        MultiHeadAttention layer = new(4, 2, 0.4, true, true, true, 3, 2, new Rng(1), Wide);
        RngState state = layer.Generators()[0].Rng.State;
        Tensor mask = Tensor.Zeros([2, 3]).ToMask(1);
        GradChecks.First(
            t =>
            {
                layer.Generators()[0].Rng.State = state;
                return layer.Forward(t[0], t[1], t[2], mask: mask, isCausal: true);
            },
            [Normal([2, 2, 4], 2), Normal([2, 3, 3], 3), Normal([2, 3, 2], 4)]);
    }

    [Fact]
    public void MultiHeadAttention_looks_at_added_keys_where_all_others_are_blocked()
    {
        MultiHeadAttention layer = new(4, 2, addBiasKv: true, addZeroAttention: true, rng: new Rng(1), dtype: Wide);
        Tensor x = Normal([1, 3, 4], 2), all = Tensor.Ones([1, 3]).To(DType.Bool);
        (Tensor y, Tensor weights) = layer.ForwardWithWeights(x, x, x, all, isCausal: true);
        Assert.Equal([1, 3, 5], weights.Shape.Dims.ToArray());
        Assert.All(weights[.., .., ..3].ToDoubles(), w => Assert.Equal(0, w));
        Derivatives.AssertClose([1, 1, 1], weights.Sum(-1));
        Derivatives.AssertClose(y.ToDoubles(), layer.Forward(x, x, x, all, isCausal: true));
    }

    [Fact]
    public void MultiHeadAttention_gives_weights_of_each_head_or_their_mean()
    {
        MultiHeadAttention layer = new(4, 2, rng: new Rng(1), dtype: Wide);
        Tensor x = Normal([2, 3, 4], 2);
        Tensor each = layer.ForwardWithWeights(x, x, x, averageWeights: false).Weights;
        Assert.Equal([2, 2, 3, 3], each.Shape.Dims.ToArray());
        Derivatives.AssertClose(each.Mean(1).ToDoubles(), layer.ForwardWithWeights(x, x, x).Weights);
    }

    [Fact]
    public void MultiHeadAttention_drops_in_training_only()
    {
        MultiHeadAttention layer = new(4, 2, dropout: 0.5, rng: new Rng(1), dtype: Wide);
        Tensor x = Normal([2, 7, 4], 2);
        Assert.NotEqual(layer.Forward(x, x, x).ToDoubles(), layer.Forward(x, x, x).ToDoubles());
        layer.Eval();
        Assert.Equal(layer.Forward(x, x, x).ToDoubles(), layer.Forward(x, x, x).ToDoubles());
    }

    [Fact]
    public void MultiHeadAttention_names_itself_in_errors()
    {
        MultiHeadAttention layer = new(4, 2);
        Tensor x = Tensor.Zeros([2, 3, 4]);
        const string place = "\n  in: model (MultiHeadAttention 4, 2 heads)";
        AssertShape(() => layer.Forward(x, Tensor.Zeros([2, 3, 5]), x),
            "MultiHeadAttention: key must be [N, T, 4], got [2, 3, 5]." + place);
        AssertShape(() => layer.Forward(x, x, Tensor.Zeros([2, 4, 4])),
            "MultiHeadAttention: batch or sequence sizes differ.\n"
            + "  query: [2, 3, 4] float32    key: [2, 3, 4] float32    value: [2, 4, 4] float32" + place);
        AssertShape(() => layer.Forward(x, x, x, Tensor.Zeros([3, 3], DType.Bool)),
            "MultiHeadAttention: keyPaddingMask must be [2, 3], got [3, 3]." + place);
        AssertShape(() => layer.Forward(x, x, x, mask: Tensor.Zeros([2, 3, 3], DType.Bool)),
            "MultiHeadAttention: mask must be [3, 3] or [4, 3, 3], got [2, 3, 3]." + place);
        Assert.Equal(
            "MultiHeadAttention: the mask must be bool, got float32." + place,
            Assert.Throws<DTypeException>(() => layer.Forward(x, x, x, mask: Tensor.Zeros([3, 3]))).Message);
        Assert.Equal(
            "MultiHeadAttention: 5 features cannot be shared by 2 heads; take a multiple. (Parameter 'embedDim')",
            Assert.Throws<ArgumentException>(() => new MultiHeadAttention(5, 2)).Message);
        Assert.Equal(
            "MultiHeadAttention: dropout must be in [0, 1], got 2. (Parameter 'dropout')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(4, 2, 2)).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TransformerDecoderLayer_passes_the_gradient_check_and_looks_at_nothing_masked(bool normFirst)
    {
        TransformerOptions options = new() { FeedForward = 3, Dropout = 0, NormFirst = normFirst };
        TransformerDecoder decoder = new(
            [new(4, 2, options, new Rng(1), Wide), new(4, 2, options, new Rng(2), Wide)],
            new LayerNorm(4, dtype: Wide));
        Assert.Equal("layers.1.multihead_attn.out_proj.bias", decoder.State()[25].Key);
        Assert.Equal("norm.bias", decoder.State()[^1].Key);
        DecoderMasks masks = DecoderMasks.Causal with { MemoryPadding = Tensor.Zeros([2, 5]).ToMask(3, 9) };
        Tensor target = Normal([2, 3, 4], 3), memory = Normal([2, 5, 4], 4);
        GradChecks.First(t => decoder.Forward(t[0], t[1], masks), [target, memory]);

        // Of one feature: the sum of all that the last normalisation gives is the same for any input.
        target.RequiresGrad = memory.RequiresGrad = true;
        Tensor[] gradients = Autograd.Grad(decoder.Forward(target, memory, masks)[.., 1, 0].Sum(), [target, memory]);
        Assert.All(gradients[0][.., 2].ToDoubles(), g => Assert.Equal(0, g));
        Assert.Contains(gradients[0][.., 1].ToDoubles(), g => g != 0);
        Assert.All(gradients[1][0, 3].ToDoubles().Concat(gradients[1][1, 4].ToDoubles()), g => Assert.Equal(0, g));
    }

    // Computed by PyTorch 1.13 in double precision, with the same state, inputs and causal mask.
    [Theory]
    [InlineData(false, 0.328428159048, 0.497415785284, -0.285547581415, -0.505667798536)]
    [InlineData(true, 0.646492892278, -0.439377983426, -0.477097865647, 1.781789742848)]
    public void TransformerDecoderLayer_gives_the_numbers_of_PyTorch(
        bool normFirst, double a, double b, double c, double d)
    {
        TransformerOptions options = new() { FeedForward = 3, Dropout = 0, NormFirst = normFirst };
        TransformerDecoderLayer layer = new(4, 2, options, new Rng(1), Wide);
        layer.LoadState(layer.State().ToDictionary(s => s.Key, s => Waves(s.Value.Shape, 1 + (7 * s.Key.Length))));
        Tensor target = (Tensor.Arange(0, 24, dtype: Wide) * 0.3).Cos().Reshape(2, 3, 4);
        Tensor memory = ((Tensor.Arange(0, 40, dtype: Wide) * 0.5) + 1).Cos().Reshape(2, 5, 4);
        double[] y = layer.Forward(target, memory, DecoderMasks.Causal)[1, 1].ToDoubles();
        Assert.All(y.Zip([a, b, c, d]), p => Assert.Equal(p.Second, p.First, 1e-11));

        static Tensor Waves(Shape shape, double from) =>
            ((Tensor.Arange(0, shape.Count, dtype: Wide) + from).Sin() * 0.5).Reshape(shape);
    }

    [Fact]
    public void TransformerEncoder_with_masks_looks_at_nothing_masked()
    {
        TransformerOptions options = new() { FeedForward = 3, Dropout = 0 };
        TransformerEncoder encoder = new([new(4, 2, options, new Rng(1), Wide), new(4, 2, options, new Rng(2), Wide)]);
        Tensor x = Normal([1, 4, 4], 3);
        x.RequiresGrad = true;
        Tensor padding = Tensor.Zeros([1, 4]).ToMask(0);
        Tensor y = encoder.Forward(x, null, padding, isCausal: true);
        Tensor gradient = Autograd.Grad(y[.., 2].Square().Sum(), [x])[0];
        Assert.All(gradient[0, 0].ToDoubles().Concat(gradient[0, 3].ToDoubles()), g => Assert.Equal(0, g));
        Assert.Contains(gradient[0, 1].ToDoubles(), g => g != 0);
        ShapeException e = Assert.Throws<ShapeException>(() => encoder.Forward(Tensor.Zeros([2, 3], Wide), null));
        Assert.Contains("in: model.layers.0 (TransformerEncoderLayer 4, 2 heads", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SinusoidalPositions_are_those_of_the_paper()
    {
        double[] y = new SinusoidalPositions(4, 8, Wide).Forward(Tensor.Zeros([1, 3, 4], Wide)).ToDoubles();
        double[] second = [Math.Sin(2), Math.Cos(2), Math.Sin(0.02), Math.Cos(0.02)];
        for (int i = 0; i < 4; i++) Assert.Equal(second[i], y[8 + i], 1e-14);
    }

    private static Tensor Normal(Shape shape, ulong seed) => Derivatives.Normal(shape, seed);

    private static IEnumerable<string> State(Module module) => module.State().Select(s => $"{s.Key} {s.Value.Shape}");

    private static void AssertShape(Action call, string text) =>
        Assert.Equal(text, Assert.Throws<ShapeException>(call).Message);
}

file static class Masks
{
    /// <summary>A Bool tensor of this shape that is true at the given elements.</summary>
    public static Tensor ToMask(this Tensor zeros, params int[] at)
    {
        double[] values = zeros.ToDoubles();
        foreach (int i in at) values[i] = 1;
        return Tensor.From(values, zeros.Shape).To(DType.Bool);
    }
}
