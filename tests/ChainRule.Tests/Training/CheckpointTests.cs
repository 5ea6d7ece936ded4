using System.Security.Cryptography;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>Checkpoints on a disk that fails: the latest that is whole is gone on from.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int StepsPerEpoch = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Damages => new()
    {
        { "cut short", "the file holds only" },
        { "empty", "the file ends after 0 of the 8 bytes" },
        { "zeros", "the header does not begin with '{'" },
        { "something else", "the header should take" },
        { "a bit of a weight", "the content is damaged: its checksum is" },
        { "a digit of the step", "the content is damaged: its checksum is" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_latest_checkpoint_is_passed_over_for_the_one_before(string damage, string expected)
    {
        float[] whole = Train(epochs: 3);
        Train(epochs: 2);
        string latest = Checkpoints.Latest(_folder.Root)!;
        Damage(latest, damage);

        Starts starts = new();
        (Trainer trainer, Sequential model) = Make(starts);
        Assert.True(trainer.Resume(_folder.Root));
        Assert.Equal(StepsPerEpoch, trainer.StepCount);
        Fit(trainer, 3);
        CheckpointException passed = Assert.Single(starts.All.Single().PassedOver);
        Assert.Equal(latest, passed.File);
        Assert.Contains(expected, passed.Problem);
        Assert.Equal(whole, Problems.Weights(model));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Damage_anywhere_in_a_large_tensor_is_found_on_any_number_of_threads(int writing, int reading)
    {
        const int MiB = 1 << 20, size = (2 * MiB) + 44;              // two blocks of the checksum, and a part of one
        string file = _folder["large.safetensors"];
        StateWriter state = new();
        state.Add("step", 1);
        state.Add("numbers", Tensor.Rand([size / 4], new Rng(1)));
        state.Add("none", Tensor.Zeros([0]));
        Threads.On(writing, () =>
        {
            Checkpoint.Write(file, state);
            return 0;
        });
        byte[] whole = File.ReadAllBytes(file);
        int start = whole.Length - size;
        Threads.On(reading, () =>
        {
            Assert.Equal(1, Checkpoint.Read(file).Step);
            foreach (int place in new[] { 0, MiB - 1, MiB, (2 * MiB) - 1, 2 * MiB, size - 1 })
            {
                byte[] damaged = [.. whole];
                damaged[start + place] ^= 1;
                Check(damaged);
            }
            byte[] exchanged = [.. whole];
            whole.AsSpan(start, MiB).CopyTo(exchanged.AsSpan(start + MiB));
            whole.AsSpan(start + MiB, MiB).CopyTo(exchanged.AsSpan(start));
            Check(exchanged);
            return 0;
        });

        void Check(byte[] bytes)
        {
            File.WriteAllBytes(file, bytes);
            Assert.Equal("checksum", Assert.Throws<CheckpointException>(() => Checkpoint.Read(file)).Key);
        }
    }

    [Fact]
    public void Damaged_checkpoint_makes_room_for_those_that_follow()
    {
        Train(epochs: 2);
        string latest = Checkpoints.Latest(_folder.Root)!;
        Damage(latest, "cut short");
        (Trainer trainer, _) = Make(keep: 1, everySteps: 1, callbacks: new ResumeTests.Stopper(2));
        trainer.Resume(_folder.Root);
        Assert.Equal(ResumeTests.Stopper.Text, Assert.Throws<InvalidOperationException>(() => Fit(trainer, 3)).Message);
        // The step before the power cut, although the damaged file has a higher number.
        Assert.Equal(PathOf(StepsPerEpoch + 1), Checkpoints.Latest(_folder.Root));
        Assert.True(File.Exists(latest + ".aside"));
    }

    [Fact]
    public void Training_that_goes_on_from_an_older_checkpoint_leaves_the_later_ones_aside()
    {
        Train(epochs: 3);
        (Trainer trainer, _) = Make(keep: 1);
        trainer.Resume(PathOf(StepsPerEpoch));
        Fit(trainer, 2);
        Assert.Equal(
            ["best.safetensors", "checkpoint-000000008.safetensors", "checkpoint-000000008.safetensors.aside",
                "checkpoint-000000012.safetensors.aside"],
            Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Best_checkpoint_is_the_last_resort()
    {
        Train(epochs: 2);
        Damage(PathOf(StepsPerEpoch), "empty");
        Damage(PathOf(2 * StepsPerEpoch), "empty");
        Checkpoint found = Checkpoint.Latest(_folder.Root)!;
        Assert.Equal(_folder["best.safetensors"], found.File);
        Assert.Equal([PathOf(2 * StepsPerEpoch), PathOf(StepsPerEpoch)], found.PassedOver.Select(e => e.File));
    }

    [Fact]
    public void Error_names_every_checkpoint_where_none_is_whole()
    {
        Train(epochs: 2);
        foreach (string file in Directory.GetFiles(_folder.Root)) Damage(file, "empty");
        const string problem = "the file ends after 0 of the 8 bytes that hold the header's length; "
            + "the file is cut short or not safetensors.";
        CheckpointException e = Assert.Throws<CheckpointException>(() => Make().Trainer.Resume(_folder.Root));
        Assert.Equal($"""
            Checkpoint: none of the 3 in the folder is whole.
              checkpoint-000000008.safetensors: {problem}
              checkpoint-000000004.safetensors: {problem}
              best.safetensors: {problem}
              file: {_folder.Root}
            """, e.Message, ignoreLineEndingDifferences: true);
        File.Delete(PathOf(StepsPerEpoch));
        File.Delete(_folder["best.safetensors"]);
        e = Assert.Throws<CheckpointException>(() => Make().Trainer.Resume(_folder.Root));
        Assert.Equal((PathOf(2 * StepsPerEpoch), 0L), (e.File, e.Offset));
    }

    [Fact]
    public void Checkpoint_of_another_model_is_an_error_and_not_passed_over()
    {
        Train(epochs: 2);
        Sequential other = [new Linear(2, 3, rng: new Rng(1))];
        Trainer trainer = new(other, new Adam(other.Parameters()), Problems.CrossEntropy);
        CheckpointException e = Assert.Throws<CheckpointException>(() => trainer.Resume(_folder.Root));
        Assert.StartsWith("the model file holds '2.bias', '2.weight'", e.Problem);
        Assert.Equal(PathOf(2 * StepsPerEpoch), e.File);
    }

    [Fact]
    public void File_that_is_whole_and_no_checkpoint_is_an_error_and_not_passed_over()
    {
        Train(epochs: 2);
        Problems.Mlp(1).Save(PathOf(9));
        CheckpointException e = Assert.Throws<CheckpointException>(() => Make().Trainer.Resume(_folder.Root));
        Assert.Equal("Checkpoint: the file holds weights or something else, not a training that can go on."
            + $"\n  file: {PathOf(9)}", e.Message);
    }

    [Fact]
    public void Checkpoint_of_version_1_is_read_and_others_are_refused()
    {
        float[] whole = Train(epochs: 2);
        Train(epochs: 1);
        string file = PathOf(StepsPerEpoch);
        string[] since =
        [
            "checksum", "scheduleKind", "plateauKind", "averageKind", "metricNames", "monitor", "keepBest",
            "loop.accumulateBatches", "loop.train.dropLast", "loop.train.sampler", "loop.train.transforms",
            "loop.train.order", "modes.frozen", "modes.evaluating",
        ];
        SafeTensorsContent content = SafeTensors.Read(file);
        Assert.All(since, key => Assert.Contains(key, content.Metadata.Keys));
        Write(file, content, [.. since.Select(key => (key, (string?)null)), ("version", "1")]);
        (Trainer trainer, Sequential model) = Make();
        trainer.Resume(file);
        Fit(trainer, 2);
        Assert.Equal(whole, Problems.Weights(model));

        Write(file, content, [("checksum", null), ("version", "3")]);
        Assert.Equal($"Checkpoint: 'version' is 3; this ChainRule reads versions 1 and 2.\n  file: {file}",
            Assert.Throws<CheckpointException>(() => Make().Trainer.Resume(file)).Message);
        Write(file, content, [("checksum", null)]);
        Assert.Equal($"Checkpoint: 'checksum' is missing.\n  file: {file}",
            Assert.Throws<CheckpointException>(() => Make().Trainer.Resume(file)).Message);
    }

    [Fact]
    public void Folder_whose_name_has_a_point_may_be_missing_as_any_other()
    {
        Assert.False(Make().Trainer.Resume(_folder["run.1"]));
        Assert.Throws<FileNotFoundException>(() => Make().Trainer.Resume(_folder["checkpoint-1.safetensors"]));
    }

    [Fact]
    public void Training_resumed_from_elsewhere_does_not_write_into_the_folder_of_another()
    {
        Train(epochs: 1);
        (Trainer trainer, _) = Make();
        Directory.CreateDirectory(_folder["copy"]);
        File.Copy(PathOf(StepsPerEpoch), _folder["copy/a.safetensors"]);
        trainer.Resume(_folder["copy/a.safetensors"]);
        Assert.Contains("of an earlier training",
            Assert.Throws<InvalidOperationException>(() => Fit(trainer, 2)).Message);
    }

    [Fact]
    public void Folder_may_be_named_in_another_way_when_a_training_goes_on()
    {
        if (OperatingSystem.IsWindows()) return;    // links need rights there
        Train(epochs: 1);
        using TempFolder other = new();
        string link = other["link"];
        Directory.CreateSymbolicLink(link, _folder.Root);
        (Trainer trainer, _) = Make();
        Assert.True(trainer.Resume(link));
        Fit(trainer, 2);
        Assert.Equal(PathOf(2 * StepsPerEpoch), Checkpoints.Latest(_folder.Root));
    }

    [Fact]
    public void Notes_of_a_checkpoint_can_be_read()
    {
        Train(epochs: 1);
        Checkpoint checkpoint = Checkpoint.Read(PathOf(StepsPerEpoch));
        Assert.Equal((StepsPerEpoch, "sectors \ud83d\ude00"), (checkpoint.Step, checkpoint.Notes.Single().Value));
        Assert.Null(Checkpoint.Latest(_folder["nothing"]));
    }

    private string PathOf(int step) => _folder[$"checkpoint-{step:D9}.safetensors"];

    // Trains in the folder, from nothing.
    private float[] Train(int epochs)
    {
        foreach (string file in Directory.GetFiles(_folder.Root)) File.Delete(file);
        (Trainer trainer, Sequential model) = Make();
        Fit(trainer, epochs);
        return Problems.Weights(model);
    }

    private (Trainer Trainer, Sequential Model) Make(params ITrainingCallback[] callbacks) => Make(3, null, callbacks);

    private (Trainer Trainer, Sequential Model) Make(
        int keep, int? everySteps = null, params ITrainingCallback[] callbacks)
    {
        Sequential model = Problems.Mlp(1);
        return (new Trainer(model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy)
        {
            Checkpoints = new Checkpoints(_folder.Root)
            {
                KeepLast = keep,
                EverySteps = everySteps,
                Notes = new Dictionary<string, string> { ["data"] = "sectors \ud83d\ude00" },
            },
            Callbacks = callbacks,
        }, model);
    }

    private static void Fit(Trainer trainer, int epochs) => trainer.Fit(
        new DataLoader(Problems.Sectors(100, 1), 25, shuffle: true, new Rng(5)), epochs: epochs);

    private static void Write(string file, SafeTensorsContent content, (string Key, string? Text)[] changes)
    {
        Dictionary<string, string> texts = new(content.Metadata);
        foreach ((string key, string? text) in changes)
        {
            if (text is null) texts.Remove(key);
            else texts[key] = text;
        }
        SafeTensors.Write(file, content.Tensors.Select(t => (t.Key, t.Value)), texts);
    }

    private static void Damage(string file, string damage)
    {
        byte[] bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "cut short": bytes = bytes[..^1]; break;
            case "empty": bytes = []; break;
            case "zeros": Array.Clear(bytes); break;
            case "something else": bytes = SHA512.HashData(bytes); break;
            case "a bit of a weight": bytes[^1] ^= 1; break;
            default:
                int place = bytes.AsSpan().IndexOf("\"step\":\"8\""u8);
                bytes[place + 8] = (byte)'9';
                break;
        }
        File.WriteAllBytes(file, bytes);
    }

    private sealed class Starts : ITrainingCallback
    {
        public List<TrainingStart> All { get; } = [];

        public TrainingDecision OnStart(TrainingStart start)
        {
            All.Add(start);
            return TrainingDecision.Continue;
        }
    }
}
