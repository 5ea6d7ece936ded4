using System.Numerics;
using System.Runtime.InteropServices;
using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Pooling;

namespace ChainRule.Tests.Kernels;

public sealed unsafe class PoolingTests
{
    [Fact]
    public void Float_pooling_of_random_shapes_equals_the_reference() => RandomShapes<float>();

    [Fact]
    public void Double_pooling_of_random_shapes_equals_the_reference() => RandomShapes<double>();

    [Fact]
    public void Halving_of_every_width_equals_the_reference()
    {
        for (int width = 2; width < 40; width++)
        {
            foreach (bool ceil in new[] { false, true })
            {
                PoolingShape shape = PoolingShape.For2D(3, 5, width, 2, 2) with { CeilMode = ceil };
                Compare<float>(shape, new Random(width), shape.ToString());
                Compare<float>(shape with { Divisor = 3 }, new Random(width), shape.ToString());
            }
        }
    }

    [Fact]
    public void Pooling_has_the_same_bits_for_any_number_of_threads()
    {
        foreach (PoolingShape shape in new[]
        {
            PoolingShape.For2D(200, 28, 28, 2, 2),
            PoolingShape.For2D(200, 28, 29, 3, 2, 1),
            new PoolingShape(50, new(4, 20, 20), new(2, 3, 3), Extent.One, new(0, 1, 1), Extent.One),
        })
        {
            byte[][] results = new byte[3][];
            for (int threads = 1; threads <= 3; threads++)
                results[threads - 1] = Threads.On(threads, () => AllPasses(shape));
            KernelAssert.SameBits<byte>(results[0], results[1], $"{shape}, 2 threads");
            KernelAssert.SameBits<byte>(results[0], results[2], $"{shape}, 3 threads");
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void A_NaN_is_the_maximum_of_its_window_and_ties_go_to_the_first(int width)
    {
        float[] x = new float[2 * width], y = new float[width / 2];
        int[] index = new int[width / 2];
        x[1] = float.NaN;
        x[width] = 7;
        fixed (float* px = x, py = y)
        fixed (int* pi = index)
            Pooling<float>.MaxForward(PoolingShape.For2D(1, 2, width, 2, 2), px, py, pi);
        Assert.Equal(float.NaN, y[0]);
        Assert.Equal(1, index[0]);
        Assert.Equal(0, y[1]);
        Assert.Equal(2, index[1]);
    }

    [Fact]
    public void Padding_never_is_the_maximum()
    {
        float* x = stackalloc float[] { -5 };
        float y;
        int index;
        Pooling<float>.MaxForward(PoolingShape.For2D(1, 1, 1, 3, 1, 1), x, &y, &index);
        Assert.Equal(-5, y);
        Assert.Equal(0, index);
    }

    [Theory]
    [InlineData(7, 3, 2, 0, 1, true, 3)]
    [InlineData(8, 3, 2, 0, 1, true, 4)]
    [InlineData(8, 3, 2, 0, 1, false, 3)]
    [InlineData(6, 2, 3, 1, 1, true, 3)]
    [InlineData(4, 2, 3, 1, 1, true, 2)]
    [InlineData(9, 3, 2, 1, 2, false, 4)]
    public void Output_size_follows_the_formula(
        int input, int kernel, int stride, int padding, int dilation, bool ceil, int expected)
    {
        var shape = new PoolingShape(1, new(1, 1, input), new(1, 1, kernel), new(1, 1, stride), new(0, 0, padding),
            new(1, 1, dilation), ceil);
        Assert.Equal(expected, shape.Output.W);
    }

    private static void RandomShapes<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            bool deep = random.Next(4) == 0;
            Extent kernel = new(deep ? random.Next(1, 4) : 1, random.Next(1, 5), random.Next(1, 5));
            var shape = new PoolingShape(
                random.Next(1, 5),
                new(deep ? random.Next(3, 7) : 1, random.Next(4, 20), random.Next(4, 20)),
                kernel,
                new(deep ? random.Next(1, 4) : 1, random.Next(1, 4), random.Next(1, 4)),
                new(random.Next(0, (kernel.D / 2) + 1), random.Next(0, (kernel.H / 2) + 1),
                    random.Next(0, (kernel.W / 2) + 1)),
                new(1, random.Next(3) == 0 ? 2 : 1, random.Next(3) == 0 ? 2 : 1),
                CeilMode: random.Next(2) == 0,
                CountIncludePad: random.Next(2) == 0,
                Divisor: random.Next(4) == 0 ? 5 : 0);
            Compare<T>(shape, random, $"seed {seed}: {shape}");
        }
    }

