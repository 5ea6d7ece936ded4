using System.Text.Json;
using System.Text.Json.Serialization;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>
/// All that one must know to use a model's weights: how to build the network, what its inputs are and what its outputs
/// mean. Stands as JSON in the metadata of a model file, under <see cref="MetadataKey"/>.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>Key of the JSON text in a model file's metadata.</summary>
    public const string MetadataKey = "chainrule.model";

    /// <summary>Version of the description's form.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the form this was written in.</summary>
    [JsonPropertyOrder(-2)]
    [JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Architecture and options.</summary>
    [JsonPropertyOrder(-1)]
    public required ModelOptions Model { get; init; }

    /// <summary>Sizes of one input without the batch: [1, 28, 28] for digits; null where not told.</summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>How inputs were scaled for training; null for not at all.</summary>
    public InputScaling? Scaling { get; init; }

    /// <summary>Names of the classes, by number; null for regression or where they have none.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Columns of a table that are the inputs, in order; null for images.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Column of a table that was learnt; null for images.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Further texts of the program that trained the model, such as the name of its data; null for none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Notes { get; init; }

    /// <summary>Reads a description.</summary>
    /// <param name="json">Text from <see cref="ToJson"/>.</param>
    /// <exception cref="CheckpointException">The text is no description, of a later version, or of an unknown
    /// architecture.</exception>
    public static ModelDescription FromJson(string json) => FromJson(json, null);

    /// <summary>The description as one line of JSON; the same description gives the same text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.ModelDescription);

    /// <summary>Builds the network with fresh weights.</summary>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public Layer Build(Rng? rng = null) => Model.Build(rng);

    internal static ModelDescription FromJson(string json, string? file)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            CheckArchitecture(json, file);
            ModelDescription description = JsonSerializer.Deserialize(json, ModelJson.Default.ModelDescription)
                ?? throw Wrong("the model's description is null.", file);
            if (description.Problem() is { } problem) throw Wrong(problem, file);
            return description;
        }
        catch (JsonException e)
        {
            string place = string.IsNullOrEmpty(e.Path) ? "" : $" at {e.Path}";
            throw Wrong($"the model's description cannot be read{place}.", file, e);
        }
    }

    internal static CheckpointException Wrong(string problem, string? file, Exception? inner = null) =>
        new("ModelDescription", problem, inner) { File = file };

    private string? Problem()
    {
        if (InputShape is { } shape && shape.Any(d => d < 1))
            return $"the input shape [{string.Join(", ", shape)}] holds a size below 1.";
        // A single output can tell two classes apart.
        if (Classes is { } classes && classes.Count != Model.Outputs && !(classes.Count == 2 && Model.Outputs == 1))
            return $"{classes.Count} classes are named, the network has {Model.Outputs} outputs.";
        return Scaling?.Problem();
    }

    // Before the options are read: what is unknown here has other options, too.
    private static void CheckArchitecture(string json, string? file)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw Wrong("the model's description is not a JSON object.", file);
        if (root.TryGetProperty("version", out JsonElement version)
            && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number)
            && number > CurrentVersion)
        {
            throw Wrong(
                $"the model's description has version {number}; this program reads up to {CurrentVersion}.", file);
        }
        if (!root.TryGetProperty("model", out JsonElement model) || model.ValueKind != JsonValueKind.Object
            || !model.TryGetProperty("architecture", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            throw Wrong("the model's description names no architecture.", file);
        }
        string given = name.GetString()!;
        if (ModelOptions.Architectures.Contains(given)) return;
        string? near = NearestName.Of(given, ModelOptions.Architectures);
        throw Wrong(
            $"there is no architecture '{given}'; there are {string.Join(", ", ModelOptions.Architectures)}."
            + (near is null ? "" : $" Nearest: '{near}'."),
            file);
    }
}

/// <summary>Reading and writing of descriptions, generated by the compiler: no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class ModelJson : JsonSerializerContext;
