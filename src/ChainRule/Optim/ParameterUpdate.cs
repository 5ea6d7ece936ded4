namespace ChainRule.Optim;

/// <summary>One parameter in one step of a <see cref="TensorOptimizer"/>; its tensors are not to be kept.</summary>
public sealed class ParameterUpdate
{
    private readonly string _optimizer;
    private readonly ParameterGroup _group;
    private readonly IReadOnlyList<string> _names;
    private readonly Tensor[] _states;
    private readonly Tensor?[] _next;

    internal ParameterUpdate(
        string optimizer, ParameterGroup group, Tensor value, Tensor gradient, long step, IReadOnlyList<string> names,
        Tensor[] states)
    {
        (_optimizer, _group, Value, Gradient, Step) = (optimizer, group, value, gradient, step);
        (_names, _states, _next) = (names, states, new Tensor?[states.Length]);
    }

    /// <summary>The parameter's numbers.</summary>
    public Tensor Value { get; }

    /// <summary>Their gradient, of the same shape and type.</summary>
    public Tensor Gradient { get; }

    /// <summary>Which update of this parameter this is, from 1.</summary>
    public long Step { get; }

    /// <summary>Options of the parameter's group.</summary>
    public OptimizerOptions Options => _group.CommonOptions;

    /// <summary>Learning rate in force.</summary>
    public double LearningRate => _group.LearningRate;

    /// <summary>What was remembered: zeros at the first step.</summary>
    /// <param name="name">One of the names that the optimiser was made with.</param>
    /// <exception cref="ArgumentException">There is no such state.</exception>
    public Tensor State(string name) => _states[IndexOf(name)];

    /// <summary>What is to be remembered for the next step; <see cref="State"/> stays what it is until then.</summary>
    /// <param name="name">One of the names that the optimiser was made with.</param>
    /// <param name="values">Shape and dtype of the parameter; copied. Numbers below 1e-30 (1e-300 in float64) become 0,
    /// so that a state that decays does not grow slow.</param>
    /// <exception cref="ArgumentException">There is no such state.</exception>
    /// <exception cref="ShapeException">The shape is another.</exception>
    /// <exception cref="DTypeException">The type is another.</exception>
    public void SetState(string name, Tensor values)
    {
        int index = IndexOf(name);
        ArgumentNullException.ThrowIfNull(values);
        Check(values, $"state '{name}'");
        _next[index] = values;
    }

    internal Tensor? NextState(int index) => _next[index];

    internal void Check(Tensor values, string what)
    {
        if (values.Shape != Value.Shape)
        {
            throw new ShapeException(
                $"{_optimizer}: {what} is {values.Shape}; the parameter is {Value.Shape}.", values.Shape, Value.Shape);
        }
        if (values.DType != Value.DType)
        {
            throw new DTypeException(
                $"{_optimizer}: {what} is {values.DType.Text()}; the parameter is {Value.DType.Text()}.", values.DType,
                Value.DType);
        }
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            if (_names[i] == name) return i;
        }
        string known = _names.Count == 0 ? "none" : string.Join(", ", _names.Select(n => $"'{n}'"));
        throw new ArgumentException(
            $"{_optimizer}: there is no state '{name}'; it was made with {known}.", nameof(name));
    }
}
