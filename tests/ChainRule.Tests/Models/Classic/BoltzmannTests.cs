using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Errors;
using static ChainRule.Tests.ModelsTests.LinearAlgebraTests;

namespace ChainRule.Tests.ModelsTests;

/// <summary>Restricted Boltzmann machines against their definition: energies, and sums over all states.</summary>
public sealed class BoltzmannTests
{
    private static readonly Tolerance Tight = new(1e-10, 1e-10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Free_energy_sums_out_the_hidden_units(bool gaussian)
    {
        Rbm rbm = Machine(gaussian, 3, 4);
        Tensor v = Tensor.From(Random(6, 3), [2, 3]);
        Tensor total = Tensor.Stack([.. States(4).Select(h => -rbm.Energy(v, Tensor.Stack([h, h])))]);
        TensorAssert.Close(-total.LogSumExp(0), rbm.FreeEnergy(v), Tight);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hidden_units_are_drawn_by_differences_of_energy(bool gaussian)
    {
        Rbm rbm = Machine(gaussian, 3, 4);
        Tensor v = Tensor.From(Random(3, 3), [1, 3]), p = rbm.HiddenMean(v);
        for (int j = 0; j < 4; j++)
        {
            Tensor on = Tensor.From<double>([j == 0 ? 1 : 0, j == 1 ? 1 : 0, j == 2 ? 1 : 0, j == 3 ? 1 : 0], [1, 4]);
            double gap = (rbm.Energy(v, Tensor.Zeros([1, 4], DType.Float64)) - rbm.Energy(v, on)).Item();
            Assert.Equal(1 / (1 + Math.Exp(-gap)), p[0, j].Item(), 1e-12);
        }
        Assert.Equal(p.ToArray<double>(), rbm.Forward(v).ToArray<double>());
    }

    [Fact]
    public void Binary_visible_units_are_drawn_by_differences_of_energy()
    {
        Rbm rbm = Machine(gaussian: false, 2, 3);
        Tensor h = Tensor.From<double>([1, 0, 1], [1, 3]), p = rbm.VisibleMean(h);
        Tensor none = Tensor.Zeros([1, 2], DType.Float64), first = Tensor.From<double>([1, 0], [1, 2]);
        double gap = (rbm.Energy(none, h) - rbm.Energy(first, h)).Item();
        Assert.Equal(1 / (1 + Math.Exp(-gap)), p[0, 0].Item(), 1e-12);
    }

    [Fact]
    public void Gaussian_visible_units_are_normal_about_the_least_energy()
    {
        GaussianRbm rbm = (GaussianRbm)Machine(gaussian: true, 3, 2);
        Tensor h = Tensor.From<double>([1, 1], [1, 2]), mean = rbm.VisibleMean(h).Detach();
        Tensor curvature = Autograd.Hessian(v => rbm.Energy(v, h).Sum(), mean).Reshape(3, 3);
        mean.RequiresGrad = true;
        TensorAssert.Close(
            Tensor.Zeros([1, 3], DType.Float64), Autograd.Grad(rbm.Energy(mean, h).Sum(), mean), Tight);
        TensorAssert.Close(
            Tensor.Eye(3, DType.Float64), curvature * rbm.LogVariance.Value.Exp().Unsqueeze(0), Tight);
        // A draw is as many deviations away as its random number says.
        Tensor drawn = rbm.SampleVisible(h, Tensor.From<double>([2, 0, -1], [1, 3]));
        Tensor away = (drawn - mean) / (rbm.LogVariance.Value / 2).Exp();
        TensorAssert.Close(Tensor.From<double>([2, 0, -1], [1, 3]), away.Detach(), Tight);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(4, 3)]
    [InlineData(3, 3)]
    public void Log_partition_is_the_sum_over_all_pairs_of_states(int visible, int hidden)
    {
        Rbm rbm = Machine(gaussian: false, visible, hidden);
        Tensor all = Tensor.Stack([.. States(visible).SelectMany(v => States(hidden)
            .Select(h => -rbm.Energy(v.Unsqueeze(0), h.Unsqueeze(0))))]);
        Assert.Equal(all.LogSumExp().Item(), rbm.LogPartition().Item(), 1e-12);
    }

    [Fact]
    public void Log_partition_of_gaussian_units_is_an_integral()
    {
        Rbm rbm = Machine(gaussian: true, 2, 3);
        // The trapezoid rule is all but exact for what vanishes at both ends.
        const double step = 0.05;
        Tensor line = Tensor.Arange(-14, 14, step, DType.Float64);
        Shape square = [line.Count, line.Count];
        Tensor grid = Tensor.Stack([line.Unsqueeze(1).Expand(square), line.Unsqueeze(0).Expand(square)], 2);
        double integral = (-rbm.FreeEnergy(grid.Reshape(-1, 2))).LogSumExp().Item() + (2 * Math.Log(step));
        Assert.Equal(integral, rbm.LogPartition().Item(), 1e-10);
    }

    [Fact]
    public void Log_partition_is_the_same_from_either_side_with_and_without_a_graph()
    {
        // 2^13 states are more than one piece of the sum.
        Rbm rbm = Machine(gaussian: false, 13, 14), turned = new BinaryRbm(14, 13, dtype: DType.Float64);
        turned.Weight.Set(rbm.Weight.Value.T);
        turned.VisibleBias.Set(rbm.HiddenBias);
        turned.HiddenBias.Set(rbm.VisibleBias);
        Tensor recorded = rbm.LogPartition();
        Assert.True(recorded.RequiresGrad);
        Assert.Equal(recorded.Item(), turned.LogPartition().Item(), 1e-11);
        using var _ = NoGrad.Begin();
        Assert.Equal(recorded.Item(), rbm.LogPartition().Item(), 1e-12);
    }

    [Fact]
    public void Likelihoods_of_all_states_sum_to_one()
    {
        Rbm rbm = Machine(gaussian: false, 4, 6);
        double sum = States(4).Sum(v => Math.Exp(rbm.LogLikelihood(v.Unsqueeze(0)).Item()));
        Assert.Equal(1, sum, 1e-12);
    }

    [Fact]
    public void Gradient_of_the_likelihood_is_the_data_moment_less_the_model_moment()
    {
        Rbm rbm = Machine(gaussian: false, 4, 3);
        Tensor data = Tensor.Stack([.. States(4).Take(5)]), states = Tensor.Stack([.. States(4)]);
        rbm.LogLikelihood(data).Backward();
        using var _ = NoGrad.Begin();
        Tensor p = (-rbm.FreeEnergy(states) - rbm.LogPartition()).Exp().Unsqueeze(1);
        AssertMoments(rbm, data, Tensor.Full([5, 1], 0.2, DType.Float64), states, p, sign: 1);
    }

    [Fact]
    public void Gradient_of_the_contrastive_loss_is_the_update_of_contrastive_divergence()
    {
        Rbm rbm = Machine(gaussian: false, 4, 3);
        Tensor data = Tensor.Rand([5, 4], new Rng(1), dtype: DType.Float64);
        Tensor model = rbm.Gibbs(data, 2, new Rng(2))[..2];
        rbm.ContrastiveLoss(data, model).Backward();
        using var _ = NoGrad.Begin();
        AssertMoments(
            rbm, data, Tensor.Full([5, 1], 0.2, DType.Float64), model, Tensor.Full([2, 1], 0.5, DType.Float64),
            sign: -1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_agree_with_differences(bool gaussian)
    {
        Rbm rbm = Machine(gaussian, 3, 2);
        foreach (Parameter p in rbm.Parameters()) p.Frozen = false;
        Tensor v = Tensor.From(Random(12, 4), [4, 3]);
        rbm.LogLikelihood(v).Backward();
        foreach (var (key, parameter) in rbm.NamedParameters())
        {
            double[] start = parameter.Value.ToArray<double>(), gradient = parameter.Grad!.ToArray<double>();
            for (int i = 0; i < start.Length; i++)
            {
                double slope = (At(parameter, start, i, 1e-5) - At(parameter, start, i, -1e-5)) / 2e-5;
                Assert.True(Math.Abs(slope - gradient[i]) < 1e-8, $"{key}[{i}]: {gradient[i]}, by differences {slope}");
            }
            parameter.Set(Tensor.From(start, parameter.Shape));
        }

        double At(Parameter parameter, double[] start, int i, double shift)
        {
            double[] moved = [.. start];
            moved[i] += shift;
            parameter.Set(Tensor.From(moved, parameter.Shape));
            using var _ = NoGrad.Begin();
            return rbm.LogLikelihood(v).Item();
        }
    }

    [Fact]
    public void Samples_are_the_given_numbers_below_the_probability()
    {
        BinaryRbm rbm = new(1, 1, dtype: DType.Float64);
        rbm.HiddenBias.Set(Tensor.From(Math.Log(3)));                // p(h) = 3/4 where v is 0
        rbm.VisibleBias.Set(Tensor.From(-Math.Log(3)));              // p(v) = 1/4 where h is 0
        Tensor none = Tensor.Zeros([3, 1], DType.Float64);
        Tensor u = Tensor.From([0, 0.7499, 0.7501], [3, 1]);
        Assert.Equal([1.0, 1, 0], rbm.SampleHidden(none, u).ToArray<double>());
        Assert.Equal([1.0, 0, 0], rbm.SampleVisible(none, u).ToArray<double>());
        Tensor twice = Tensor.Stack([u, u]);
        Tensor byHand = rbm.SampleVisible(rbm.SampleHidden(rbm.SampleVisible(rbm.SampleHidden(none, u), u), u), u);
        Assert.Equal(byHand.ToArray<double>(), rbm.Gibbs(none, twice, twice).ToArray<double>());
        Assert.False(rbm.Gibbs(none, twice, twice).RequiresGrad);
    }

    [Fact]
    public void Gibbs_sampling_comes_to_the_distribution_of_the_machine()
    {
        Rbm rbm = Machine(gaussian: false, 3, 2);
        Tensor drawn = rbm.Gibbs(Tensor.Zeros([40_000, 3], DType.Float64), steps: 30, new Rng(5));
        double[] cells = drawn.MatMul(Tensor.From<double>(1, 2, 4)).ToArray<double>();
        Tensor[] states = States(3);
        for (int s = 0; s < states.Length; s++)
        {
            double expected = Math.Exp(rbm.LogLikelihood(states[s].Unsqueeze(0)).Item());
            double share = cells.Count(c => c == s) / 40_000.0, deviation = Math.Sqrt(expected / 40_000);
            Assert.InRange((share - expected) / deviation, -4, 4);
        }
        Tensor again = rbm.Gibbs(Tensor.Zeros([40_000, 3], DType.Float64), steps: 30, new Rng(5));
        Assert.Equal(drawn.ToArray<double>(), again.ToArray<double>());
    }

    [Fact]
    public void Gibbs_sampling_of_gaussian_units_has_the_moments_of_the_machine()
    {
        GaussianRbm rbm = new(1, 1, dtype: DType.Float64);
        rbm.Weight.Set(Tensor.From([1.5], [1, 1]));
        rbm.VisibleBias.Set(Tensor.From(-0.5));
        rbm.HiddenBias.Set(Tensor.From(-0.2));
        // A mixture of two: about b with weight 1, and about b + w with weight e^(c + (b + w / 2) w).
        double odds = Math.Exp(-0.2 + (0.25 * 1.5)), share = odds / (1 + odds);
        Tensor drawn = rbm.Gibbs(Tensor.Zeros([40_000, 1], DType.Float64), steps: 30, new Rng(6));
        double mean = drawn.Mean().Item(), variance = (drawn - mean).Square().Mean().Item();
        Assert.Equal(-0.5 + (1.5 * share), mean, 0.025);
        Assert.Equal(1 + (1.5 * 1.5 * share * (1 - share)), variance, 0.05);
    }

    [Fact]
    public void Keys_and_modes_are_those_of_a_layer()
    {
        DeepBeliefNet net = new([new GaussianRbm(5, 4), new BinaryRbm(4, 3)]);
        Assert.Equal(
            [
                "rbm1.weight", "rbm1.visible_bias", "rbm1.hidden_bias", "rbm1.log_variance", "rbm2.weight",
                "rbm2.visible_bias", "rbm2.hidden_bias",
            ],
            net.State().Select(s => s.Key));
        Assert.Equal("DeepBeliefNet 5 - 4 - 3", net.Summary);
        Assert.Equal("GaussianRbm 5 - 4", net.Layers[0].Summary);
        Assert.True(((GaussianRbm)net.Layers[0]).LogVariance.Frozen);
        Sequential classifier = [net, new Linear(3, 2)];
        Assert.Equal([7, 2], classifier.Forward(Tensor.Zeros([7, 5])).Shape);
    }

    [Fact]
    public void Wrong_data_is_named()
    {
        BinaryRbm rbm = new(4, 3);
        Tensor v = Tensor.Zeros([2, 4]), h = Tensor.Zeros([2, 3]);
        ErrorSnapshot.Throws<ShapeException>(
            "BinaryRbm: v must be [N, 4], got [2, 3].", () => rbm.FreeEnergy(h));
        ErrorSnapshot.Throws<ShapeException>(
            "BinaryRbm: h must be [N, 3], got [3].", () => rbm.VisibleMean(Tensor.Zeros([3])));
        ErrorSnapshot.Throws<ShapeException>(
            "BinaryRbm: v is [2, 4] and h [1, 3]; expected as many rows.",
            () => rbm.Energy(v, Tensor.Zeros([1, 3])));
        ErrorSnapshot.Throws<ShapeException>(
            "BinaryRbm: random numbers must be [steps, N, hidden] and [steps, N, visible] for 1 step or more, got "
            + "[2, 3] and [2, 4].",
            () => rbm.Gibbs(v, h, v));
        ErrorSnapshot.Throws<ShapeException>(
            "Rbm: the hidden units of these rows are [2, 3], and the random numbers for them [1, 3].",
            () => rbm.SampleHidden(v, Tensor.Zeros([1, 3])));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "LogPartition: goes through all states of one side, of 20 units or fewer; BinaryRbm 30 - 21 has 21 hidden "
            + "ones.",
            () => new BinaryRbm(30, 21).LogPartition());
        ErrorSnapshot.Throws<InvalidOperationException>(
            "LogPartition: goes through all states of one side, of 20 units or fewer; GaussianRbm 2 - 21 has 21 hidden "
            + "ones.",
            () => new GaussianRbm(2, 21).LogPartition());
        ErrorSnapshot.Throws<ArgumentException>(
            "DeepBeliefNet: machine 2 (BinaryRbm 2 - 1) does not fit onto machine 1 (BinaryRbm 4 - 3). "
            + "(Parameter 'layers')",
            () => new DeepBeliefNet([rbm, new BinaryRbm(2, 1)]));
        ErrorSnapshot.Throws<ArgumentException>(
            "DeepBeliefNet: needs a machine or more. (Parameter 'layers')",
            () => new DeepBeliefNet((IReadOnlyList<Rbm>)[]));
        ErrorSnapshot.Throws<ArgumentException>(
            "DeepBeliefNet: sizes must be two or more numbers from 1, got [4, 0]. (Parameter 'sizes')",
            () => new DeepBeliefNet([4, 0]));
        ErrorSnapshot.Throws<ArgumentException>(
            "UpPass: expects random numbers for each of 1 layers, got 0 tensors. (Parameter 'uniforms')",
            () => new DeepBeliefNet([rbm]).UpPass(v, (IReadOnlyList<Tensor>)[]));
        ContrastiveDivergence learning = new(rbm, new Sgd(rbm.Parameters()), steps: 2);
        ErrorSnapshot.Throws<ShapeException>(
            "ContrastiveDivergence: random numbers for 2 steps are expected, got [1, 2, 3].",
            () => learning.Update(v, Tensor.Zeros([1, 2, 3]), Tensor.Zeros([1, 2, 4])));
        Assert.Throws<ArgumentOutOfRangeException>(() => rbm.Gibbs(v, 0, new Rng(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryRbm(0, 1));
    }

    /// <summary>Every state of so many units, the first unit the fastest.</summary>
    private static Tensor[] States(int units) =>
    [
        .. Enumerable.Range(0, 1 << units)
            .Select(s => Tensor.From([.. Enumerable.Range(0, units).Select(i => (double)((s >> i) & 1))])),
    ];

    private static Rbm Machine(bool gaussian, int visible, int hidden)
    {
        Rbm rbm = gaussian
            ? new GaussianRbm(visible, hidden, dtype: DType.Float64)
            : new BinaryRbm(visible, hidden, dtype: DType.Float64);
        Rng rng = new(7);
        foreach (Parameter p in rbm.Parameters()) p.Set(Tensor.Randn(p.Shape, rng, std: 0.7, dtype: DType.Float64));
        return rbm;
    }

    // The gradients are sign times weighted means over data less those over states of the model.
    private static void AssertMoments(Rbm rbm, Tensor data, Tensor dataShare, Tensor model, Tensor share, int sign)
    {
        Tensor p = rbm.HiddenMean(data) * dataShare, q = rbm.HiddenMean(model) * share;
        TensorAssert.Close(sign * (data.T.MatMul(p) - model.T.MatMul(q)), rbm.Weight.Grad!, Tight);
        TensorAssert.Close(
            sign * ((data * dataShare).Sum(0) - (model * share).Sum(0)), rbm.VisibleBias.Grad!, Tight);
        TensorAssert.Close(sign * (p.Sum(0) - q.Sum(0)), rbm.HiddenBias.Grad!, Tight);
    }
}
