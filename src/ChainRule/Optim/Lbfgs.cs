using System.Globalization;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What parameters are updated with by <see cref="Lbfgs"/>.</summary>
public sealed record LbfgsOptions : OptimizerOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public LbfgsOptions() => LearningRate = 1;

    /// <summary>Iterations of one call of <see cref="Lbfgs.Step(Func{Tensor})"/>, 1 or more.</summary>
    public int MaxIterations { get; init; } = 20;

    /// <summary>Evaluations of one call, 1 or more; null for 5/4 of the iterations.</summary>
    public int? MaxEvaluations { get; init; }

    /// <summary>A call ends where no gradient is larger, 0 or more.</summary>
    public double GradientTolerance { get; init; } = 1e-7;

    /// <summary>A call ends where neither the loss nor a parameter changes by more, 0 or more.</summary>
    public double ChangeTolerance { get; init; } = 1e-9;

    /// <summary>Pairs of changes that are remembered, 1 or more.</summary>
    public int HistorySize { get; init; } = 100;

    /// <summary>
    /// Searches the length of each step until the strong Wolfe conditions hold; otherwise it is the rate.
    /// </summary>
    public bool LineSearch { get; init; }

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(WeightDecay == 0, nameof(WeightDecay), WeightDecay, "0; add a penalty to the loss instead");
        ThrowIfNot(MaxIterations >= 1, nameof(MaxIterations), MaxIterations, "1 or more");
        ThrowIfNot(MaxEvaluations is null or >= 1, nameof(MaxEvaluations), MaxEvaluations ?? 0, "1 or more");
        ThrowIfNegative(GradientTolerance, nameof(GradientTolerance));
        ThrowIfNegative(ChangeTolerance, nameof(ChangeTolerance));
        ThrowIfNot(HistorySize >= 1, nameof(HistorySize), HistorySize, "1 or more");
    }
}

/// <summary>
/// Limited-memory BFGS: goes along -H g, with H an estimate of the inverse Hessian from the last changes of parameters
/// and gradients. For smooth problems with the whole data in every evaluation.
/// </summary>
/// <remarks>
/// <code>
/// var optimizer = new Lbfgs(model.Parameters(), new LbfgsOptions { LineSearch = true });
/// for (int i = 0; i &lt; 20; i++)
///     Console.WriteLine(optimizer.Step(() => F.MseLoss(model.Forward(x), y)));
/// </code>
/// One call runs many iterations, each of one or more evaluations; a trainer, which evaluates each batch once, refuses
/// it. All parameters make up one group. The vectors are kept in double precision: two of the parameters' size for each
/// pair remembered. Source: Nocedal and Wright, "Numerical optimization" (2006), algorithm 7.4.
/// </remarks>
public sealed class Lbfgs : Optimizer
{
    private const string Prefix = "state.0.";

    private readonly ParameterGroup<LbfgsOptions> _group;
    private readonly List<(double[] Y, double[] S)> _history = [];
    private long _iterations;
    private double[] _direction = [];
    private double[] _lastGradient = [];
    private double _step;
    private double _scale = 1;

    /// <summary>An optimiser of all parameters together.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="options">Options; PyTorch's defaults if left out.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Lbfgs(IReadOnlyList<Parameter> parameters, LbfgsOptions? options = null)
        : this(new ParameterGroup<LbfgsOptions>(parameters, options ?? new()))
    {
    }

    private Lbfgs(ParameterGroup<LbfgsOptions> group)
        : base([group]) => _group = group;

    /// <summary>How often the loss has been evaluated so far.</summary>
    public long EvaluationCount { get; private set; }

