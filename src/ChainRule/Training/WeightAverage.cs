using System.Runtime.CompilerServices;
using ChainRule.IO;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>
/// A running average of a model's weights and running statistics. A trainer validates with the average and leaves it in
/// the model when training ends; the optimiser goes on with the weights themselves. Serves one trainer.
/// </summary>
public abstract class WeightAverage : IStateful
{
    private (string Key, Tensor Value, Tensor Average)[] _parts = [];

    private protected WeightAverage()
    {
    }

    /// <summary>How many weights have gone into the average so far.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("count", Count);
        if (Count == 0) return;
        foreach (var (key, _, average) in _parts) state.Add(key, average);
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Count = state.Whole("count");
        if (Count == 0) return;
        foreach (var (key, _, average) in _parts) state.Copy(key, average);
    }

    /// <summary>Begins with a model, or goes on with it where a training does.</summary>
    internal void Begin(Module model, bool resumed)
    {
        Attach(model);
        if (!resumed) Count = 0;
    }

    /// <summary>Follows this model from now on.</summary>
    internal void Attach(Module model)
    {
        if (_parts.Length > 0 && !ReferenceEquals(_parts[0].Value, model.State()[0].Value))
            throw new InvalidOperationException($"{GetType().Name}: it averages another model already.");
        if (_parts.Length == 0) _parts = [.. model.State().Select(s => (s.Key, s.Value, s.Value.Keep()))];
    }

    internal abstract void AfterStep();

    internal abstract void AfterEpoch(int epoch);

    /// <summary>Exchanges the model's numbers and the average, where there is one.</summary>
    internal void Swap()
    {
        if (Count == 0) return;
        foreach (var (_, value, average) in _parts)
        {
            Tensor kept = value.Keep();
            average.CopyDense(value);
            kept.CopyDense(average);
        }
    }

    /// <summary>average += share * (value - average); the first becomes the average itself.</summary>
    private protected unsafe void Take(double share)
    {
        foreach (var (_, value, average) in _parts)
        {
            if (Count == 0 || !value.DType.IsFloatingPoint())
            {
                value.CopyDense(average);
                continue;
            }
            byte* a = average.Pointer;
            VectorLoops.Map(new Towards(share), value.DType, a, 1, value.Pointer, 1, a, value.Count);
            GC.KeepAlive(value);
            GC.KeepAlive(average);
        }
        Count++;
    }

    private readonly struct Towards(double share) : IMap2
    {
        private readonly double _share = share;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V average, V value)
            where V : struct, IVec<V>
        {
            V next = V.Fma(V.Const(_share), value - average, average);
            return V.Select(V.Less(V.Abs(next), V.Const(1e-37)), V.Zero, next);    // no denormals
        }
    }
}

/// <summary>
/// Exponential moving average (EMA) after every step: average = decay * average + (1 - decay) * weights, with the decay
/// kept to (1 + n) / (10 + n) in the first steps n.
/// </summary>
/// <remarks>Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992).</remarks>
public sealed class ExponentialAverage : WeightAverage
{
    /// <summary>An average that has seen nothing yet.</summary>
    /// <param name="decay">Share of the average that remains in a step, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decay"/> is not in (0, 1).</exception>
    public ExponentialAverage(double decay = 0.999)
    {
        if (!(decay is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), FormattableString.Invariant(
                $"ExponentialAverage: decay is {decay}; expected a number above 0 and below 1."));
        Decay = decay;
    }

    /// <summary>Share of the average that remains in a step.</summary>
    public double Decay { get; }

    internal override void AfterStep() => Take(1 - Math.Min(Decay, (1.0 + Count) / (10 + Count)));

    internal override void AfterEpoch(int epoch)
    {
    }
}

/// <summary>
/// Stochastic weight averaging (SWA): the mean of the weights at the ends of the epochs from a certain one on.
/// </summary>
/// <remarks>
/// The statistics of batch normalisation are averaged too, instead of being measured again in a pass over the data.
/// Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization" (2018).
/// </remarks>
public sealed class StochasticAverage : WeightAverage
{
    /// <summary>An average that has seen nothing yet.</summary>
    /// <param name="startEpoch">The first epoch whose weights count, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="startEpoch"/> is below 1.</exception>
    public StochasticAverage(int startEpoch)
    {
        if (startEpoch < 1)
            throw new ArgumentOutOfRangeException(nameof(startEpoch), FormattableString.Invariant(
                $"StochasticAverage: startEpoch is {startEpoch}; expected 1 or more."));
        StartEpoch = startEpoch;
    }

    /// <summary>The first epoch whose weights count, from 1.</summary>
    public int StartEpoch { get; }

    internal override void AfterStep()
    {
    }

    internal override void AfterEpoch(int epoch)
    {
        if (epoch >= StartEpoch) Take(1.0 / (Count + 1));
    }
}
