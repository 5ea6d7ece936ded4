using System.Diagnostics;
using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>What is counted while an epoch runs.</summary>
internal sealed class EpochRun(int epoch) : IStateful
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _before;

    public int Epoch => epoch;

    public int Batch { get; private set; }

    public long Samples { get; private set; }

    public double LossSum { get; private set; }

    /// <summary>Learning rate of the last step.</summary>
    public double Rate { get; private set; }

    /// <summary>Time of the epoch so far, that before a resume included.</summary>
    public TimeSpan Time => _before + _clock.Elapsed;

    public double SamplesPerSecond => Samples / Math.Max(Time.TotalSeconds, 1e-9);

    public void Add(double loss, int samples, double rate)
    {
        Batch++;
        Samples += samples;
        LossSum += loss * samples;
        Rate = rate;
    }

    public void SaveState(StateWriter state)
    {
        state.Add("number", Epoch);
        state.Add("batch", Batch);
        state.Add("samples", Samples);
        state.Add("lossSum", LossSum);
        state.Add("rate", Rate);
        state.Add("seconds", Time.TotalSeconds);
    }

    public void LoadState(StateReader state)
    {
        (Batch, Samples) = (state.Whole("batch", 0), state.Times("samples"));
        (LossSum, Rate) = (state.Number("lossSum"), state.Number("rate"));
        _before = state.Seconds("seconds");
    }
}
