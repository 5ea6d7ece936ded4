using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="Rprop"/>.</summary>
public sealed record RpropOptions : OptimizerOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public RpropOptions() => LearningRate = 1e-2;

    /// <summary>Factor of the step size where the sign of the gradient has changed, in (0, 1).</summary>
    public double Shrink { get; init; } = 0.5;

    /// <summary>Factor where it has not, above 1.</summary>
    public double Grow { get; init; } = 1.2;

    /// <summary>Smallest step size, 0 or more.</summary>
    public double LeastStep { get; init; } = 1e-6;

    /// <summary>Largest step size, at least the smallest.</summary>
    public double LargestStep { get; init; } = 50;

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(Shrink is > 0 and < 1, nameof(Shrink), Shrink, "above 0 and below 1");
        ThrowIfNot(Grow > 1 && double.IsFinite(Grow), nameof(Grow), Grow, "above 1");
        ThrowIfNegative(LeastStep, nameof(LeastStep));
        ThrowIfNot(LargestStep >= LeastStep, nameof(LargestStep), LargestStep, "LeastStep or more");
    }
}

/// <summary>
/// Resilient propagation: every number has a step size of its own, which grows while the sign of its gradient stays and
/// shrinks where it changes; only the sign of the gradient decides the direction.
/// </summary>
/// <remarks>
/// For whole batches: the noise of small ones changes signs all the time. The step sizes start at the learning rate,
/// later changes of which do not matter. Where a sign has changed, this step is left out.
/// Source: Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm"
/// (1993).
/// </remarks>
public sealed class Rprop : Optimizer
{
    private static readonly string[] Names = ["prev", "step_size"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Step size at the start, 0 or more.</param>
    /// <param name="shrink">Factor of the step size where the sign has changed, in (0, 1).</param>
    /// <param name="grow">Factor where it has not, above 1.</param>
    /// <param name="leastStep">Smallest step size, 0 or more.</param>
    /// <param name="largestStep">Largest step size.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Rprop(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-2, double shrink = 0.5, double grow = 1.2,
        double leastStep = 1e-6, double largestStep = 50)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Shrink = shrink,
            Grow = grow,
            LeastStep = leastStep,
            LargestStep = largestStep,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public Rprop(IReadOnlyList<ParameterGroup<RpropOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => Names;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        RpropOptions o = ((ParameterGroup<RpropOptions>)group).Options;
        Updates.Apply(
            new RpropRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Shrink = o.Shrink,
                Grow = o.Grow,
                Least = o.LeastStep,
                Largest = o.LargestStep,
                Start = group.LearningRate,
                IsFirst = run.Step == 1,
            },
            in run);
    }
}

internal struct RpropRule : IUpdateRule
{
    public double Sign, Decay, Shrink, Grow, Least, Largest, Start;
    public bool IsFirst;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), least = V.Const(Negligible.Gradient<T>());
        V shrink = V.Const(Shrink), grow = V.Const(Grow), smallest = V.Const(Least), largest = V.Const(Largest);
        V start = V.Const(Start);
        bool first = IsFirst;
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i);
            V gradient = Negligible.Gradient(V.Load(g + i), value, sign, decay, least);
            V before = V.Load(s0 + i), size = first ? start : V.Load(s1 + i);
            V both = Direction(gradient) * Direction(before);
            V turned = V.Less(both, V.Zero);
            size *= V.Select(V.Less(V.Zero, both), grow, V.Select(turned, shrink, V.One));
            size = V.Min(V.Max(size, smallest), largest);
            gradient = V.Select(turned, V.Zero, gradient);
            V.Store(s0 + i, gradient);
            V.Store(s1 + i, size);
            V.Store(p + i, value - (Direction(gradient) * size));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Direction<V>(V x)
        where V : struct, IVec<V> =>
        V.Select(V.Less(x, V.Zero), -V.One, V.Select(V.Less(V.Zero, x), V.One, x));
}
