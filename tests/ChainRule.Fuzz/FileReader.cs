namespace ChainRule.Fuzz;

/// <summary>Something that reads files, and what is asked of it.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Seeds">Small valid files.</param>
/// <param name="Read">Reads the file of a path, as a user would.</param>
/// <param name="Multiple">
/// The most bytes it may ask for, managed and native, given back or not, for each byte of the file. That of packed
/// files is what deflate can unpack to (1032) times the copies that are made.
/// </param>
internal sealed record FileReader(string Name, IReadOnlyList<byte[]> Seeds, Action<string> Read, int Multiple)
{
    /// <summary>Makes checksums right after a mutation, so that it gets further; null where there are none.</summary>
    public Action<byte[]>? Repair { get; init; }

    /// <summary>Bytes it may ask for beside the multiple: twice the first buffer for what is unpacked.</summary>
    public const long Constant = 2 << 20;
}
