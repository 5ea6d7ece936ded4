using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>A learning rate and the loss it led to.</summary>
/// <param name="Rate">Learning rate of the optimiser's first group.</param>
/// <param name="Loss">The loss; infinite where training diverged.</param>
public readonly record struct RateLoss(double Rate, double Loss);

/// <summary>What a search for a learning rate found.</summary>
/// <param name="Tried">Rates, increasing, with their losses.</param>
/// <param name="Best">The rate to take.</param>
public sealed record RateSearch(IReadOnlyList<RateLoss> Tried, double Best);

/// <summary>
/// Finds a learning rate by trying. The model, the optimiser and the loader are as before afterwards.
/// </summary>
public static class LearningRateSearch
{
    // A loss so many times the smallest ends a range test; Smith's implementation and its heirs take 4.
    private const double Diverged = 4;

    // Weight of the past in the smoothed loss.
    private const double Memory = 0.9;

    /// <summary>
    /// Range test: a short training whose rate grows by the same factor each step. The rate to take is where the
    /// smoothed loss falls fastest over the logarithm of the rate.
    /// </summary>
    /// <param name="trainer">The training to be; its rates are scaled together, its schedule is not used.</param>
    /// <param name="train">Batches to learn from, epoch after epoch.</param>
    /// <param name="from">First rate, above 0.</param>
    /// <param name="to">Last rate, above <paramref name="from"/>.</param>
    /// <param name="steps">Number of steps, 3 or more; fewer are made where the loss diverges.</param>
    /// <returns>The smoothed losses by rate.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Source: Smith, "Cyclical learning rates for training neural networks" (2015), section 3.3.</remarks>
    public static RateSearch RangeTest(
        Trainer trainer, DataLoader train, double from = 1e-6, double to = 10, int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(train);
        CheckRate(from, nameof(from));
        if (!(to > from && double.IsFinite(to)))
            throw new ArgumentOutOfRangeException(
                nameof(to), FormattableString.Invariant($"RangeTest: to is {to}; expected more than {from}."));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 3);
        using TrialRun trial = new(trainer, train);
        List<RateLoss> tried = [];
        double mean = 0, least = double.PositiveInfinity, trust = 1;
        foreach (Batch batch in trial.Batches().Take(steps))
        {
            double rate = from * Math.Pow(to / from, tried.Count / (steps - 1.0));
            double loss = trial.Step(batch, rate);
            mean = (Memory * mean) + ((1 - Memory) * loss);
            trust *= Memory;
            double smooth = mean / (1 - trust);
            if (!double.IsFinite(smooth) || smooth > Diverged * least) break;
            least = Math.Min(least, smooth);
            tried.Add(new RateLoss(rate, smooth));
        }
        return new RateSearch(tried, Steepest(tried, from));
    }

    /// <summary>
    /// Bottou's trick: trains on a small subset from the same start with one rate after the other, doubling or halving
    /// it until the loss afterwards gets worse, then halving the distance between the neighbours of the best.
    /// </summary>
    /// <param name="trainer">The training to be; its rates are scaled together, its schedule is not used.</param>
    /// <param name="subset">Batches of a small part of the training set.</param>
    /// <param name="start">First rate, above 0.</param>
    /// <param name="epochs">How often a trial goes through the subset, 1 or more.</param>
    /// <param name="halvings">How often the distance is halved, 0 or more.</param>
    /// <returns>All rates tried with the loss on the subset after the trial.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Source: Bottou, "Stochastic gradient descent tricks" (2012), section 5.2.</remarks>
    public static RateSearch Bisect(
        Trainer trainer, DataLoader subset, double start = 0.01, int epochs = 1, int halvings = 2)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(subset);
        CheckRate(start, nameof(start));
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(halvings);
        SortedDictionary<double, double> losses = [];
        Try(start);
        Walk(2);
        Walk(0.5);
        for (int i = 0; i < halvings; i++)
        {
            double best = Best();
            double[] rates = [.. losses.Keys];
            int at = Array.IndexOf(rates, best);
            if (at > 0) Try(Math.Sqrt(rates[at - 1] * best));
            if (at + 1 < rates.Length) Try(Math.Sqrt(rates[at + 1] * best));
        }
        return new RateSearch([.. losses.Select(l => new RateLoss(l.Key, l.Value))], Best());

        double Best() => losses.MinBy(l => l.Value).Key;

        // From the best rate on, until the loss gets worse, and down through rates that all diverge; a double's range
        // ends it in any case.
        void Walk(double factor)
        {
            double rate = Best();
            while (rate * factor is > 1e-12 and < 1e12 && GoesOn(Try(rate * factor), losses[rate])) rate *= factor;
            bool GoesOn(double next, double here) => next < here || (factor < 1 && double.IsPositiveInfinity(next));
        }

        double Try(double rate)
        {
            if (!losses.ContainsKey(rate)) losses[rate] = LossAfter(trainer, subset, rate, epochs);
            return losses[rate];
        }
    }

    private static double LossAfter(Trainer trainer, DataLoader subset, double rate, int epochs)
    {
        using TrialRun trial = new(trainer, subset);
        foreach (Batch batch in trial.Batches().Take(epochs * subset.BatchCount))
        {
            if (!double.IsFinite(trial.Step(batch, rate))) return double.PositiveInfinity;
        }
        double loss = trainer.Evaluate(subset).Loss;
        return double.IsFinite(loss) ? loss : double.PositiveInfinity;
    }

    // The largest fall over a fifth of the rates, which are equally far apart on their logarithmic scale: over fewer,
    // the noise of single batches would decide.
    private static double Steepest(List<RateLoss> tried, double otherwise)
    {
        int reach = Math.Max(1, tried.Count / 10);
        double best = otherwise, fall = 0;
        for (int i = reach; i + reach < tried.Count; i++)
        {
            double change = tried[i - reach].Loss - tried[i + reach].Loss;
            if (change > fall) (best, fall) = (tried[i].Rate, change);
        }
        return best;
    }

    private static void CheckRate(double rate, string name)
    {
        if (!(rate > 0 && double.IsFinite(rate)))
            throw new ArgumentOutOfRangeException(
                name, FormattableString.Invariant($"LearningRateSearch: {name} is {rate}; expected a number above 0."));
    }

    /// <summary>Some steps of a training that leave no trace.</summary>
    private sealed class TrialRun : IDisposable
    {
        private readonly Trainer _trainer;
        private readonly DataLoader _data;
        private readonly DataLoaderState _place;
        private readonly BestWeights _weights;
        private readonly GeneratorStates _generators;
        private readonly OptimizerState _optimizer;
        private readonly double[] _rates;
        private readonly ModeScope _mode;

        public TrialRun(Trainer trainer, DataLoader data)
        {
            (_trainer, _data, _place) = (trainer, data, data.State);
            (_weights, _generators) = (new BestWeights(trainer.Model), new GeneratorStates(trainer.Model));
            _weights.Take();
            _generators.Take();
            _optimizer = trainer.Optimizer.State();
            _rates = [.. trainer.Optimizer.Groups.Select(g => g.LearningRate)];
            _mode = ModeScope.Training(trainer.Model);
        }

        public IEnumerable<Batch> Batches()
        {
            while (true)
            {
                foreach (Batch batch in _data) yield return batch;
            }
        }

        /// <summary>The loss before an update with this rate.</summary>
        public double Step(Batch batch, double rate)
        {
            IReadOnlyList<ParameterGroup> groups = _trainer.Optimizer.Groups;
            for (int i = 0; i < groups.Count; i++) groups[i].LearningRate = rate * _rates[i] / _rates[0];
            using Step step = ChainRule.Step.Begin();
            Tensor loss = _trainer.Loss(_trainer.Model.Forward(batch), batch.Target);
            double value = loss.Item();
            if (!double.IsFinite(value)) return value;
            foreach (Parameter p in _trainer.Parameters) p.Value.ZeroGrad();
            loss.Backward();
            _trainer.UpdateParameters(epoch: 1);
            return value;
        }

        public void Dispose()
        {
            _weights.Restore();
            _generators.Restore();
            _trainer.Optimizer.LoadState(_optimizer);
            for (int i = 0; i < _rates.Length; i++) _trainer.Optimizer.Groups[i].LearningRate = _rates[i];
            _trainer.Model.ZeroGrad();
            _data.State = _place;
            _mode.Dispose();
        }
    }
}