    /// <summary>
    /// Minimises the loss: up to <see cref="LbfgsOptions.MaxIterations"/> iterations, fewer where a tolerance is
    /// reached.
    /// </summary>
    /// <param name="loss">Computes the loss, one number, with the parameters as they are; called again and
    /// again.</param>
    /// <returns>The loss before the first iteration.</returns>
    public override double Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        LbfgsOptions o = _group.Options;
        Parameter[] parameters = [.. _group.Parameters.Where(p => !p.Frozen)];
        double[] x = FlatVector.Values(parameters);
        if (_direction.Length != x.Length) _iterations = 0;          // parameters were frozen or thawed
        LinePoint here = Evaluate(loss, parameters, 0);
        double first = here.Loss;
        int most = o.MaxEvaluations ?? (o.MaxIterations * 5 / 4), evaluations = 1;
        if (FlatVector.Largest(here.Gradient) <= o.GradientTolerance) return Signed(first);
        for (int i = 1; i <= o.MaxIterations; i++)
        {
            _direction = NextDirection(here.Gradient, o.HistorySize);
            _step = _iterations++ == 0
                ? Math.Min(1, 1 / FlatVector.Magnitudes(here.Gradient)) * _group.LearningRate : _group.LearningRate;
            _lastGradient = here.Gradient;
            double before = here.Loss, reach = FlatVector.Largest(_direction);
            here = here with { Step = 0, Slope = FlatVector.Dot(here.Gradient, _direction) };
            if (here.Slope > -o.ChangeTolerance) break;

            LinePoint At(double step)
            {
                evaluations++;
                FlatVector.Move(parameters, x, step, _direction);
                LinePoint point = Evaluate(loss, parameters, step);
                return point with { Slope = FlatVector.Dot(point.Gradient, _direction) };
            }

            if (o.LineSearch)
            {
                here = StrongWolfe.Search(At, here, _step, reach, o.ChangeTolerance);
                _step = here.Step;
                FlatVector.Move(parameters, x, _step, _direction);
            }
            else if (i < o.MaxIterations)
            {
                here = At(_step);
            }
            else
            {
                FlatVector.Move(parameters, x, _step, _direction);
                break;
            }
            x = FlatVector.Values(parameters);
            if (evaluations >= most
                || FlatVector.Largest(here.Gradient) <= o.GradientTolerance
                || reach * Math.Abs(_step) <= o.ChangeTolerance
                || Math.Abs(here.Loss - before) < o.ChangeTolerance)
            {
                break;
            }
        }
        return Signed(first);
    }

    /// <inheritdoc/>
    /// <remarks>The pairs of changes are "state.0.old_dirs.N" and "state.0.old_stps.N", oldest first.</remarks>
    public override OptimizerState State()
    {
        List<(string, Tensor)> tensors = [];
        List<(string, double)> numbers = [];
        if (_iterations > 0)
        {
            tensors.Add((Prefix + "d", Tensor.From(_direction)));
            tensors.Add((Prefix + "prev_flat_grad", Tensor.From(_lastGradient)));
            for (int i = 0; i < _history.Count; i++)
            {
                tensors.Add((Pair("old_dirs", i), Tensor.From(_history[i].Y)));
                tensors.Add((Pair("old_stps", i), Tensor.From(_history[i].S)));
            }
            numbers.Add((Prefix + "n_iter", _iterations));
            numbers.Add((Prefix + "func_evals", EvaluationCount));
            numbers.Add((Prefix + "t", _step));
            numbers.Add((Prefix + "H_diag", _scale));
        }
        numbers.Add((RateKey(0), _group.LearningRate));
        return new OptimizerState(tensors, numbers);
    }

    /// <inheritdoc/>
    public override void LoadState(OptimizerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> tensors = state.Tensors.ToDictionary(t => t.Name, t => t.Value);
        Dictionary<string, double> numbers = state.Numbers.ToDictionary(n => n.Name, n => n.Value);
        int size = _group.Parameters.Where(p => !p.Frozen).Sum(p => p.Value.Count);
        foreach ((string name, Tensor value) in state.Tensors)
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) Refuse(name, "belongs to no state of L-BFGS");
            if (value.Shape != [size] || value.DType != DType.Float64)
                Refuse(name, $"is {value.Shape} {value.DType.Text()}; expected [{size}] float64");
        }
        long iterations = (long)numbers.GetValueOrDefault(Prefix + "n_iter");
        string[] needed = iterations == 0 ? [] : [Prefix + "d", Prefix + "prev_flat_grad"];
        if (needed.FirstOrDefault(n => !tensors.ContainsKey(n)) is { } missing) Refuse(missing, "is missing");
        List<(double[], double[])> history = [];
        for (int i = 0; tensors.TryGetValue(Pair("old_dirs", i), out Tensor? y); i++)
        {
            if (!tensors.TryGetValue(Pair("old_stps", i), out Tensor? s)) Refuse(Pair("old_stps", i), "is missing");
            else history.Add((y.ToArray<double>(), s.ToArray<double>()));
        }
        _history.Clear();
        _history.AddRange(history);
        (_iterations, EvaluationCount) = (iterations, (long)numbers.GetValueOrDefault(Prefix + "func_evals"));
        (_step, _scale) = (numbers.GetValueOrDefault(Prefix + "t"), numbers.GetValueOrDefault(Prefix + "H_diag", 1));
        _direction = iterations == 0 ? [] : tensors[Prefix + "d"].ToArray<double>();
        _lastGradient = iterations == 0 ? [] : tensors[Prefix + "prev_flat_grad"].ToArray<double>();
        if (numbers.TryGetValue(RateKey(0), out double rate)) _group.LearningRate = rate;
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => [];

    internal override void Update(ParameterGroup group, in UpdateRun run) => throw new InvalidOperationException(
        "Lbfgs: Step() cannot evaluate the loss, which L-BFGS does several times a step; call Step(() => loss).");

    private static string Pair(string name, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{name}.{i}");

    private double Signed(double loss) => _group.Options.Maximize ? -loss : loss;

    private LinePoint Evaluate(Func<Tensor> loss, Parameter[] parameters, double step)
    {
        EvaluationCount++;
        using ChainRule.Step _ = ChainRule.Step.Begin();
        double value = Backward(loss), sign = _group.Options.Maximize ? -1 : 1;
        return new LinePoint(step, sign * value, FlatVector.Gradients(parameters, sign), 0);
    }

    // The two-loop recursion, after the change of the last step has joined the history.
    private double[] NextDirection(double[] gradient, int historySize)
    {
        if (_iterations == 0)
        {
            _history.Clear();
            _scale = 1;
            return FlatVector.Scaled(gradient, -1);
        }
        double[] y = FlatVector.Difference(gradient, _lastGradient), s = FlatVector.Scaled(_direction, _step);
        double agreement = FlatVector.Dot(y, s);
        if (agreement > 1e-10)
        {
            if (_history.Count == historySize) _history.RemoveAt(0);
            _history.Add((y, s));
            _scale = agreement / FlatVector.Dot(y, y);
        }
        double[] shares = new double[_history.Count], inverse = new double[_history.Count];
        double[] d = FlatVector.Scaled(gradient, -1);
        for (int i = shares.Length - 1; i >= 0; i--)
        {
            inverse[i] = 1 / FlatVector.Dot(_history[i].Y, _history[i].S);
            shares[i] = FlatVector.Dot(_history[i].S, d) * inverse[i];
            FlatVector.AddScaled(d, -shares[i], _history[i].Y);
        }
        d = FlatVector.Scaled(d, _scale);
        for (int i = 0; i < shares.Length; i++)
        {
            double back = FlatVector.Dot(_history[i].Y, d) * inverse[i];
            FlatVector.AddScaled(d, shares[i] - back, _history[i].S);
        }
        return d;
    }
}
