using System.Security.Cryptography;
using ChainRule.IO;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Training;

/// <summary>A checkpoint that was read: whole, and of a training that can go on.</summary>
/// <remarks>
/// A checkpoint holds a checksum of all its texts and tensors, so that a disk's error is found when it is read and not
/// by a training that goes wrong: SHA-256 of what there is, each MiB of a tensor's numbers represented by its own
/// SHA-256, which threads share. Those of version 1 have none.
/// </remarks>
public sealed class Checkpoint
{
    private const string Format = "chainrule checkpoint", Version = "2", Before = "1";
    private const string Sum = "checksum", NotePrefix = "notes.";
    private const int Block = 1 << 20;

    private Checkpoint(string file, StateReader state)
    {
        (File, State, Step) = (file, state, state.Times("step"));
        Notes = state.Section(NotePrefix[..^1]).Texts();
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Updates of the parameters up to it.</summary>
    public long Step { get; }

    /// <summary>The texts that <see cref="Checkpoints.Notes"/> gave it.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; }

    /// <summary>
    /// The damaged checkpoints that <see cref="Latest"/> passed over to find this one, the latest first: what is wrong
    /// with each.
    /// </summary>
    public IReadOnlyList<CheckpointException> PassedOver { get; private init; } = [];

    internal StateReader State { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">The file is damaged, holds no training, or has a version that is not
    /// known.</exception>
    public static Checkpoint Read(string file) => new(file, Training(file, Whole(file)));

    /// <summary>
    /// Reads the latest checkpoint of a folder that is whole: a damaged one is passed over for the one before it, and
    /// the last resort is that of the best epoch.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The checkpoint, which says what was passed over; null where the folder holds none or does not
    /// exist.</returns>
    /// <exception cref="CheckpointException">None is whole: each is named. Or the latest that is holds no training or
    /// has a version that is not known.</exception>
    public static Checkpoint? Latest(string folder)
    {
        List<CheckpointException> damaged = [];
        foreach (string file in Checkpoints.LatestFirst(folder))
        {
            SafeTensorsContent content;
            try
            {
                content = Whole(file);
            }
            catch (CheckpointException e)
            {
                damaged.Add(e);
                continue;
            }
            catch (IOException e)
            {
                damaged.Add(new CheckpointException("Checkpoint", e.Message, e) { File = file });
                continue;
            }
            return new Checkpoint(file, Training(file, content)) { PassedOver = damaged };
        }
        return damaged.Count switch
        {
            0 => null,
            1 => throw damaged[0],
            _ => throw new CheckpointException("Checkpoint", $"none of the {damaged.Count} in the folder is whole."
                + string.Concat(damaged.Select(e => $"\n  {Path.GetFileName(e.File)}: {e.Problem}")), damaged[0])
            {
                File = folder,
            },
        };
    }

    /// <summary>Writes a state that can be read as a checkpoint.</summary>
    internal static void Write(string file, StateWriter state)
    {
        state.Add("format", Format);
        state.Add("version", Version);
        state.Add(Sum, Checksum(state.Texts, state.Tensors));
        SafeTensors.Write(file, state.Tensors, state.Texts);
    }

    // Throws for a file that is damaged.
    private static SafeTensorsContent Whole(string file)
    {
        SafeTensorsContent content = SafeTensors.Read(file);
        if (!content.Metadata.TryGetValue(Sum, out string? sum)) return content;
        string found = Checksum(content.Metadata, content.Tensors.Select(t => (t.Key, t.Value)));
        if (found == sum) return content;
        throw new CheckpointException("Checkpoint",
            $"the content is damaged: its checksum is {found[..16]}..., the file says {Start(sum)}...")
        {
            File = file,
            Key = Sum,
        };
    }

    // Throws for a file that is whole and something else.
    private static StateReader Training(string file, SafeTensorsContent content)
    {
        StateReader state = new(content, file);
        if (!state.Has("format") || state.Text("format") != Format)
        {
            throw new CheckpointException(
                "Checkpoint", "the file holds weights or something else, not a training that can go on.")
            {
                File = file,
                Key = "format",
            };
        }
        if (state.Text("version") is var version && version is not (Before or Version))
            throw state.Wrong("version", $"is {version}; this ChainRule reads versions {Before} and {Version}.");
        return version == Version && !state.Has(Sum) ? throw state.Wrong(Sum, "is missing.") : state;
    }

    // Of everything that the file says but this, wherever it stands in it.
    private static string Checksum(
        IEnumerable<KeyValuePair<string, string>> texts, IEnumerable<(string Key, Tensor Value)> tensors)
    {
        using SHA256 sum = SHA256.Create();
        using (BinaryWriter to = new(new CryptoStream(Stream.Null, sum, CryptoStreamMode.Write)))
        {
            foreach ((string key, string text) in texts.OrderBy(t => t.Key, StringComparer.Ordinal))
            {
                if (key == Sum) continue;
                to.Write(key);
                to.Write(text);
            }
            foreach ((string key, Tensor value) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
            {
                to.Write(key);
                to.Write($"{value.DType.Text()} {value.Shape}");
                to.Write(Digests(value));
            }
        }
        return Convert.ToHexStringLower(sum.Hash!);
    }

    // That of every block, one after the other.
    private static unsafe byte[] Digests(Tensor tensor)
    {
        Tensor dense = tensor.IsContiguous ? tensor : tensor.Keep();
        long bytes = (long)dense.Count * dense.DType.Size();
        int blocks = (int)((bytes + Block - 1) / Block);
        byte[] digests = new byte[blocks * SHA256.HashSizeInBytes];
        fixed (byte* target = digests)
        {
            Blocks work = new() { Source = dense.Pointer, Bytes = bytes, Target = target };
            Scheduler.Current.Run(&Digest, &work, blocks);
        }
        GC.KeepAlive(dense);
        return digests;
    }

    private static unsafe void Digest(void* argument, int block)
    {
        Blocks* work = (Blocks*)argument;
        long begin = (long)block * Block;
        SHA256.HashData(
            new ReadOnlySpan<byte>(work->Source + begin, (int)Math.Min(Block, work->Bytes - begin)),
            new Span<byte>(work->Target + (block * SHA256.HashSizeInBytes), SHA256.HashSizeInBytes));
    }

    private static string Start(string text) => text[..Math.Min(16, text.Length)];

    private unsafe struct Blocks
    {
        public byte* Source, Target;
        public long Bytes;
    }
}
