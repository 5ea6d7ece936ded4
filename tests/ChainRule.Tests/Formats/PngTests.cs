using System.Security.Cryptography;
using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class PngTests
{
    private static int Pattern(int x, int y, int s, int depth) =>
        (x * 31 + y * 17 + s * 101 + x * y) & ((1 << depth) - 1);

    public static TheoryData<int, int, bool> Kinds()
    {
        var kinds = new TheoryData<int, int, bool>();
        (int Colour, int[] Depths)[] all = [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (4, [8, 16]), (6, [8, 16])];
        foreach (var (colour, depths) in all)
            foreach (int depth in depths)
                foreach (bool interlaced in new[] { false, true }) kinds.Add(colour, depth, interlaced);
        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_colour_type_depth_filter_and_interlacing_is_decoded(int colour, int depth, bool interlaced)
    {
        int samples = PngBytes.SamplesOf(colour), most = (1 << depth) - 1;
        foreach (var (width, height) in new[] { (1, 1), (3, 2), (5, 9), (8, 8), (17, 13) })
        {
            for (int filter = -1; filter < 5; filter++)
            {
                var image = PngImage.Decode(PngBytes.File(width, height, depth, colour, interlaced, filter,
                    (x, y, s) => Pattern(x, y, s, depth)));
                Assert.Equal(
                    (width, height, samples, depth), (image.Width, image.Height, image.Channels, image.BitDepth));
                Assert.Equal(depth == 16, image.Pixels16 is not null);
                for (int i = 0; i < image.Pixels.Length; i++)
                {
                    int value = Pattern(i / samples % width, i / samples / width, i % samples, depth);
                    Assert.Equal((int)Math.Round(value * 255.0 / most), image.Pixels[i]);
                    if (depth == 16) Assert.Equal(value, image.Pixels16![i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(4, 16)]
    [InlineData(8, 200)]
    public void Palette_colours_are_looked_up(int depth, int colours)
    {
        byte[] palette = [.. Enumerable.Range(0, 3 * colours).Select(i => (byte)(i * 7))];
        var image = PngImage.Decode(PngBytes.File(9, 5, depth, 3, true, 0, (x, y, _) => (x + 9 * y) % colours,
            PngBytes.Chunk("PLTE", palette)));
        Assert.Equal(3, image.Channels);
        for (int i = 0; i < 45; i++)
            Assert.Equal(palette[(3 * (i % colours))..(3 * (i % colours) + 3)], image.Pixels[(3 * i)..(3 * i + 3)]);
    }

    [Fact]
    public void Palette_transparency_adds_an_alpha_channel()
    {
        var image = PngImage.Decode(PngBytes.File(3, 1, 2, 3, false, -1, (x, _, _) => x,
            PngBytes.Chunk("PLTE", 1, 2, 3, 4, 5, 6, 7, 8, 9), PngBytes.Chunk("tRNS", 0, 128)));
        Assert.Equal([1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255], image.Pixels);
    }

    [Fact]
    public void Transparent_grey_and_colour_add_an_alpha_channel()
    {
        var grey = PngImage.Decode(
            PngBytes.File(2, 1, 8, 0, false, -1, (x, _, _) => 10 + x, PngBytes.Chunk("tRNS", 0, 11)));
        Assert.Equal([10, 255, 11, 0], grey.Pixels);
        var colour = PngImage.Decode(PngBytes.File(2, 1, 8, 2, false, -1, (x, _, s) => x + s,
            PngBytes.Chunk("tRNS", 0, 0, 0, 1, 0, 2)));
        Assert.Equal([0, 1, 2, 0, 1, 2, 3, 255], colour.Pixels);
    }

    [Fact]
    public void Image_data_in_many_chunks_is_joined()
    {
        byte[] packed = PngBytes.Zip(PngBytes.Raw(4, 4, 8, 0, false, 0, (x, y, _) => 16 * x + y));
        var image = PngImage.Decode(PngBytes.File([PngBytes.Header(4, 4, 8, 0), PngBytes.Chunk("tEXt", 65, 0, 66),
            .. packed.Select(b => PngBytes.Chunk("IDAT", b)), PngBytes.Chunk("IDAT"), PngBytes.Chunk("IEND")]));
        Assert.Equal([.. Enumerable.Range(0, 16).Select(i => (byte)(16 * (i % 4) + i / 4))], image.Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Written_picture_is_read_back(int channels)
    {
        using var folder = new TempFolder();
        var pixels = new byte[37 * 23 * channels];
        new Random(5).NextBytes(pixels);
        for (int i = 0; i < pixels.Length / 2; i++) pixels[i] = (byte)(i / 11);
        new PngImage(37, 23, channels, pixels).Write(folder["x.png"]);
        var back = PngImage.Read(folder["x.png"]);
        Assert.Equal((37, 23, channels, 8), (back.Width, back.Height, back.Channels, back.BitDepth));
        Assert.Equal(pixels, back.Pixels);
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Smooth_picture_is_written_smaller_than_its_pixels()
    {
        byte[] slope = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 64 * 2 + i / 64))];
        Assert.InRange(new PngImage(64, 64, 1, slope).Encode().Length, 60, 400);
    }

    // Sizes, sums and hashes of the points were computed with another decoder.
    [SharedTheory("data/images")]
    [InlineData("brick", 512, 512, 1, 29217353, "664a145c5253f0d66db1a12776785f0ea35a44cc7447ffc933f6d6118dc58643")]
    [InlineData("camera", 512, 512, 1, 33832495, "5cb24482a53416f99052258be2b1ee38cd31c559a70c8a8b321cba231b332e21")]
    [InlineData("chelsea", 451, 300, 3, 46802357, "416b729128bfb2c3d1eb69bf9b1734a796293abc17939267b2dc94f8a5784031")]
    [InlineData("coins", 384, 303, 1, 11269333, "e080cc03805f1fa70516c3cb84883d4633bda2a1b51841da7c22f3d14c072451")]
    public void Photographs_are_decoded_exactly(string name, int width, int height, int channels, long sum, string hash)
    {
        var image = PngImage.Read(SharedData.Path($"data/images/{name}.png"));
        Assert.Equal((width, height, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(sum, image.Pixels.Sum(p => (long)p));
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
        Assert.Equal(image.Pixels, PngImage.Decode(image.Encode()).Pixels);
    }

    [Fact]
    public void Grey_weighs_colours_and_lays_transparency_over_white()
    {
        byte[] colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        Assert.Equal([76, 150, 29, 255], new PngImage(4, 1, 3, colours).ToGrey().Pixels);
        Assert.Equal([255, 100, 155], new PngImage(3, 1, 2, [7, 0, 100, 255, 55, 128]).ToGrey().Pixels);
        Assert.Equal([255, 0], new PngImage(2, 1, 4, [9, 9, 9, 0, 0, 0, 0, 255]).ToGrey().Pixels);
    }

    [Fact]
    public void Picture_of_the_wrong_number_of_points_is_refused() => Assert.Equal(
        "5 numbers for 2 x 1 points of 3; expected 6. (Parameter 'pixels')",
        Assert.Throws<ArgumentException>(() => new PngImage(2, 1, 3, new byte[5])).Message);
}
