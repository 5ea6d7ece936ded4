using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

public sealed class ImageLayerTests
{
    [Fact]
    public void Convolution_starts_within_the_bound_of_its_fan_in()
    {
        Conv2d layer = new(8, 16, 5, groups: 2, rng: new Rng(1));
        double bound = 1 / Math.Sqrt(4 * 25);
        Assert.InRange(layer.Weight.Value.ToArray<float>().Max(Math.Abs), 0.98 * bound, bound);
        Assert.InRange(layer.Bias!.Value.ToArray<float>().Max(Math.Abs), 0.3 * bound, bound);
    }

    [Fact]
    public void Impossible_options_are_refused_when_the_layer_is_made()
    {
        Expect("Conv2d: 2 groups do not divide 3 input and 4 output channels. (Parameter 'groups')", () =>
            new Conv2d(3, 4, 3, groups: 2));
        Expect(
            "Conv2d: kernelSize must be 1 or more, got 0x3. (Parameter 'kernelSize')", () => new Conv2d(3, 4, (0, 3)));
        Expect("Conv2d: padding must be 0 or more, got 0x-1. (Parameter 'padding')", () =>
            new Conv2d(3, 4, 3, padding: (0, -1)));
        Expect("Conv2d: dilation must be 1 or more, got 0x0. (Parameter 'dilation')", () =>
            new Conv2d(3, 4, 3, dilation: 0));
        Expect("Conv2d: groups must be 1 or more, got 0. (Parameter 'groups')", () => new Conv2d(3, 4, 3, groups: 0));
        Expect("Conv3d: padding has 2 numbers, 1x2; expected 1 or 3. (Parameter 'padding')", () =>
            new Conv3d(3, 4, 3, padding: (1, 2)));
        Expect("Conv1d: padding that keeps the size needs stride 1, got 2. (Parameter 'padding')", () =>
            new Conv1d(3, 4, 3, stride: 2, padding: ConvPadding.Same));
        Expect("Conv2d: 7 is no mode of padding. (Parameter 'paddingMode')", () =>
            new Conv2d(3, 4, 3, paddingMode: (PadMode)7));
        Expect(
            "ConvTranspose2d: outputPadding must be 0 or more, and below the stride or the dilation, got 1x2. "
            + "(Parameter 'outputPadding')", () => new ConvTranspose2d(3, 4, 3, stride: 2, outputPadding: (1, 2)));
        Expect(
            "AvgPool2d: padding must be from 0 to half of the window 3x3, got 2x2. (Parameter 'padding')",
            () => new AvgPool2d(3, padding: 2));
        Expect("MaxPool2d: stride must be 1 or more, got 0x0. (Parameter 'stride')", () => new MaxPool2d(3, stride: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(0, 4, 3));

        static void Expect(string message, Func<Layer> make) =>
            Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => make()).Message);
    }

    [Theory]
    [InlineData(PadMode.Constant)]
    [InlineData(PadMode.Reflect)]
    [InlineData(PadMode.Replicate)]
    [InlineData(PadMode.Circular)]
    public void Edge_of_a_convolution_is_that_of_pad(PadMode mode)
    {
        Tensor x = Tensor.Randn([2, 1, 4, 5], new Rng(2));
        Conv2d layer = new(1, 2, (3, 4), padding: ConvPadding.Same, paddingMode: mode, rng: new Rng(1));
        Tensor expected = F.Conv2d(x.Pad([(1, 1), (1, 2)], mode), layer.Weight, layer.Bias);
        Assert.Equal(expected.ToArray<float>(), layer.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Transposed_convolution_is_the_gradient_of_the_convolution()
    {
        Tensor y = Tensor.Randn([2, 4, 3, 2], new Rng(1)), weight = Tensor.Randn([4, 3, 3, 2], new Rng(2));
        Tensor x = Tensor.Randn([2, 6, 5, 5], new Rng(3));
        x.RequiresGrad = true;
        Tensor out1 = F.Conv2d(x, weight, stride: 2, padding: (1, 0), groups: 2);
        Assert.Equal([2, 4, 3, 2], out1.Shape.Dims.ToArray());
        out1.Backward(y);
        Tensor back = F.ConvTranspose2d(y, weight, null, 2, (1, 0), (0, 1), groups: 2);
        Assert.Equal(x.Grad!.ToArray<float>(), back.ToArray<float>());
    }

    [Fact]
    public void Second_use_of_a_convolution_adds_to_its_gradient()
    {
        Conv2d layer = new(1, 2, 3, rng: new Rng(1));
        Tensor a = Tensor.Randn([1, 1, 5, 5], new Rng(2)), b = Tensor.Randn([1, 1, 5, 5], new Rng(3));
        layer.Forward(a).Sum().Backward();
        float[] first = layer.Weight.Grad!.ToArray<float>();
        layer.ZeroGrad();
        layer.Forward(b).Sum().Backward();
        float[] second = layer.Weight.Grad!.ToArray<float>();
        layer.ZeroGrad();
        (layer.Forward(a).Sum() + layer.Forward(b).Sum()).Backward();
        float[] both = layer.Weight.Grad!.ToArray<float>();
        for (int i = 0; i < both.Length; i++) Assert.Equal(first[i] + second[i], both[i], 1e-4);
        Assert.Equal([18f, 18f], layer.Bias!.Grad!.ToArray<float>());
    }
}
