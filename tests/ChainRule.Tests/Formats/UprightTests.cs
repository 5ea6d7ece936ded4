using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

/// <summary>Pictures turned by the orientation in their files, as Pillow's exif_transpose turns them.</summary>
public sealed class UprightTests
{
    private static readonly byte[] Good = JpegBytes.Of(JpegBytes.Colour);

    [Theory]
    [InlineData(1, 3, "ab cd ef")]
    [InlineData(2, 3, "ba dc fe")]
    [InlineData(3, 3, "fe dc ba")]
    [InlineData(4, 3, "ef cd ab")]
    [InlineData(5, 2, "ace bdf")]
    [InlineData(6, 2, "eca fdb")]
    [InlineData(7, 2, "fdb eca")]
    [InlineData(8, 2, "bdf ace")]
    [InlineData(0, 3, "ab cd ef")]
    [InlineData(9, 3, "ab cd ef")]
    public void Picture_is_turned_as_its_file_says(int orientation, int height, string rows)
    {
        foreach (bool little in new[] { true, false })
        {
            IImageDecoder upright = ImageDecoder.Upright(new Letters());
            Picture picture = upright.Decode(JpegBytes.Lying(Good, orientation, little), "x.jpg");
            Assert.Equal((6 / height, height, 2), (picture.Width, picture.Height, picture.Channels));
            Assert.Equal(rows.Replace(" ", "").SelectMany(c => new[] { (byte)c, (byte)c }), picture.Pixels);
        }
    }

    [JpegTheory]
    [InlineData(6)]
    [InlineData(8)]
    public void Photograph_stands_as_the_camera_was_held(int orientation)
    {
        byte[] file = JpegBytes.Lying(Good, orientation, little: true);
        Picture lying = ImageDecoder.Default.Decode(file, "x.jpg");
        Picture upright = ImageDecoder.Upright().Decode(file, "x.jpg");
        Assert.Equal((16, 8, 8, 16), (lying.Width, lying.Height, upright.Width, upright.Height));
        int corner = orientation == 6 ? 7 : 8 * 15;    // where the first point went
        Assert.Equal(lying.Pixels[..3], upright.Pixels[(3 * corner)..][..3]);
    }

    [Fact]
    public void File_that_does_not_say_or_says_nonsense_is_left_as_it_is()
    {
        byte[] lying = JpegBytes.Lying(Good, 6, little: true);
        Assert.Equal(6, UprightDecoder.Orientation(lying));
        Assert.Equal(6, UprightDecoder.Orientation([.. lying[..20], 0xFF, 0xFF, .. lying[20..]]));    // fillers
        foreach (byte[] other in (byte[][])[[], [0xFF], [0xFF, 0xD8, 0xFF], Good, [0x89, .. lying[1..]]])
            Assert.Equal(1, UprightDecoder.Orientation(other));
        // Cut anywhere before the mark's value: nothing is known.
        int value = 20 + 4 + 6 + 8 + 2 + 12 + 8;
        Assert.Equal(6, lying[value]);
        for (int length = 0; length <= value; length++) Assert.Equal(1, UprightDecoder.Orientation(lying[..length]));
        // Orientation as another type, and a directory beyond the end.
        byte[] changed = [.. lying];
        changed[value - 6] = 4;
        Assert.Equal(1, UprightDecoder.Orientation(changed));
        changed = [.. lying];
        changed[20 + 4 + 6 + 7] = 0xFF;
        Assert.Equal(1, UprightDecoder.Orientation(changed));
    }

    [Fact]
    public void Damaged_description_never_fails()
    {
        byte[] lying = JpegBytes.Lying(Good, 6, little: false);
        Random random = new(1);
        HashSet<int> seen = [];
        for (int n = 0; n < 20_000; n++)
        {
            byte[] changed = [.. lying];
            for (int i = random.Next(1, 4); i > 0; i--) changed[random.Next(2, 90)] = (byte)random.Next(256);
            seen.Add(UprightDecoder.Orientation(changed.AsSpan(0, random.Next(100, changed.Length))));
        }
        Assert.All(seen, orientation => Assert.InRange(orientation, 1, 8));
        Assert.Superset(new HashSet<int> { 1, 6 }, seen);
    }

    // Three rows of two letters, each twice.
    private sealed class Letters : IImageDecoder
    {
        public Picture Decode(byte[] content, string name) => new(2, 3, 2, [.. "aabbccddeeff"u8]);
    }
}
