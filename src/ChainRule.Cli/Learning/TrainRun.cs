using ChainRule.Cli.Output;
using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Reports;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>One training, from the data to the saved model and its test.</summary>
internal sealed class TrainRun(TrainRequest request, Session session, Func<Recipe, TrainReport> makeReport)
{
    // From so many validation samples on, the metric tells epochs apart; with fewer the loss does.
    private const int FineShare = 500;

    /// <summary>Does it.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public int Run()
    {
        Recipe recipe = Recipe.Resolve(request);
        OutputFile.Check(recipe.Out);
        CheckOutputs();
        SavedRun.Check(request);
        var setup = TrainSetup.Of(recipe, session.Data);
        recipe = setup.Recipe;
        var (material, model, loader, validation) = (setup.Material, setup.Model, setup.Loader, setup.Validation);
        var saved = new SavedModel(model, Describe(setup.Options, material, recipe));
        TrainReport report = makeReport(recipe);
        SavedRun? run = request.Checkpoints is { } folder ? new SavedRun(folder, recipe) : null;
        Trainer trainer = MakeTrainer(setup, [report, .. Watchers(setup)], run, report);
        if (request.Resume) run!.Resume(trainer, session);
        report.Start(new TrainStart(
            recipe, material, loader.Dataset.Count, validation?.Count ?? 0, model.ParameterCount()));
        if (request.Resume && !session.Json)
            session.Line($"resumed after {Quantity.Of(trainer.StepCount, "step")}, from {request.Checkpoints}");
        TrainingHistory history;
        try
        {
            history = report.During(() => trainer.Fit(loader,
                validation is null ? null : setup.MeasuringLoader(validation),
                recipe.Epochs!.Value, session.Cancellation));
        }
        catch (Exception) when (report.Epochs > 0)
        {
            Rescue(saved, recipe.Out, report.Epochs);
            throw;
        }
        if (history.End == TrainingEnd.Cancelled) return Interrupted(recipe, saved, history, trainer, report);
        saved.Save(recipe.Out);
        try
        {
            EvaluationResult? test = material.Test is { } samples
                ? trainer.Evaluate(setup.MeasuringLoader(samples), session.Cancellation) : null;
            report.End(new TrainOutcome(recipe, material, history, test));
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            report.Interrupted(history, trainer.StepCount, recipe.Out);
            session.Remark($"interrupted: the model is in {recipe.Out}, it was not tested.");
            return ExitCode.Failed;
        }
    }

    // Whatever ended the training, a full disk too: that is what the user must read then.
    private void Rescue(SavedModel saved, string path, int epochs)
    {
        try
        {
            saved.Save(path);
            session.Remark($"the best weights of the {Quantity.Of(epochs, "finished epoch")} are in {path}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            session.Remark($"the best weights could not be saved: {e.Message}");
        }
    }

    private void CheckOutputs()
    {
        if (request.TensorBoard is { } board)
        {
            if (File.Exists(board))
                throw new UsageException($"--tensorboard: '{board}' is a file; expected a folder.");
            OutputFile.CheckFolder(board, "--tensorboard");
        }
        if (request.Plot is { } plot)
        {
            if (Path.GetExtension(plot).ToLowerInvariant() is not (".svg" or ".png"))
                throw new UsageException($"--plot: a picture is an .svg or a .png; got '{plot}'.");
            OutputFile.Check(plot, "--plot", "curve.svg");
        }
        if (request.Report is not { } page) return;
        if (Path.GetExtension(page).ToLowerInvariant() is not (".html" or ".htm"))
            throw new UsageException($"--report: a page is an .html; got '{page}'.");
        OutputFile.Check(page, "--report", "report.html");
    }

    // What draws, writes and watches while it trains.
    private IEnumerable<ITrainingCallback> Watchers(TrainSetup setup)
    {
        if (setup.Recipe.Patience is { } patience) yield return new EarlyStopping(patience);
        if (request.TensorBoard is { } board) yield return new TensorBoard(board, setup.Model);
        if (request.Plot is { } plot) yield return new LossPlot(plot);
        if (request.Report is not { } page) yield break;
        LayerWatch layers = new(setup.Model);
        yield return layers;
        yield return TrainPage.Of(page, setup, layers);
    }

    private static Trainer MakeTrainer(
        TrainSetup setup, IReadOnlyList<ITrainingCallback> callbacks, SavedRun? run, TrainReport report)
    {
        var (recipe, material, model, loader) = (setup.Recipe, setup.Material, setup.Model, setup.Loader);
        Metric metric = material.Classes is null ? new RSquared() : new Accuracy();
        Optimizer optimizer = recipe.OptimizerFor(model);
        return new Trainer(model, optimizer, TrainSetup.LossFor(material.Classes), metric)
        {
            KeepBest = true,
            Monitor = setup.Validation?.Count >= FineShare ? metric : null,
            Checkpoints = run?.Checkpoints,
            ScheduleUnit = ScheduleUnit.Step,
            Schedule = recipe.Schedule == ScheduleKind.Cosine
                ? new CosineAnnealingLr(optimizer, (long)recipe.Epochs!.Value * loader.BatchCount) : null,
            Progress = report,
            Callbacks = callbacks,
        };
    }

    // The weights of a finished epoch replace an older file; those of a part of the first epoch never do.
    private int Interrupted(
        Recipe recipe, SavedModel saved, TrainingHistory history, Trainer trainer, TrainReport report)
    {
        bool keep = history.BestEpoch is not null || (trainer.StepCount > 0 && !File.Exists(recipe.Out));
        if (keep) saved.Save(recipe.Out);
        report.Interrupted(history, trainer.StepCount, keep ? recipe.Out : null);
        string kept = history.BestEpoch is { } best
            ? $"the best weights so far, of epoch {best}, are in {recipe.Out}."
            : keep ? $"the weights after {Quantity.Of(trainer.StepCount, "step")} of the first epoch are in "
                + $"{recipe.Out}."
            : File.Exists(recipe.Out) ? $"no epoch was finished; {recipe.Out} is as it was."
            : "nothing was learned yet, nothing is saved.";
        session.Remark($"interrupted: {kept}");
        if (request.Checkpoints is { } folder && Checkpoints.Latest(folder) is not null)
            session.Remark($"the same command with --resume goes on where this one stopped, from {folder}.");
        return ExitCode.Failed;
    }

    private static ModelDescription Describe(ModelOptions options, Material material, Recipe recipe) => new()
    {
        Model = options,
        InputShape = material.InputShape,
        Scaling = material.Scaling,
        Classes = material.Classes,
        Features = material.Schema?.InputNames,
        Target = material.Schema?.Target.Name,
        Notes = ModelNotes.Of(material, recipe),
    };
}
