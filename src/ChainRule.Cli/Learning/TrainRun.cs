using ChainRule.Cli.Output;
using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
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
        var setup = TrainSetup.Of(recipe, session.Data);
        recipe = setup.Recipe;
        var (material, model, loader, validation) = (setup.Material, setup.Model, setup.Loader, setup.Validation);
        var saved = new SavedModel(model, Describe(setup.Options, material, recipe));
        TrainReport report = makeReport(recipe);
        report.Start(new TrainStart(
            recipe, material, loader.Dataset.Count, validation?.Count ?? 0, model.ParameterCount()));

        Trainer trainer = MakeTrainer(recipe, material, model, loader, validation?.Count >= FineShare, report);
        TrainingHistory history;
        try
        {
            history = report.During(() => trainer.Fit(loader,
                validation is null ? null : setup.MeasuringLoader(validation),
                recipe.Epochs!.Value, session.Cancellation));
        }
        catch (TrainingException) when (report.Epochs > 0)
        {
            saved.Save(recipe.Out);
            session.Remark($"the best weights of the {Quantity.Of(report.Epochs, "finished epoch")} are in "
                + $"{recipe.Out}.");
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

    private static Trainer MakeTrainer(
        Recipe recipe, Material material, Layer model, DataLoader loader, bool byMetric, TrainReport report)
    {
        Metric metric = material.Classes is null ? new RSquared() : new Accuracy();
        Optimizer optimizer = recipe.OptimizerFor(model);
        return new Trainer(model, optimizer, TrainSetup.LossFor(material.Classes), metric)
        {
            KeepBest = true,
            Monitor = byMetric ? metric : null,
            ScheduleUnit = ScheduleUnit.Step,
            Schedule = recipe.Schedule == ScheduleKind.Cosine
                ? new CosineAnnealingLr(optimizer, (long)recipe.Epochs!.Value * loader.BatchCount) : null,
            Progress = report,
            Callbacks = [report],
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
