using System.Text.Json;
using ChainRule.IO;

namespace ChainRule.Conformance;

/// <summary>One file of reference values: given tensors, attributes, expected tensors and their tolerance.</summary>
public sealed class GoldenCase
{
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;
    private readonly HashSet<string> _expected;
    private readonly Dictionary<string, Tensor> _inputs = [];

    private GoldenCase(SafeTensorsContent file, DType precision)
    {
        // By the format all that is float32 in a file is given, all that is float64 expected.
        _tensors = file.Tensors.ToDictionary(
            t => t.Key, t => t.Value.DType == DType.Float32 ? t.Value.To(precision) : t.Value);
        _expected =
        [
            .. file.Tensors.Where(t => t.Value.DType == DType.Float64 || IsResult(t.Key)).Select(t => t.Key),
        ];
        Precision = precision;
        Area = Need(file, "area");
        OpName = Need(file, "op");
        Name = Need(file, "case");
        Attrs = JsonDocument.Parse(Need(file, "attrs")).RootElement;
        JsonElement tolerance = JsonDocument.Parse(Need(file, "tolerance")).RootElement;
        double relative = tolerance.GetProperty("rtol").GetDouble(),
            absolute = tolerance.GetProperty("atol").GetDouble();
        (Relative, Absolute) = precision == DType.Float64 ? (1e-7, absolute / 1000) : (relative, absolute);
    }

    /// <summary>Type of the given numbers, and so of the computation.</summary>
    public DType Precision { get; }

    /// <summary>Area of the operation: tensor, layer, loss and so on.</summary>
    public string Area { get; }

    /// <summary>Name of the operation in its area.</summary>
    public string OpName { get; }

    /// <summary>Name of the case.</summary>
    public string Name { get; }

    /// <summary>All attributes of the operation, defaults included.</summary>
    public JsonElement Attrs { get; }

    /// <summary>Allowed error in this precision, as a share of the expected value.</summary>
    public double Relative { get; }

    /// <summary>Allowed error beside that.</summary>
    public double Absolute { get; }

    /// <summary>Every name of a tensor in the file.</summary>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>What follows a prefix in the names that begin with it: "init.param." gives the parameters.</summary>
    public IEnumerable<string> Behind(string prefix) =>
        Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => n[prefix.Length..]);

    /// <summary>Reads a file.</summary>
    /// <param name="path">A safetensors file of the golden format.</param>
    /// <param name="precision">
    /// Float32, for the file's own tolerance, or Float64, for the tight one of the format.
    /// </param>
    /// <exception cref="CheckpointException">The file is no safetensors file.</exception>
    /// <exception cref="InvalidDataException">The file is not of that format.</exception>
    public static GoldenCase Read(string path, DType precision = DType.Float32) =>
        new(SafeTensors.Read(path), precision);

    /// <summary>True where the file holds a tensor of that name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>True for a tensor that the case expects, false for one that it gives.</summary>
    public bool IsExpected(string name) => _expected.Contains(name);

    /// <summary>A tensor as it stands in the file, a given one in <see cref="Precision"/>.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    public Tensor Stored(string name) =>
        _tensors.TryGetValue(
            name, out Tensor? t) ? t : throw new InvalidDataException($"the file holds no tensor '{name}'.");

    /// <summary>A given tensor, as a leaf where its gradient is expected, seen through the case's views.</summary>
    /// <param name="name">Full name: in.x, param.weight, state_in.h0.</param>
    public Tensor Given(string name)
    {
        if (_inputs.TryGetValue(name, out Tensor? ready)) return ready;
        Tensor leaf = Stored(name);
        if (Has("grad." + name)) leaf.RequiresGrad = true;
        Tensor seen = leaf;
        string plain = name.StartsWith("in.", StringComparison.Ordinal) ? name[3..] : name;
        if (Attrs.TryGetProperty("views", out JsonElement views) && views.TryGetProperty(plain, out JsonElement steps))
        {
            foreach (JsonElement step in steps.EnumerateArray()) seen = View(seen, step);
        }
        _inputs[name] = seen;
        return seen;
    }

    /// <summary>As <see cref="Given"/>, or null where the file does not hold it.</summary>
    public Tensor? Maybe(string name) => Has(name) ? Given(name) : null;

    /// <summary>An attribute as a number; "inf" and "-inf" stand for infinities.</summary>
    public double Number(string attr) => Number(Attr(attr));

    /// <summary>An attribute as a number, or null.</summary>
    public double? NumberOrNull(string attr) => IsNull(attr) ? null : Number(attr);

    /// <summary>An attribute as an integer.</summary>
    public int Int(string attr) => Attr(attr).GetInt32();

    /// <summary>An attribute as a truth value.</summary>
    public bool Bool(string attr) => Attr(attr).GetBoolean();

    /// <summary>An attribute as text.</summary>
    public string Text(string attr) => Attr(attr).GetString() ?? "";

    /// <summary>An attribute as a list of integers; a single one counts as a list.</summary>
    public int[] Ints(string attr) => Attr(attr).ValueKind == JsonValueKind.Array
        ? [.. Attr(attr).EnumerateArray().Select(e => e.GetInt32())]
        : [Int(attr)];

    /// <summary>True where an attribute is null or missing.</summary>
    public bool IsNull(string attr) =>
        !Attrs.TryGetProperty(attr, out JsonElement e) || e.ValueKind == JsonValueKind.Null;

    /// <summary>An attribute.</summary>
    /// <exception cref="InvalidDataException">It is missing.</exception>
    public JsonElement Attr(string attr) =>
        Attrs.TryGetProperty(
            attr, out JsonElement e) ? e : throw new InvalidDataException($"the attribute '{attr}' is missing.");

    private static double Number(JsonElement e) => e.ValueKind == JsonValueKind.String
        ? e.GetString() == "-inf" ? double.NegativeInfinity : double.PositiveInfinity
        : e.GetDouble();

    private static Tensor View(Tensor x, JsonElement step)
    {
        JsonElement[] parts = [.. step.EnumerateArray()];
        switch (parts[0].GetString())
        {
            case "permute":
                return x.Permute([.. parts[1].EnumerateArray().Select(e => e.GetInt32())]);
            case "slice":
                return x.Slice(
                    parts[1].GetInt32(), Bound(parts[2], 0), Bound(parts[3], int.MaxValue), Bound(parts[4], 1));
            case "expand":
                return x.Expand((int[])[.. parts[1].EnumerateArray().Select(e => e.GetInt32())]);
            default:
                throw new InvalidDataException($"unknown view '{parts[0]}'.");
        }
    }

    private static int Bound(JsonElement e, int missing) => e.ValueKind == JsonValueKind.Null ? missing : e.GetInt32();

    private static bool IsResult(string name) =>
        name.StartsWith("out.", StringComparison.Ordinal) || name.StartsWith("state_out.", StringComparison.Ordinal);

    private static string Need(SafeTensorsContent file, string key) => file.Metadata.TryGetValue(key, out string? value)
        ? value
        : throw new InvalidDataException($"the metadata lack '{key}'.");
}
