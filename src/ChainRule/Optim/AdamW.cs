using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>
/// What a group of parameters is updated with by <see cref="AdamW"/>: the options of <see cref="Adam"/>, with a weight
/// decay of 0.01 unless said.
/// </summary>
public sealed record AdamWOptions : AdamBaseOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public AdamWOptions() => WeightDecay = 0.01;
}

/// <summary>
/// Adam with weight decay apart from the gradient: p = p * (1 - rate * weightDecay), then a step of Adam.
/// </summary>
/// <remarks>
/// Averages and the smallest numbers as for <see cref="Adam"/>. Source: Loshchilov and Hutter, "Decoupled weight decay
/// regularization" (2019).
/// </remarks>
public sealed class AdamW : Optimizer
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="beta1">Decay rate of the average of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay rate of the average of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Share of the parameter, times the rate, that a step takes away; 0 or more.</param>
    /// <param name="amsGrad">Divides by the largest average of squares so far.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public AdamW(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-8, double weightDecay = 0.01, bool amsGrad = false)
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
    public AdamW(IReadOnlyList<ParameterGroup<AdamWOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) =>
        AdamRule.StateNames(((ParameterGroup<AdamWOptions>)group).Options);

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        AdamWOptions o = ((ParameterGroup<AdamWOptions>)group).Options;
        double keep = 1 - (group.LearningRate * o.WeightDecay);
        Updates.Apply(AdamRule.For(o, group, run.Step, gradientDecay: 0, keep), in run);
    }
}
