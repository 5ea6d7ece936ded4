using System.Text.Json;

namespace ChainRule.Tests.Operators;

/// <summary>A folder of golden cases (area/op) and what to call for each of them.</summary>
internal sealed record Golden(string Path, Func<GoldenCase, GoldenOutputs> Call)
{
    /// <summary>Cases that this row can run; the others are another row's.</summary>
    public Func<GoldenCase, bool> Where { get; init; } = _ => true;
}

/// <summary>Results by the names they have in the file, without "out."; a single tensor is the only one.</summary>
internal sealed class GoldenOutputs(params (string Name, Tensor Value)[] values)
{
    public (string Name, Tensor Value)[] Values { get; } = values;

    public static implicit operator GoldenOutputs(Tensor only) => new(("", only));
}

/// <summary>
/// One golden case in one floating type: inputs with their views applied, attributes, expected tensors.
/// </summary>
internal sealed class GoldenCase
{
    private readonly Dictionary<string, Tensor> _file;
    private readonly Dictionary<string, Tensor> _leaves = [];
    private readonly Dictionary<string, Tensor> _given = [];
    private readonly JsonElement _attrs;

    public GoldenCase(string path, DType dtype)
    {
        (_file, IReadOnlyDictionary<string, string> meta) = GoldenFile.Read(path);
        Name = $"{meta["area"]}/{meta["op"]}/{meta["case"]}";
        _attrs = JsonDocument.Parse(meta["attrs"]).RootElement;
        JsonElement tolerance = JsonDocument.Parse(meta["tolerance"]).RootElement;
        double rtol = tolerance.GetProperty("rtol").GetDouble(), atol = tolerance.GetProperty("atol").GetDouble();
        Tolerance = dtype == DType.Float32 ? new Tolerance(rtol, atol) : new Tolerance(1e-7, atol / 1000);
        foreach ((string key, Tensor stored) in _file)
        {
            if (!key.StartsWith("in.") && !key.StartsWith("param.") && !key.StartsWith("state_in.")) continue;
            Tensor leaf = stored.DType.IsFloatingPoint() ? stored.ConvertTo(dtype, kept: true).Detach() : stored;
            leaf.RequiresGrad = _file.ContainsKey("grad." + key);
            _leaves[key] = leaf;
            _given[key] = Viewed(leaf, key);
        }
    }

    public string Name { get; }

    public Tolerance Tolerance { get; }

    /// <summary>Input, parameter or state of this name.</summary>
    public Tensor this[string name] => Given(name) ?? throw new KeyNotFoundException($"{Name} has no input {name}.");

    /// <summary>Inputs x0, x1, ... as far as there are any.</summary>
    public Tensor[] Numbered(string name)
    {
        List<Tensor> found = [];
        while (Given(name + found.Count) is { } next) found.Add(next);
        return [.. found];
    }

    public Tensor? Given(string name) =>
        _given.GetValueOrDefault("in." + name) ?? _given.GetValueOrDefault("param."
            + name) ?? _given.GetValueOrDefault("state_in." + name);

    /// <summary>An input of 0 and 1 as Bool.</summary>
    public Tensor Mask(string name) => this[name].To(DType.Bool);

    public bool IsNull(string attr) =>
        !_attrs.TryGetProperty(attr, out JsonElement e) || e.ValueKind == JsonValueKind.Null;

    /// <summary>A number; infinities are written as strings.</summary>
    public double Number(string attr)
    {
        JsonElement e = Attr(attr);
        if (e.ValueKind != JsonValueKind.String) return e.GetDouble();
        return e.GetString() == "-inf" ? double.NegativeInfinity : double.PositiveInfinity;
    }

    public int Int(string attr) => Attr(attr).GetInt32();

    public bool Flag(string attr) => Attr(attr).GetBoolean();

    public string Text(string attr) => Attr(attr).GetString()!;

    /// <summary>A list of integers; one integer is a list of one, null an empty one.</summary>
    public int[] Ints(string attr)
    {
        if (IsNull(attr)) return [];
        JsonElement e = Attr(attr);
        return e.ValueKind == JsonValueKind.Number ? [e.GetInt32()] : [.. e.EnumerateArray().Select(v => v.GetInt32())];
    }

    public JsonElement Attr(string attr) =>
        _attrs.TryGetProperty(attr, out JsonElement e) ? e
            : throw new KeyNotFoundException($"{Name} has no attribute {attr}.");

    /// <summary>Compares results and gradients with the file's.</summary>
    public void Check(GoldenOutputs outputs)
    {
        string[] expected = [.. _file.Keys.Where(k => k.StartsWith("out.") || k.StartsWith("state_out."))];
        (string Name, Tensor Value)[] results = [.. outputs.Values.Select(v =>
            (v.Name == "" ? expected.Single() : v.Name.StartsWith("state_out.") ? v.Name : "out." + v.Name, v.Value))];
        foreach (string missing in expected.Except(results.Select(r => r.Name)))
            throw new CheckFailedException(
                $"{missing} is not among the results {string.Join(", ", results.Select(r => r.Name))}.");
        foreach ((string name, Tensor value) in results) Compare(name, _file[name], value);
        foreach ((string name, Tensor value) in results)
        {
            string cotangent = "grad_out." + name[(name.IndexOf('.') + 1)..];
            if (_file.TryGetValue(cotangent, out Tensor? g) && value.RequiresGrad)
                value.Backward(g.ConvertTo(value.DType, kept: true), retainGraph: true);
        }
        foreach ((string key, Tensor leaf) in _leaves)
        {
            if (_file.TryGetValue("grad." + key, out Tensor? wanted))
                Compare("grad." + key, wanted, leaf.Grad ?? Tensor.Zeros(leaf.Shape, leaf.DType));
        }
    }

    private void Compare(string name, Tensor wanted, Tensor got) =>
        TensorAssert.Close(wanted, got, wanted.DType.IsFloatingPoint() ? Tolerance : Tolerance.Exact, name);

    private Tensor Viewed(Tensor t, string key)
    {
        string name = key[(key.IndexOf('.') + 1)..];
        if (!_attrs.TryGetProperty("views", out JsonElement views)
            || !views.TryGetProperty(name, out JsonElement steps)) return t;
        foreach (JsonElement step in steps.EnumerateArray())
        {
            switch (step[0].GetString())
            {
                case "permute": t = t.Permute(Sizes(step[1])); break;
                case "slice":
                    t = t.Slice(step[1].GetInt32(), step[2].GetInt32(), step[3].GetInt32(),
                    step[4].GetInt32()); break;
                case "expand": t = t.Expand(Sizes(step[1])); break;
                default: throw new NotSupportedException($"{Name}: no view is called {step[0]}.");
            }
        }
        return t;

        static int[] Sizes(JsonElement e) => [.. e.EnumerateArray().Select(v => v.GetInt32())];
    }
}
