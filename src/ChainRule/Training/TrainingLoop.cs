using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>One call of <see cref="Trainer.Fit"/>: the loop, and where it stands.</summary>
internal sealed class TrainingLoop
{
    private readonly Trainer _trainer;
    private readonly DataLoader _train;
    private readonly DataLoader? _validation;
    private readonly LoaderState _trainState;
    private readonly LoaderState? _validationState;
    private readonly int _epochs;
    private readonly IReadOnlyList<ITrainingCallback> _callbacks;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly GeneratorStates _generators;
    private readonly BestWeights _best;
    private readonly List<EpochResult> _done = [];
    private EpochRun _run = new(1);
    private DataLoaderState _order;
    private TimeSpan _before;
    private int? _bestEpoch;

    // Of an epoch whose batches are done and whose validation is not.
    private EvaluationResult? _training;

    public TrainingLoop(
        Trainer trainer, DataLoader train, DataLoader? validation, int epochs,
        IReadOnlyList<ITrainingCallback> callbacks)
    {
        (_trainer, _train, _validation, _epochs, _callbacks) = (trainer, train, validation, epochs, callbacks);
        _generators = new GeneratorStates(trainer.Model);
        _best = new BestWeights(trainer.Model);
        _order = train.State;
        _trainState = new LoaderState(train);
        _validationState = validation is null ? null : new LoaderState(validation);
    }

    public TrainingHistory Run(Checkpoint? from, CancellationToken token)
    {
        TrainingEnd? end = _run.Epoch > _epochs ? TrainingEnd.Finished : null;
        _trainer.Checkpoints?.Begin(from);
        _trainer.Average?.Begin(_trainer.Model, resumed: from is not null);
        TrainingStart start = new(_epochs, _train.BatchCount, _trainer.StepCount, [.. _done])
        {
            PassedOver = from?.PassedOver ?? [],
        };
        Exception? failure = null;
        try
        {
            foreach (ITrainingCallback callback in _callbacks)
                if (callback.OnStart(start) == TrainingDecision.Stop) end = TrainingEnd.Stopped;
            while (end is null) end = RunEpoch(token) ?? FinishEpoch(token);
            if (_run.Batch > 0 && _trainer.Checkpoints is not null) WriteCheckpoint();
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            // The average and the best weights stay in the model, also when an exception ends it.
            if (_trainer.KeepBest && _bestEpoch is not null) _best.Restore();
            else _trainer.Average?.Swap();
            TellEnd(new TrainingHistory(_done, failure is null ? end!.Value : TrainingEnd.Failed, _bestEpoch)
            {
                Failure = failure,
            });
        }
        return new TrainingHistory(_done, end.Value, _bestEpoch);
    }

    // All are told. What one of them throws is thrown then, unless the training has failed: its reason comes first.
    private void TellEnd(TrainingHistory history)
    {
        ExceptionDispatchInfo? first = null;
        foreach (ITrainingCallback callback in _callbacks)
        {
            try
            {
                callback.OnEnd(history);
            }
            catch (Exception e)
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }
        if (history.Failure is null) first?.Throw();
    }

    private TrainingEnd? RunEpoch(CancellationToken token)
    {
        if (_run.Batch == 0)
        {
            foreach (Metric metric in _trainer.Metrics) metric.Reset();
            _order = _train.State;
            _train.State = _order with { Epoch = _order.Epoch + 1 };
        }
        using IEnumerator<Batch> batches = _train.Epoch(_order.Epoch, skip: _run.Batch).GetEnumerator();
        while (_run.Batch < _train.BatchCount)
        {
            if (token.IsCancellationRequested) return TrainingEnd.Cancelled;
            int group = Math.Min(_trainer.AccumulateBatches, _train.BatchCount - _run.Batch);
            long samples = Math.Min(
                (long)group * _train.BatchSize, _train.SampleCount - ((long)_run.Batch * _train.BatchSize));
            double loss = 0;
            for (int i = 0; i < group && batches.MoveNext(); i++) loss = RunBatch(batches.Current, i, group, samples);
            if (_trainer.ScheduleUnit == ScheduleUnit.Step) _trainer.Schedule?.Step();
            TrainingProgress progress = Progress(loss);
            _trainer.Progress?.Report(progress);
            bool stops = AnyStops(in progress);
            if (_trainer.Checkpoints?.EverySteps is { } every && _trainer.StepCount % every == 0) WriteCheckpoint();
            if (stops) return TrainingEnd.Stopped;
        }
        return null;
    }

    // A batch's share of an update, by its samples; the last of its group updates the parameters.
    private double RunBatch(Batch batch, int index, int group, long samples)
    {
        Layer model = _trainer.Model;
        using Step step = Step.Begin();
        _generators.Take();
        Tensor output = model.Forward(batch);
        Tensor loss = _trainer.Loss(output, batch.Target);
        double value = loss.Item();
        if (!double.IsFinite(value)) throw Search(batch, value).InLoss(_trainer.Optimizer.LearningRate);
        if (index == 0) foreach (Parameter p in _trainer.Parameters) p.Value.ZeroGrad();
        (group == 1 ? loss : loss * ((double)batch.Count / samples)).BackwardWithBounds();
        if (!_trainer.GradientsAreUsable()) throw Search(batch, value).InGradient();
        double rate = _trainer.Optimizer.LearningRate;
        if (index == group - 1) _trainer.Update(_run.Epoch);
        foreach (Metric metric in _trainer.Metrics) metric.Add(output, batch.Target);
        _run.Add(value, batch.Count, rate);
        return value;
    }

