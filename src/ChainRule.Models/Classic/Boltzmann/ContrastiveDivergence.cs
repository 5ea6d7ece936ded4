using ChainRule.Optim;

namespace ChainRule.Models;

/// <summary>
/// Trains a restricted Boltzmann machine: raises the free energy of what it dreams and lowers that of the data. Dreams
/// are where Gibbs sampling stands some steps after the data (CD-k), or particles that walk on from update to update
/// (persistent CD).
/// </summary>
/// <remarks>
/// An update adds to W its rate times the mean of v p(h | v)^T over the data less that over the dreams, to b that of v
/// and to c that of p(h | v). Rate, momentum and weight decay are the optimiser's. Cost: 2 k + 3 products of a batch
/// with the weights. Source: Hinton, "Training products of experts by minimizing contrastive divergence" (2002);
/// Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood gradient" (2008).
/// <code>
/// var learning = new ContrastiveDivergence(rbm, new Sgd(rbm.Parameters(), 0.05, momentum: 0.5));
/// foreach (Batch batch in loader)
/// {
///     using var step = Step.Begin();
///     learning.Update(batch.Input.Flatten(1), rng);
/// }
/// </code>
/// </remarks>
public sealed class ContrastiveDivergence
{
    /// <summary>A way to train a machine.</summary>
    /// <param name="rbm">The machine.</param>
    /// <param name="optimizer">What changes its parameters.</param>
    /// <param name="steps">Steps of Gibbs sampling an update, 1 or more.</param>
    /// <param name="particles">
    /// <c>[M, visible]</c>: where persistent chains start; copied. Null: chains start anew at the data.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    /// <exception cref="ShapeException">The particles are no states of the machine.</exception>
    public ContrastiveDivergence(Rbm rbm, Optimizer optimizer, int steps = 1, Tensor? particles = null)
    {
        ArgumentNullException.ThrowIfNull(rbm);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (particles is not null) rbm.Check(particles, rbm.Visible);
        (Rbm, Optimizer, Steps, Particles) = (rbm, optimizer, steps, particles?.Detach());
    }

    /// <summary>The machine.</summary>
    public Rbm Rbm { get; }

    /// <summary>What changes its parameters.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Steps of Gibbs sampling an update.</summary>
    public int Steps { get; }

    /// <summary>Where the persistent chains stand, <c>[M, visible]</c>; null where chains start at the data.</summary>
    public Tensor? Particles { get; private set; }

    /// <summary>One update by one batch.</summary>
    /// <param name="v"><c>[N, visible]</c>: data.</param>
    /// <param name="rng">Generator.</param>
    /// <returns><c>[N, visible]</c>, or <c>[M, visible]</c> of particles: what the machine dreamt.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Update(Tensor v, Rng rng) => Update(v, Steps, GibbsNoise.Of(rng));

    /// <summary>The same with the random numbers given.</summary>
    /// <param name="v"><c>[N, visible]</c>: data.</param>
    /// <param name="hiddenUniforms"><c>[steps, N or M, hidden]</c> in [0, 1).</param>
    /// <param name="visibleNoise"><c>[steps, N or M, visible]</c>, as <see cref="Rbm.SampleVisible(Tensor, Tensor)"/>
    /// takes it.</param>
    /// <returns><c>[N or M, visible]</c>: what the machine dreamt.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Update(Tensor v, Tensor hiddenUniforms, Tensor visibleNoise)
    {
        var (noise, steps) = GibbsNoise.Of(hiddenUniforms, visibleNoise, nameof(ContrastiveDivergence));
        if (steps != Steps)
        {
            throw new ShapeException(
                $"ContrastiveDivergence: random numbers for {Steps} steps are expected, got {hiddenUniforms.Shape}.",
                hiddenUniforms.Shape);
        }
        return Update(v, steps, noise);
    }

    /// <summary>Passes over data, in a new order each.</summary>
    /// <param name="data"><c>[samples, visible]</c>.</param>
    /// <param name="epochs">Passes, 0 or more.</param>
    /// <param name="batchSize">Samples an update, 1 or more; the last batch of a pass may have fewer.</param>
    /// <param name="rng">Generator of orders and states.</param>
    /// <param name="ended">Called after each pass with its number, from 1.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Train(Tensor data, int epochs, int batchSize, Rng rng, Action<int>? ended = null)
    {
        Rbm.Check(data, Rbm.Visible);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(rng);
        long[] order = [.. Enumerable.Range(0, data.Shape[0])];
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            rng.Shuffle(order.AsSpan());
            foreach (long[] batch in order.Chunk(batchSize))
            {
                using var step = Step.Begin();
                Update(data.IndexSelect(0, Tensor.From(batch)), rng);
            }
            ended?.Invoke(epoch);
        }
    }

    private Tensor Update(Tensor v, int steps, GibbsNoise noise)
    {
        Tensor loss = Rbm.ContrastiveLoss(v, Particles, steps, noise, out Tensor model);
        Rbm.ZeroGrad();
        loss.Backward();
        Optimizer.Step();
        // Particles outlive the step they are drawn in.
        if (Particles is not null) Particles = model.Detach();
        return model;
    }
}
