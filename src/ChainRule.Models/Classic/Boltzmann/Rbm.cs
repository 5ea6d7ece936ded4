using System.Runtime.CompilerServices;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>
/// Restricted Boltzmann machine: visible units v, binary hidden units h, and an energy E(v, h) in which no two units of
/// a side meet, so that either side is easily drawn when the other is known. p(v, h) = e^-E(v, h) / Z.
/// </summary>
/// <remarks>
/// As a layer it takes <c>[N, visible]</c> and gives p(h = 1 | v), <c>[N, hidden]</c>: after training by
/// <see cref="ContrastiveDivergence"/> it can be part of any network. Samples carry no gradient. Source: Smolensky,
/// "Information processing in dynamical systems" (1986); Hinton, "A practical guide to training restricted Boltzmann
/// machines" (2010).
/// <code>
/// var rbm = new BinaryRbm(visible: 784, hidden: 500);
/// var learning = new ContrastiveDivergence(rbm, new Sgd(rbm.Parameters(), 0.1));
/// learning.Train(images, epochs: 5, batchSize: 100, new Rng(1));
/// Tensor dream = rbm.Gibbs(images[..16], steps: 1000, new Rng(2));
/// </code>
/// </remarks>
public abstract class Rbm : Layer
{
    /// <summary>Most units of a side whose states <see cref="LogPartition"/> goes through: 2^20 states.</summary>
    public const int MostEnumerated = 20;

    private const int StatesAtOnce = 1 << 12;

    private protected Rbm(int visible, int hidden, Rng? rng, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(visible, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        (Visible, Hidden) = (visible, hidden);
        Weight = AddParameter("weight", Init.Normal([visible, hidden], std: 0.01, rng, dtype: dtype));
        VisibleBias = AddParameter("visible_bias", Init.Zeros([visible], dtype));
        HiddenBias = AddParameter("hidden_bias", Init.Zeros([hidden], dtype));
    }

    /// <summary>Number of visible units.</summary>
    public int Visible { get; }

    /// <summary>Number of hidden units.</summary>
    public int Hidden { get; }

    /// <summary>W, <c>[visible, hidden]</c>; starts normal with standard deviation 0.01.</summary>
    public Parameter Weight { get; }

    /// <summary>b, <c>[visible]</c>; starts at 0.</summary>
    public Parameter VisibleBias { get; }

    /// <summary>c, <c>[hidden]</c>; starts at 0.</summary>
    public Parameter HiddenBias { get; }

    /// <inheritdoc/>
    public override string Summary => $"{GetType().Name} {Visible} - {Hidden}";

    /// <summary>Energy of states of both sides: E(v, h). Differentiable.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <param name="h"><c>[N, hidden]</c>.</param>
    /// <returns><c>[N]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Energy(Tensor v, Tensor h)
    {
        Check(v, Visible);
        Check(h, Hidden);
        if (v.Shape[0] != h.Shape[0])
        {
            throw new ShapeException(
                $"{Kind}: v is {v.Shape} and h {h.Shape}; expected as many rows.", v.Shape, h.Shape);
        }
        return VisibleEnergy(v) - (HiddenInput(v) * h).Sum(dim: 1);
    }

    /// <summary>
    /// Free energy of visible states, the hidden ones summed out: F(v) = -ln (sum over h of e^-E(v, h)).
    /// Differentiable; p(v) = e^-F(v) / Z.
    /// </summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <returns><c>[N]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor FreeEnergy(Tensor v)
    {
        Check(v, Visible);
        return FreeEnergy(v, HiddenInput(v));
    }

    /// <summary>Probability of each hidden unit to be 1: p(h = 1 | v). Differentiable.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <returns><c>[N, hidden]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor HiddenMean(Tensor v)
    {
        Check(v, Visible);
        return HiddenInput(v).Sigmoid();
    }

    /// <summary>
    /// Mean of each visible unit where the hidden ones are known: of a binary one p(v = 1 | h). Differentiable.
    /// </summary>
    /// <param name="h"><c>[N, hidden]</c>: states or probabilities.</param>
    /// <returns><c>[N, visible]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor VisibleMean(Tensor h)
    {
        Check(h, Hidden);
        return VisibleMeanOf(h);
    }

    /// <summary>What the machine keeps of visible states: up and down again by means. Differentiable.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <returns><c>[N, visible]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Reconstruct(Tensor v) => VisibleMeanOf(HiddenMean(v));

    /// <summary>Draws hidden states from p(h | v).</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <param name="rng">Generator.</param>
    /// <returns><c>[N, hidden]</c> of 0 and 1, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor SampleHidden(Tensor v, Rng rng) => SampleHidden(v, GibbsNoise.Of(rng));

    /// <summary>The same with the random numbers given: 1 where the uniform number is below p.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <param name="uniforms"><c>[N, hidden]</c> in [0, 1).</param>
    /// <returns><c>[N, hidden]</c> of 0 and 1, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor SampleHidden(Tensor v, Tensor uniforms)
    {
        ArgumentNullException.ThrowIfNull(uniforms);
        return SampleHidden(v, new GibbsNoise(null, uniforms.Unsqueeze(0), null));
    }

    /// <summary>Draws visible states from p(v | h).</summary>
    /// <param name="h"><c>[N, hidden]</c>.</param>
    /// <param name="rng">Generator.</param>
    /// <returns><c>[N, visible]</c>, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor SampleVisible(Tensor h, Rng rng) => SampleVisible(h, GibbsNoise.Of(rng));

    /// <summary>The same with the random numbers given.</summary>
    /// <param name="h"><c>[N, hidden]</c>.</param>
    /// <param name="noise">
    /// <c>[N, visible]</c>: uniform in [0, 1) for binary units, which are 1 where it is below p; standard normal for
    /// Gaussian ones.
    /// </param>
    /// <returns><c>[N, visible]</c>, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor SampleVisible(Tensor h, Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return SampleVisible(h, new GibbsNoise(null, null, noise.Unsqueeze(0)));
    }

