using System.Globalization;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>Changes parameters along their gradients.</summary>
/// <remarks>
/// <code>
/// var optimizer = new Adam(model.Parameters(), learningRate: 1e-3);
/// foreach (Batch batch in loader)
/// {
///     using var step = Step.Begin();
///     F.CrossEntropy(model.Forward(batch.Input), batch.Target).Backward();
///     optimizer.Step();
///     optimizer.ZeroGrad();
/// }
/// </code>
/// Making one moves the parameters, and their gradients, into one aligned buffer for each group, so that a step is a
/// single vector pass over parameter, gradient and state. A parameter that has no gradient, or is frozen, is left
/// alone. For an optimiser of one's own derive from <see cref="TensorOptimizer"/>.
/// </remarks>
public abstract class Optimizer
{
    private readonly List<FlatGroup> _flats = [];

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Sum(g => g.Parameters.Count) == 0)
            throw new ArgumentException($"{GetType().Name}: there are no parameters to optimise.", nameof(groups));
        Groups = [.. groups];
        HashSet<Parameter> seen = [];
        int index = 0;
        foreach (ParameterGroup group in groups)
        {
            List<(int Index, Parameter Parameter)> members = [];
            foreach (Parameter p in group.Parameters)
            {
                if (!seen.Add(p))
                    throw new ArgumentException($"{GetType().Name}: parameter {p} is given twice.", nameof(groups));
                members.Add((index++, p));
            }
            foreach (var same in members.GroupBy(m => m.Parameter.Value.DType))
                _flats.Add(new FlatGroup(group, same.Key, same));
        }
        ParameterCount = index;
    }

    /// <summary>The groups, in order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Learning rate in force of the first group. Setting it sets that of every group.</summary>
    public double LearningRate
    {
        get => Groups[0].LearningRate;
        set
        {
            foreach (ParameterGroup group in Groups) group.LearningRate = value;
        }
    }

    /// <summary>Bytes of all states, made or still to be made by the first step.</summary>
    internal long StateBytes => _flats.Sum(f => f.Bytes * StateNames(f.Group).Count);

    private int ParameterCount { get; }

    /// <summary>Updates every parameter that has a gradient and is not frozen.</summary>
    public void Step()
    {
        foreach (FlatGroup flat in _flats) flat.Update(this);
    }

    /// <summary>
    /// Evaluates a loss with its gradients and updates the parameters: <see cref="ZeroGrad"/>, the loss, its
    /// <see cref="Tensor.Backward"/> and <see cref="Step()"/> in one call, for any optimiser.
    /// </summary>
    /// <param name="loss">Computes the loss, one number, with the parameters as they are.</param>
    /// <returns>The loss before the update.</returns>
    public virtual double Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        double value = Backward(loss);
        Step();
        return value;
    }

    /// <summary>Forgets all gradients; costs no pass over them.</summary>
    public void ZeroGrad()
    {
        foreach (FlatGroup flat in _flats) flat.ZeroGrad();
    }

    /// <summary>
    /// Everything needed to go on later as if nothing had happened: states by parameter number as in PyTorch
    /// ("state.0.exp_avg"), counts of updates ("state.0.step") and the rates and
    /// momenta in force ("param_groups.0.lr", "param_groups.0.momentum").
    /// </summary>
    /// <returns>Copies that later steps leave alone.</returns>
    public virtual OptimizerState State()
    {
        List<(string, Tensor)> tensors = [];
        List<(string, double)> numbers = [];
        foreach ((int index, FlatGroup flat, int member) in Members())
        {
            if (flat.Steps[member] == 0) continue;
            numbers.Add((Key(index, "step"), flat.Steps[member]));
            IReadOnlyList<string> names = StateNames(flat.Group);
            for (int k = 0; k < names.Count; k++)
            {
                if (flat.CopyState(k, member) is { } values) tensors.Add((Key(index, names[k]), values));
            }
        }
        for (int i = 0; i < Groups.Count; i++)
        {
            numbers.Add((RateKey(i), Groups[i].LearningRate));
            if (Groups[i].HasMomentum) numbers.Add((MomentumKey(i), Groups[i].Momentum));
        }
        return new OptimizerState(tensors, numbers);
    }

    /// <summary>
    /// Goes on from a saved state. Options other than the learning rate stay those of this optimiser.
    /// </summary>
    /// <param name="state">What <see cref="State"/> gave, for the same parameters in the same order.</param>
    /// <exception cref="CheckpointException">The state is that of other parameters or of another kind of optimiser;
    /// nothing was changed.</exception>
    public virtual void LoadState(OptimizerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> tensors = state.Tensors.ToDictionary(t => t.Name, t => t.Value);
        Dictionary<string, double> numbers = state.Numbers.ToDictionary(n => n.Name, n => n.Value);
        CheckKeys(tensors, numbers);
        foreach ((int index, FlatGroup flat, int member) in Members())
        {
            flat.Steps[member] = (long)numbers.GetValueOrDefault(Key(index, "step"));
            IReadOnlyList<string> names = StateNames(flat.Group);
            for (int k = 0; k < names.Count; k++)
                flat.SetState(k, member, tensors.GetValueOrDefault(Key(index, names[k])));
        }
        for (int i = 0; i < Groups.Count; i++)
        {
            if (numbers.TryGetValue(RateKey(i), out double rate)) Groups[i].LearningRate = rate;
            if (numbers.TryGetValue(MomentumKey(i), out double momentum)) Groups[i].Momentum = momentum;
        }
    }

    /// <summary>Names of the states that a group keeps, as PyTorch has them; at most three but for a
    /// <see cref="TensorOptimizer"/>.</summary>
    internal abstract IReadOnlyList<string> StateNames(ParameterGroup group);

    /// <summary>Updates a run of parameters that have been updated equally often.</summary>
    internal abstract void Update(ParameterGroup group, in UpdateRun run);

    private protected static string RateKey(int group) =>
        string.Create(CultureInfo.InvariantCulture, $"param_groups.{group}.lr");

    private static string MomentumKey(int group) =>
        string.Create(CultureInfo.InvariantCulture, $"param_groups.{group}.momentum");

    private protected double Backward(Func<Tensor> loss)
    {
        ZeroGrad();
        Tensor value = loss();
        value.Backward();
        return value.Item();
    }

    private protected void Refuse(string key, string why) => throw new CheckpointException(
        $"{GetType().Name}.LoadState",
        $"'{key}' {why}; the state is that of another model or of another kind of optimiser.")
    {
        Key = key,
    };

    private static string Key(int index, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"state.{index}.{name}");

    private IEnumerable<(int Index, FlatGroup Flat, int Member)> Members() =>
        _flats.SelectMany(f => Enumerable.Range(0, f.Count).Select(m => (f.Indices[m], f, m))).OrderBy(m => m.Item1);

    // All of it, before anything is changed.
    private void CheckKeys(Dictionary<string, Tensor> tensors, Dictionary<string, double> numbers)
    {
        HashSet<string> known = [];
        for (int i = 0; i < Groups.Count; i++)
        {
            known.Add(RateKey(i));
            if (Groups[i].HasMomentum) known.Add(MomentumKey(i));
        }
        foreach ((int index, FlatGroup flat, int member) in Members())
        {
            Tensor value = flat.ValueOf(member);
            known.Add(Key(index, "step"));
            bool stepped = numbers.GetValueOrDefault(Key(index, "step")) > 0;
            foreach (string name in StateNames(flat.Group))
            {
                string key = Key(index, name);
                known.Add(key);
                if (!tensors.TryGetValue(key, out Tensor? saved))
                {
                    if (stepped) Refuse(key, "is missing");
                }
                else if (saved.Shape != value.Shape || saved.DType != value.DType)
                {
                    string found = $"{saved.Shape} {saved.DType.Text()}", here = $"{value.Shape} {value.DType.Text()}";
                    Refuse(key, $"is {found}, parameter {index} is {here}");
                }
            }
        }
        foreach ((string key, double value) in numbers)
        {
            double most = key.EndsWith(".momentum", StringComparison.Ordinal) ? 1 : double.PositiveInfinity;
            if (!(value >= 0 && value <= most))
                Refuse(key, FormattableString.Invariant($"is {value}, expected 0 {(most > 1 ? "or more" : "to 1")}"));
        }
        string? stranger = tensors.Keys.Concat(numbers.Keys).FirstOrDefault(k => !known.Contains(k));
        if (stranger is not null)
            Refuse(stranger, $"belongs to no state of {ParameterCount} parameters in {Groups.Count} groups");
    }
}
