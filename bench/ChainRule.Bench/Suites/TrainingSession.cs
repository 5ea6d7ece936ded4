using System.Diagnostics;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Bench;

/// <summary>A workload with its network, one batch and Adam, through the public API.</summary>
internal sealed class TrainingSession
{
    private readonly Layer _model;
    private readonly Adam _optimizer;
    private readonly Tensor _input;
    private readonly Tensor _target;
    private readonly Func<Tensor, Tensor, Tensor> _loss;

    public TrainingSession(Workload workload)
    {
        Rng rng = new(1);
        _model = workload.Model(rng);
        // A tiny rate, so that the one batch is not learnt by heart: saturated networks make denormal numbers.
        _optimizer = new Adam(_model.Parameters(), learningRate: 1e-6);
        _input = Tensor.Rand(workload.Input, rng);
        if (workload.Classes == 0)
        {
            _target = Tensor.Randn(workload.Input, rng);
            _loss = static (y, target) => F.MseLoss(y, target);
            return;
        }
        long[] labels = new long[workload.Targets];
        for (int i = 0; i < labels.Length; i++) labels[i] = rng.NextInt(workload.Classes);
        _target = Tensor.From(labels);
        _loss = static (y, target) => F.CrossEntropy(y, target);
    }

    /// <summary>Managed memory that a step of the last turn took.</summary>
    public long BytesPerStep { get; private set; }

    /// <summary>Collections of each generation in the last turn.</summary>
    public string Collections { get; private set; } = "";

    /// <summary>Runs steps for a while and returns the median time of one, in microseconds.</summary>
    public double Turn(double seconds)
    {
        List<double> times = new(1 << 20);
        int g0 = GC.CollectionCount(0), g1 = GC.CollectionCount(1), g2 = GC.CollectionCount(2);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        for (long now = 0; now < end && times.Count < times.Capacity;)
        {
            long begin = Stopwatch.GetTimestamp();
            TrainStep();
            now = Stopwatch.GetTimestamp();
            times.Add(Stopwatch.GetElapsedTime(begin, now).TotalMicroseconds);
        }
        BytesPerStep = (GC.GetAllocatedBytesForCurrentThread() - bytes) / times.Count;
        Collections = $"{GC.CollectionCount(0) - g0}/{GC.CollectionCount(1) - g1}/{GC.CollectionCount(2) - g2}";
        return Median.Of(times);
    }

    /// <summary>Zeroes the gradients, forward, loss, backward, Adam, reads the loss.</summary>
    public void TrainStep()
    {
        using Step step = Step.Begin();
        _optimizer.ZeroGrad();
        Tensor loss = _loss(_model.Forward(_input), _target);
        loss.Backward();
        _optimizer.Step();
        if (!double.IsFinite(loss.Item())) throw new InvalidOperationException("the loss is not finite.");
    }
}
