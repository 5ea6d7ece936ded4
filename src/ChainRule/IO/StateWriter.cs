using System.Globalization;

namespace ChainRule.IO;

/// <summary>Gathers named values and tensors for a checkpoint.</summary>
/// <remarks>
/// Names are joined by dots: value "count" of section "metrics.0" is "metrics.0.count". Numbers are written so that
/// they are read back to the same bits.
/// </remarks>
public sealed class StateWriter
{
    private readonly string _prefix;
    private readonly Dictionary<string, string> _texts;
    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>An empty state.</summary>
    public StateWriter()
        : this("", [], [])
    {
    }

    private StateWriter(string prefix, Dictionary<string, string> texts, Dictionary<string, Tensor> tensors) =>
        (_prefix, _texts, _tensors) = (prefix, texts, tensors);

    internal IReadOnlyDictionary<string, string> Texts => _texts;

    internal IEnumerable<(string Key, Tensor Value)> Tensors => _tensors.Select(t => (t.Key, t.Value));

    /// <summary>A part of the state with names of its own.</summary>
    /// <param name="name">Name of the part.</param>
    public StateWriter Section(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new StateWriter(_prefix + name + ".", _texts, _tensors);
    }

    /// <summary>Adds a text.</summary>
    /// <param name="name">A name that this section has not yet.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        _texts.Add(_prefix + name, value);
    }

    /// <summary>Adds a number.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, double value) => Add(name, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Adds a whole number.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a generator's place in its sequence.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, RngState value) => Add(
        name, string.Create(CultureInfo.InvariantCulture, $"{value.Seed} {value.Stream} {value.Position}"));

    /// <summary>Adds a tensor of any shape and type; it is read when the checkpoint is written, not before.</summary>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string name, Tensor value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        _tensors.Add(_prefix + name, value);
    }

    /// <summary>Adds what an object remembers as a section.</summary>
    /// <param name="name">Name of the section.</param>
    /// <param name="part">The object; one that remembers nothing adds nothing.</param>
    public void Add(string name, IStateful? part) => part?.SaveState(Section(name));
}
