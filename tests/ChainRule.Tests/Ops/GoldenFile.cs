using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChainRule.Tests.Operators;

/// <summary>Reads a golden case: eight bytes of header length, a JSON header, raw little-endian numbers.</summary>
internal static class GoldenFile
{
    public static (Dictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Meta) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        Dictionary<string, Tensor> tensors = [];
        Dictionary<string, string> meta = [];
        foreach (JsonProperty entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (JsonProperty m in entry.Value.EnumerateObject()) meta[m.Name] = m.Value.GetString()!;
                continue;
            }
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            int begin = 8 + length + offsets[0].GetInt32(), end = 8 + length + offsets[1].GetInt32();
            tensors[entry.Name] = Make(entry.Value.GetProperty("dtype").GetString()!, bytes.AsSpan(begin..end), shape);
        }
        return (tensors, meta);
    }

    private static Tensor Make(string dtype, ReadOnlySpan<byte> bytes, int[] shape) => dtype switch
    {
        "F32" => Tensor.From(MemoryMarshal.Cast<byte, float>(bytes), shape),
        "F64" => Tensor.From(MemoryMarshal.Cast<byte, double>(bytes), shape),
        "I64" => Tensor.From(MemoryMarshal.Cast<byte, long>(bytes), shape),
        _ => throw new NotSupportedException($"Golden cases hold F32, F64 and I64, not {dtype}."),
    };
}
