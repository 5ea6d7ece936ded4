using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class DigitPictureTests
{
    private static readonly ImageSet Set = Digits.Generate(20, seed: 8);

    private static PngImage Scaled(ReadOnlySpan<byte> digit, int factor, int margin, bool dark)
    {
        int size = 28 * factor + 2 * margin;
        var pixels = new byte[size * size];
        Array.Fill(pixels, dark ? (byte)250 : (byte)0);
        for (int y = 0; y < 28 * factor; y++)
        {
            for (int x = 0; x < 28 * factor; x++)
            {
                int value = digit[y / factor * 28 + x / factor];
                pixels[(margin + y) * size + margin + x] = (byte)(dark ? Math.Max(0, 250 - value) : value);
            }
        }
        return new PngImage(size, size, 1, pixels);
    }

    [Fact]
    public void Picture_of_the_right_size_stays_as_it_is()
    {
        byte[] digit = Set.Picture(0).ToArray();
        Assert.Equal(digit, DigitPicture.Prepare(new PngImage(28, 28, 1, digit)));
    }

    [Fact]
    public void Dark_ink_on_light_paper_is_inverted()
    {
        byte[] digit = [.. Set.Picture(1).ToArray().Select(p => (byte)(255 - p))];
        byte[] prepared = DigitPicture.Prepare(new PngImage(28, 28, 1, digit));
        Assert.Equal(0, prepared[0], 8.0);
        Assert.InRange(prepared.Max(), (byte)180, (byte)255);
    }

    [Theory]
    [InlineData(1, 40, true)]
    [InlineData(5, 0, false)]
    [InlineData(10, 100, true)]
    public void Large_picture_is_centred_in_its_box(int factor, int margin, bool dark)
    {
        for (int n = 0; n < Set.Count; n++)
        {
            byte[] prepared = DigitPicture.Prepare(Scaled(Set.Picture(n), factor, margin, dark));
            double sum = 0, x = 0, y = 0;
            int left = 28, right = -1, top = 28, bottom = -1;
            for (int i = 0; i < 784; i++)
            {
                if (prepared[i] < 40) continue;
                (left, right) = (Math.Min(left, i % 28), Math.Max(right, i % 28));
                (top, bottom) = (Math.Min(top, i / 28), Math.Max(bottom, i / 28));
                sum += prepared[i];
                x += prepared[i] * (i % 28);
                y += prepared[i] * (i / 28);
            }
            Assert.Equal(13.5, x / sum, 1.0);
            Assert.Equal(13.5, y / sum, 1.0);
            Assert.InRange(Math.Max(right - left, bottom - top) + 1, 18, 20);
            Assert.Equal(255, prepared.Max());
        }
    }

    [Theory]
    [InlineData(28)]
    [InlineData(100)]
    public void Blank_picture_is_refused(int size)
    {
        var blank = new PngImage(size, size, 3, [.. Enumerable.Repeat((byte)240, 3 * size * size)]);
        Assert.Equal($"PNG: the picture of {size} x {size} points is blank: no point differs much from its edge."
            + "\n  file: x.png",
            Assert.Throws<DataException>(() => DigitPicture.Prepare(blank, "x.png")).Message);
    }
}
