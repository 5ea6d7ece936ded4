using System.Globalization;

namespace ChainRule.IO;

/// <summary>Reads what a <see cref="StateWriter"/> gathered, from a checkpoint.</summary>
public sealed class StateReader
{
    private readonly string _prefix;
    private readonly SafeTensorsContent _content;
    private readonly string _file;

    internal StateReader(SafeTensorsContent content, string file)
        : this("", content, file)
    {
    }

    private StateReader(string prefix, SafeTensorsContent content, string file) =>
        (_prefix, _content, _file) = (prefix, content, file);

    internal string File => _file;

    /// <summary>A part of the state with names of its own; empty where the checkpoint has none.</summary>
    /// <param name="name">Name of the part.</param>
    public StateReader Section(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new StateReader(_prefix + name + ".", _content, _file);
    }

    /// <summary>Whether there is a value or tensor of this name.</summary>
    /// <param name="name">Name in this section.</param>
    public bool Has(string name) =>
        _content.Metadata.ContainsKey(_prefix + name) || _content.Tensors.ContainsKey(_prefix + name);

    /// <summary>A text.</summary>
    /// <param name="name">Name in this section.</param>
    /// <exception cref="CheckpointException">There is none, or it is not of this kind.</exception>
    public string Text(string name) => _content.Metadata.TryGetValue(_prefix + name, out string? text)
        ? text : throw Wrong(name, "is missing.");

    /// <summary>A number.</summary>
    /// <inheritdoc cref="Text"/>
    public double Number(string name) =>
        double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value : throw Wrong(name, $"is '{Text(name)}'; expected a number.");

    /// <summary>A whole number.</summary>
    /// <inheritdoc cref="Text"/>
    public long Whole(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value : throw Wrong(name, $"is '{Text(name)}'; expected a whole number.");

    /// <summary>A whole number in a range.</summary>
    /// <param name="name">Name in this section.</param>
    /// <param name="least">Smallest that is right.</param>
    /// <param name="most">Largest that is right.</param>
    /// <exception cref="CheckpointException">There is none, or it is not in the range.</exception>
    public int Whole(string name, int least, int most = int.MaxValue) =>
        Whole(name) is long value && value >= least && value <= most ? (int)value
            : throw Wrong(
                name, $"is {Text(name)}; expected {least} {(most == int.MaxValue ? "or more" : $"to {most}")}.");

    /// <summary>How often something was done: a whole number that is not negative.</summary>
    internal long Times(string name) => Whole(name) is var value and >= 0 and < long.MaxValue ? value
        : throw Wrong(name, $"is {Text(name)}; expected 0 or more.");

    /// <summary>A span of time in seconds.</summary>
    internal TimeSpan Seconds(string name) =>
        ToTime(Number(name)) ?? throw Wrong(name, $"is {Text(name)}; expected seconds that have passed.");

    /// <summary>Seconds as a span; null where there can be none of that length.</summary>
    internal static TimeSpan? ToTime(double seconds) =>
        seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>A generator's place in its sequence.</summary>
    /// <inheritdoc cref="Text"/>
    public RngState Generator(string name)
    {
        string[] parts = Text(name).Split(' ');
        Span<ulong> numbers = stackalloc ulong[3];
        for (int i = 0; i < 3; i++)
        {
            if (parts.Length != 3
                || !ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw Wrong(name, $"is '{Text(name)}'; expected seed, stream and position of a generator.");
            }
        }
        return new RngState(numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>A tensor.</summary>
    /// <inheritdoc cref="Text"/>
    public Tensor Tensor(string name) => _content.Tensors.TryGetValue(_prefix + name, out Tensor? tensor)
        ? tensor : throw Wrong(name, "is missing.");

    /// <summary>Copies a tensor's numbers into one of the same shape and type.</summary>
    /// <param name="name">Name in this section.</param>
    /// <param name="target">Takes them.</param>
    /// <exception cref="CheckpointException">There is none, or it is of another shape or type.</exception>
    internal void Copy(string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Tensor saved = Tensor(name);
        if (saved.Shape != target.Shape || saved.DType != target.DType)
        {
            throw Wrong(name, $"is {saved.Shape} {saved.DType.Text()}; "
                + $"expected {target.Shape} {target.DType.Text()}.");
        }
        saved.CopyDense(target);
    }

    /// <summary>Numbers of a tensor of a certain size.</summary>
    /// <typeparam name="T">Type of its elements.</typeparam>
    /// <param name="name">Name in this section.</param>
    /// <param name="count">How many there must be; null for any number.</param>
    /// <exception cref="CheckpointException">There is none, or it is of another type or size.</exception>
    public T[] Numbers<T>(string name, int? count = null)
        where T : unmanaged
    {
        Tensor tensor = Tensor(name);
        DType expected = DTypes.Of<T>();
        if (tensor.DType != expected || (count is { } n && tensor.Count != n))
        {
            throw Wrong(name, $"is {tensor.Shape} {tensor.DType.Text()}; expected "
                + $"{(count is { } m ? $"[{m}] " : "")}{expected.Text()}.");
        }
        return tensor.ToArray<T>();
    }

    /// <summary>Gives an object back what it remembered.</summary>
    /// <param name="name">Name of the section.</param>
    /// <param name="part">The object.</param>
    public void Load(string name, IStateful? part) => part?.LoadState(Section(name));

    /// <summary>All tensors of this section, by their names in it.</summary>
    internal Dictionary<string, Tensor> Tensors() => _content.Tensors
        .Where(t => t.Key.StartsWith(_prefix, StringComparison.Ordinal))
        .ToDictionary(t => t.Key[_prefix.Length..], t => t.Value);

    /// <summary>Names of all texts and numbers of this section.</summary>
    internal IEnumerable<string> Names() => _content.Metadata.Keys
        .Where(k => k.StartsWith(_prefix, StringComparison.Ordinal)).Select(k => k[_prefix.Length..]);

    /// <summary>All texts and numbers of this section, by their names in it.</summary>
    internal Dictionary<string, string> Texts() => Names().ToDictionary(n => n, Text);

    /// <summary>Whether this section has anything.</summary>
    internal bool HasAny() => Names().Any() || Tensors().Count > 0;

    /// <summary>Throws where a text is another one than this training's; files of version 1 lack some.</summary>
    /// <param name="name">Name in this section.</param>
    /// <param name="own">What this training has.</param>
    /// <param name="whose">Says whose it is, as in "this training has".</param>
    internal void Expect(string name, string own, string whose)
    {
        if (Has(name) && Text(name) != own) throw Wrong(name, $"is {Text(name)}; {whose} {own}.");
    }

    internal CheckpointException Wrong(string name, string problem) =>
        new("Checkpoint", $"'{_prefix}{name}' {problem}") { File = _file, Key = _prefix + name };
}