    /// <summary>Gibbs sampling: draws h from v and v from h, so many times.</summary>
    /// <param name="v"><c>[N, visible]</c>: where the chains start.</param>
    /// <param name="steps">How many times, 1 or more.</param>
    /// <param name="rng">Generator.</param>
    /// <returns><c>[N, visible]</c>: where they stand, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public Tensor Gibbs(Tensor v, int steps, Rng rng)
    {
        Check(v, Visible);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Gibbs(v, null, steps, GibbsNoise.Of(rng));
    }

    /// <summary>The same with the random numbers given.</summary>
    /// <param name="v"><c>[N, visible]</c>: where the chains start.</param>
    /// <param name="hiddenUniforms"><c>[steps, N, hidden]</c> in [0, 1).</param>
    /// <param name="visibleNoise"><c>[steps, N, visible]</c>, as <see cref="SampleVisible(Tensor, Tensor)"/> takes
    /// it.</param>
    /// <returns><c>[N, visible]</c>: where they stand, without gradient.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Gibbs(Tensor v, Tensor hiddenUniforms, Tensor visibleNoise)
    {
        Check(v, Visible);
        var (noise, steps) = GibbsNoise.Of(hiddenUniforms, visibleNoise, Kind);
        return Gibbs(v, null, steps, noise);
    }

    /// <summary>
    /// Difference of the mean free energies of data and of states that the machine dreamt: its gradient is the update
    /// of contrastive divergence, and by true samples of the machine that of maximum likelihood.
    /// </summary>
    /// <param name="v"><c>[N, visible]</c>: data.</param>
    /// <param name="model"><c>[M, visible]</c>: states of the machine; taken as given, whatever they depend on.</param>
    /// <returns><c>[]</c>: a loss to minimise.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor ContrastiveLoss(Tensor v, Tensor model)
    {
        Check(model, Visible);
        return FreeEnergy(v).Mean() - FreeEnergy(model.RequiresGrad ? model.Detach() : model).Mean();
    }

    /// <summary>
    /// ln Z, exactly, by the states of the side with fewer units (of Gaussian visible units, always the hidden side);
    /// the other side is summed out in closed form. Differentiable.
    /// </summary>
    /// <returns><c>[]</c>.</returns>
    /// <exception cref="InvalidOperationException">That side has more than <see cref="MostEnumerated"/>
    /// units.</exception>
    /// <remarks>
    /// Cost: 2^n visible * hidden products for n units of that side. Inside <see cref="NoGrad"/> memory is small, each
    /// piece of the sum being a <see cref="Step"/>; where the gradient is recorded, its graph holds 2^n numbers for
    /// each unit of both sides.
    /// </remarks>
    public Tensor LogPartition()
    {
        bool byVisible = EnumeratesVisible && Visible <= Hidden;
        int units = byVisible ? Visible : Hidden;
        if (units > MostEnumerated)
        {
            throw new InvalidOperationException(
                $"LogPartition: goes through all states of one side, of {MostEnumerated} units or fewer; {Summary} has "
                + $"{units} {(byVisible ? "visible" : "hidden")} ones.");
        }
        int states = 1 << units, rows = Math.Min(states, StatesAtOnce);
        List<Tensor> parts = [Part(0)];
        for (int first = rows; first < states; first += rows)
        {
            if (parts[0].RequiresGrad)
            {
                parts.Add(Part(first));
                continue;
            }
            using var step = Step.Begin();
            parts.Add(Part(first).Detach());
        }
        return Tensor.Stack(parts).LogSumExp();

        Tensor Part(int first)
        {
            Tensor part = States(first, rows, units, Weight.Value.DType);
            return (-(byVisible ? FreeEnergy(part) : HiddenFreeEnergy(part))).LogSumExp();
        }
    }

