using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class PngErrorTests
{
    private static readonly byte[] Good = PngBytes.File(6, 5, 8, 2, false, 0, (x, y, s) => 40 * x + 9 * y + s);

    private static byte[] Data(int width, int height) =>
        PngBytes.Chunk("IDAT", PngBytes.Zip(new byte[height * (width + 1)]));

    private static readonly byte[] End = PngBytes.Chunk("IEND");

    private static string ErrorOf(params byte[] content) =>
        Assert.Throws<DataException>(() => PngImage.Decode(content, "x.png")).Message;

    private static string ErrorOf(params byte[][] chunks) => ErrorOf(PngBytes.File(chunks));

    private static string Text(string problem, int offset, bool unpacked = false) =>
        $"PNG: {problem}\n  file: x.png\n  offset: {offset}{(unpacked ? " (of the unpacked content)" : "")}";

    [Fact]
    public void Empty_file_is_refused() => Assert.Equal(Text("the file is empty.", 0), ErrorOf(Array.Empty<byte>()));

    [Fact]
    public void Other_file_is_refused() => Assert.Equal(
        Text("this is not a PNG file: it begins with FF D8 FF E0 00 10 4A 46, expected 89 50 4E 47 0D 0A 1A 0A.", 0),
        ErrorOf([0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, 0x4A, 0x46, 0x49]));

    [SharedFact("data/images/rocket.jpg")]
    public void Jpeg_file_is_refused_by_name()
    {
        string path = SharedData.Path("data/images/rocket.jpg");
        var error = Assert.Throws<DataException>(() => PngImage.Read(path));
        Assert.StartsWith("PNG: this is not a PNG file: it begins with FF D8 FF ", error.Message);
        Assert.Equal(path, error.File);
    }

    [Fact]
    public void File_without_its_end_is_refused() => Assert.Equal(
        Text("the file is cut short: it ends before its IEND chunk.", Good.Length - 12), ErrorOf(Good[..^12]));

    [Fact]
    public void Chunk_longer_than_the_file_is_refused() => Assert.Equal(
        Text("chunk IDAT says it has 70000 bytes; 0 are left in the file: it is cut short or damaged.", 33),
        ErrorOf(PngBytes.Header(6, 5, 8, 2), [0, 1, 0x11, 0x70, .. "IDAT"u8]));

    [Fact]
    public void Chunk_of_four_gigabytes_is_refused() => Assert.Equal(
        Text("chunk IDAT says it has 4294967295 bytes; 12 are left in the file: it is cut short or damaged.", 33),
        ErrorOf(PngBytes.Header(6, 5, 8, 2), [255, 255, 255, 255, .. "IDAT"u8, .. new byte[16]]));

    [Fact]
    public void Damaged_chunk_is_refused()
    {
        var damaged = (byte[])Good.Clone();
        damaged[^13] ^= 1;                                               // the last byte of the image data's checksum
        Assert.Matches(@"^PNG: chunk IDAT is damaged: its checksum is [0-9A-F]{8}, the file says [0-9A-F]{8}\.\n"
            + @"  file: x.png\n  offset: 33$", ErrorOf(damaged));
    }

    [Fact]
    public void Missing_header_is_refused() => Assert.Equal(
        Text("chunk IDAT where IHDR is expected first and once.", 8), ErrorOf(Data(1, 1), End));

    [Fact]
    public void Second_header_is_refused() => Assert.Equal(
        Text("chunk IHDR where IHDR is expected first and once.", 33),
        ErrorOf(PngBytes.Header(1, 1, 8, 0), PngBytes.Header(1, 1, 8, 0), End));

    [Fact]
    public void Type_that_is_no_letters_is_refused() => Assert.Equal(
        Text("a chunk's type is not made of four letters.", 37), ErrorOf(PngBytes.Header(1, 1, 8, 0), new byte[12]));

    [Theory]
    [InlineData(0, 5, "0 x 5")]
    [InlineData(3_000_000_000, 5, "3000000000 x 5")]
    public void Impossible_size_is_refused(uint width, uint height, string said) => Assert.Equal(
        Text($"the picture is {said}; expected 1 to 2147483647 each.", 16),
        ErrorOf(PngBytes.Header(width, height, 8, 0), Data(1, 1), End));

    [Fact]
    public void Header_of_another_length_is_refused() => Assert.Equal(
        Text("chunk IHDR has 12 bytes; expected 13.", 16), ErrorOf(PngBytes.Chunk("IHDR", new byte[12]), End));

    [Theory]
    [InlineData(3, 0)]
    [InlineData(4, 2)]
    [InlineData(16, 3)]
    [InlineData(8, 5)]
    public void Depth_that_does_not_exist_is_refused(int depth, int colour) => Assert.Equal(
        Text($"bit depth {depth} with colour type {colour} does not exist.", 24),
        ErrorOf(PngBytes.Header(1, 1, depth, colour), Data(1, 1), End));

    [Theory]
    [InlineData(10, 1, 26, "unknown compression or filter method.")]
    [InlineData(11, 1, 26, "unknown compression or filter method.")]
    [InlineData(12, 2, 28, "unknown interlace method 2; expected 0 or 1.")]
    public void Unknown_method_is_refused(int at, byte value, int offset, string problem)
    {
        byte[] header = PngBytes.Header(1, 1, 8, 0)[8..21];
        header[at] = value;
        Assert.Equal(Text(problem, offset), ErrorOf(PngBytes.Chunk("IHDR", header), Data(1, 1), End));
    }

    [Fact]
    public void Missing_image_data_is_refused() => Assert.Equal(
        Text("there is no image data (no IDAT chunk).", 33), ErrorOf(PngBytes.Header(1, 1, 8, 0), End));

    [Fact]
    public void Split_image_data_is_refused() => Assert.Equal(
        Text("chunk IDAT after other chunks have ended the image data.", 33 + Data(2, 2).Length + 12),
        ErrorOf(PngBytes.Header(2, 2, 8, 0), Data(2, 2), PngBytes.Chunk("tEXt"), Data(2, 2), End));

    [Fact]
    public void Unknown_critical_chunk_is_refused() => Assert.Equal(
        Text("unknown critical chunk NEWS.", 33), ErrorOf(PngBytes.Header(1, 1, 8, 0), PngBytes.Chunk("NEWS"), End));

    [Fact]
    public void Missing_palette_is_refused() => Assert.Equal(
        Text("there is no palette (no PLTE chunk).", 33 + Data(1, 1).Length),
        ErrorOf(PngBytes.Header(1, 1, 8, 3), Data(1, 1), End));

    [Fact]
    public void Palette_of_a_wrong_length_is_refused() => Assert.Equal(
        Text("a palette of 4 bytes; expected 3 for each of 1 to 256 colours.", 33),
        ErrorOf(PngBytes.Header(1, 1, 8, 3), PngBytes.Chunk("PLTE", 1, 2, 3, 4), Data(1, 1), End));

    [Fact]
    public void Transparency_of_a_wrong_length_is_refused() => Assert.Equal(
        Text("chunk tRNS has 1 bytes; expected 6.", 33),
        ErrorOf(PngBytes.Header(1, 1, 8, 2), PngBytes.Chunk("tRNS", 1), Data(3, 1), End));

    [Fact]
    public void Colour_beyond_the_palette_is_refused() => Assert.Equal(
        Text("a point of row 1 has colour 3 of a palette of 2.", 4, unpacked: true),
        ErrorOf(PngBytes.File(2, 2, 8, 3, false, -1, (_, y, _) => 3 * y, PngBytes.Chunk("PLTE", new byte[6]))));

    [Fact]
    public void Unknown_filter_is_refused() => Assert.Equal(
        Text("unknown filter 7 in row 1; expected 0 to 4.", 3, unpacked: true),
        ErrorOf(PngBytes.Header(2, 2, 8, 0), PngBytes.Chunk("IDAT", PngBytes.Zip([0, 1, 2, 7, 3, 4])), End));

    [Fact]
    public void Too_little_image_data_is_refused() => Assert.Equal(
        Text("the header promises 4 x 4 points, 20 bytes of image data, but only 10 are there.", 10, unpacked: true),
        ErrorOf(PngBytes.Header(4, 4, 8, 0), Data(4, 2), End));

    [Fact]
    public void Too_much_image_data_is_refused() => Assert.Equal(
        Text("the header promises 4 x 4 points, 20 bytes of image data, but there are more.", 20, unpacked: true),
        ErrorOf(PngBytes.Header(4, 4, 8, 0), Data(4, 5), End));

    [Fact]
    public void Damaged_packing_is_refused() => Assert.Equal(
        Text("the packed image data is damaged.", 0, unpacked: true),
        ErrorOf(PngBytes.Header(4, 4, 8, 0), PngBytes.Chunk("IDAT", 1, 2, 3, 4, 5, 6, 7), End));

    [Fact]
    public void Size_beyond_what_the_data_can_unpack_to_is_refused()
    {
        int packed = Data(4, 4).Length - 12;
        Assert.Equal(Text("the header promises 60000 x 60000 points, 3600060000 bytes of image data, "
            + $"more than the {packed} packed bytes can unpack to.", 16),
            ErrorOf(PngBytes.Header(60000, 60000, 8, 0), Data(4, 4), End));
    }

    [Fact]
    public void Largest_size_of_all_is_refused_without_overflow() => Assert.StartsWith(
        "PNG: the header promises 2147483647 x 2147483647 points, 36893488115206848519 bytes of image data, more than ",
        ErrorOf(PngBytes.Header(int.MaxValue, int.MaxValue, 16, 6), Data(4, 4), End));

    [Fact]
    public void Lying_size_takes_no_memory()
    {
        // Enough packed bytes that the promise could be true; only unpacking shows that it is not.
        byte[] noise = new byte[120_000];
        new Random(1).NextBytes(noise);
        byte[] file = PngBytes.File(
            PngBytes.Header(10_000, 10_000, 8, 0), PngBytes.Chunk("IDAT", PngBytes.Zip(noise)), End);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Text("the header promises 10000 x 10000 points, 100010000 bytes of image data, "
            + "but only 120000 are there.", 120_000, unpacked: true), ErrorOf(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Every_cut_and_every_damaged_byte_gives_a_data_error()
    {
        for (int length = 0; length < Good.Length; length++)
            Assert.Throws<DataException>(() => PngImage.Decode(Good[..length]));
        for (int i = 0; i < Good.Length; i++)
        {
            var damaged = (byte[])Good.Clone();
            damaged[i] ^= 0x55;
            Assert.Throws<DataException>(() => PngImage.Decode(damaged));
        }
    }
}
