using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ChainRule.Training;

/// <summary>Carries events from the thread that trains to the one that reads them.</summary>
internal sealed class EventQueue : ITrainingCallback
{
    // The reader may be so many events behind before training waits for it.
    private const int Room = 16;

    private readonly Channel<TrainingEvent> _channel = Channel.CreateBounded<TrainingEvent>(
        new BoundedChannelOptions(Room) { SingleReader = true, SingleWriter = true });

    private readonly CancellationToken _left;

    private EventQueue(CancellationToken left) => _left = left;

    /// <summary>Runs a training on a thread of its own; leaving the sequence cancels it.</summary>
    public static async IAsyncEnumerable<TrainingEvent> Run(
        Action<ITrainingCallback, CancellationToken> fit, CancellationToken cancelled,
        [EnumeratorCancellation] CancellationToken enumerator = default)
    {
        using CancellationTokenSource left = new();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled, enumerator);
        EventQueue queue = new(left.Token);
        Task training = Task.Factory.StartNew(
            () => queue.Train(fit, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await foreach (TrainingEvent e in queue._channel.Reader.ReadAllAsync(CancellationToken.None)
                .ConfigureAwait(false))
            {
                yield return e;
            }
        }
        finally
        {
            // In this order: a training that waits for room must find that it shall end when it goes on.
            await stop.CancelAsync().ConfigureAwait(false);
            await left.CancelAsync().ConfigureAwait(false);
            await training.ConfigureAwait(false);
        }
    }

    public TrainingDecision OnStep(in TrainingProgress progress) => Tell(new StepEvent(progress));

    public TrainingDecision OnEpoch(EpochResult result) => Tell(new EpochEvent(result));

    public void OnCheckpoint(SavedCheckpoint checkpoint) => Tell(new CheckpointEvent(checkpoint));

    public void OnEnd(TrainingHistory history)
    {
        if (history.End != TrainingEnd.Failed) Tell(new EndEvent(history));
    }

    private void Train(Action<ITrainingCallback, CancellationToken> fit, CancellationToken token)
    {
        try
        {
            fit(this, token);
        }
        finally
        {
            _channel.Writer.Complete();
        }
    }

    private TrainingDecision Tell(TrainingEvent e)
    {
        while (!_channel.Writer.TryWrite(e))
        {
            try
            {
                if (!_channel.Writer.WaitToWriteAsync(_left).AsTask().GetAwaiter().GetResult()) break;
            }
            catch (OperationCanceledException)
            {
                break;    // nobody reads any more
            }
        }
        return TrainingDecision.Continue;
    }
}
