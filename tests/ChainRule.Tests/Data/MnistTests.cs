using System.Buffers.Binary;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class MnistTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] IdxBytes(int[] shape, byte[] elements)
    {
        byte[] bytes = [0, 0, 8, (byte)shape.Length, .. new byte[4 * shape.Length], .. elements];
        for (int i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        return bytes;
    }

    private string ErrorOf(byte[] images, byte[] labels)
    {
        string a = _folder.Write("images", images), b = _folder.Write("labels", labels);
        return Assert.Throws<DataException>(() => IdxImages.Read(a, b, Mnist.ClassNames)).Message
            .Replace(_folder.Root + Path.DirectorySeparatorChar, "");
    }

    [SharedFact("data/mnist")]
    public void Mnist_has_its_published_counts_and_pixel_statistics()
    {
        var (train, test) = Mnist.Load(new DataFolder(SharedData.Path("data"), _folder["cache"]), download: false);
        Assert.Equal((60_000, 10_000), (train.Count, test.Count));
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], CountsOf(train));
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], CountsOf(test));
        Assert.Equal([5, 0, 4, 1, 9], train.Labels[..5]);
        Assert.Equal((Mnist.Mean, Mnist.Std), StatisticsOf(train));
    }

    [SharedFact("data/fashion-mnist")]
    public void Fashion_mnist_has_its_published_counts_and_pixel_statistics()
    {
        var folder = new DataFolder(SharedData.Path("data"), _folder["cache"]);
        var (train, test) = FashionMnist.Load(folder, download: false);
        Assert.All(CountsOf(train), count => Assert.Equal(6_000, count));
        Assert.All(CountsOf(test), count => Assert.Equal(1_000, count));
        Assert.Equal("Ankle boot", train.ClassNames[train.Labels[0]]);
        Assert.Equal((FashionMnist.Mean, FashionMnist.Std), StatisticsOf(train));
    }

    [SharedFact("data/mnist")]
    public void Files_directly_in_the_own_folder_are_found()
    {
        var (_, test) = Mnist.Load(new DataFolder(SharedData.Path("data/mnist"), _folder["cache"]), download: false);
        Assert.Equal(10_000, test.Count);
    }

    [Fact]
    public void Label_out_of_range_names_its_index() => Assert.Equal("""
        labels: label 2 is 10; expected 0 to 9.
          file: labels
        """, ErrorOf(IdxBytes([3, 1, 2], new byte[6]), IdxBytes([3], [0, 9, 10])));

    [Fact]
    public void Different_counts_are_refused() => Assert.Equal("""
        IDX: 2 labels for the 3 images of images.
          file: labels
          offset: 4
        """, ErrorOf(IdxBytes([3, 1, 2], new byte[6]), IdxBytes([2], [0, 9])));

    [Fact]
    public void Images_of_another_rank_are_refused() => Assert.Equal("""
        IDX: [6] of UInt8; expected images [N, H, W] of UInt8.
          file: images
          offset: 2
        """, ErrorOf(IdxBytes([6], new byte[6]), IdxBytes([2], [0, 9])));

    [Fact]
    public void Picture_gives_the_pixels_of_one()
    {
        var set = new ImageSet([1, 2, 3, 4], [0, 1], ["a", "b"], 1, 1, 2);
        Assert.Equal([3, 4], set.Picture(1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Picture(2).ToArray());
    }

    [Fact]
    public void Pixels_that_do_not_fit_the_labels_are_refused() => Assert.Equal(
        "5 pixels for 2 pictures of 1 x 1 x 2; expected 4. (Parameter 'pixels')",
        Assert.Throws<ArgumentException>(() => new ImageSet(new byte[5], [0, 1], ["a", "b"], 1, 1, 2)).Message);

    internal static int[] CountsOf(ImageSet set)
    {
        var counts = new int[set.ClassNames.Count];
        foreach (byte label in set.Labels) counts[label]++;
        return counts;
    }

    internal static (float Mean, float Std) StatisticsOf(ImageSet set)
    {
        double sum = 0, squares = 0;
        foreach (byte pixel in set.Pixels)
        {
            sum += pixel;
            squares += pixel * pixel;
        }
        double mean = sum / set.Pixels.Length, std = Math.Sqrt(squares / set.Pixels.Length - mean * mean);
        return ((float)Math.Round(mean / 255, 4), (float)Math.Round(std / 255, 4));
    }
}
