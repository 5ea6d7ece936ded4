using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class PictureTests
{
    private static Picture Pattern =>
        new(7, 5, 3, [.. Enumerable.Range(0, 105).Select(i => (byte)((i * 37) + (i * i * 11)))]);

    // As torch.nn.functional.interpolate gives them in float, mode "bilinear" and antialias=True; the sum over all.
    [Theory]
    [InlineData(3, 2, 2555.18, new[] { 137.75, 127.49, 148.38, 113.1, 146.19, 162.95, 187.39, 117.55, 107.1, 155.34 })]
    [InlineData(4, 11, 18600.6, new[] { 95.05, 55.71, 160.29, 153.12, 82.4, 218.0, 221.52, 87.92, 160.64, 173.14 })]
    [InlineData(14, 3, 17711.75, new[] { 108.0, 134.57, 73.43, 117.0, 123.5, 106.29, 135.0, 101.36, 172.0, 129.36 })]
    [InlineData(1, 1, 423.6, new[] { 134.14, 138.12, 151.35 })]
    public void Resized_picture_is_that_of_PyTorch_with_antialias(int width, int height, double sum, double[] begin)
    {
        Picture small = Pattern.Resize(width, height);
        Assert.Equal((width, height, 3), (small.Width, small.Height, small.Channels));
        for (int i = 0; i < begin.Length; i++) Assert.InRange(small.Pixels[i], begin[i] - 0.51, begin[i] + 0.51);
        double near = Math.Max(1.5, 0.1 * small.Pixels.Length);
        Assert.InRange(small.Pixels.Sum(p => (double)p), sum - near, sum + near);
    }

    [Fact]
    public void Even_picture_stays_even_in_any_size()
    {
        Picture even = new(5, 9, 1, [.. Enumerable.Repeat((byte)201, 45)]);
        foreach ((int w, int h) in new[] { (1, 1), (2, 13), (40, 3), (5, 9), (200, 1) })
            Assert.All(even.Resize(w, h).Pixels, p => Assert.Equal(201, p));
    }

    [Fact]
    public void Fit_crops_the_middle_pads_with_black_or_stretches()
    {
        // Columns 0 10 20 30, two rows.
        Picture wide = new(4, 2, 1, [0, 10, 20, 30, 0, 10, 20, 30]);
        Assert.Equal([10, 20, 10, 20], wide.Fit(2, 2).Pixels);
        Assert.Equal([0, 0, 0, 0, 0, 10, 20, 30, 0, 10, 20, 30, 0, 0, 0, 0], wide.Fit(4, 4, ImageFit.Pad).Pixels);
        Assert.Equal(wide.Resize(2, 2).Pixels, wide.Fit(2, 2, ImageFit.Stretch).Pixels);
        Assert.Same(wide, wide.Fit(4, 2));
        Assert.Equal((3, 3), (wide.Fit(3, 3).Width, wide.Fit(3, 3).Height));
    }

    [Fact]
    public void Channels_are_mixed_and_transparent_points_lie_over_white()
    {
        Picture colour = new(2, 1, 4, [255, 0, 0, 255, 10, 20, 30, 0]);
        Assert.Equal([255, 0, 0, 255, 255, 255], colour.ToChannels(3).Pixels);
        Assert.Equal([76, 255], colour.ToChannels(1).Pixels);
        Assert.Equal([7, 7, 7, 131, 131, 131], new Picture(2, 1, 2, [7, 255, 7, 128]).ToChannels(3).Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => colour.ToChannels(4));
    }

    [Fact]
    public void Tensor_has_the_channels_first()
    {
        Tensor x = new Picture(2, 1, 3, [1, 2, 3, 4, 5, 6]).ToTensor();
        Assert.Equal([3, 1, 2], x.Shape.Dims.ToArray());
        Assert.Equal(DType.UInt8, x.DType);
        Assert.Equal([1, 4, 2, 5, 3, 6], x.ToArray<byte>());
    }

    [Fact]
    public void Part_beyond_the_picture_is_refused()
    {
        Assert.Equal(Pattern.Pixels[^3..], Pattern.Crop(6, 4, 1, 1).Pixels);
        ArgumentException e = Assert.Throws<ArgumentException>(() => Pattern.Crop(5, 0, 3, 1));
        Assert.Equal("3 x 1 points from column 5, row 0 on, of a picture of 7 x 5.", e.Message);
        Assert.Throws<ArgumentException>(() => new Picture(2, 2, 3, new byte[11]));
    }
}
