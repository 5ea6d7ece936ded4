using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChainRule.Tests;

/// <summary>One case of the shared golden vectors: attributes, tolerance and named tensors.</summary>
internal sealed class GoldenCase
{
    private readonly byte[] _bytes;
    private readonly JsonElement _header;
    private readonly int _data;

    public GoldenCase(string path)
    {
        _bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes);
        _header = JsonDocument.Parse(_bytes.AsMemory(8, length)).RootElement;
        _data = 8 + length;
        JsonElement meta = _header.GetProperty("__metadata__");
        Attributes = JsonDocument.Parse(meta.GetProperty("attrs").GetString()!).RootElement;
        JsonElement tolerance = JsonDocument.Parse(meta.GetProperty("tolerance").GetString()!).RootElement;
        (Rtol, Atol) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
        Names =
        [
            .. _header.EnumerateObject().Select(p => p.Name)
                .Where(n => n != "__metadata__").Order(StringComparer.Ordinal),
        ];
    }

    public JsonElement Attributes { get; }

    public IReadOnlyList<string> Names { get; }

    private double Rtol { get; }

    private double Atol { get; }

    /// <summary>
    /// The files of an operation, without folder and ending, for a theory; empty where there is no shared folder.
    /// </summary>
    public static IEnumerable<string> Of(string area, string op)
    {
        string folder = $"goldens/{area}/{op}";
        if (!SharedData.Has(folder)) return [];
        return Directory.GetFiles(SharedData.Path(folder), "*.safetensors")
            .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);
    }

    public static GoldenCase Load(string area, string op, string name) =>
        new(SharedData.Path($"goldens/{area}/{op}/{name}.safetensors"));

    public double Number(string attribute) => Attributes.GetProperty(attribute).GetDouble();

    public bool Flag(string attribute) => Attributes.GetProperty(attribute).GetBoolean();

    /// <summary>The numbers of a tensor, whatever their type.</summary>
    public double[] Values(string name)
    {
        JsonElement entry = _header.GetProperty(name);
        JsonElement offsets = entry.GetProperty("data_offsets");
        int begin = _data + offsets[0].GetInt32(), end = _data + offsets[1].GetInt32();
        ReadOnlySpan<byte> raw = _bytes.AsSpan(begin, end - begin);
        return entry.GetProperty("dtype").GetString() switch
        {
            "F32" => [.. MemoryMarshal.Cast<byte, float>(raw).ToArray().Select(v => (double)v)],
            "F64" => MemoryMarshal.Cast<byte, double>(raw).ToArray(),
            _ => [.. MemoryMarshal.Cast<byte, long>(raw).ToArray().Select(v => (double)v)],
        };
    }

    /// <summary>A tensor of the case in the type wanted.</summary>
    public Tensor Tensor(string name, DType dtype)
    {
        int[] dims = [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
        return ChainRule.Tensor.From(Values(name), Shape.Create(dims)).To(dtype);
    }

    /// <summary>Compares with the tolerance of the file, or the tight one for double precision.</summary>
    public void Check(string name, IReadOnlyList<double> actual, DType dtype)
    {
        double[] expected = Values(name);
        Assert.Equal(expected.Length, actual.Count);
        (double rtol, double atol) = dtype == DType.Float64 ? (1e-7, Atol / 1000) : (Rtol, Atol);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= atol + (rtol * Math.Abs(expected[i])),
                $"{name}[{i}]: {actual[i]:g9}, expected {expected[i]:g9}");
        }
    }
}
