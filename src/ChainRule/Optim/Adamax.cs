using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="Adamax"/>.</summary>
public sealed record AdamaxOptions : MomentOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public AdamaxOptions() => LearningRate = 2e-3;
}

/// <summary>
/// Adam with the largest magnitude for a norm: m = beta1 * m + (1 - beta1) * g, u = max(beta2 * u, |g| + epsilon),
/// p = p - rate / (1 - beta1^t) * m / u at step t.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64).
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 2.
/// </remarks>
public sealed class Adamax : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_inf"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="beta1">Decay rate of the average of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay rate of the average of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Adamax(
        IReadOnlyList<Parameter> parameters, double learningRate = 2e-3, double beta1 = 0.9, double beta2 = 0.999,
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
    public Adamax(IReadOnlyList<ParameterGroup<AdamaxOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => Names;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        AdamaxOptions o = ((ParameterGroup<AdamaxOptions>)group).Options;
        Updates.Apply(
            new AdamaxRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Beta1 = group.Momentum,
                Beta2 = o.Beta2,
                Rate = -group.LearningRate / (1 - Math.Pow(group.Momentum, run.Step)),
                Epsilon = o.Epsilon,
            },
            in run);
    }
}

internal struct AdamaxRule : IUpdateRule
{
    public double Sign, Decay, Beta1, Beta2, Rate, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), least = V.Const(Negligible.Gradient<T>());
        V b1 = V.Const(Beta1), c1 = V.Const(1 - Beta1), b2 = V.Const(Beta2), tiny = V.Const(Negligible.State<T>());
        V rate = V.Const(Rate), epsilon = V.Const(Epsilon);
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i);
            V gradient = Negligible.Gradient(V.Load(g + i), value, sign, decay, least);
            V m = V.Fma(b1, Negligible.Drop(V.Load(s0 + i), tiny), c1 * gradient);
            V u = V.Max(b2 * Negligible.Drop(V.Load(s1 + i), tiny), V.Abs(gradient) + epsilon);
            V.Store(s0 + i, m);
            V.Store(s1 + i, u);
            V.Store(p + i, V.Fma(rate, m / u, value));
        }
    }
}
