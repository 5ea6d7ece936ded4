namespace ChainRule.Formats;

/// <summary>One event of a TensorBoard file.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Step">Step of training that it belongs to.</param>
/// <param name="Version">Version of the file format, in its first event; else null.</param>
/// <param name="Starts">Whether a training begins or goes on at this step: later steps written before are void.</param>
/// <param name="Graph">A graph of layers; empty in most events.</param>
/// <param name="Values">Figures, pictures and texts; empty in some events.</param>
public sealed record EventRecord(
    DateTimeOffset Time, long Step, string? Version, bool Starts, IReadOnlyList<EventNode> Graph,
    IReadOnlyList<EventValue> Values);

/// <summary>A layer in a graph.</summary>
/// <param name="Name">Path with slashes: "model/0".</param>
/// <param name="Kind">Kind of layer.</param>
/// <param name="Inputs">Names of the nodes it takes its input from.</param>
public sealed record EventNode(string Name, string Kind, IReadOnlyList<string> Inputs);

/// <summary>Something shown under a tag.</summary>
/// <param name="Tag">Its name; what stands before a slash groups it.</param>
public abstract record EventValue(string Tag);

/// <summary>A number.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Value">The number.</param>
public sealed record EventScalar(string Tag, float Value) : EventValue(Tag);

/// <summary>A distribution of numbers.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Min">Smallest number.</param>
/// <param name="Max">Largest number.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="SumSquares">Sum of their squares.</param>
/// <param name="Limits">Upper bounds of the intervals, rising.</param>
/// <param name="Counts">How many numbers each interval holds.</param>
public sealed record EventHistogram(
    string Tag, double Min, double Max, double Count, double Sum, double SumSquares, IReadOnlyList<double> Limits,
    IReadOnlyList<double> Counts) : EventValue(Tag);

/// <summary>A picture.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Encoded">Content of a PNG file.</param>
public sealed record EventPicture(string Tag, int Width, int Height, byte[] Encoded) : EventValue(Tag);

/// <summary>A text in Markdown.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Text">The text.</param>
public sealed record EventText(string Tag, string Text) : EventValue(Tag);
