using System.Globalization;
using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>A folder in which a training leaves checkpoints, to go on from when it was killed.</summary>
/// <remarks>
/// <code>
/// var trainer = new Trainer(model, optimizer, loss) { Checkpoints = new("runs/digits") { EverySteps = 500 } };
/// trainer.Resume("runs/digits");                      // false the first time
/// trainer.Fit(train, validation, epochs: 20);
/// </code>
/// A file is written beside its place, brought to the disk and renamed: it is there whole or not at all. A folder
/// belongs to one training. Where that goes on from an older checkpoint, the later ones are renamed to end in
/// <c>.aside</c>.
/// </remarks>
public sealed class Checkpoints
{
    internal const string Suffix = ".safetensors";
    private const string Prefix = "checkpoint-", Best = "best" + Suffix, Aside = ".aside";

    /// <summary>Checkpoints in a folder, after every epoch.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    public Checkpoints(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Writes one after every so many steps as well; null for epochs only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? EverySteps
    {
        get;
        init => field = value is null or >= 1 ? value : throw BelowOne(nameof(EverySteps), value.Value);
    }

    /// <summary>How many of the latest are kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int KeepLast
    {
        get;
        init => field = value >= 1 ? value : throw BelowOne(nameof(KeepLast), value);
    } = 3;

    /// <summary>Whether that of the best epoch is kept too, as <c>best.safetensors</c>.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Texts of one's own to be kept in every file, such as a description of the model.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>The latest checkpoint of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Its path; null where there is none, or no such folder.</returns>
    public static string? Latest(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Numbered(folder).LastOrDefault();
    }

    /// <summary>Writes a checkpoint in the place of that step.</summary>
    /// <returns>Its path.</returns>
    internal string Write(long step, StateWriter state)
    {
        Directory.CreateDirectory(Folder);
        string path = PathOf(step);
        Checkpoint.Write(path, state);
        foreach (string old in Numbered(Folder).SkipLast(KeepLast)) File.Delete(old);
        return path;
    }

    /// <summary>Keeps a checkpoint as the best.</summary>
    internal void WriteBest(string checkpoint) => AtomicFile.Write(Path.Combine(Folder, Best), target =>
    {
        using FileStream source = File.OpenRead(checkpoint);
        source.CopyTo(target);
    });

    /// <summary>
    /// Throws where another training left checkpoints; takes away what a killed one was writing, and renames what lies
    /// beyond the place from which this one goes on.
    /// </summary>
    internal void Begin(Checkpoint? from)
    {
        if (!Holds(from) && Latest(Folder) is { } other)
        {
            throw new InvalidOperationException($"Fit: '{Folder}' holds {Path.GetFileName(other)} of an earlier "
                + "training. Call Resume to go on with it, or choose another folder.");
        }
        if (!Directory.Exists(Folder)) return;
        foreach (string rest in Directory.EnumerateFiles(Folder, $"*{Suffix}.*.tmp")) File.Delete(rest);
        if (from is null) return;
        // Damaged or of another course: it must not be gone on from next time, nor crowd out what is written now.
        string last = PathOf(from.Step);
        foreach (string later in Numbered(Folder).Where(f => Compare(f, last) > 0).ToArray())
            File.Move(later, later + Aside, overwrite: true);
    }

    /// <summary>
    /// The checkpoints of a folder in which a readable one is looked for; none where none has a number.
    /// </summary>
    internal static IEnumerable<string> LatestFirst(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string best = Path.Combine(folder, Best);
        string[] numbered = [.. Numbered(folder).Reverse()];
        return numbered.Length > 0 && File.Exists(best) ? numbered.Append(best) : numbered;
    }

    // A path may be written in several ways and lead over links; a file is the same where these are.
    private bool Holds(Checkpoint? checkpoint)
    {
        if (checkpoint is null) return false;
        FileInfo own = new(Path.Combine(Folder, Path.GetFileName(checkpoint.File))), read = new(checkpoint.File);
        return own.Exists && read.Exists && (own.Length, own.LastWriteTimeUtc) == (read.Length, read.LastWriteTimeUtc);
    }

    private string PathOf(long step) =>
        Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D9}{Suffix}"));

    private static IEnumerable<string> Numbered(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}")
            .Where(f => Path.GetFileName(f)[Prefix.Length..^Suffix.Length].All(char.IsAsciiDigit))
            .Order(Comparer<string>.Create(Compare));

    // By number: numbers of more digits come later.
    private static int Compare(string a, string b)
    {
        (a, b) = (Path.GetFileName(a), Path.GetFileName(b));
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
    }

    private static ArgumentOutOfRangeException BelowOne(string name, int value) => new(
        name, FormattableString.Invariant($"Checkpoints: {name} is {value}; expected 1 or more."));
}
