using System.IO.Enumeration;
using ChainRule.Data;

namespace ChainRule.Formats;

/// <summary>How <see cref="ImageFolder"/> reads pictures.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Columns W that all are brought to; null with <see cref="Height"/> where all have one size.</summary>
    public int? Width { get; init; }

    /// <summary>Rows H that all are brought to; null with <see cref="Width"/> where all have one size.</summary>
    public int? Height { get; init; }

    /// <summary>Numbers per point C: 3 for colour, 1 for grey.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>What is done with pictures of other proportions.</summary>
    public ImageFit Fit { get; init; } = ImageFit.Crop;

    /// <summary>Reads the files.</summary>
    public IImageDecoder Decoder { get; init; } = ImageDecoder.Default;

    /// <summary>How files of pictures end, in upper or lower case; others are passed over.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [".png", ".jpg", ".jpeg"];
}

/// <summary>
/// Pictures in folders, one folder for each class: <c>animals/cat/001.jpg</c>, <c>animals/dog/a.png</c>. They are read
/// from their files when they are asked for, by several workers at once if the loader has them.
/// </summary>
/// <remarks>
/// Classes are numbered by the sorted names of their folders, pictures sorted by their paths (both ordinal, so on every
/// machine alike); folders inside a class belong to it. Names that begin with a point are passed over.
/// <code>
/// var train = new ImageFolder("animals/train", new ImageFolderOptions { Width = 64, Height = 64 });
/// var test = new ImageFolder("animals/test", train.Options, train.ClassNames);
/// </code>
/// </remarks>
public sealed class ImageFolder : Dataset
{
    private readonly string[] _files;
    private readonly int[] _labels;

    /// <summary>Finds the files; reads only the first, and only where no size is given.</summary>
    /// <param name="folder">The folder that holds one folder for each class.</param>
    /// <param name="options">How pictures are read; null for colour, all of one size.</param>
    /// <param name="classNames">
    /// The classes, as for the training part; null for the names of the folders. Classes without a folder have no
    /// pictures.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="DataException">
    /// There are no folders, one holds no pictures or is none of the classes, or the first picture cannot be read.
    /// </exception>
    /// <exception cref="ArgumentException">One side is given without the other, or one is out of range.</exception>
    public ImageFolder(
        string folder, ImageFolderOptions? options = null, IReadOnlyList<string>? classNames = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (Folder, Options) = (folder, options ?? new ImageFolderOptions());
        CheckOptions();
        string[] folders = [.. Find(folder, directories: true).Order(StringComparer.Ordinal)];
        if (folders.Length == 0) throw Wrong(folder, "there are no folders in it; expected one for each class.");
        string[] names = classNames is null ? [.. folders.Select(f => Path.GetFileName(f))] : [.. classNames];
        ClassNames = names;
        List<string> files = [];
        List<int> labels = [];
        foreach (string path in folders)
        {
            int label = Array.IndexOf(names, Path.GetFileName(path));
            if (label < 0)
                throw Wrong(path, $"the folder is none of the classes {string.Join(", ", ClassNames)}.");
            string[] inside = [.. Find(path, directories: false)];
            string[] pictures = [.. inside.Where(IsPicture).OrderBy(f => f.Replace('\\', '/'), StringComparer.Ordinal)];
            if (pictures.Length == 0) throw Wrong(path, NothingIn(inside));
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(label, pictures.Length));
        }
        (_files, _labels) = ([.. files], [.. labels]);
        if (Options.Width is { } width && Options.Height is { } height) (Width, Height) = (width, height);
        else if (Decode(_files[0]) is { } first) (Width, Height) = (first.Width, first.Height);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>How pictures are read.</summary>
    public ImageFolderOptions Options { get; }

    /// <summary>Names of the classes, in the order of their numbers.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary><c>[N]</c> the pictures' files.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary><c>[N]</c> class of each picture, an index into <see cref="ClassNames"/>.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Columns W of every picture.</summary>
    public int Width { get; }

    /// <summary>Rows H of every picture.</summary>
    public int Height { get; }

    /// <summary>Numbers per point C.</summary>
    public int Channels => Options.Channels;

    /// <inheritdoc/>
    public override int Count => _files.Length;

