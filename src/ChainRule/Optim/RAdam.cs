using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="RAdam"/>.</summary>
public sealed record RAdamOptions : MomentOptions;

/// <summary>
/// Rectified Adam: a step of Adam times a factor that grows to 1 as the average of squares becomes reliable, and a step
/// along the average of gradients alone before it can be trusted.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64).
/// Source: Liu et al., "On the variance of the adaptive learning rate and beyond" (2020), algorithm 2.
/// </remarks>
public sealed class RAdam : Optimizer
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="beta1">Decay rate of the average of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay rate of the average of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public RAdam(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-8, double weightDecay = 0)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public RAdam(IReadOnlyList<ParameterGroup<RAdamOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => AdamRule.Averages;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        RAdamOptions o = ((ParameterGroup<RAdamOptions>)group).Options;
        AdamRule rule = AdamRule.For(o, group, run.Step, gradientDecay: o.WeightDecay, keep: 1);
        double power = Math.Pow(o.Beta2, run.Step), most = (2 / (1 - o.Beta2)) - 1;
        double length = most - (2 * run.Step * power / (1 - power));
        if (length > 5)
        {
            double trust = Math.Sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
            (rule.Rate, rule.SquareScale) = (rule.Rate * trust * Math.Sqrt(1 - power), 1);
        }
        else
        {
            (rule.SquareScale, rule.Epsilon) = (0, 1);               // a denominator of 1
        }
        Updates.Apply(rule, in run);
    }
}
