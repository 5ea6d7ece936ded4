using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Optim;

namespace ChainRule.Tests.ModelsTests;

/// <summary>What Boltzmann machines learn, by their exact likelihood where it can be computed.</summary>
public sealed class BoltzmannTrainingTests
{
    // 14 patterns, of which the empty and the full one are both bars and stripes.
    private static readonly Tensor Patterns = BarsAndStripes();

    // No model does better than to know the 14 patterns.
    private static readonly double Best = -Math.Log(14);

    [Fact]
    public void Maximum_likelihood_all_but_memorises_bars_and_stripes()
    {
        BinaryRbm rbm = new(9, 12, new Rng(1));
        Adam adam = new(rbm.Parameters(), 0.05);
        double before = rbm.LogLikelihood(Patterns).Item();
        for (int i = 0; i < 300; i++)
        {
            using var step = Step.Begin();
            adam.ZeroGrad();
            (-rbm.LogLikelihood(Patterns)).Backward();
            adam.Step();
        }
        double after = rbm.LogLikelihood(Patterns).Item();
        Assert.Equal(9 * -Math.Log(2), before, 0.05);
        Assert.InRange(after, -2.68, Best);
    }

    [Theory]
    [InlineData(1, false, -3.6)]
    [InlineData(10, false, -3.15)]
    [InlineData(1, true, -3.2)]
    [InlineData(5, true, -3.05)]
    public void Contrastive_divergence_raises_the_likelihood_of_bars_and_stripes(int steps, bool persistent, double to)
    {
        BinaryRbm rbm = new(9, 12, new Rng(1));
        Tensor? particles = persistent ? Tensor.Zeros([100, 9]) : null;
        ContrastiveDivergence learning = new(rbm, new Sgd(rbm.Parameters(), 0.1), steps, particles);
        learning.Train(Patterns, epochs: 3000, batchSize: 14, new Rng(2));
        double after = rbm.LogLikelihood(Patterns).Item();
        Assert.InRange(after, to, Best);
    }

    [Fact]
    public void Particles_walk_on_from_update_to_update()
    {
        BinaryRbm rbm = new(9, 4, new Rng(1));
        Tensor start = Tensor.Zeros([3, 9]);
        ContrastiveDivergence learning = new(rbm, new Sgd(rbm.Parameters(), 0.1), particles: start);
        Rng rng = new(3), same = new(3);
        Tensor expected = rbm.Gibbs(start, 1, same).Detach(), first = learning.Update(Patterns, rng);
        Assert.Equal(expected.ToArray<float>(), first.ToArray<float>());
        Assert.Equal(expected.ToArray<float>(), learning.Particles!.ToArray<float>());
        expected = rbm.Gibbs(expected, 1, same);
        Assert.Equal(expected.ToArray<float>(), learning.Update(Patterns, rng).ToArray<float>());
    }

    [Fact]
    public void Gaussian_machine_learns_two_clusters()
    {
        Rng rng = new(4);
        Tensor side = (Tensor.Rand([500, 1], rng).Round() * 4) - 2;
        Tensor data = side.Expand([500, 2]) + Tensor.Randn([500, 2], rng);
        GaussianRbm rbm = new(2, 3, new Rng(5));
        double entropy = Math.Log(2 * Math.PI * Math.E) + Math.Log(2);
        Assert.InRange(rbm.LogLikelihood(data).Item(), -7.1, -6.6);
        new ContrastiveDivergence(rbm, new Sgd(rbm.Parameters(), 0.02)).Train(data, 60, 50, rng);
        Assert.InRange(rbm.LogLikelihood(data).Item(), -entropy - 0.1, -entropy + 0.05);
    }

    [Fact]
    public void Greedy_training_lowers_what_a_deep_belief_net_loses_of_digits()
    {
        Tensor data = Digits.Generate(2000).ToDataset().Inputs.Flatten(1).To(DType.Float32) / 255;
        DeepBeliefNet net = new([784, 64, 32], new Rng(6));
        Rng rng = new(7);
        double[] most = [0.03, 0.08];
        double before = Lost(net.Reconstruct, data);
        int layer = 0;
        Tensor top = net.Pretrain(data, (rbm, x) =>
        {
            Assert.Same(net.Layers[layer], rbm);
            Assert.InRange(Lost(rbm.Reconstruct, x), 0.15, 0.25);
            new ContrastiveDivergence(rbm, new Sgd(rbm.Parameters(), 0.1, momentum: 0.5)).Train(x, 5, 50, rng);
            Assert.InRange(Lost(rbm.Reconstruct, x), 0, most[layer++]);
        });
        Assert.Equal(2, layer);
        Assert.InRange(before, 0.2, 0.25);
        Assert.InRange(Lost(net.Reconstruct, data), 0, 0.042);
        // The best that knows nothing of the sample, the mean picture, loses more.
        Assert.InRange(Lost(x => x.Mean(0, keepDim: true).Expand(x.Shape), data), 0.045, 1);
        Assert.Equal([2000, 32], top.Shape);
        Assert.Equal(net.Forward(data).ToArray<float>(), top.ToArray<float>());
    }

    private static double Lost(Func<Tensor, Tensor> reconstruct, Tensor x)
    {
        using var _ = NoGrad.Begin();
        return F.MseLoss(reconstruct(x), x).Item();
    }

    private static Tensor BarsAndStripes()
    {
        HashSet<string> patterns = [];
        for (int lines = 0; lines < 8; lines++)
        {
            patterns.Add(string.Concat(Enumerable.Range(0, 9).Select(i => (lines >> (i / 3)) & 1)));
            patterns.Add(string.Concat(Enumerable.Range(0, 9).Select(i => (lines >> (i % 3)) & 1)));
        }
        return Tensor.From([.. patterns.SelectMany(p => p.Select(c => c - 48f))], [patterns.Count, 9]);
    }
}
