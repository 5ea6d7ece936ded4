using System.Diagnostics;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Training;

/// <summary>
/// A batch learnt to zero loss fills gradients and states with ever smaller numbers; steps must not become slower.
/// </summary>
public sealed class ZeroLossTests
{
    [Fact]
    public void Steps_at_zero_loss_are_as_fast_as_those_of_a_fresh_network()
    {
        Net learnt = new(0.02), fresh = new(1e-9);
        for (int i = 0; i < 3000; i++) learnt.TrainStep();
        Assert.InRange(learnt.TrainStep(), 0, 1e-12);
        for (int i = 0; i < 100; i++) fresh.TrainStep();
        double[] slow = new double[400], fast = new double[400];
        for (int i = 0; i < slow.Length; i++)                        // in turn, so that a busy machine slows both
        {
            slow[i] = Microseconds(learnt);
            fast[i] = Microseconds(fresh);
        }
        Array.Sort(slow);
        Array.Sort(fast);
        int quartile = slow.Length / 4;
        Assert.True(
            slow[quartile] < 1.5 * fast[quartile],
            $"a step takes {slow[quartile]:0.0} us at zero loss and {fast[quartile]:0.0} us before");
    }

    private static double Microseconds(Net net)
    {
        long begin = Stopwatch.GetTimestamp();
        net.TrainStep();
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
    }

    // Many parameters and two samples: the optimiser is a large part of the step.
    private sealed class Net
    {
        private readonly Sequential _model;
        private readonly Adam _optimizer;
        private readonly Tensor _x;
        private readonly Tensor _y = Tensor.From(3L, 7L);

        public Net(double rate)
        {
            Rng rng = new(1);
            _model = [new Linear(64, 2048, rng: rng), new Relu(), new Linear(2048, 10, rng: rng)];
            _optimizer = new Adam(_model.Parameters(), rate);
            _x = Tensor.Randn([2, 64], rng);
        }

        public double TrainStep()
        {
            using Step step = Step.Begin();
            Tensor loss = F.CrossEntropy(_model.Forward(_x), _y);
            _optimizer.ZeroGrad();
            loss.Backward();
            _optimizer.Step();
            return loss.Item();
        }
    }
}
