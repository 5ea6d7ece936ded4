namespace ChainRule.Optim;

/// <summary>An optimiser of one's own, its rule written with tensors.</summary>
/// <remarks>
/// <code>
/// public sealed class Lion(IReadOnlyList&lt;Parameter&gt; parameters, LionOptions options)
///     : TensorOptimizer([ParameterGroup.Of(parameters, options)], "exp_avg")
/// {
///     protected override Tensor Update(ParameterUpdate u)
///     {
///         var o = (LionOptions)u.Options;
///         Tensor average = u.State("exp_avg");
///         u.SetState("exp_avg", (average * o.Beta2) + (u.Gradient * (1 - o.Beta2)));
///         return u.Value - (u.LearningRate * ((average * o.Beta1) + (u.Gradient * (1 - o.Beta1))).Sign());
///     }
/// }
///
/// public sealed record LionOptions : OptimizerOptions
/// {
///     public double Beta1 { get; init; } = 0.9;
///     public double Beta2 { get; init; } = 0.99;
/// }
/// </code>
/// Groups, schedules, clipping, saved states and the trainer work with it as with the optimisers that are here. Those
/// take one pass over a whole group; this one calls <see cref="Update(ParameterUpdate)"/> for each parameter, and every
/// operator in it is a pass. Nothing is recorded for gradients.
/// </remarks>
public abstract class TensorOptimizer : Optimizer
{
    private readonly string[] _states;

    /// <summary>An optimiser of groups of parameters.</summary>
    /// <param name="groups">The groups; their options are a record derived from <see cref="OptimizerOptions"/>.</param>
    /// <param name="states">Names of what it remembers of each parameter: tensors of the parameter's shape and type,
    /// zeros at the start.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or a name is.</exception>
    protected TensorOptimizer(IReadOnlyList<ParameterGroup> groups, params IReadOnlyList<string> states)
        : base(groups)
    {
        ArgumentNullException.ThrowIfNull(states);
        _states = [.. states];
        if (_states.Distinct().Count() < _states.Length)
            throw new ArgumentException($"{GetType().Name}: a state has the name of another.", nameof(states));
    }

    internal sealed override IReadOnlyList<string> StateNames(ParameterGroup group) => _states;

    internal sealed override void Update(ParameterGroup group, in UpdateRun run) =>
        throw new InvalidOperationException("A rule written with tensors has no rule of vectors.");

    /// <summary>Computes the new numbers of one parameter, and sets what is to be remembered.</summary>
    /// <param name="update">The parameter, its gradient and its states.</param>
    /// <returns>The new numbers, of the parameter's shape and type.</returns>
    protected abstract Tensor Update(ParameterUpdate update);

    internal Tensor Apply(ParameterUpdate update)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        Tensor next = Update(update);
        update.Check(next, "the new value");
        return next;
    }
}
