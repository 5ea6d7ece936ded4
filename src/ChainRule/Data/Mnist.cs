namespace ChainRule.Data;

/// <summary>MNIST: 60,000 training and 10,000 test pictures of handwritten digits, 28 x 28, grey.</summary>
/// <remarks>
/// Source: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition".
/// </remarks>
public static class Mnist
{
    /// <summary>Mean of the training pixels, divided by 255.</summary>
    public const float Mean = 0.1307f;

    /// <summary>Standard deviation of the training pixels, divided by 255.</summary>
    public const float Std = 0.3081f;

    /// <summary>The published files, in the order training images, training labels, test images, test labels.</summary>
    public static DataSource Source { get; } = new("mnist", "MNIST handwritten digits",
        new Uri("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        [
            new("train-images-idx3-ubyte.gz", 9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            new("train-labels-idx1-ubyte.gz", 28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            new("t10k-images-idx3-ubyte.gz", 1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            new("t10k-labels-idx1-ubyte.gz", 4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ]);

    /// <summary>Names of the classes: the digits.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>The training and the test part.</summary>
    /// <param name="folder">Where to look; null for <see cref="DataFolder.FromEnvironment"/>.</param>
    /// <param name="download">Whether to fetch the files when they are not there.</param>
    /// <exception cref="DataException">The files are not there, damaged, or hold a label out of range.</exception>
    public static (ImageSet Train, ImageSet Test) Load(DataFolder? folder = null, bool download = true) =>
        IdxImages.Load(Source, ClassNames, folder, download);
}

/// <summary>Fashion-MNIST: 60,000 training and 10,000 test pictures of clothes, 28 x 28, grey.</summary>
/// <remarks>Source: Xiao, Rasul and Vollgraf 2017, "Fashion-MNIST".</remarks>
public static class FashionMnist
{
    /// <summary>Mean of the training pixels, divided by 255.</summary>
    public const float Mean = 0.2860f;

    /// <summary>Standard deviation of the training pixels, divided by 255.</summary>
    public const float Std = 0.3530f;

    /// <summary>The published files, in the order training images, training labels, test images, test labels.</summary>
    public static DataSource Source { get; } = new("fashion-mnist", "Fashion-MNIST clothes",
        new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
        [
            new("train-images-idx3-ubyte.gz", 26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            new("train-labels-idx1-ubyte.gz", 29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            new("t10k-images-idx3-ubyte.gz", 4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            new("t10k-labels-idx1-ubyte.gz", 5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ]);

    /// <summary>Names of the classes.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The training and the test part.</summary>
    /// <param name="folder">Where to look; null for <see cref="DataFolder.FromEnvironment"/>.</param>
    /// <param name="download">Whether to fetch the files when they are not there.</param>
    /// <exception cref="DataException">The files are not there, damaged, or hold a label out of range.</exception>
    public static (ImageSet Train, ImageSet Test) Load(DataFolder? folder = null, bool download = true) =>
        IdxImages.Load(Source, ClassNames, folder, download);
}

/// <summary>Picture sets kept as a pair of IDX files, images and labels.</summary>
public static class IdxImages
{
    /// <summary>Reads one pair of files.</summary>
    /// <param name="images">IDX file of bytes, <c>[N, H, W]</c>.</param>
    /// <param name="labels">IDX file of bytes, <c>[N]</c>.</param>
    /// <param name="classNames">Names of the classes.</param>
    /// <exception cref="DataException">A file is damaged, has another shape, or holds a label out of range.</exception>
    public static ImageSet Read(string images, string labels, IReadOnlyList<string> classNames)
    {
        var pictures = ReadBytes(images, rank: 3, "images [N, H, W]");
        var classes = ReadBytes(labels, rank: 1, "labels [N]");
        if (pictures.Shape[0] != classes.Shape[0])
            throw new DataException("IDX", $"{classes.Shape[0]} labels for the {pictures.Shape[0]} images of {images}.")
            {
                File = labels,
                Offset = 4,
            };
        return new ImageSet(pictures.ToBytes(), classes.ToBytes(), classNames,
            channels: 1, pictures.Shape[1], pictures.Shape[2], labels);
    }

    internal static (ImageSet Train, ImageSet Test) Load(
        DataSource source, IReadOnlyList<string> classNames, DataFolder? folder, bool download)
    {
        var paths = (folder ?? DataFolder.FromEnvironment()).Require(source, download);
        return (Read(paths[0], paths[1], classNames), Read(paths[2], paths[3], classNames).HeldOut());
    }

    private static IdxArray ReadBytes(string path, int rank, string what)
    {
        var array = Idx.Read(path);
        if (array.Type != IdxType.UInt8 || array.Shape.Count != rank)
            throw new DataException("IDX",
                $"[{string.Join(", ", array.Shape)}] of {array.Type}; expected {what} of UInt8.")
            {
                File = path,
                Offset = 2,
            };
        return array;
    }
}
