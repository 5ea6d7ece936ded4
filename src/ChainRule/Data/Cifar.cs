namespace ChainRule.Data;

/// <summary>CIFAR-10: 50,000 training and 10,000 test pictures of ten kinds of things, 32 x 32, colour.</summary>
/// <remarks>
/// Binary form: for each picture a byte for the class, then 1,024 red, 1,024 green and 1,024 blue bytes, each row by
/// row. Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images".
/// </remarks>
public static class Cifar10
{
    /// <summary><c>[3]</c> means of the training pixels, divided by 255: red, green, blue.</summary>
    public static IReadOnlyList<float> Mean { get; } = [0.4914f, 0.4822f, 0.4465f];

    /// <summary><c>[3]</c> standard deviations of the training pixels, divided by 255: red, green, blue.</summary>
    public static IReadOnlyList<float> Std { get; } = [0.2470f, 0.2435f, 0.2616f];

    /// <summary>Names of the classes.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads files one after the other.</summary>
    /// <param name="paths">Files such as <c>data_batch_1.bin</c>, plain or packed by gzip.</param>
    /// <returns>Pictures 3 x 32 x 32.</returns>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="DataException">A file is cut short or holds a class out of range; names file and
    /// offset.</exception>
    public static ImageSet Read(params IReadOnlyList<string> paths) => CifarRecords.Read(paths, 1, 0, ClassNames);

    /// <summary>The training and the test part.</summary>
    /// <param name="folder">
    /// Holds <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> and <c>test_batch.bin</c>, as the published archive
    /// does, plain or each packed with <c>.gz</c> behind its name.
    /// </param>
    /// <exception cref="DataException">A file is not there, is cut short or holds a class out of range.</exception>
    public static (ImageSet Train, ImageSet Test) Load(string folder) =>
    (
        Read([.. Enumerable.Range(1, 5).Select(i => CifarRecords.Find(folder, $"data_batch_{i}.bin"))]),
        Read(CifarRecords.Find(folder, "test_batch.bin")).HeldOut()
    );
}

/// <summary>CIFAR-100: 50,000 training and 10,000 test pictures of a hundred kinds in twenty groups, 32 x 32.</summary>
/// <remarks>
/// Binary form: for each picture a byte for the group, one for the class, then the pixels as in <see cref="Cifar10"/>.
/// Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images".
/// </remarks>
public static class Cifar100
{
    /// <summary><c>[3]</c> means of the training pixels, divided by 255: red, green, blue.</summary>
    public static IReadOnlyList<float> Mean { get; } = [0.5071f, 0.4865f, 0.4409f];

    /// <summary><c>[3]</c> standard deviations of the training pixels, divided by 255: red, green, blue.</summary>
    public static IReadOnlyList<float> Std { get; } = [0.2673f, 0.2564f, 0.2762f];

    /// <summary>Names of the hundred classes.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
        "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
        "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
        "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
        "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
        "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
        "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
        "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
        "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
        "willow_tree", "wolf", "woman", "worm",
    ];

    /// <summary>Names of the twenty groups.</summary>
    public static IReadOnlyList<string> GroupNames { get; } =
    [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
        "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
        "large_man-made_outdoor_things", "large_natural_outdoor_scenes", "large_omnivores_and_herbivores",
        "medium_mammals", "non-insect_invertebrates", "people", "reptiles", "small_mammals", "trees", "vehicles_1",
        "vehicles_2",
    ];

    /// <summary>Reads a file.</summary>
    /// <param name="path">A file such as <c>train.bin</c>, plain or packed by gzip.</param>
    /// <param name="groups">Whether a picture's label is its group, not its class.</param>
    /// <returns>Pictures 3 x 32 x 32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file is cut short or holds a class out of range.</exception>
    public static ImageSet Read(string path, bool groups = false) =>
        CifarRecords.Read([path], 2, groups ? 0 : 1, groups ? GroupNames : ClassNames);

    /// <summary>The training and the test part.</summary>
    /// <param name="folder">
    /// Holds <c>train.bin</c> and <c>test.bin</c>, as the published archive does, plain or with <c>.gz</c> behind.
    /// </param>
    /// <param name="groups">Whether a picture's label is its group, not its class.</param>
    /// <exception cref="DataException">A file is not there, is cut short or holds a class out of range.</exception>
    public static (ImageSet Train, ImageSet Test) Load(string folder, bool groups = false) =>
        (Read(CifarRecords.Find(folder, "train.bin"), groups),
            Read(CifarRecords.Find(folder, "test.bin"), groups).HeldOut());
}

/// <summary>Records of labels and pixels without anything between them.</summary>
internal static class CifarRecords
{
    private const int Side = 32, Channels = 3, Pixels = Channels * Side * Side;

    /// <param name="paths">Files.</param>
    /// <param name="labels">Bytes before the pixels.</param>
    /// <param name="chosen">Which of them is the label.</param>
    /// <param name="classNames">Names of the classes.</param>
    public static ImageSet Read(IReadOnlyList<string> paths, int labels, int chosen, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0) throw new ArgumentException("CIFAR: there are no files.", nameof(paths));
        int size = labels + Pixels;
        byte[][] files = [.. paths.Select(path => FileContent.Read(path, "CIFAR"))];
        long records = files.Sum(file => (long)file.Length) / size;
        if (records * Pixels > Array.MaxLength)
        {
            throw new DataException("CIFAR",
                $"{records} pictures take {records * Pixels} bytes, more than one array can hold.")
            {
                File = paths[^1],
                Offset = 0,
            };
        }
        var (pixels, classes) = (new byte[records * Pixels], new byte[records]);
        int done = 0;
        for (int f = 0; f < files.Length; f++)
        {
            byte[] file = files[f];
            int count = file.Length / size;
            if (count == 0 || file.Length % size != 0)
            {
                throw Wrong(paths[f], count * size, file.Length == 0 ? "the file is empty."
                    : $"the file has {file.Length} bytes, which is no whole number of records of {size}: "
                        + $"{file.Length % size} follow the last whole one.");
            }
            for (int i = 0; i < count; i++, done++)
            {
                ReadOnlySpan<byte> record = file.AsSpan(i * size, size);
                classes[done] = record[chosen];
                if (classes[done] >= classNames.Count)
                {
                    throw Wrong(paths[f], ((long)i * size) + chosen,
                        $"the class of picture {i} is {classes[done]}; expected 0 to {classNames.Count - 1}.");
                }
                record[labels..].CopyTo(pixels.AsSpan(done * Pixels));
            }
        }
        return new ImageSet(pixels, classes, classNames, Channels, Side, Side, paths[0]);
    }

    /// <summary>A file of a folder, plain or packed.</summary>
    public static string Find(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string plain = Path.Combine(folder, name), packed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(packed) ? packed
            : throw new DataException("CIFAR", $"there is neither {name} nor {name}.gz in the folder.")
            {
                File = folder,
                Help = "unpack the published archive of the binary version and name the folder that holds its files.",
            };
    }

    private static DataException Wrong(string path, long offset, string problem) =>
        new("CIFAR", problem) { File = path, Offset = offset };
}
