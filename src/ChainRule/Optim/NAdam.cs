using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="NAdam"/>.</summary>
public sealed record NAdamOptions : MomentOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public NAdamOptions() => LearningRate = 2e-3;

    /// <summary>
    /// How fast the momentum grows to beta1, 0 or more: mu(t) = beta1 * (1 - 0.5 * 0.96^(t * momentumDecay)).
    /// </summary>
    public double MomentumDecay { get; init; } = 4e-3;

    internal override void Check()
    {
        base.Check();
        ThrowIfNegative(MomentumDecay, nameof(MomentumDecay));
    }
}

/// <summary>
/// Adam with Nesterov momentum: the step is along mu(t+1) * m / (1 - mu(1) ... mu(t+1)) + (1 - mu(t)) * g /
/// (1 - mu(1) ... mu(t)) instead of m / (1 - beta1^t).
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64).
/// Source: Dozat, "Incorporating Nesterov momentum into Adam" (2016).
/// </remarks>
public sealed class NAdam : Optimizer
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="beta1">Decay rate of the average of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay rate of the average of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <param name="momentumDecay">How fast the momentum grows to beta1, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public NAdam(
        IReadOnlyList<Parameter> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-8, double weightDecay = 0, double momentumDecay = 4e-3)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            MomentumDecay = momentumDecay,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public NAdam(IReadOnlyList<ParameterGroup<NAdamOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => AdamRule.Averages;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        NAdamOptions o = ((ParameterGroup<NAdamOptions>)group).Options;
        double mu = Momentum(group, o, run.Step), next = Momentum(group, o, run.Step + 1), product = 1;
        // Once it no longer changes 1 - product there is nothing left to multiply.
        for (long t = 1; t <= run.Step && product > 1e-17; t++) product *= Momentum(group, o, t);
        AdamRule rule = AdamRule.For(o, group, run.Step, gradientDecay: o.WeightDecay, keep: 1);
        rule.Rate = -group.LearningRate;
        rule.AverageShare = next / (1 - (product * next));
        rule.GradientShare = (1 - mu) / (1 - product);
        Updates.Apply(rule, in run);
    }

    private static double Momentum(ParameterGroup group, NAdamOptions o, long step) =>
        group.Momentum * (1 - (0.5 * Math.Pow(0.96, step * o.MomentumDecay)));
}
