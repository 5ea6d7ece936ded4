using ChainRule.IO;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>
/// Watches every layer while it learns: norms of gradients and weights, how large updates are, which layers' gradients
/// explode or vanish, and which units of rectifiers are dead.
/// </summary>
/// <remarks>
/// <code>
/// var layers = new LayerWatch(model);
/// var trainer = new Trainer(model, optimizer, loss) { Callbacks = [layers] };
/// trainer.Fit(train, epochs: 5);
/// Console.WriteLine(layers.Epochs[^1]);
/// </code>
/// Gradients <b>vanish</b> in a layer whose root mean square is below <see cref="VanishingRatio"/> of the largest of
/// any layer, or 0; they <b>explode</b> where they are not finite, their norm is above <see cref="ExplodingRatio"/> of
/// that of the weights, or updates change the weights by more than half. Weights count as 0.01 an entry at least, for
/// layers that begin at 0. A unit is <b>dead</b> that gave 0 at every place of every sample of the epoch, in training;
/// rectifiers are <see cref="Relu"/> layers, not calls of <c>Relu</c> in a layer of one's own. It only looks: the
/// results of the training are those without it. Cost: a copy of the parameters, and on one of <see cref="EverySteps"/>
/// steps three passes over them.
/// </remarks>
public sealed class LayerWatch : ITrainingCallback, IStateful
{
    private readonly List<WatchedLayer> _layers = [];
    private readonly Dictionary<Layer, UnitActivity> _rectified = [];
    private readonly List<UnitActivity> _units = [];
    private readonly List<double[]> _rows = [];
    private readonly List<LayerHealth> _epochs = [];
    private int _steps;
    private bool _loaded;

    /// <summary>A watch over a model.</summary>
    /// <param name="model">The model that is trained.</param>
    public LayerWatch(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Find(model, [], []);
    }

