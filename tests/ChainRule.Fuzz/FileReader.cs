namespace ChainRule.Fuzz;

/// <summary>Something that reads files, and what is asked of it.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Seeds">Makes small valid files.</param>
/// <param name="Read">Reads the file of a path, as a user would.</param>
/// <param name="Multiple">
/// The most bytes it may ask for, managed and native, given back or not, for each byte of the file. That of packed
/// files is what deflate can unpack to (1032) times the copies that are made.
/// </param>
/// <param name="Structure">How its files are put together; null where damage to their bytes is all there is.</param>
internal sealed record FileReader(
    string Name, Func<byte[][]> Seeds, Action<string> Read, int Multiple, FileStructure? Structure = null)
{
    /// <summary>Bytes it may ask for beside the multiple, whatever the file.</summary>
    public long Constant { get; init; } = 128 << 10;

    /// <summary>Why it cannot be tried on this machine; null where it can.</summary>
    public Func<string?> Missing { get; init; } = () => null;
}

/// <summary>
/// How a kind of file is put together, so that what is inside can be damaged while the lengths, checksums and packing
/// around it stay right: damage that gets past the first checks.
/// </summary>
/// <param name="Open">The parts of a valid file.</param>
/// <param name="Close">A file of any parts.</param>
internal sealed record FileStructure(Func<byte[], byte[][]> Open, Func<byte[][], byte[]> Close);
