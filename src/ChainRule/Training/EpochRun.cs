using System.Diagnostics;

namespace ChainRule.Training;

/// <summary>What is counted while an epoch runs.</summary>
internal sealed class EpochRun(int epoch, int epochs, int batches, Stopwatch clock, GeneratorStates generators)
{
    private readonly TimeSpan _begin = clock.Elapsed;

    public int Epoch => epoch;

    public GeneratorStates Generators => generators;

    public int Batch { get; private set; }

    public long Samples { get; private set; }

    public double LossSum { get; private set; }

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; private set; }

    public double SamplesPerSecond => Samples / Math.Max((clock.Elapsed - _begin).TotalSeconds, 1e-9);

    public void Add(double loss, int samples, double rate)
    {
        Batch++;
        Samples += samples;
        LossSum += loss * samples;
        Rate = rate;
    }

    public TrainingProgress Progress(long step, double batchLoss, double? metric) =>
        new(step, epoch, epochs, Batch, batches, batchLoss, LossSum / Samples, metric, Rate, SamplesPerSecond,
            clock.Elapsed);
}
