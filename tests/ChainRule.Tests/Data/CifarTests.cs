using System.IO.Compression;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class CifarTests
{
    private const int Pixels = 3072;

    private static byte[] Record(byte[] labels, byte first) =>
        [.. labels, .. Enumerable.Range(0, Pixels).Select(i => (byte)(first + i))];

    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Fact]
    public void Records_of_several_files_are_read_one_after_the_other()
    {
        using TempFolder folder = new();
        string a = folder.Write("a.bin", [.. Record([3], 10), .. Record([9], 20)]);
        string b = folder.Write("b.bin.gz", Gzip(Record([0], 30)));
        ImageSet set = Cifar10.Read(a, b);
        Assert.Equal((3, 3, 32, 32), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Equal([3, 9, 0], set.Labels);
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 3).Select(i => (int)set.Picture(i)[0]));
        Assert.Equal((20 + Pixels - 1) % 256, set.Picture(1)[^1]);
        Assert.Equal("cat", set.ClassNames[set.Labels[0]]);
    }

    [Fact]
    public void Both_labels_of_CIFAR_100_are_read()
    {
        using TempFolder folder = new();
        string path = folder.Write("train.bin", [.. Record([19, 99], 1), .. Record([0, 7], 2)]);
        Assert.Equal([99, 7], Cifar100.Read(path).Labels);
        Assert.Equal([19, 0], Cifar100.Read(path, groups: true).Labels);
        Assert.Equal((100, 20), (Cifar100.ClassNames.Distinct().Count(), Cifar100.GroupNames.Distinct().Count()));
        Assert.Equal(Cifar100.ClassNames.Order(StringComparer.Ordinal), Cifar100.ClassNames);
    }

    [Fact]
    public void File_that_is_cut_short_or_has_an_unknown_class_is_refused()
    {
        using TempFolder folder = new();
        byte[] two = [.. Record([3], 10), .. Record([10], 20)];
        string path = folder.Write("x.bin", two[..^1]);
        Assert.Equal("CIFAR: the file has 6145 bytes, which is no whole number of records of 3073: 3072 follow the "
            + $"last whole one.\n  file: {path}\n  offset: 3073", ErrorOf(() => Cifar10.Read(path)));
        folder.Write("x.bin", two);
        Assert.Equal($"CIFAR: the class of picture 1 is 10; expected 0 to 9.\n  file: {path}\n  offset: 3073",
            ErrorOf(() => Cifar10.Read(path)));
        folder.Write("x.bin", []);
        Assert.Equal($"CIFAR: the file is empty.\n  file: {path}\n  offset: 0", ErrorOf(() => Cifar10.Read(path)));
        folder.Write("x.bin", Gzip(two)[..^300]);
        Assert.StartsWith("CIFAR: the gzip stream is cut short.\n", ErrorOf(() => Cifar10.Read(path)));
    }

    [Fact]
    public void Folder_is_read_whole_or_what_it_lacks_is_named()
    {
        using TempFolder folder = new();
        for (int i = 1; i <= 5; i++) folder.Write($"data_batch_{i}.bin", Record([(byte)i], 0));
        Assert.Equal("CIFAR: there is neither test_batch.bin nor test_batch.bin.gz in the folder.\n"
            + $"  file: {folder.Root}\n  help: unpack the published archive of the binary version and name the folder "
            + "that holds its files.", ErrorOf(() => Cifar10.Load(folder.Root)));
        folder.Write("test_batch.bin.gz", Gzip(Record([6], 0)));
        (ImageSet train, ImageSet test) = Cifar10.Load(folder.Root);
        Assert.Equal([1, 2, 3, 4, 5], train.Labels);
        Assert.Equal([6], test.Labels);
    }

    [SharedFact("data/cifar-10")]
    public void Published_files_have_their_means_and_classes()
    {
        ImageSet set = Cifar10.Read(SharedData.Path("data/cifar-10/data_batch_1.bin.gz"));
        Assert.Equal(10_000, set.Count);
        Assert.Equal([6, 9, 9, 4, 1], set.Labels[..5]);
        double[] sums = new double[3];
        for (int i = 0; i < set.Pixels.Length; i++) sums[i / 1024 % 3] += set.Pixels[i];
        for (int c = 0; c < 3; c++) Assert.Equal(Cifar10.Mean[c], sums[c] / (10_000.0 * 1024 * 255), 0.003);
        Assert.Equal(1000, Cifar10.Read(SharedData.Path("data/cifar-10/test_batch_first1000.bin.gz")).Count);
    }

    internal static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Optimal)) zip.Write(content);
        return packed.ToArray();
    }
}
