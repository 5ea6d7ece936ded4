namespace ChainRule.Nn;

/// <summary>A module from one tensor to one tensor.</summary>
public abstract class Layer : Module
{
    [ThreadStatic]
    private static Layer? t_running;

    /// <summary>
    /// Result of the layer for an input. What the layer does is in <see cref="ForwardCore"/>; errors name the layer's
    /// path.
    /// </summary>
    /// <param name="x"><c>...</c>: shape and dtype as the layer documents.</param>
    /// <returns>Shape as the layer documents.</returns>
    /// <exception cref="InvalidOperationException">A layer is used inside another but was never added to
    /// it.</exception>
    public Tensor Forward(Tensor x) => Run(x, FusedActivation.None);

    /// <summary>What the layer computes.</summary>
    /// <param name="x">Input.</param>
    /// <returns>Output.</returns>
    protected abstract Tensor ForwardCore(Tensor x);

    /// <summary>
    /// Runs what a layer computes from more inputs, or to more results, than <see cref="Forward"/>: errors name its
    /// path alike.
    /// </summary>
    /// <typeparam name="TResult">Kind of the result.</typeparam>
    /// <param name="x">Input that errors are explained with.</param>
    /// <param name="compute">The computation.</param>
    /// <returns>Its result.</returns>
    protected TResult Run<TResult>(Tensor x, Func<TResult> compute)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(compute);
        Layer? outer = t_running;
        if (outer is not null && Parent is null) CheckAdded(outer);
        NonFiniteWatch? watch = NonFiniteWatch.Current;
        long before = watch is null ? 0 : Graph.LastNumber;
        t_running = this;
        try
        {
            TResult result = compute();
            watch?.Look(this, before, result as Tensor);
            ForwardTrace.Current?.Note(this, x, result);
            return result;
        }
        catch (ChainRuleException e) when (Note(e, x))
        {
            throw;                                                   // never reached: Note only looks
        }
        finally
        {
            t_running = outer;
        }
    }

    /// <summary>
    /// Layers one after the other. Where one cannot take what it is given, the error names the layer that gave it.
    /// </summary>
    /// <param name="layers">Layers, in order.</param>
    /// <param name="x">Input of the first.</param>
    /// <returns>Output of the last; <paramref name="x"/> without layers.</returns>
    /// <remarks>
    /// A <see cref="Linear"/> or a convolution with a <see cref="Relu"/> behind it runs as one operation, with the same
    /// result, unless a <see cref="NonFiniteWatch"/> looks at what lies between.
    /// </remarks>
    protected static Tensor Chain(IReadOnlyList<Layer> layers, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(layers);
        bool fuses = NonFiniteWatch.Current is null && ForwardTrace.Current is null;
        int count = layers.Count;
        for (int i = 0; i < count; i++)
        {
            Layer layer = layers[i];
            bool fused = fuses && layer is IFusingLayer && i + 1 < count && layers[i + 1] is Relu;
            try
            {
                x = layer.Run(x, fused ? FusedActivation.Relu : FusedActivation.None);
            }
            catch (ShapeException e) when (Explain(e, layers, i, x))
            {
                throw;                                               // never reached: Explain only looks
            }
            if (fused) i++;
        }
        return x;
    }

    /// <summary>
    /// What input the layer takes, for the help line of an error, where this one's shape is certainly wrong; else null.
    /// </summary>
    /// <param name="x">Input that an error came from.</param>
    /// <returns>Text such as "[..., 128]", or null.</returns>
    protected internal virtual string? Expects(Tensor x) => null;

    /// <summary>Is shown what a rectifier at the end of this layer gives; null while nobody wants to know.</summary>
    internal UnitActivity? Activity { get; set; }

    internal Tensor Run(Tensor x, FusedActivation activation)
    {
        ArgumentNullException.ThrowIfNull(x);
        Layer? outer = t_running;
        if (outer is not null && Parent is null) CheckAdded(outer);
        NonFiniteWatch? watch = NonFiniteWatch.Current;
        long before = watch is null ? 0 : Graph.LastNumber;
        t_running = this;
        try
        {
            Tensor y = activation == FusedActivation.None
                ? ForwardCore(x)
                : ((IFusingLayer)this).ForwardFused(x, activation);
            watch?.Look(this, before, y);
            ForwardTrace.Current?.Note(this, x, y);
            if (Activity is { } units && (activation == FusedActivation.Relu || this is Relu)) units.Look(this, y);
            return y;
        }
        catch (ChainRuleException e) when (Note(e, x))
        {
            throw;                                                   // never reached: Note only looks
        }
        finally
        {
            t_running = outer;
        }
    }

    // A wrong input of a layer is the output of the layer before it, which is the one to look at.
    private static bool Explain(ShapeException e, IReadOnlyList<Layer> layers, int failed, Tensor x)
    {
        if (failed > 0 && layers[failed].Expects(x) is { } expected)
        {
            Layer before = layers[failed - 1];
            e.Suggest($"this layer expects {expected}; {before.Key} ({before.Summary}) produced {x.Shape}.");
        }
        return false;
    }

    private bool Note(ChainRuleException e, Tensor x)
    {
        if (e is ShapeException && e.Layers.Count == 0 && Expects(x) is { } expected)
            e.Suggest($"this layer expects {expected}.");
        e.AddLayer($"{Path} ({Summary})");
        return false;
    }

    // A layer kept in a field but not registered would train nothing and save nothing, without a word. A frozen model
    // that another one asks, a teacher, is meant to stay outside.
    private void CheckAdded(Layer outer)
    {
        if (Parameters().All(p => p.Frozen)) return;
        throw new InvalidOperationException(
            $"{outer.Path} ({outer.Summary}) uses {Summary}, which was never added to it: "
            + "its parameters would not be trained or saved.\n"
            + "  help: register it where it is made: _layer = AddModule(\"layer\", new ...).");
    }
}

/// <summary>A layer that can apply an activation to its result within its own operation.</summary>
internal interface IFusingLayer
{
    Tensor ForwardFused(Tensor x, FusedActivation activation);
}
