using System.Buffers.Binary;
using System.Text;

namespace ChainRule.Formats;

/// <summary>Reads TensorBoard's event files.</summary>
/// <remarks>
/// No length in a file is trusted: a record is read only where the file is long enough for it and its checksums are
/// right. Memory: at most about 32 times the longest record, with what it is decoded to; the file is not read ahead.
/// </remarks>
public static class EventReader
{
    /// <summary>The events of a file, in order, read as they are asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="growing">
    /// Whether somebody may still be writing: a record that is not complete then ends the reading without an error.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file is damaged or cut short; names file and offset.</exception>
    public static IEnumerable<EventRecord> Read(string path, bool growing = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        while (true)
        {
            long offset = file.Position;
            if (RecordFile.Read(file, path, growing) is not { } content) yield break;
            yield return Decode(content, path, offset);
        }
    }

    private static EventRecord Decode(byte[] content, string path, long offset)
    {
        try
        {
            return Event(content);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw RecordFile.Damaged(path, offset, $"not an event: {e.Message}");
        }
    }

    private static EventRecord Event(ReadOnlySpan<byte> message)
    {
        double time = 0;
        long step = 0;
        string? version = null;
        bool starts = false;
        List<EventNode>? graph = null;
        List<EventValue>? values = null;
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Fixed64)) time = fields.Double;
            else if (fields.Is(2, WireKind.Varint)) step = fields.Whole;
            else if (fields.Is(3, WireKind.Bytes)) version = fields.Text;
            else if (fields.Is(4, WireKind.Bytes)) Graph(fields.Bytes, graph ??= []);
            else if (fields.Is(5, WireKind.Bytes)) Summary(fields.Bytes, values ??= []);
            else if (fields.Is(7, WireKind.Bytes)) starts = Starts(fields.Bytes);
        }
        if (!(Math.Abs(time) < 1e11)) throw new FormatException("its time is out of range.");
        return new EventRecord(
            DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(time * 1000)), step, version, starts,
            graph ?? (IReadOnlyList<EventNode>)[], values ?? (IReadOnlyList<EventValue>)[]);
    }

    // Status 1 of a session is its start.
    private static bool Starts(ReadOnlySpan<byte> session)
    {
        long status = 0;
        WireReader fields = new(session);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Varint)) status = fields.Whole;
        }
        return status == 1;
    }

    private static void Summary(ReadOnlySpan<byte> summary, List<EventValue> values)
    {
        WireReader fields = new(summary);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Bytes) && Value(fields.Bytes) is { } value) values.Add(value);
        }
    }

    // The kinds of values exclude one another: the last one counts.
    private static EventValue? Value(ReadOnlySpan<byte> message)
    {
        string tag = "";
        EventValue? value = null;
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Bytes)) tag = fields.Text;
            else if (fields.Is(2, WireKind.Fixed32)) value = new EventScalar("", fields.Float);
            else if (fields.Is(4, WireKind.Bytes)) value = Picture(fields.Bytes);
            else if (fields.Is(5, WireKind.Bytes)) value = Histogram(fields.Bytes);
            else if (fields.Is(8, WireKind.Bytes)) value = TextOf(fields.Bytes);
        }
        return value is null ? null : value with { Tag = tag };
    }

    // The first string of a tensor; null for a tensor of something else.
    private static EventText? TextOf(ReadOnlySpan<byte> tensor)
    {
        WireReader fields = new(tensor);
        while (fields.Next())
        {
            if (fields.Is(8, WireKind.Bytes)) return new EventText("", fields.Text);
        }
        return null;
    }

    private static EventPicture Picture(ReadOnlySpan<byte> message)
    {
        int width = 0, height = 0;
        ReadOnlySpan<byte> encoded = [];
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Varint)) height = Size(fields.Whole);
            else if (fields.Is(2, WireKind.Varint)) width = Size(fields.Whole);
            else if (fields.Is(4, WireKind.Bytes)) encoded = fields.Bytes;
        }
        return new EventPicture("", width, height, encoded.ToArray());

        static int Size(long pixels) => pixels is >= 0 and <= int.MaxValue ? (int)pixels
            : throw new FormatException($"a picture is {pixels} pixels wide or high.");
    }

    private static EventHistogram Histogram(ReadOnlySpan<byte> message)
    {
        Span<double> figures = stackalloc double[6];
        List<double> limits = [], counts = [];
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Kind == WireKind.Fixed64 && fields.Field <= 5) figures[fields.Field] = fields.Double;
            else if (fields.Field == 6) Add(fields, limits);
            else if (fields.Field == 7) Add(fields, counts);
        }
        if (limits.Count != counts.Count)
            throw new FormatException($"a histogram has {limits.Count} limits and {counts.Count} counts.");
        return new EventHistogram("", figures[1], figures[2], figures[3], figures[4], figures[5], limits, counts);

        // Doubles stand in one field together, or each in one of its own.
        static void Add(WireReader field, List<double> list)
        {
            if (field.Kind == WireKind.Fixed64) list.Add(field.Double);
            if (field.Kind != WireKind.Bytes) return;
            if (field.Bytes.Length % 8 != 0) throw new FormatException("a list of doubles ends within one.");
            for (int i = 0; i < field.Bytes.Length; i += 8)
                list.Add(BinaryPrimitives.ReadDoubleLittleEndian(field.Bytes[i..]));
        }
    }

    private static void Graph(ReadOnlySpan<byte> message, List<EventNode> graph)
    {
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Bytes)) graph.Add(Node(fields.Bytes));
        }
    }

    private static EventNode Node(ReadOnlySpan<byte> message)
    {
        string name = "", kind = "";
        List<string>? inputs = null;
        WireReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireKind.Bytes)) name = fields.Text;
            else if (fields.Is(2, WireKind.Bytes)) kind = fields.Text;
            else if (fields.Is(3, WireKind.Bytes)) (inputs ??= []).Add(fields.Text);
        }
        if (name.Length == 0) throw new FormatException("a node of the graph has no name.");
        return new EventNode(name, kind, inputs ?? (IReadOnlyList<string>)[]);
    }
}