    /// <summary>Measures gradients at the first step of an epoch and every so many after it, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int EverySteps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value),
            FormattableString.Invariant($"LayerWatch: EverySteps is {value}; expected 1 or more."));
    } = 10;

    /// <summary>Below this share of the largest root mean square, gradients vanish; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or NaN.</exception>
    public double VanishingRatio
    {
        get;
        init => field = NotNegative(nameof(VanishingRatio), value);
    } = 1e-4;

    /// <summary>Above so many times the norm of the weights, gradients explode; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or NaN.</exception>
    public double ExplodingRatio
    {
        get;
        init => field = NotNegative(nameof(ExplodingRatio), value);
    } = 10;

    /// <summary>What was found in every complete epoch, also those before a resume.</summary>
    public IReadOnlyList<LayerHealth> Epochs => _epochs;

    /// <summary>
    /// What was found in the epoch under way, or that training ended in; null before its first measured step.
    /// </summary>
    public LayerHealth? Unfinished => _steps == 0 ? null : Health(_epochs.Count + 1, Row());

    private int RowLength => (_layers.Count * WatchedLayer.Figures) + (_units.Count * 2);

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        if (!_loaded)
        {
            _epochs.Clear();
            _rows.Clear();
            BeginEpoch();
        }
        _loaded = false;
        foreach ((Layer layer, UnitActivity units) in _rectified) layer.Activity = units;
        TakeWeights();
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnStep(in TrainingProgress progress)
    {
        if (_steps++ % EverySteps == 0)
        {
            foreach (WatchedLayer layer in _layers) layer.Measure();
        }
        TakeWeights();
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _rows.Add(Row());
        _epochs.Add(Health(_rows.Count, _rows[^1]));
        BeginEpoch();
        TakeWeights();
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history)
    {
        foreach (Layer layer in _rectified.Keys) layer.Activity = null;
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("steps", _steps);
        state.Add("epochs", _rows.Count);
        for (int i = 0; i < _rows.Count; i++) state.Add(Key("epoch", i), Tensor.From(_rows[i]));
        for (int i = 0; i < _layers.Count; i++) state.Add(Key("layer", i), Tensor.From(_layers[i].Sums));
        for (int i = 0; i < _units.Count; i++)
        {
            if (_units[i].Units > 0)
                state.Add(Key("alive", i), Tensor.From(Array.ConvertAll(_units[i].Alive, a => a ? (byte)1 : (byte)0)));
        }
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _steps = state.Whole("steps", 0);
        _rows.Clear();
        _epochs.Clear();
        for (int i = 0, count = state.Whole("epochs", 0); i < count; i++)
        {
            _rows.Add(state.Numbers<double>(Key("epoch", i), RowLength));
            _epochs.Add(Health(i + 1, _rows[i]));
        }
        for (int i = 0; i < _layers.Count; i++)
            state.Numbers<double>(Key("layer", i), _layers[i].Sums.Length).CopyTo(_layers[i].Sums, 0);
        for (int i = 0; i < _units.Count; i++)
        {
            _units[i].Alive = state.Has(Key("alive", i))
                ? Array.ConvertAll(state.Numbers<byte>(Key("alive", i)), a => a != 0) : [];
        }
        _loaded = true;
    }

    // Layers that own parameters, and rectifiers with the layers whose units they are.
    private void Find(Module module, HashSet<Module> seen, HashSet<Parameter> owned)
    {
        if (!seen.Add(module)) return;
        Parameter[] own = [.. module.NamedParameters()
            .Where(p => !p.Key.Contains('.', StringComparison.Ordinal) && owned.Add(p.Parameter))
            .Select(p => p.Parameter)];
        if (own.Length > 0) _layers.Add(new WatchedLayer(module, own));
        if (module is Layer layer and (IFusingLayer or Relu)) Rectified(layer, layer);
        Module? before = null;
        foreach ((_, Module part) in module.Children)
        {
            if (module is Sequential && part is Relu && before is Layer owner && _layers.Exists(l => l.Owns(owner)))
                Rectified((Relu)part, owner);
            Find(part, seen, owned);
            before = part;
        }
    }

    private void Rectified(Layer layer, Layer owner)
    {
        if (_rectified.ContainsKey(layer)) return;
        UnitActivity? units = _units.Find(u => u.Owner == owner);
        if (units is null) _units.Add(units = new UnitActivity(owner));
        _rectified.Add(layer, units);
    }

    private void BeginEpoch()
    {
        _steps = 0;
        foreach (WatchedLayer layer in _layers) Array.Clear(layer.Sums);
        foreach (UnitActivity units in _units) units.Clear();
    }

    private void TakeWeights()
    {
        if (_steps % EverySteps != 0) return;
        foreach (WatchedLayer layer in _layers) layer.Take();
    }

    // Figures of every layer, then number of units and dead ones of every rectifier.
    private double[] Row()
    {
        double[] row = new double[RowLength];
        int at = 0;
        foreach (WatchedLayer layer in _layers)
        {
            layer.Write(row.AsSpan(at, WatchedLayer.Figures));
            at += WatchedLayer.Figures;
        }
        foreach (UnitActivity units in _units)
        {
            (row[at], row[at + 1]) = (units.Units, units.Dead);
            at += 2;
        }
        return row;
    }

    private LayerHealth Health(int epoch, double[] row)
    {
        double largest = 0;
        for (int i = 0; i < _layers.Count; i++)
        {
            double square = row[(i * WatchedLayer.Figures) + 4];
            if (double.IsFinite(square)) largest = Math.Max(largest, square);
        }
        List<LayerGradients> layers = [];
        int at = 0;
        foreach (WatchedLayer layer in _layers)
        {
            ReadOnlySpan<double> own = row.AsSpan(at, WatchedLayer.Figures);
            layers.Add(layer.Read(own, Verdict(layer, own, largest)));
            at += WatchedLayer.Figures;
        }
        List<ReluUnits> relus = [];
        foreach (UnitActivity units in _units)
        {
            if (row[at] > 0) relus.Add(new(units.Owner.Path, units.Owner.Summary, (int)row[at], (int)row[at + 1]));
            at += 2;
        }
        return new LayerHealth(epoch, layers, relus);
    }

    private GradientVerdict Verdict(WatchedLayer layer, ReadOnlySpan<double> row, double largest)
    {
        double square = row[4], steps = row[5];
        if (steps == 0) return GradientVerdict.None;
        // not finite included
        bool bounded = row[0] <= ExplodingRatio * layer.AtLeast(row[2]) && row[3] <= 0.5;
        if (!bounded) return GradientVerdict.Exploding;
        return square == 0 || square < VanishingRatio * largest ? GradientVerdict.Vanishing : GradientVerdict.Healthy;
    }

    private static string Key(string kind, int index) => FormattableString.Invariant($"{kind}.{index}");

    private static double NotNegative(string name, double value) => value >= 0 ? value
        : throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"LayerWatch: {name} is {value}; expected 0 or more."));
}
