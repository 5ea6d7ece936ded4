using System.Buffers;
using System.Text.Json;

namespace ChainRule.IO;

/// <summary>Where a tensor lies in a safetensors file, counted from the end of the header.</summary>
internal sealed record SafeTensorsEntry(string Key, DType DType, Shape Shape, long Begin, long End);

/// <summary>The JSON part of a safetensors file.</summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>The most bytes that the format allows, so that a file cannot make a reader parse without end.</summary>
    public const int MaxLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private static readonly (string Name, DType DType)[] Types =
    [
        ("F32", DType.Float32), ("F64", DType.Float64), ("I64", DType.Int64),
        ("I32", DType.Int32), ("U8", DType.UInt8), ("BOOL", DType.Bool),
    ];

    private readonly List<SafeTensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafeTensorsHeader()
    {
    }

    /// <summary>Tensors in the order of their memory.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>
    /// The header for tensors that follow in this order, padded so that they begin at a multiple of eight bytes.
    /// </summary>
    public static byte[] Make(
        IReadOnlyList<(string Key, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            HashSet<string> seen = [MetadataKey];
            foreach ((string key, Tensor value) in tensors)
            {
                if (!seen.Add(key))
                {
                    throw new ArgumentException(
                        $"SafeTensors: the key '{key}' {(key == MetadataKey ? "is reserved" : "appears twice")}.",
                        nameof(tensors));
                }
                json.WriteStartObject(key);
                json.WriteString("dtype", Types.First(t => t.DType == value.DType).Name);
                json.WriteStartArray("shape");
                foreach (int d in value.Dims) json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += (long)value.Count * value.DType.Size());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        byte[] padded = new byte[(buffer.WrittenCount + 7) & ~7];
        padded.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(padded);
        return padded;
    }

    /// <summary>Reads a header and checks all that it promises.</summary>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">Bytes that follow it.</param>
    /// <param name="file">Name for errors.</param>
    public static SafeTensorsHeader Parse(byte[] json, long dataLength, string? file)
    {
        if (json.Length == 0 || json[0] != '{')
            throw SafeTensors.Wrong(file, 8, "the header does not begin with '{'; this is not a safetensors file.");
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
        SafeTensorsHeader header = new();
        try
        {
            header.ReadObject(ref reader, file);
        }
        catch (JsonException e)
        {
            throw SafeTensors.Wrong(file, 8 + reader.BytesConsumed, "the header cannot be read as JSON.", e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for text that is not UTF-8.
            throw SafeTensors.Wrong(
                file, 8 + reader.TokenStartIndex, "the header holds text that is not valid Unicode.", e);
        }
        header.CheckCover(8 + json.Length, dataLength, file);
        return header;
    }

    private void ReadObject(ref Utf8JsonReader reader, string? file)
    {
        HashSet<string> seen = [];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            if (!seen.Add(key))
                throw SafeTensors.Wrong(file, 8 + reader.TokenStartIndex, $"the header holds '{key}' twice.");
            reader.Read();
            if (key == MetadataKey) ReadMetadata(ref reader, file);
            else _entries.Add(ReadEntry(ref reader, key, file));
        }
        // Nothing but blanks may follow; anything else is an error here.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader, string? file)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw NotAsExpected(ref reader, file, MetadataKey, "an object of texts");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            long place = 8 + reader.TokenStartIndex;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw NotAsExpected(ref reader, file, MetadataKey, "texts only");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw SafeTensors.Wrong(file, place, $"the metadata hold '{key}' twice.");
        }
    }

    private static SafeTensorsEntry ReadEntry(ref Utf8JsonReader reader, string key, string? file)
    {
        const string Expected = "an object of dtype, shape and data_offsets";
        if (reader.TokenType != JsonTokenType.StartObject) throw NotAsExpected(ref reader, file, key, Expected);
        long place = 8 + reader.TokenStartIndex;
        DType? dtype = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            long fieldPlace = 8 + reader.TokenStartIndex;
            reader.Read();
            bool twice = field switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw SafeTensors.Wrong(file, fieldPlace, $"'{key}' has a field '{field}'; expected {Expected}."),
            };
            if (twice) throw SafeTensors.Wrong(file, fieldPlace, $"'{key}' has the field '{field}' twice.");
            if (field == "dtype") dtype = ReadType(ref reader, key, file);
            else if (field == "shape") shape = ReadNumbers(ref reader, key, field, file);
            else offsets = ReadNumbers(ref reader, key, field, file);
        }
        if (dtype is null || shape is null || offsets is null)
            throw SafeTensors.Wrong(file, place, $"'{key}' is not {Expected}.");
        return Checked(key, dtype.Value, shape, offsets, place, file);
    }

    private static SafeTensorsEntry Checked(
        string key, DType dtype, List<long> sizes, List<long> offsets, long place, string? file)
    {
        string text = $"[{string.Join(", ", sizes)}]";
        if (offsets.Count != 2 || offsets[0] > offsets[1])
        {
            throw SafeTensors.Wrong(
                file, place, $"'{key}' has data_offsets [{string.Join(", ", offsets)}]; expected [begin, end].");
        }
        if (CountOf(sizes) is not { } count)
        {
            throw SafeTensors.Wrong(
                file, place, $"'{key}' has shape {text}; a tensor holds at most {int.MaxValue} elements.");
        }
        if (sizes.Count > 64)
            throw SafeTensors.Wrong(file, place, $"'{key}' has {sizes.Count} dimensions; expected at most 64.");
        long bytes = (long)count * dtype.Size();
        if (offsets[1] - offsets[0] != bytes)
        {
            throw SafeTensors.Wrong(
                file, place,
                $"'{key}' {text} {dtype.Text()} takes {bytes} bytes, "
                + $"but its data_offsets [{offsets[0]}, {offsets[1]}] span {offsets[1] - offsets[0]}.");
        }
        return new SafeTensorsEntry(key, dtype, Shape.Create([.. sizes.Select(s => (int)s)]), offsets[0], offsets[1]);
    }

    // Null for more elements than a tensor holds, or a size that none can have.
    private static int? CountOf(List<long> sizes)
    {
        long count = sizes.Contains(0) ? 0 : 1;
        foreach (long size in sizes)
        {
            if (size > int.MaxValue) return null;
            count *= size;                                           // at most 2^62
            if (count > int.MaxValue) return null;
        }
        return (int)count;
    }

    private static DType ReadType(ref Utf8JsonReader reader, string key, string? file)
    {
        string known = string.Join(", ", Types.Select(t => t.Name));
        if (reader.TokenType != JsonTokenType.String)
            throw NotAsExpected(ref reader, file, key, $"as dtype one of {known}");
        string given = reader.GetString()!;
        foreach ((string name, DType dtype) in Types)
        {
            if (name == given) return dtype;
        }
        throw SafeTensors.Wrong(
            file, 8 + reader.TokenStartIndex, $"'{key}' has dtype '{given}'; expected one of {known}.");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string key, string field, string? file)
    {
        string expected = $"as {field} a list of integers that are not negative";
        if (reader.TokenType != JsonTokenType.StartArray) throw NotAsExpected(ref reader, file, key, expected);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw NotAsExpected(ref reader, file, key, expected);
            numbers.Add(number);
        }
        return numbers;
    }

    private static CheckpointException NotAsExpected(
        ref Utf8JsonReader reader, string? file, string key, string expected) =>
        SafeTensors.Wrong(
            file, 8 + reader.TokenStartIndex, $"'{key}' is not as the format wants it; expected {expected}.");

    // The tensors must cover the data exactly: an overlap would tie weights together, a hole could hide anything.
    private void CheckCover(long start, long dataLength, string? file)
    {
        _entries.Sort((a, b) => (a.Begin, a.End, a.Key).CompareTo((b.Begin, b.End, b.Key)));
        long end = 0;
        string before = "the header";
        foreach (SafeTensorsEntry entry in _entries)
        {
            if (entry.End > dataLength)
            {
                throw SafeTensors.Wrong(
                    file, start + dataLength,
                    $"'{entry.Key}' should end at byte {entry.End} of the data, but the file holds only {dataLength}; "
                    + "it is cut short.");
            }
            if (entry.Begin < end)
                throw SafeTensors.Wrong(file, start + entry.Begin, $"'{entry.Key}' overlaps '{before}'.");
            if (entry.Begin > end)
            {
                throw SafeTensors.Wrong(
                    file, start + end,
                    $"{entry.Begin - end} bytes between '{before}' and '{entry.Key}' belong to no tensor.");
            }
            (end, before) = (entry.End, entry.Key);
        }
        if (end < dataLength)
        {
            throw SafeTensors.Wrong(
                file, start + end, $"{dataLength - end} bytes after the last tensor belong to none.");
        }
    }
}
