using System.Globalization;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>Everything a training is, to and from a checkpoint.</summary>
internal static class TrainingState
{
    public static void Save(Trainer trainer, TrainingLoop loop, StateWriter state)
    {
        state.Add("step", trainer.StepCount);
        StateWriter model = state.Section("model"), optimizer = state.Section("optimizer");
        foreach ((string key, Tensor value) in trainer.Model.State()) model.Add(key, value);
        LayerModes.Save(trainer.Model, state.Section("modes"));
        StateWriter generators = state.Section("generators");
        foreach ((string key, Rng rng) in trainer.Model.Generators()) generators.Add(key, rng.State);
        state.Add("optimizerKind", trainer.Optimizer.GetType().Name);
        foreach ((string name, string kind) in Kinds(trainer)) state.Add(name, kind);
        OptimizerState remembered = trainer.Optimizer.State();
        foreach ((string name, Tensor value) in remembered.Tensors) optimizer.Add(name, value);
        foreach ((string name, double value) in remembered.Numbers) optimizer.Add(name, value);
        if (trainer.Schedule is { } schedule) state.Add("schedule", schedule.StepCount);
        if (trainer.Plateau is { State: var plateau })
        {
            StateWriter section = state.Section("plateau");
            section.Add("best", plateau.Best ?? double.NaN);
            section.Add("bad", plateau.BadCount);
            section.Add("cooldown", plateau.CooldownLeft);
        }
        foreach ((string name, IStateful part) in Parts(trainer)) state.Add(name, part);
        loop.SaveState(state.Section("loop"));
        foreach ((string name, string text) in trainer.Checkpoints!.Notes) state.Add("notes." + name, text);
    }

    /// <summary>Brings back everything but what belongs to the loop, which follows with the loaders.</summary>
    public static void Load(Trainer trainer, StateReader state)
    {
        state.Expect("optimizerKind", trainer.Optimizer.GetType().Name, "this training has");
        StateReader optimizer = state.Section("optimizer"), generators = state.Section("generators");
        OptimizerState remembered = new(
            [.. optimizer.Tensors().Select(t => (t.Key, t.Value))],
            [.. optimizer.Names().Select(n => (n, optimizer.Number(n)))]);
        (string Key, Rng Rng)[] own = [.. trainer.Model.Generators()];
        RngState[] places = [.. own.Select(g => generators.Generator(g.Key))];
        StateLoading.Load(trainer.Model, state.Section("model").Tensors(), strict: true, state.File);
        foreach ((string name, string kind) in Kinds(trainer)) state.Expect(name, kind, "this training has");
        LayerModes.Load(trainer.Model, state.Section("modes"));
        if (trainer.Schedule is { } schedule) schedule.JumpTo(state.Times("schedule"));
        try
        {
            trainer.Optimizer.LoadState(remembered);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(e.Subject, e.Problem, e) { File = state.File, Key = "optimizer." + e.Key };
        }
        for (int i = 0; i < own.Length; i++) own[i].Rng.State = places[i];
        if (trainer.Plateau is { } plateau)
        {
            StateReader section = state.Section("plateau");
            double best = section.Number("best");
            plateau.State = new PlateauState(
                double.IsNaN(best) ? null : best, section.Whole("bad", 0), section.Whole("cooldown", 0));
        }
        trainer.Average?.Attach(trainer.Model);
        foreach ((string name, IStateful part) in Parts(trainer))
        {
            if (part is not ITrainingCallback || state.Section(name).HasAny()) state.Load(name, part);
        }
    }

    // Of what decides on the weights and is not told by what the parts remember.
    private static IEnumerable<(string Name, string Kind)> Kinds(Trainer trainer)
    {
        yield return ("scheduleKind", trainer.Schedule is { } schedule
            ? $"{schedule.GetType().Name} by {trainer.ScheduleUnit}" : "none");
        yield return ("plateauKind", trainer.Plateau?.GetType().Name ?? "none");
        yield return ("averageKind", trainer.Average?.GetType().Name ?? "none");
        yield return ("metricNames",
            trainer.Metrics.Count == 0 ? "none" : string.Join(", ", trainer.Metrics.Select(m => m.Name)));
        yield return ("monitor", trainer.Monitor?.Name ?? "loss");
        yield return ("keepBest", $"{trainer.KeepBest}");
    }

    // Callbacks go by their kind, so that one may be added to a training that goes on.
    private static IEnumerable<(string Name, IStateful Part)> Parts(Trainer trainer)
    {
        for (int i = 0; i < trainer.Metrics.Count; i++)
            yield return (string.Create(CultureInfo.InvariantCulture, $"metrics.{i}"), trainer.Metrics[i]);
        if (trainer.Average is { } average) yield return ("average", average);
        Dictionary<string, int> seen = [];
        foreach (ITrainingCallback callback in trainer.Callbacks)
        {
            if (callback is not IStateful part) continue;
            string kind = callback.GetType().Name;
            seen[kind] = seen.GetValueOrDefault(kind) + 1;
            yield return (string.Create(CultureInfo.InvariantCulture, $"callbacks.{kind}.{seen[kind]}"), part);
        }
    }
}
