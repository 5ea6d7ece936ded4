using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> have in common.</summary>
public abstract record AdamBaseOptions : MomentOptions
{
    /// <summary>Divides by the largest average of squares so far (Reddi, Kale and Kumar 2018).</summary>
    public bool AmsGrad { get; init; }
}

/// <summary>What a group of parameters is updated with by <see cref="Adam"/>.</summary>
public sealed record AdamOptions : AdamBaseOptions;

/// <summary>
/// Adam: m = beta1 * m + (1 - beta1) * g, v = beta2 * v + (1 - beta2) * g^2,
/// p = p - rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon) at step t.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64). Source: Kingma and Ba, "Adam: a method for stochastic optimization"
/// (2015).
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="beta1">Decay rate of the average of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay rate of the average of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <param name="amsGrad">Divides by the largest average of squares so far.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Adam(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-8, double weightDecay = 0, bool amsGrad = false)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            AmsGrad = amsGrad,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public Adam(IReadOnlyList<ParameterGroup<AdamOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) =>
        AdamRule.StateNames(((ParameterGroup<AdamOptions>)group).Options);

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        AdamOptions o = ((ParameterGroup<AdamOptions>)group).Options;
        Updates.Apply(AdamRule.For(o, group, run.Step, gradientDecay: o.WeightDecay, keep: 1), in run);
    }
}
