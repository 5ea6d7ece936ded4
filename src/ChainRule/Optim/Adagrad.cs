using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="Adagrad"/>.</summary>
public sealed record AdagradOptions : OptimizerOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public AdagradOptions() => LearningRate = 1e-2;

    /// <summary>
    /// The rate at step t is divided by 1 + (t - 1) * rateDecay; 0 or more: PyTorch's <c>lr_decay</c>.
    /// </summary>
    public double RateDecay { get; init; }

    /// <summary>
    /// What the sums of squares start at, 0 or more: PyTorch's <c>initial_accumulator_value</c>.
    /// </summary>
    public double StartSum { get; init; }

    /// <summary>Added to the denominator, 0 or more.</summary>
    public double Epsilon { get; init; } = 1e-10;

    internal override void Check()
    {
        base.Check();
        ThrowIfNegative(RateDecay, nameof(RateDecay));
        ThrowIfNegative(StartSum, nameof(StartSum));
        ThrowIfNegative(Epsilon, nameof(Epsilon));
    }
}

/// <summary>
/// Adagrad: s = s + g^2, p = p - rate / (1 + (t - 1) * rateDecay) * g / (sqrt(s) + epsilon) at step t.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 count as 0 in float32 (1e-150 in
/// float64).
/// Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization"
/// (2011).
/// </remarks>
public sealed class Adagrad : Optimizer
{
    private static readonly string[] Names = ["sum"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="rateDecay">How fast the rate falls, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <param name="startSum">What the sums of squares start at, 0 or more.</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Adagrad(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-2, double rateDecay = 0,
        double weightDecay = 0, double startSum = 0, double epsilon = 1e-10)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            RateDecay = rateDecay,
            WeightDecay = weightDecay,
            StartSum = startSum,
            Epsilon = epsilon,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public Adagrad(IReadOnlyList<ParameterGroup<AdagradOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => Names;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        AdagradOptions o = ((ParameterGroup<AdagradOptions>)group).Options;
        Updates.Apply(
            new AdagradRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Rate = -group.LearningRate / (1 + ((run.Step - 1) * o.RateDecay)),
                Start = run.Step == 1 ? o.StartSum : 0,
                Epsilon = o.Epsilon,
            },
            in run);
    }
}

internal struct AdagradRule : IUpdateRule
{
    public double Sign, Decay, Rate, Start, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), least = V.Const(Negligible.Gradient<T>());
        V rate = V.Const(Rate), start = V.Const(Start), epsilon = V.Const(Epsilon);
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i);
            V gradient = Negligible.Gradient(V.Load(g + i), value, sign, decay, least);
            V sum = V.Fma(gradient, gradient, V.Load(s0 + i) + start);
            V.Store(s0 + i, sum);
            V.Store(p + i, V.Fma(rate, gradient / (V.Sqrt(sum) + epsilon), value));
        }
    }
}
