using System.Globalization;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>A training's folder of checkpoints, which only the training with the same settings goes on from.</summary>
internal sealed class SavedRun
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _settings;

    /// <summary>The folder that a request names.</summary>
    public SavedRun(string folder, Recipe recipe)
    {
        _folder = folder;
        Checkpoints = new Checkpoints(folder) { Notes = _settings = SettingsOf(recipe) };
    }

    /// <summary>Where the trainer leaves checkpoints.</summary>
    public Checkpoints Checkpoints { get; }

    /// <summary>Refuses options that do not go together, and folders that hold another training.</summary>
    /// <exception cref="UsageException">There is something to go on from and --resume was not said, or the other way
    /// round.</exception>
    /// <exception cref="IOException">Nothing can be written to the folder.</exception>
    public static void Check(TrainRequest request)
    {
        if (request.Checkpoints is not { } folder)
        {
            if (request.Resume)
                throw new UsageException("--resume goes on from a folder: say --checkpoints FOLDER too.");
            return;
        }
        if (File.Exists(folder)) throw new UsageException($"--checkpoints: '{folder}' is a file; expected a folder.");
        bool any = Checkpoints.Latest(folder) is not null;
        if (any && !request.Resume)
        {
            throw new UsageException($"{folder} holds a training that was begun already.",
                "add --resume to go on with it, or name another folder");
        }
        if (!any && request.Resume)
            throw new UsageException($"there is no checkpoint in {folder} to go on from.", "leave --resume out");
        OutputFile.CheckFolder(folder, "--checkpoints");
    }

    /// <summary>Goes on from the latest checkpoint that is whole; says which were passed over.</summary>
    /// <exception cref="UsageException">It is of a training with other settings; every difference is named.</exception>
    public void Resume(Trainer trainer, Session session)
    {
        Checkpoint latest = Latest();
        foreach (CheckpointException damaged in latest.PassedOver)
            session.Remark($"passed over {damaged.File}, which is damaged: {damaged.Problem}");
        List<string> other = [];
        foreach ((string name, string value) in _settings)
        {
            string? before = latest.Notes.GetValueOrDefault(name);
            if (before != value) other.Add($"  {name}: {before ?? "nothing"} then, {value} now");
        }
        if (other.Count > 0)
        {
            throw new UsageException($"{latest.File} is of a training with other settings:\n{string.Join('\n', other)}",
                "repeat the command of that training and add --resume");
        }
        trainer.Resume(latest);
    }

    private Checkpoint Latest()
    {
        string? file;
        try
        {
            Checkpoint latest = Checkpoint.Latest(_folder)!;
            if (latest.Notes.ContainsKey("data")) return latest;
            file = latest.File;
        }
        catch (CheckpointException e) when (e.Key == "format")
        {
            file = e.File;
        }
        throw new UsageException($"{file} is no checkpoint of {CommandLine.Name} train.",
            "name the folder of a training that was begun with --checkpoints");
    }

    // All that the weights depend on; where files go and how many threads compute does not belong to it.
    private static Dictionary<string, string> SettingsOf(Recipe r) => new()
    {
        ["data"] = r.Data,
        ["model"] = Recipe.NameOf(r.Network),
        ["hidden"] = string.Join(',', r.Hidden),
        ["activation"] = r.Activation.ToString(),
        ["epochs"] = Text(r.Epochs),
        ["batch"] = Text(r.Batch),
        ["optimizer"] = r.Optimizer.ToString(),
        ["rate"] = Text(r.Rate),
        ["schedule"] = r.Schedule.ToString(),
        ["weight decay"] = Text(r.WeightDecay),
        ["validation"] = Text(r.Validation),
        ["patience"] = Text(r.Patience),
        ["samples"] = Text(r.Samples),
        ["seed"] = Text(r.Seed),
        ["target"] = r.Csv.Target ?? "",
        ["task"] = r.Csv.Task.ToString(),
        ["missing"] = r.Csv.Missing.ToString(),
        ["ignore"] = string.Join(',', r.Csv.Ignore),
        ["categorical"] = string.Join(',', r.Csv.Categorical),
        ["test"] = Text(r.Csv.TestShare),
    };

    private static string Text<T>(T? value) where T : struct, IFormattable => value is { } v ? Text(v) : "default";

    private static string Text<T>(T value) where T : struct, IFormattable =>
        value.ToString(null, CultureInfo.InvariantCulture);
}
