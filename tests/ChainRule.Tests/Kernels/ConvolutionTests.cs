using System.Numerics;
using System.Runtime.InteropServices;
using ChainRule.Kernels.Convolution;

namespace ChainRule.Tests.Kernels;

public sealed unsafe class ConvolutionTests
{
    private delegate void ForwardKernel<T>(in ConvolutionShape shape, T* x, T* w, T* bias, T* y, bool relu)
        where T : unmanaged;

    private delegate void DataKernel<T>(in ConvolutionShape shape, T* dy, T* w, T* dx)
        where T : unmanaged;

    private delegate void WeightKernel<T>(in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged;

    private delegate void BiasKernel<T>(in ConvolutionShape shape, T* dy, T* db, bool accumulate)
        where T : unmanaged;

    private const int Cases = 220;

    /// <summary>
    /// Shapes that take every way through the kernels: wide and narrow, strided, dilated, grouped, pointwise.
    /// </summary>
    private static readonly ConvolutionShape[] Chosen =
    [
        ConvolutionShape.For2D(3, 1, 28, 28, 32, 5, 1, 2),
        ConvolutionShape.For2D(2, 32, 14, 14, 64, 5, 1, 2),
        ConvolutionShape.For2D(2, 64, 9, 9, 40, 3, 2, 1),
        ConvolutionShape.For2D(9, 3, 16, 16, 16, 3, 1, 1),
        ConvolutionShape.For2D(3, 20, 11, 14, 24, 3, 1, 1),
        ConvolutionShape.For2D(2, 16, 9, 9, 33, 3),
        ConvolutionShape.For2D(5, 32, 8, 8, 16, 3, 1, 2),
        ConvolutionShape.For2D(1, 13, 12, 10, 17, 5, 1, 4),
        ConvolutionShape.For2D(2, 40, 13, 13, 50, 5, 1, 2) with { Groups = 2 },
        ConvolutionShape.For2D(4, 36, 6, 7, 36, 3, 1, 1) with { Groups = 3 },
        ConvolutionShape.For2D(2, 20, 8, 8, 33, 1),
        ConvolutionShape.For2D(2, 20, 8, 8, 33, 1, 2),
        ConvolutionShape.For2D(1, 40, 20, 20, 50, 3, 1, 1),
        new(2, 48, 48, new(1, 11, 12), new(1, 3, 3), new(1, 1, 1), new(0, 1, 1), Extent.One, 48),
        new(3, 40, 40, new(1, 17, 33), new(1, 5, 5), new(1, 1, 1), new(0, 2, 2), Extent.One, 40),
        new(2, 6, 12, new(1, 16, 16), new(1, 3, 2), new(1, 1, 1), new(0, 0, 1), Extent.One, 6),
        new(2, 34, 34, new(1, 19, 19), new(1, 5, 5), new(1, 2, 2), new(0, 2, 1), Extent.One, 34),
        new(2, 12, 24, new(1, 11, 12), new(1, 3, 3), new(1, 2, 2), new(0, 1, 1), new(1, 2, 2), 4),
        new(2, 8, 6, new(1, 1, 50), new(1, 1, 7), new(1, 1, 3), new(0, 0, 5), new(1, 1, 2)),
        new(2, 36, 34, new(5, 6, 7), new(2, 3, 2), new(2, 1, 3), new(1, 0, 2), new(1, 2, 1)),
        new(1, 70, 100, new(1, 5, 5), new(1, 2, 2), Extent.One, Extent.Zero, Extent.One),
        ConvolutionShape.For2D(0, 3, 8, 8, 4, 3),
        ConvolutionShape.For2D(2, 3, 2, 2, 4, 3),
    ];

    [Fact]
    public void Float_forward_equals_the_reference() => Forward<float>(Convolution.Forward);

    [Fact]
    public void Double_forward_equals_the_reference() => Forward<double>(Convolution.Forward);

    [Fact]
    public void Float_backward_to_data_equals_the_reference() => Data<float>(Convolution.BackwardData);

    [Fact]
    public void Double_backward_to_data_equals_the_reference() => Data<double>(Convolution.BackwardData);

    [Fact]
    public void Float_backward_to_weights_equals_the_reference() => Weights<float>(Convolution.BackwardWeights);

    [Fact]
    public void Double_backward_to_weights_equals_the_reference() => Weights<double>(Convolution.BackwardWeights);

    [Fact]
    public void Backward_to_bias_equals_the_reference()
    {
        Bias<float>(Convolution.BackwardBias);
        Bias<double>(Convolution.BackwardBias);
    }

    [Fact]
    public void All_passes_have_the_same_bits_for_any_number_of_threads()
    {
        foreach (ConvolutionShape shape in Chosen)
        {
            byte[][] results = new byte[3][];
            for (int threads = 1; threads <= 3; threads++)
                results[threads - 1] = Threads.On(threads, () => AllPasses(shape));
            KernelAssert.SameBits<byte>(results[0], results[1], $"{shape}, 2 threads");
            KernelAssert.SameBits<byte>(results[0], results[2], $"{shape}, 3 threads");
        }
    }

    // Minimal filtering saves products; it must not cost digits. The plain form loses sqrt(terms) roundings or so.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Minimal_filtering_is_as_exact_as_the_plain_sum(int kernel)
    {
        ConvolutionShape shape = ConvolutionShape.For2D(2, 32, 16, 16, 32, kernel, 1, kernel / 2);
        var random = new Random(3);
        using Buffers<float> b = new(shape, random);
        using var x = new GuardedMemory<double>(shape.InputLength);
        using var w = new GuardedMemory<double>(shape.WeightLength);
        using var exact = new GuardedMemory<double>(shape.OutputLength);
        using var plain = new GuardedMemory<float>(shape.OutputLength);
        for (int i = 0; i < x.Span.Length; i++) x.Span[i] = b.X.Span[i];
        for (int i = 0; i < w.Span.Length; i++) w.Span[i] = b.W.Span[i];
        Convolution.Forward(shape, b.X.Data, b.W.Data, null, b.Y.Data);
        ConvolutionReference.Forward(shape, b.X.Data, b.W.Data, null, plain.Data, relu: false);
        ConvolutionReference.Forward(shape, x.Data, w.Data, null, exact.Data, relu: false);
        Assert.InRange(Error(b.Y) / Error(plain), 0, 1.5);

        double Error(GuardedMemory<float> y)
        {
            double sum = 0;
            for (int i = 0; i < y.Span.Length; i++) sum += Math.Pow(y.Span[i] - exact.Span[i], 2);
            return Math.Sqrt(sum / y.Span.Length);
        }
    }

    [Fact]
    public void Output_size_follows_the_formula()
    {
        var shape = new ConvolutionShape(1, 1, 1, new(1, 7, 10), new(1, 3, 2), new(1, 2, 3),
            new(0, 1, 0), new(1, 2, 4));
        Assert.Equal(new Extent(1, 3, 2), shape.Output);
    }

    private static byte[] AllPasses(ConvolutionShape shape)
    {
        var random = new Random(5);
        using Buffers<float> b = new(shape, random);
        Convolution.Forward(shape, b.X.Data, b.W.Data, b.Bias.Data, b.Y.Data, relu: true);
        byte[] forward = MemoryMarshal.AsBytes(b.Y.Span).ToArray();
        KernelAssert.Fill(b.Y.Span, random);
        Convolution.BackwardWeights(shape, b.X.Data, b.Y.Data, b.W.Data, accumulate: true);
        Convolution.BackwardBias(shape, b.Y.Data, b.Bias.Data, accumulate: true);
        Convolution.BackwardData(shape, b.Y.Data, b.W.Data, b.X.Data);
        return [.. forward, .. MemoryMarshal.AsBytes(b.W.Span), .. MemoryMarshal.AsBytes(b.Bias.Span),
            .. MemoryMarshal.AsBytes(b.X.Span)];
    }

    private static void Forward<T>(ForwardKernel<T> kernel)
        where T : unmanaged, INumber<T> => ForEachShape((shape, random, what) =>
    {
        using Buffers<T> b = new(shape, random);
        using var expected = new GuardedMemory<T>(shape.OutputLength);
        T* bias = random.Next(2) == 0 ? b.Bias.Data : null;
        bool relu = random.Next(2) == 0;
        kernel(shape, b.X.Data, b.W.Data, bias, b.Y.Data, relu);
        ConvolutionReference.Forward(shape, b.X.Data, b.W.Data, bias, expected.Data, relu);
        KernelAssert.Close<T>(expected.Span, b.Y.Span, shape.Depth, what);
        b.Y.AssertIntact();
    });

    private static void Data<T>(DataKernel<T> kernel)
        where T : unmanaged, INumber<T> => ForEachShape((shape, random, what) =>
    {
        using Buffers<T> b = new(shape, random);
        using var expected = new GuardedMemory<T>(shape.InputLength);
        kernel(shape, b.Y.Data, b.W.Data, b.X.Data);
        ConvolutionReference.BackwardData(shape, b.Y.Data, b.W.Data, expected.Data);
        KernelAssert.Close<T>(expected.Span, b.X.Span, shape.OutputPerGroup * shape.Kernel.Volume, what);
        b.X.AssertIntact();
    });

    private static void Weights<T>(WeightKernel<T> kernel)
        where T : unmanaged, INumber<T> => ForEachShape((shape, random, what) =>
    {
        using Buffers<T> b = new(shape, random);
        using var expected = new GuardedMemory<T>(shape.WeightLength);
        b.W.Span.CopyTo(expected.Span);
        bool accumulate = random.Next(2) == 0;
        kernel(shape, b.X.Data, b.Y.Data, b.W.Data, accumulate);
        ConvolutionReference.BackwardWeights(shape, b.X.Data, b.Y.Data, expected.Data, accumulate);
        KernelAssert.Close<T>(expected.Span, b.W.Span, (double)shape.Batch * shape.Output.Volume, what);
        b.W.AssertIntact();
    });

    private static void Bias<T>(BiasKernel<T> kernel)
        where T : unmanaged, INumber<T> => ForEachShape((shape, random, what) =>
    {
        using Buffers<T> b = new(shape, random);
        using var expected = new GuardedMemory<T>(shape.OutputChannels);
        b.Bias.Span.CopyTo(expected.Span);
        bool accumulate = random.Next(2) == 0;
        kernel(shape, b.Y.Data, b.Bias.Data, accumulate);
        ConvolutionReference.BackwardBias(shape, b.Y.Data, expected.Data, accumulate);
        KernelAssert.Close<T>(expected.Span, b.Bias.Span, (double)shape.Batch * shape.Output.Volume, what);
    });

    private static void ForEachShape(Action<ConvolutionShape, Random, string> test)
    {
        foreach (ConvolutionShape shape in Chosen) test(shape, new Random(1), shape.ToString());
        for (int seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            ConvolutionShape shape = RandomShape(random);
            test(shape, random, $"seed {seed}: {shape}");
        }
    }

    private static ConvolutionShape RandomShape(Random random)
    {
        int groups = random.Next(3) == 0 ? random.Next(1, 5) : 1;
        bool deep = random.Next(4) == 0;
        int In() => random.Next(1, 20);
        int channels = groups * (random.Next(4) == 0 ? random.Next(20, 50) : random.Next(1, 6));
        int outputs = groups * (random.Next(4) == 0 ? random.Next(30, 70) : random.Next(1, 8));
        return new ConvolutionShape(
            random.Next(1, 4), channels, outputs,
            new(deep ? random.Next(1, 6) : 1, deep ? random.Next(1, 8) : In(), In()),
            new(deep ? random.Next(1, 3) : 1, random.Next(1, 5), random.Next(1, 5)),
            new(deep ? random.Next(1, 3) : 1, random.Next(1, 4), random.Next(1, 4)),
            new(deep ? random.Next(0, 2) : 0, random.Next(0, 6), random.Next(0, 4)),
            new(deep ? random.Next(1, 3) : 1, random.Next(1, 4), random.Next(1, 4)),
            groups);
    }

    private sealed class Buffers<T> : IDisposable
        where T : unmanaged, INumber<T>
    {
        public Buffers(ConvolutionShape shape, Random random)
        {
            X = new GuardedMemory<T>(shape.InputLength);
            W = new GuardedMemory<T>(shape.WeightLength);
            Bias = new GuardedMemory<T>(shape.OutputChannels);
            Y = new GuardedMemory<T>(shape.OutputLength);
            KernelAssert.Fill(X.Span, random);
            KernelAssert.Fill(W.Span, random);
            KernelAssert.Fill(Bias.Span, random);
            KernelAssert.Fill(Y.Span, random);
        }

        public GuardedMemory<T> X { get; }

        public GuardedMemory<T> W { get; }

        public GuardedMemory<T> Bias { get; }

        public GuardedMemory<T> Y { get; }

        public void Dispose()
        {
            X.Dispose();
            W.Dispose();
            Bias.Dispose();
            Y.Dispose();
        }
    }
}
