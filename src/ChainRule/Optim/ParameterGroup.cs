using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>Parameters that are updated with the same options.</summary>
public abstract class ParameterGroup
{
    private double _learningRate;
    private double _momentum;

    private protected ParameterGroup(IReadOnlyList<Parameter> parameters, OptimizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Parameters = [.. parameters];
        _learningRate = options.LearningRate;
        _momentum = options.StartMomentum ?? 0;
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Learning rate at the start, which schedules scale.</summary>
    public double BaseLearningRate => CommonOptions.LearningRate;

    /// <summary>Learning rate in force, 0 or more. Set by schedules, or by hand between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not a number.</exception>
    public double LearningRate
    {
        get => _learningRate;
        set
        {
            if (!(value >= 0))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), FormattableString.Invariant($"LearningRate is {value}; expected 0 or more."));
            }
            _learningRate = value;
        }
    }

    /// <summary>
    /// Momentum in force, 0 to 1: that of <see cref="Sgd"/> and <see cref="RmsProp"/>, beta1 of <see cref="Adam"/> and
    /// its relatives; without effect elsewhere. Set by schedules that cycle it, or by hand between steps.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Momentum
    {
        get => _momentum;
        set
        {
            if (!(value is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), FormattableString.Invariant($"Momentum is {value}; expected 0 to 1."));
            }
            _momentum = value;
        }
    }

    /// <summary>True where the optimiser has a momentum.</summary>
    internal bool HasMomentum => CommonOptions.StartMomentum is not null;

    internal abstract OptimizerOptions CommonOptions { get; }

    /// <summary>A group, its kind of options taken from the argument.</summary>
    /// <typeparam name="TOptions">Options of an optimiser.</typeparam>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">How they are updated.</param>
    public static ParameterGroup<TOptions> Of<TOptions>(IReadOnlyList<Parameter> parameters, TOptions options)
        where TOptions : OptimizerOptions => new(parameters, options);
}

/// <summary>Parameters that are updated with the same options of one optimiser.</summary>
/// <typeparam name="TOptions">Options of that optimiser.</typeparam>
/// <remarks><code>
/// var decayed = new SgdOptions { LearningRate = 0.1, Momentum = 0.9, WeightDecay = 1e-4 };
/// var plain = decayed with { WeightDecay = 0 };
/// var optimizer = new Sgd([ParameterGroup.Of(weights, decayed), ParameterGroup.Of(biases, plain)]);
/// </code></remarks>
public sealed class ParameterGroup<TOptions> : ParameterGroup
    where TOptions : OptimizerOptions
{
    /// <summary>A group.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">How they are updated.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ParameterGroup(IReadOnlyList<Parameter> parameters, TOptions options)
        : base(parameters, options) => Options = options;

    /// <summary>
    /// How the parameters are updated. The rate in force is <see cref="ParameterGroup.LearningRate"/>.
    /// </summary>
    public TOptions Options { get; }

    internal override OptimizerOptions CommonOptions => Options;
}
