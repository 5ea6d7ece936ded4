namespace ChainRule.Data;

/// <summary>A file of a published data set.</summary>
/// <param name="Name">The file's published name, ending in <c>.gz</c> when it is packed.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
public sealed record DataFile(string Name, long Bytes, string Sha256)
{
    /// <summary>The name without <c>.gz</c>: the file as it is called once unpacked.</summary>
    public string UnpackedName => Name.EndsWith(".gz", StringComparison.Ordinal) ? Name[..^3] : Name;
}

/// <summary>A published data set: what it is called, what it consists of, and where it is published.</summary>
/// <param name="Name">Short name, also the name of its folder: <c>mnist</c>.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Address">Where its files are published; ends with a slash.</param>
/// <param name="Files">Its files.</param>
public sealed record DataSource(string Name, string Title, Uri Address, IReadOnlyList<DataFile> Files)
{
    /// <summary>The published data sets that ChainRule knows.</summary>
    public static IReadOnlyList<DataSource> Known => [Mnist.Source, FashionMnist.Source];

    /// <summary>Length of all files together, in bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);
}