    private static void Compare<T>(PoolingShape shape, Random random, string what)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = new GuardedMemory<T>((long)shape.Planes * shape.Input.Volume);
        using var dx = new GuardedMemory<T>(x.Length);
        using var dxExpected = new GuardedMemory<T>(x.Length);
        using var y = new GuardedMemory<T>((long)shape.Planes * shape.Output.Volume);
        using var yExpected = new GuardedMemory<T>(y.Length);
        using var index = new GuardedMemory<int>(y.Length);
        using var indexExpected = new GuardedMemory<int>(y.Length);
        KernelAssert.Fill(x.Span, random);
        if (random.Next(3) == 0)
        {
            for (int i = 0; i < x.Length; i++)
            {
                // Ties, and now and then something that is no number.
                x.Data[i] = random.Next(50) switch
                {
                    0 => T.NaN,
                    1 => T.NegativeInfinity,
                    _ => T.CreateTruncating(random.Next(3)),
                };
            }
        }
        Pooling<T>.MaxForward(shape, x.Data, y.Data, index.Data);
        PoolingReference.MaxForward(shape, x.Data, yExpected.Data, indexExpected.Data);
        Assert.Equal(indexExpected.Span.ToArray(), index.Span.ToArray());
        KernelAssert.SameBits<T>(yExpected.Span, y.Span, what + " maximum");
        y.AssertIntact();
        index.AssertIntact();

        KernelAssert.Fill(y.Span, random);
        Pooling<T>.MaxBackward(shape, y.Data, index.Data, dx.Data);
        PoolingReference.MaxBackward(shape, y.Data, index.Data, dxExpected.Data);
        KernelAssert.SameBits<T>(dxExpected.Span, dx.Span, what + " maximum backward");

        shape = shape with { Dilation = Extent.One };
        using var average = new GuardedMemory<T>((long)shape.Planes * shape.Output.Volume);
        using var averageExpected = new GuardedMemory<T>(average.Length);
        KernelAssert.Fill(x.Span, random);
        Pooling<T>.AverageForward(shape, x.Data, average.Data);
        PoolingReference.AverageForward(shape, x.Data, averageExpected.Data);
        KernelAssert.Close<T>(averageExpected.Span, average.Span, shape.Kernel.Volume, what + " average");
        Pooling<T>.AverageBackward(shape, average.Data, dx.Data);
        PoolingReference.AverageBackward(shape, average.Data, dxExpected.Data);
        KernelAssert.Close<T>(dxExpected.Span, dx.Span, shape.Kernel.Volume, what + " average backward");
        dx.AssertIntact();
        average.AssertIntact();
    }

    private static byte[] AllPasses(PoolingShape shape)
    {
        using var x = new GuardedMemory<float>((long)shape.Planes * shape.Input.Volume);
        using var y = new GuardedMemory<float>((long)shape.Planes * shape.Output.Volume);
        using var index = new GuardedMemory<int>(y.Length);
        KernelAssert.Fill(x.Span, new Random(3));
        Pooling<float>.MaxForward(shape, x.Data, y.Data, index.Data);
        byte[] maxima = [.. MemoryMarshal.AsBytes(y.Span), .. MemoryMarshal.AsBytes(index.Span)];
        Pooling<float>.AverageForward(shape, x.Data, y.Data);
        Pooling<float>.MaxBackward(shape, y.Data, index.Data, x.Data);
        byte[] gradients = [.. MemoryMarshal.AsBytes(x.Span)];
        Pooling<float>.AverageBackward(shape, y.Data, x.Data);
        return [.. maxima, .. gradients, .. MemoryMarshal.AsBytes(x.Span), .. MemoryMarshal.AsBytes(y.Span)];
    }
}
