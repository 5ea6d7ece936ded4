using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChainRule.Cli.Output;

/// <summary>A JSON object on one line; the first member, "event", tells its kind.</summary>
internal sealed class JsonLine
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for a terminal or a file, never inside a web page
    };

    private readonly JsonObject _members = [];

    /// <summary>An event of a kind.</summary>
    public JsonLine(string kind) => _members["event"] = kind;

    /// <summary>Adds a text.</summary>
    public JsonLine With(string name, string? value) => Set(name, value is null ? null : JsonValue.Create(value));

    /// <summary>Adds a whole number.</summary>
    public JsonLine With(string name, long value) => Set(name, JsonValue.Create(value));

    /// <summary>Adds yes or no.</summary>
    public JsonLine With(string name, bool value) => Set(name, JsonValue.Create(value));

    /// <summary>Adds a number; null where it is not finite, which JSON cannot hold.</summary>
    public JsonLine With(string name, double? value) => Set(name, Number(value));

    /// <summary>Adds a list or an object.</summary>
    public JsonLine With(string name, JsonNode? value) => Set(name, value);

    /// <summary>A list of texts.</summary>
    public static JsonArray List(IEnumerable<string> items) => new([.. items.Select(i =>
        (JsonNode)JsonValue.Create(i))]);

    /// <summary>A list of numbers.</summary>
    public static JsonArray List(IEnumerable<double> items) => new([.. items.Select(i => Number(i))]);

    /// <inheritdoc/>
    public override string ToString() => _members.ToJsonString(Readable);

    private static JsonNode? Number(double? value) =>
        value is { } v && double.IsFinite(v) ? JsonValue.Create(v) : null;

    private JsonLine Set(string name, JsonNode? value)
    {
        _members[name] = value;
        return this;
    }
}