    /// <summary>
    /// Mean of ln p(v) over data, exactly: -F(v) - ln Z. Differentiable; its gradient is that of maximum likelihood.
    /// </summary>
    /// <param name="v"><c>[N, visible]</c>: data.</param>
    /// <returns><c>[]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The machine is too large for
    /// <see cref="LogPartition"/>.</exception>
    public Tensor LogLikelihood(Tensor v) => -FreeEnergy(v).Mean() - LogPartition();

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => HiddenMean(x);

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != 2 || x.Shape[1] != Visible ? $"[N, {Visible}]" : null;

    /// <summary>
    /// The contrastive loss of chains that start at the data, or at particles, and the chains' ends. The data's product
    /// with the weights serves both the loss and the first step of chains that start there.
    /// </summary>
    internal Tensor ContrastiveLoss(Tensor v, Tensor? particles, int steps, GibbsNoise noise, out Tensor model)
    {
        Check(v, Visible);
        Tensor input = HiddenInput(v);
        model = particles is null ? Gibbs(v, input, steps, noise) : Gibbs(particles, null, steps, noise);
        return FreeEnergy(v, input).Mean() - FreeEnergy(model).Mean();
    }

    /// <summary>Checks visible or hidden states.</summary>
    internal void Check(Tensor x, int units, [CallerArgumentExpression(nameof(x))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.Rank != 2 || x.Shape[1] != units)
            throw new ShapeException($"{Kind}: {name} must be [N, {units}], got {x.Shape}.", x.Shape);
        ClassicInput.SameType(Kind, x, name, Weight.Value.DType, "the weights");
    }

    private protected string Kind => GetType().Name;

    /// <summary>Whether visible states can be gone through one by one.</summary>
    private protected abstract bool EnumeratesVisible { get; }

    /// <summary>The energy without its hidden units, <c>[N]</c>.</summary>
    private protected abstract Tensor VisibleEnergy(Tensor v);

    /// <summary>What the visible units send up, before the weights, <c>[N, visible]</c>.</summary>
    private protected virtual Tensor VisibleOutput(Tensor v) => v;

    /// <summary>The visible units' means, <c>[N, visible]</c>.</summary>
    private protected abstract Tensor VisibleMeanOf(Tensor h);

    /// <summary>Visible states by their means, <c>[N, visible]</c>.</summary>
    private protected abstract Tensor DrawVisible(Tensor mean, GibbsNoise noise, int step);

    /// <summary>Free energy of hidden states, the visible ones summed or integrated out, <c>[N]</c>.</summary>
    private protected abstract Tensor HiddenFreeEnergy(Tensor h);

    // c + v W: minus the derivative of the energy by the hidden units.
    private Tensor HiddenInput(Tensor v) => VisibleOutput(v).MatMul(Weight) + HiddenBias.Value;

    // The exact softplus: the default's threshold is seen in double precision.
    private Tensor FreeEnergy(Tensor v, Tensor hiddenInput) =>
        VisibleEnergy(v) - hiddenInput.Softplus(threshold: double.PositiveInfinity).Sum(dim: 1);

    private Tensor Gibbs(Tensor v, Tensor? hiddenInput, int steps, GibbsNoise noise)
    {
        using var _ = NoGrad.Begin();
        for (int t = 0; t < steps; t++)
        {
            Tensor p = (t == 0 && hiddenInput is not null ? hiddenInput : HiddenInput(v)).Sigmoid();
            v = DrawVisible(VisibleMeanOf(noise.Hidden(t, p)), noise, t);
        }
        return v;
    }

    private Tensor SampleHidden(Tensor v, GibbsNoise noise)
    {
        using var _ = NoGrad.Begin();
        return noise.Hidden(0, HiddenMean(v));
    }

    private Tensor SampleVisible(Tensor h, GibbsNoise noise)
    {
        using var _ = NoGrad.Begin();
        return DrawVisible(VisibleMean(h), noise, 0);
    }

    // States first, first + 1, ... in binary: [rows, units], the lowest bit first.
    private static Tensor States(int first, int rows, int units, DType dtype)
    {
        byte[] bits = new byte[rows * units];
        for (int i = 0; i < bits.Length; i++) bits[i] = (byte)(((first + (i / units)) >> (i % units)) & 1);
        return Tensor.From(bits, [rows, units]).To(dtype);
    }
}
