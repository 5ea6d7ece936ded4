using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class JpegTests
{
    private static readonly byte[] Good = JpegBytes.Of(JpegBytes.Colour);

    private static int Frame => Place(0xC0);

    private static int Place(byte marker) => Good.AsSpan().IndexOf(new byte[] { 0xFF, marker });

    private static string ErrorOf(byte[] content, bool strict = true) =>
        Assert.Throws<DataException>(() => ImageDecoder.Jpeg(strict).Decode(content, "x.jpg")).Message;

    private static string Text(string problem, int offset) => $"JPEG: {problem}\n  file: x.jpg\n  offset: {offset}";

    // A byte of the frame's segment changed: 4 depth, 5 and 7 sizes, 9 components, 11 sampling.
    private static byte[] Changed(int at, byte value)
    {
        byte[] content = [.. Good];
        content[Frame + at] = value;
        return content;
    }

    [JpegTheory]
    [InlineData(JpegBytes.Colour, 3, new byte[] { 0, 2, 0, 6, 4, 5, 20, 7, 16, 35, 6, 24 }, 41894)]
    [InlineData(JpegBytes.Progressive, 3, new byte[] { 0, 2, 0, 6, 4, 5, 20, 7, 16, 35, 6, 24 }, 41894)]
    [InlineData(JpegBytes.Grey, 1, new byte[] { 0, 5, 12, 17, 22, 28, 34, 39, 45, 50, 57, 62 }, 13788)]
    [InlineData(JpegBytes.Cmyk, 3, new byte[] { 0, 0, 0, 15, 0, 10, 30, 0, 21, 45, 0, 30 }, 41936)]
    public void Picture_is_decoded_as_Pillow_does(string content, int channels, byte[] begin, int sum)
    {
        Picture picture = ImageDecoder.Default.Decode(JpegBytes.Of(content), "x.jpg");
        Assert.Equal((16, 8, channels), (picture.Width, picture.Height, picture.Channels));
        for (int i = 0; i < begin.Length; i++) Assert.InRange(picture.Pixels[i], begin[i] - 1, begin[i] + 1);
        Assert.InRange(picture.Pixels.Sum(p => p), sum - 60, sum + 60);
    }

    [JpegTheory]
    [InlineData(true)]
    public void Photograph_is_decoded_as_Pillow_does(bool strict)
    {
        if (!SharedData.Has("data/images/rocket.jpg")) return;
        Picture picture = Picture.Read(SharedData.Path("data/images/rocket.jpg"), ImageDecoder.Jpeg(strict));
        Assert.Equal((640, 427, 3), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal([43, 57, 92], picture.Pixels[(((100 * 640) + 200) * 3)..][..3]);
        long[] sums = new long[3];
        for (int i = 0; i < picture.Pixels.Length; i++) sums[i % 3] += picture.Pixels[i];
        Assert.Equal([14283182, 16750506, 22483056], sums);
    }

    [Fact]
    public void File_that_is_no_JPEG_is_refused()
    {
        Assert.Equal(Text("the file is empty.", 0), ErrorOf([]));
        Assert.Equal(Text("this is not a JPEG file: it begins with 895047, expected FFD8FF.", 0),
            ErrorOf([0x89, 0x50, 0x47, 3]));
        Assert.Equal(Text("the file ends before its header.", 4), ErrorOf([0xFF, 0xD8, 0xFF, 0xD9]));
        Assert.Equal(Text("byte 07 where a marker is expected, FF.", 20), ErrorOf([.. Good[..20], 7]));
    }

    [Fact]
    public void Header_that_lies_is_refused()
    {
        int at = Frame, scan = Place(0xDA);
        Assert.Equal(Text("the picture is 16 x 0; expected 1 or more each.", at), ErrorOf(Changed(6, 0)));
        Assert.Equal(Text("the file has 12 bits for each number; expected 8.", at), ErrorOf(Changed(4, 12)));
        Assert.Equal(Text("the header has 15 bytes for 2 components.", at), ErrorOf(Changed(9, 2)));
        Assert.Equal(Text("component 0 has sampling factors 0 x 2; expected 1 to 4.", at), ErrorOf(Changed(11, 0x02)));
        Assert.Equal(
            Text("the file's method (FFC9: arithmetic coding) is not read; expected FFC0, FFC1 or FFC2.", at),
            ErrorOf(Changed(1, 0xC9)));
        Assert.Equal(Text("the header promises 65296 x 65288 points of 3, more than the "
            + $"{Good.Length - scan} bytes of image data can hold.", scan),
            ErrorOf([.. Changed(7, 0xFF)[..(at + 5)], 0xFF, .. Changed(7, 0xFF)[(at + 6)..]]));
    }

    [Fact]
    public void File_that_is_cut_short_is_refused()
    {
        Assert.Equal(Text("the file is cut short: it ends without an end marker.", Good.Length - 2),
            ErrorOf(Good[..^2]));
        int tables = Place(0xC4);
        Assert.Equal(Text("segment FFC4 says it has 31 bytes, its length counted; 12 are left in the file: it is cut "
            + "short or damaged.", tables + 2), ErrorOf(Good[..(tables + 14)]));
    }

    [Fact]
    public void Scans_without_end_are_refused()
    {
        int scan = Place(0xDA);
        byte[] content = [.. Good[..scan], .. Enumerable.Repeat(Good[scan..^2], 101).SelectMany(s => s), 0xFF, 0xD9];
        Assert.StartsWith("JPEG: there are more than 100 scans.", ErrorOf(content));
    }

    [JpegTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_image_data_are_refused_where_strict(bool strict)
    {
        byte[] content = [.. Good[..^12], 0xFF, 0xD9];
        int scan = Place(0xDA);
        if (strict)
        {
            string error = ErrorOf(content);
            Assert.StartsWith("JPEG: libturbojpeg refuses the picture: ", error);
            Assert.EndsWith($"\n  file: x.jpg\n  offset: {scan}", error);
        }
        else
        {
            Assert.Equal(16, ImageDecoder.Jpeg(strict: false).Decode(content, "x.jpg").Width);
        }
    }

    [Theory]
    [InlineData("GIF89a", "this is GIF; PNG and JPEG are read.")]
    [InlineData("RIFF....WEBPVP8", "this is WebP; PNG and JPEG are read.")]
    [InlineData("hello", "this is neither PNG nor JPEG: it begins with 68656C6C.")]
    public void Other_kind_of_picture_is_refused_by_name(string content, string problem)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(content);
        DataException e = Assert.Throws<DataException>(() => ImageDecoder.Default.Decode(bytes, "x.png"));
        Assert.Equal($"image: {problem}\n  file: x.png\n  offset: 0\n"
            + "  help: other kinds are read by an IImageDecoder of your own.", e.Message);
    }
}

/// <summary>A theory that needs libturbojpeg, and is skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JpegTheoryAttribute : TheoryAttribute
{
    public JpegTheoryAttribute()
    {
        if (!TurboJpeg.IsFound) Skip = "needs libturbojpeg (apt install libturbojpeg0)";
    }
}
