using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>The training loop, with validation, metrics, schedule and cancellation.</summary>
/// <remarks>
/// <code>
/// var optimizer = new Adam(model.Parameters());
/// var trainer = new Trainer(model, optimizer, (y, t) => F.CrossEntropy(y, t), new Accuracy()) { KeepBest = true };
/// TrainingHistory history = trainer.Fit(train, validation, epochs: 5);
/// Console.WriteLine(trainer.Evaluate(test)["accuracy"]);
/// </code>
/// A step of <see cref="Fit"/> is what one would write by hand: <code>
/// using var step = Step.Begin();
/// Tensor loss = F.CrossEntropy(model.Forward(batch), batch.Target);
/// model.ZeroGrad();
/// loss.Backward();
/// optimizer.Step();
/// </code>
/// </remarks>
public sealed class Trainer
{
    private Checkpoint? _resumed;

    /// <summary>A trainer of a model.</summary>
    /// <param name="model">The model: <c>[N, ...]</c> to <c>[N, ...]</c>.</param>
    /// <param name="optimizer">Changes its parameters.</param>
    /// <param name="loss">Mean loss of a batch.</param>
    /// <param name="metrics">What else is measured, in training and evaluation.</param>
    /// <exception cref="ArgumentException">The optimiser has none of the model's parameters.</exception>
    public Trainer(Layer model, Optimizer optimizer, LossFunction loss, params IReadOnlyList<Metric> metrics)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(metrics);
        Parameters = model.Parameters();
        if (!optimizer.Groups.SelectMany(g => g.Parameters).Intersect(Parameters).Any())
        {
            throw new ArgumentException(
                "Trainer: the optimiser has none of the model's parameters; make it from model.Parameters().",
                nameof(optimizer));
        }
        if (optimizer is Lbfgs)
        {
            throw new ArgumentException(
                "Trainer: Lbfgs evaluates the loss of the whole data several times a step, a trainer that of a batch "
                + "once; call optimizer.Step(() => loss) in a loop of one's own.", nameof(optimizer));
        }
        (Model, Optimizer, Loss, Metrics) = (model, optimizer, loss, [.. metrics]);
    }

    /// <summary>What is trained.</summary>
    public Layer Model { get; }

    /// <summary>Changes the model's parameters.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>What is measured beside the loss.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Sets the learning rates; null leaves them as they are.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>After what the schedule moves on.</summary>
    public ScheduleUnit ScheduleUnit { get; init; }

    /// <summary>
    /// Lowers the rates when the monitored figure of an epoch has stopped getting better; null for no such rule. Its
    /// goal is that of <see cref="Monitor"/>: <see cref="PlateauGoal.Max"/> for an accuracy.
    /// </summary>
    public ReduceLrOnPlateau? Plateau { get; init; }

    /// <summary>
    /// Batches whose gradients are averaged for one update, 1 or more: as one batch of so many times the samples, in
    /// the memory of one; a smaller batch counts by its samples. What is left at the end of an epoch makes a smaller
    /// group.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int AccumulateBatches
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value),
            FormattableString.Invariant($"Trainer: AccumulateBatches is {value}; expected 1 or more."));
    } = 1;

    /// <summary>Pulls weights towards zero; null for nothing.</summary>
    public WeightPenalty? Penalty { get; init; }

    /// <summary>Largest norm of all gradients together; larger ones are scaled down to it. Null for no limit.</summary>
    public double? ClipGradNorm { get; init; }

    /// <summary>Largest magnitude of an entry of a gradient; larger ones are cut off. Null for no limit.</summary>
    public double? ClipGradValue { get; init; }

    /// <summary>Largest norm of a unit's weights; larger ones are scaled down to it. Null for no limit.</summary>
    public double? MaxNorm { get; init; }

    /// <summary>
    /// A running average of the weights, with which the model is validated and which it has at the end; null for none.
    /// </summary>
    public WeightAverage? Average { get; init; }

    /// <summary>
    /// Keeps a copy of the weights of the best epoch and puts it back when training ends, is cancelled or fails. Best
    /// is by <see cref="Monitor"/> on the validation set, or on the training set where there is none.
    /// </summary>
    public bool KeepBest { get; init; }

    /// <summary>The metric that decides which epoch is best, one of <see cref="Metrics"/>; null for the loss.</summary>
    public Metric? Monitor { get; init; }

    /// <summary>Who sees what happens and may ask to stop.</summary>
    public IReadOnlyList<ITrainingCallback> Callbacks { get; init; } = [];

    /// <summary>Is told where training stands after every step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Where checkpoints are left; null for none.</summary>
    public Checkpoints? Checkpoints { get; init; }

    /// <summary>Updates of the parameters so far, over all calls of <see cref="Fit"/>.</summary>
    public long StepCount { get; private set; }

    internal LossFunction Loss { get; }

    internal IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Trains the model.</summary>
    /// <param name="train">Batches to learn from.</param>
    /// <param name="validation">Batches to measure on after every epoch; null for none.</param>
    /// <param name="epochs">How often the training set is gone through, 1 or more.</param>
    /// <param name="cancellationToken">Ends training within one batch; the history then says so.</param>
    /// <returns>What happened, epoch by epoch.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is below 1.</exception>
    /// <exception cref="ArgumentException"><see cref="Monitor"/> is not one of <see cref="Metrics"/>, or
    /// <see cref="Plateau"/> has the other goal.</exception>
    /// <exception cref="DataException">A loader gives no batch.</exception>
    /// <exception cref="TrainingException">The loss or a gradient became NaN or infinite; the parameters are those
    /// before it, and the error names layer, operation and samples.</exception>
    public TrainingHistory Fit(
        DataLoader train, DataLoader? validation = null, int epochs = 1, CancellationToken cancellationToken = default)
    {
        Check(train, validation, epochs);
        return Run(train, validation, epochs, Callbacks, cancellationToken);
    }

    /// <summary>Trains the model and tells what happens, for <c>await foreach</c>.</summary>
    /// <inheritdoc cref="Fit"/>
    /// <returns>Steps, epochs and checkpoints, and the history at the end.</returns>
    /// <remarks>
    /// Training runs on a thread of its own, a few events ahead of who reads them at most, and calls the callbacks
    /// there. Leaving the loop early ends it after the step under way.
    /// </remarks>
    public IAsyncEnumerable<TrainingEvent> FitAsync(
        DataLoader train, DataLoader? validation = null, int epochs = 1, CancellationToken cancellationToken = default)
    {
        Check(train, validation, epochs);
        return EventQueue.Run(
            (events, token) => Run(train, validation, epochs, [.. Callbacks, events], token), cancellationToken);
    }

    /// <summary>
    /// Goes on from a checkpoint: the model, the optimiser and everything else that <see cref="Fit"/> depends on are
    /// brought back, and the next call of it, with the same loaders, continues in the middle of the epoch. The weights
    /// at the end are those of a training that was never interrupted, to the bit.
    /// </summary>
    /// <param name="path">A checkpoint, <c>.safetensors</c>, or a folder of them: the latest that is whole is
    /// taken.</param>
    /// <returns>False where the folder holds no checkpoint or does not exist; nothing was changed.</returns>
    /// <exception cref="FileNotFoundException">The path is that of a file, and there is none.</exception>
    /// <exception cref="CheckpointException">The file, or each of the folder, is damaged; or it is that of a training
    /// with another model, optimiser, schedule, average or metrics.</exception>
    /// <remarks>
    /// Damaged checkpoints that were passed over are in <see cref="TrainingStart.PassedOver"/> when <see cref="Fit"/>
    /// begins. That throws <see cref="CheckpointException"/> where a loader gives other batches than the training had:
    /// other samples, batches, sampler or kinds of transforms.
    /// </remarks>
    public bool Resume(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        bool file = File.Exists(path)
            || (!Directory.Exists(path) && Path.GetExtension(path) == Checkpoints.Suffix);
        Checkpoint? checkpoint = file ? Checkpoint.Read(path) : Checkpoint.Latest(path);
        if (checkpoint is not null) Resume(checkpoint);
        return checkpoint is not null;
    }

    /// <summary>Goes on from a checkpoint that was read before.</summary>
    /// <inheritdoc cref="Resume(string)"/>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="CheckpointException">It is that of a training with another model, optimiser, schedule, average
    /// or metrics.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        TrainingState.Load(this, checkpoint.State);
        StepCount = checkpoint.Step;
        _resumed = checkpoint;
    }

    /// <summary>Measures the model on a set, in evaluation mode; its mode is put back afterwards.</summary>
    /// <param name="data">Batches.</param>
    /// <param name="cancellationToken">Ends the measuring within one batch.</param>
    /// <returns>Loss and metrics over the whole set.</returns>
    /// <exception cref="DataException">The loader gives no batch.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationResult Evaluate(DataLoader data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckNotEmpty(data, "evaluation");
        return Measure(data, cancellationToken) ?? throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>The model's outputs for many inputs, in evaluation mode, batch by batch.</summary>
    /// <param name="input"><c>[N, ...]</c> as the model takes it.</param>
    /// <param name="batchSize">Samples computed at once, 1 or more.</param>
    /// <returns><c>[N, ...]</c> what the model gives: logits where it ends in a linear layer; <c>Softmax(-1)</c> makes
    /// them probabilities.</returns>
    /// <exception cref="ShapeException">The input has no dimension of samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public Tensor Predict(Tensor input, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (input.Rank == 0) throw new ShapeException("Predict: input is []; expected [N, ...].", input.Shape);
        using ModeScope mode = ModeScope.Evaluating(Model);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        int count = input.Shape[0], begin = 0;
        Tensor? all = null;
        do
        {
            using Step step = Step.Begin();
            int end = Math.Min(begin + batchSize, count);
            Tensor output = Model.Forward(input[begin..end]);
            all ??= Tensor.EmptyKept(Shape.Create([count, .. output.Shape.Dims[1..]]), output.DType);
            output.CopyDense(all[begin..end]);
            begin = end;
        }
        while (begin < count);
        return all;
    }

    /// <summary>The model's outputs for the samples of a loader, transforms included, in evaluation mode.</summary>
    /// <param name="data">Batches; without shuffling the outputs stand in the order of the data set.</param>
    /// <returns><c>[N, ...]</c> what the model gives, in the loader's order.</returns>
    /// <exception cref="DataException">The loader gives no batch.</exception>
    public Tensor Predict(DataLoader data)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckNotEmpty(data, "prediction");
        using ModeScope mode = ModeScope.Evaluating(Model);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        int count = data.SampleCount, begin = 0;
        Tensor? all = null;
        foreach (Batch batch in data)
        {
            using Step step = Step.Begin();
            Tensor output = Model.Forward(batch);
            all ??= Tensor.EmptyKept(Shape.Create([count, .. output.Shape.Dims[1..]]), output.DType);
            output.CopyDense(all[begin..(begin + batch.Count)]);
            begin += batch.Count;
        }
        return all!;
    }

    /// <summary>
    /// Finds out what memory a step will take: from two passes forward and backward of a few samples, whatever the
    /// batch size, since what a step computes grows with the number of samples and nothing else does.
    /// </summary>
    /// <param name="data">The loader that training will use; where it stands is left as it is.</param>
    /// <returns>Bytes by purpose.</returns>
    /// <remarks>
    /// Weights, buffers and generators are as before afterwards; gradients are cleared. What the process has beside a
    /// step (the runtime, the data set, a copy of the best weights) is not counted.
    /// </remarks>
    /// <exception cref="DataException">The loader gives no batch.</exception>
    public StepMemory EstimateMemory(DataLoader data)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckNotEmpty(data, "training");
        return StepMemory.Estimate(Model, Optimizer, Loss, data);
    }

    /// <summary>A step: updates the parameters and what follows them.</summary>
    internal void Update(int epoch)
    {
        UpdateParameters(epoch);
        StepCount++;
        Average?.AfterStep();
    }

    /// <summary>Updates the parameters with the gradients that are there.</summary>
    internal void UpdateParameters(int epoch)
    {
        if (Penalty is { } penalty && epoch >= penalty.StartEpoch) penalty.AddGradients(Parameters);
        if (ClipGradValue is { } value) Clip.GradValue(Parameters, value);
        if (ClipGradNorm is { } limit) Clip.GradNorm(Parameters, limit);
        Optimizer.Step();
        if (MaxNorm is { } most) Clip.WeightNorm(Parameters, most);
    }

    /// <summary>
    /// Whether no gradient is NaN, nor infinite, which <see cref="ClipGradValue"/> would cut off, however.
    /// </summary>
    internal bool GradientsAreUsable() =>
        Clip.GradientsAreFinite(Parameters, allowInfinite: ClipGradValue is not null);

    // Null when cancelled.
    internal EvaluationResult? Measure(DataLoader data, CancellationToken cancellationToken)
    {
        using ModeScope mode = ModeScope.Evaluating(Model);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        foreach (Metric metric in Metrics) metric.Reset();
        double sum = 0;
        long samples = 0;
        foreach (Batch batch in data)
        {
            if (cancellationToken.IsCancellationRequested) return null;
            using Step step = Step.Begin();
            Tensor output = Model.Forward(batch);
            sum += Loss(output, batch.Target).Item() * batch.Count;
            samples += batch.Count;
            foreach (Metric metric in Metrics) metric.Add(output, batch.Target);
        }
        return Result(sum, samples);
    }

    internal EvaluationResult Result(double lossSum, long samples) =>
        new(lossSum / samples, [.. Metrics.Select(m => new MetricValue(m.Name, m.Value))], samples);

    private TrainingHistory Run(
        DataLoader train, DataLoader? validation, int epochs, IReadOnlyList<ITrainingCallback> callbacks,
        CancellationToken token)
    {
        if (!Model.IsTraining) Model.Train();
        TrainingLoop loop = new(this, train, validation, epochs, callbacks);
        Checkpoint? resumed = _resumed;
        if (resumed is not null) loop.LoadState(resumed.State.Section("loop"));
        _resumed = null;    // and not before: with the right loaders it can go on
        return loop.Run(resumed, token);
    }

    internal MonitoredValue MonitoredIn(EvaluationResult measured)
    {
        if (Monitor is null) return new MonitoredValue("loss", measured.Loss, HigherIsBetter: false);
        for (int i = 0; i < Metrics.Count; i++)
        {
            if (Metrics[i] == Monitor)
                return new MonitoredValue(Monitor.Name, measured.Metrics[i].Value, Monitor.HigherIsBetter);
        }
        throw new ArgumentException(
            $"Fit: the monitored metric, {Monitor.Name}, is not one of the trainer's metrics.");
    }

    private static void CheckNotEmpty(DataLoader data, string purpose)
    {
        if (data.BatchCount == 0) throw new DataException("Trainer", $"the {purpose} loader gives no batch.");
    }

    private void Check(DataLoader train, DataLoader? validation, int epochs)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (epochs < 1)
            throw new ArgumentOutOfRangeException(
                nameof(epochs), FormattableString.Invariant($"Fit: epochs is {epochs}; expected 1 or more."));
        if (Monitor is not null && !Metrics.Contains(Monitor))
            throw new ArgumentException(
                $"Fit: the monitored metric, {Monitor.Name}, is not one of the trainer's metrics.");
        bool higher = Monitor?.HigherIsBetter == true;
        if (Plateau is { } plateau && plateau.Goal == PlateauGoal.Max != higher)
        {
            throw new ArgumentException($"Fit: the plateau's goal is {plateau.Goal}, and of {Monitor?.Name ?? "loss"} "
                + $"the {(higher ? "larger" : "smaller")} is better; expected "
                + $"PlateauGoal.{(higher ? PlateauGoal.Max : PlateauGoal.Min)}.");
        }
        CheckNotEmpty(train, "training");
        if (validation is not null) CheckNotEmpty(validation, "validation");
    }
}
