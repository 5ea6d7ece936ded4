using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>What an up-pass found at a layer.</summary>
/// <param name="Probability"><c>[N, hidden]</c>: p(h = 1 | the layer below).</param>
/// <param name="State">
/// <c>[N, hidden]</c>: what the layer hands up: the probability itself, or a 0 or 1 drawn by it.
/// </param>
public readonly record struct UpPassLayer(Tensor Probability, Tensor State);

/// <summary>
/// Deep belief net: restricted Boltzmann machines, the hidden units of each the visible ones of the next, trained one
/// after the other from below.
/// </summary>
/// <remarks>
/// As a layer it takes <c>[N, visible]</c> and gives the probabilities of its topmost units, <c>[N, hidden]</c>, the
/// up-pass by probabilities; with a <see cref="Linear"/> behind it, it is a classifier to fine-tune. Its machines are
/// "rbm1", "rbm2", ... Source: Hinton, Osindero and Teh, "A fast learning algorithm for deep belief nets" (2006).
/// <code>
/// var net = new DeepBeliefNet([784, 500, 250]);
/// net.Pretrain(images, (rbm, x) => new ContrastiveDivergence(rbm, new Sgd(rbm.Parameters(), 0.1))
///     .Train(x, epochs: 5, batchSize: 100, rng));
/// Sequential classifier = [net, new Linear(250, 10)];
/// </code>
/// </remarks>
public sealed class DeepBeliefNet : Layer
{
    /// <summary>A net of binary machines with fresh weights.</summary>
    /// <param name="sizes">Numbers of visible units and of those of each layer of hidden units: two or more.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentException">There are fewer than two sizes, or one is below 1.</exception>
    public DeepBeliefNet(IReadOnlyList<int> sizes, Rng? rng = null, DType dtype = DType.Float32)
        : this(Machines(sizes, rng, dtype))
    {
    }

    /// <summary>A net of given machines.</summary>
    /// <param name="layers">
    /// Machines from below, one or more, each with as many visible units as the one before has hidden ones.
    /// </param>
    /// <exception cref="ArgumentException">There are none, or their sizes do not fit.</exception>
    public DeepBeliefNet(IReadOnlyList<Rbm> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new ArgumentException("DeepBeliefNet: needs a machine or more.", nameof(layers));
        for (int i = 1; i < layers.Count; i++)
        {
            if (layers[i].Visible == layers[i - 1].Hidden) continue;
            throw new ArgumentException(
                $"DeepBeliefNet: machine {i + 1} ({layers[i].Summary}) does not fit onto machine {i} "
                + $"({layers[i - 1].Summary}).",
                nameof(layers));
        }
        Layers = [.. layers.Select((rbm, i) => AddModule($"rbm{i + 1}", rbm))];
    }

    /// <summary>The machines, from below.</summary>
    public IReadOnlyList<Rbm> Layers { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"DeepBeliefNet {string.Join(" - ", Layers.Select(l => l.Hidden).Prepend(Layers[0].Visible))}";

    /// <summary>Recognition by probabilities: x_l = p_l = sigmoid(c_l + x_(l-1) W_l). Differentiable.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <returns>The layers from below, each <c>[N, its hidden units]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public IReadOnlyList<UpPassLayer> UpPass(Tensor v) => UpPass(v, (p, _) => p);

    /// <summary>Recognition by states that are drawn layer by layer.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <param name="rng">Generator.</param>
    /// <returns>The layers from below, each <c>[N, its hidden units]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public IReadOnlyList<UpPassLayer> UpPass(Tensor v, Rng rng)
    {
        GibbsNoise noise = GibbsNoise.Of(rng);
        return UpPass(v, (p, _) => noise.Hidden(0, p));
    }

    /// <summary>The same with the random numbers given.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <param name="uniforms"><c>[N, hidden units]</c> in [0, 1) for each layer.</param>
    /// <returns>The layers from below, each <c>[N, its hidden units]</c>.</returns>
    /// <exception cref="ArgumentException">There are not as many tensors as layers.</exception>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public IReadOnlyList<UpPassLayer> UpPass(Tensor v, IReadOnlyList<Tensor> uniforms)
    {
        ArgumentNullException.ThrowIfNull(uniforms);
        if (uniforms.Count != Layers.Count)
        {
            throw new ArgumentException(
                $"UpPass: expects random numbers for each of {Layers.Count} layers, got {uniforms.Count} tensors.",
                nameof(uniforms));
        }
        return UpPass(v, (p, l) => new GibbsNoise(null, uniforms[l].Unsqueeze(0), null).Hidden(0, p));
    }

    /// <summary>What the net keeps of visible states: up to its top and down again by means. Differentiable.</summary>
    /// <param name="v"><c>[N, visible]</c>.</param>
    /// <returns><c>[N, visible]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Reconstruct(Tensor v) =>
        Layers.Reverse().Aggregate(UpPass(v)[^1].Probability, (x, rbm) => rbm.VisibleMean(x));

    /// <summary>
    /// Trains the machines one after the other, from below: each on the probabilities that the trained one below gives
    /// of its own data.
    /// </summary>
    /// <param name="v"><c>[samples, visible]</c>: data of the first.</param>
    /// <param name="train">Trains one machine by its data.</param>
    /// <returns><c>[samples, hidden]</c>: probabilities of the topmost units.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Pretrain(Tensor v, Action<Rbm, Tensor> train)
    {
        ArgumentNullException.ThrowIfNull(v);
        ArgumentNullException.ThrowIfNull(train);
        Layers[0].Check(v, Layers[0].Visible);
        foreach (Rbm rbm in Layers)
        {
            train(rbm, v);
            using var _ = NoGrad.Begin();
            v = rbm.HiddenMean(v);
        }
        return v;
    }

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Chain(Layers, x);

    private static BinaryRbm[] Machines(IReadOnlyList<int> sizes, Rng? rng, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Count < 2 || sizes.Any(s => s < 1))
        {
            throw new ArgumentException(
                $"DeepBeliefNet: sizes must be two or more numbers from 1, got [{string.Join(", ", sizes)}].",
                nameof(sizes));
        }
        rng ??= Init.NextRng();
        return [.. sizes.Skip(1).Select((hidden, i) => new BinaryRbm(sizes[i], hidden, rng, dtype))];
    }

    private UpPassLayer[] UpPass(Tensor v, Func<Tensor, int, Tensor> state)
    {
        UpPassLayer[] found = new UpPassLayer[Layers.Count];
        for (int l = 0; l < found.Length; l++)
        {
            Tensor p = Layers[l].HiddenMean(v);
            found[l] = new(p, v = state(p, l));
        }
        return found;
    }
}