    // Random layers draw the same numbers again.
    private NonFiniteSearch Search(Batch batch, double loss)
    {
        _generators.Restore();
        return new NonFiniteSearch(
            _trainer.Model, _trainer.Loss, batch, _trainer.StepCount + 1, _run.Epoch, _run.Batch + 1, loss);
    }

    // Null where training goes on.
    private TrainingEnd? FinishEpoch(CancellationToken token)
    {
        if (_training is null) _trainer.Average?.AfterEpoch(_run.Epoch);    // else it was, before a cancellation
        EvaluationResult training = _training ??= _trainer.Result(_run.LossSum, _run.Samples);
        double speed = _run.SamplesPerSecond;
        DataLoaderState? place = _validation?.State;
        _trainer.Average?.Swap();
        EpochResult result;
        bool isBest;
        try
        {
            EvaluationResult? measured = _validation is null ? null : _trainer.Measure(_validation, token);
            if (_validation is not null && measured is null)
            {
                _validation.State = place!.Value;
                return TrainingEnd.Cancelled;
            }
            result = new(_run.Epoch, training, measured, speed, _run.Rate, _run.Time)
            {
                Monitored = _trainer.MonitoredIn(measured ?? training),
            };
            isBest = _bestEpoch is null || result.Monitored.IsBetterThan(_done[_bestEpoch.Value - 1].Monitored);
            if (isBest && _trainer.KeepBest) _best.Take();
        }
        finally
        {
            _trainer.Average?.Swap();
        }
        _done.Add(result);
        if (isBest) _bestEpoch = result.Epoch;
        if (_trainer.ScheduleUnit == ScheduleUnit.Epoch) _trainer.Schedule?.Step();
        _trainer.Plateau?.Report(result.Monitored.Value);
        (_run, _training) = (new EpochRun(result.Epoch + 1), null);
        bool stops = false;
        foreach (ITrainingCallback callback in _callbacks)
            stops |= callback.OnEpoch(result) == TrainingDecision.Stop;
        if (_trainer.Checkpoints is not null) WriteCheckpoint(isBest);
        return stops ? TrainingEnd.Stopped : result.Epoch == _epochs ? TrainingEnd.Finished : null;
    }

    private void WriteCheckpoint(bool isBest = false)
    {
        Checkpoints checkpoints = _trainer.Checkpoints!;
        StateWriter state = new();
        TrainingState.Save(_trainer, this, state);
        string path = checkpoints.Write(_trainer.StepCount, state);
        if (isBest && checkpoints.KeepBest) checkpoints.WriteBest(path);
        SavedCheckpoint saved = new(path, _trainer.StepCount, isBest);
        foreach (ITrainingCallback callback in _callbacks) callback.OnCheckpoint(saved);
    }

    private TrainingProgress Progress(double loss) => new(
        _trainer.StepCount, _run.Epoch, _epochs, _run.Batch, _train.BatchCount, loss, _run.LossSum / _run.Samples,
        _trainer.Metrics.Count > 0 ? _trainer.Metrics[0].Value : null, _run.Rate, _run.SamplesPerSecond,
        _before + _clock.Elapsed);

    private bool AnyStops(in TrainingProgress progress)
    {
        bool stops = false;
        foreach (ITrainingCallback callback in _callbacks)
            stops |= callback.OnStep(in progress) == TrainingDecision.Stop;
        return stops;
    }

    public void SaveState(StateWriter state)
    {
        state.Add("seconds", (_before + _clock.Elapsed).TotalSeconds);
        state.Add("epoch", _run);
        state.Add("bestEpoch", _bestEpoch ?? 0);
        state.Add("accumulateBatches", _trainer.AccumulateBatches);
        _best.Save(state.Section("best"));
        EpochTable.Save(state, _done);
        if (_training is { } training)
            EpochTable.Save(state.Section("trained"), [new EpochResult(1, training, null, 0, 0, default)]);
        _trainState.Save(state.Section("train"), _run.Batch == 0 ? _train.State : _order);
        _validationState?.Save(state.Section("validation"), _validation!.State);
    }

    public void LoadState(StateReader state)
    {
        state.Expect("accumulateBatches", _trainer.AccumulateBatches.ToString(CultureInfo.InvariantCulture),
            "this trainer has");
        _before = state.Seconds("seconds");
        _run = new EpochRun(state.Section("epoch").Whole("number", 1));
        _run.LoadState(state.Section("epoch"));
        _done.AddRange(EpochTable.Load(state, _trainer.Metrics, _trainer.MonitoredIn));
        _training = EpochTable.Load(state.Section("trained"), _trainer.Metrics, _trainer.MonitoredIn)
            .FirstOrDefault()?.Training;
        int best = state.Whole("bestEpoch", 0, _done.Count);
        _bestEpoch = best == 0 ? null : best;
        _best.Load(state.Section("best"));
        _order = _trainState.Load(state.Section("train"));
        if (_run.Batch > _train.BatchCount)
            throw state.Wrong("epoch.batch", $"is {_run.Batch}; an epoch has {_train.BatchCount}.");
        _train.State = _run.Batch == 0 ? _order : _order with { Epoch = _order.Epoch + 1 };
        StateReader validation = state.Section("validation");
        if (_validationState is not null) _validation!.State = _validationState.Load(validation);
        else if (validation.HasAny())
            throw state.Wrong("validation", "is the place of a validation loader; this training has none.");
    }
}