    /// <summary>Reads pictures.</summary>
    /// <param name="indices"><c>[N]</c> places, from 0; one may occur more than once.</param>
    /// <returns>Input <c>[N, C, H, W]</c> uint8 and target <c>[N]</c> int64.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A place is not from 0 to <see cref="Count"/> - 1.</exception>
    /// <exception cref="DataException">A file is gone, damaged, no picture or, without a size given, of another size
    /// than the first.</exception>
    public override Batch Get(ReadOnlySpan<int> indices)
    {
        CheckIndices(indices);
        int size = Channels * Height * Width;
        if ((long)indices.Length * size > Array.MaxLength)
        {
            throw new DataException("ImageFolder", $"{indices.Length} pictures of {Channels} x {Height} x {Width} "
                + $"take {(long)indices.Length * size} bytes, more than one array can hold.");
        }
        var pixels = new byte[indices.Length * size];
        var targets = new long[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            Decode(_files[indices[i]])!.CopyPlanes(pixels.AsSpan(i * size, size));
            targets[i] = _labels[indices[i]];
        }
        return new Batch(Tensor.From(pixels, [indices.Length, Channels, Height, Width]),
            Tensor.From(targets), indices.ToArray());
    }

    /// <inheritdoc/>
    public override SampleFile? FileOf(int sample) => new SampleFile(_files[sample]);

    private Picture Decode(string file)
    {
        Picture picture;
        try
        {
            picture = Options.Decoder.Decode(File.ReadAllBytes(file), file)
                ?? throw new InvalidOperationException("it gave no picture.");
        }
        catch (Exception e) when (e is not (ChainRuleException or OutOfMemoryException))
        {
            string who = e is IOException or UnauthorizedAccessException ? "" : $"{Options.Decoder.GetType().Name}: ";
            throw Wrong(file, $"the picture cannot be read: {who}{e.Message}", e);
        }
        picture = picture.ToChannels(Channels);
        if (Options.Width is { } width && Options.Height is { } height) return picture.Fit(width, height, Options.Fit);
        if (Width == 0 || (picture.Width, picture.Height) == (Width, Height)) return picture;
        throw new DataException("ImageFolder", $"the picture has {picture.Width} x {picture.Height} points; "
            + $"the first, {Path.GetFileName(_files[0])}, has {Width} x {Height}.")
        {
            File = file,
            Help = "give Width and Height in ImageFolderOptions to bring all to one size.",
        };
    }

    private void CheckOptions()
    {
        if (Options.Width is null != Options.Height is null)
            throw new ArgumentException("ImageFolder: Width and Height are given together or not at all.");
        if (Options.Width < 1 || Options.Height < 1)
        {
            throw new ArgumentException(
                $"ImageFolder: Width {Options.Width}, Height {Options.Height}; expected 1 or more.");
        }
        if (Options.Channels is not (1 or 3))
            throw new ArgumentException($"ImageFolder: Channels {Options.Channels}; expected 1 (grey) or 3 (colour).");
        ArgumentNullException.ThrowIfNull(Options.Decoder);
        ArgumentNullException.ThrowIfNull(Options.Extensions);
    }

    private bool IsPicture(string file) =>
        Options.Extensions.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private string NothingIn(string[] inside)
    {
        IEnumerable<string> ends =
            inside.Select(f => Path.GetExtension(f)).Where(e => e.Length > 0).Distinct().Order().Take(5);
        return $"the class has no pictures ({string.Join(", ", Options.Extensions)})"
            + (inside.Length == 0 ? "." : $", only files that end in {string.Join(", ", ends)}.");
    }

    // A link to a folder is followed where it is a class, not inside one: links may go round.
    private static FileSystemEnumerable<string> Find(string folder, bool directories) =>
        new(folder, (ref FileSystemEntry e) => e.ToSpecifiedFullPath(), new EnumerationOptions
        {
            RecurseSubdirectories = !directories,
            AttributesToSkip = 0,
            IgnoreInaccessible = false,
        })
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) =>
                e.IsDirectory == directories && !e.FileName.StartsWith('.'),
            ShouldRecursePredicate = (ref FileSystemEntry e) =>
                !e.FileName.StartsWith('.') && (e.Attributes & FileAttributes.ReparsePoint) == 0,
        };

    private static DataException Wrong(string path, string problem, Exception? inner = null) =>
        new("ImageFolder", problem, inner) { File = path };
}
