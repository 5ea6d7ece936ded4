using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="RmsProp"/>.</summary>
public sealed record RmsPropOptions : OptimizerOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public RmsPropOptions() => LearningRate = 1e-2;

    /// <summary>Decay rate of the averages, in [0, 1].</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>Added to the denominator, 0 or more.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Share of the last update that goes into the next, in [0, 1]; 0 for none.</summary>
    public double Momentum { get; init; }

    /// <summary>Subtracts the square of the average gradient: the denominator is then a standard deviation.</summary>
    public bool Centered { get; init; }

    internal override double? StartMomentum => Momentum;

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(Alpha is >= 0 and <= 1, nameof(Alpha), Alpha, "0 to 1");
        ThrowIfNegative(Epsilon, nameof(Epsilon));
        ThrowIfNot(Momentum is >= 0 and <= 1, nameof(Momentum), Momentum, "0 to 1");
    }
}

/// <summary>
/// RMSprop: e = alpha * e + (1 - alpha) * g^2, p = p - rate * g / (sqrt(e) + epsilon); or with momentum
/// v = momentum * v + g / (sqrt(e) + epsilon), p = p - rate * v.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64).
/// Source: Hinton, lecture 6e of "Neural networks for machine learning" (2012); centred: Graves, "Generating sequences
/// with recurrent neural networks" (2013), eq. 38.
/// </remarks>
public sealed class RmsProp : Optimizer
{
    private static readonly string[] Plain = ["square_avg"];
    private static readonly string[] Moving = ["square_avg", "momentum_buffer"];
    private static readonly string[] Centred = ["square_avg", "grad_avg"];
    private static readonly string[] Both = ["square_avg", "momentum_buffer", "grad_avg"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="alpha">Decay rate of the averages, in [0, 1].</param>
    /// <param name="epsilon">Added to the denominator, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <param name="momentum">Share of the last update that goes into the next, in [0, 1].</param>
    /// <param name="centered">Subtracts the square of the average gradient.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public RmsProp(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8,
        double weightDecay = 0, double momentum = 0, bool centered = false)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Alpha = alpha,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            Momentum = momentum,
            Centered = centered,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public RmsProp(IReadOnlyList<ParameterGroup<RmsPropOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group)
    {
        RmsPropOptions o = ((ParameterGroup<RmsPropOptions>)group).Options;
        bool moves = group.Momentum != 0 || o.Momentum != 0;
        return o.Centered ? moves ? Both : Centred : moves ? Moving : Plain;
    }

    internal override unsafe void Update(ParameterGroup group, in UpdateRun run)
    {
        RmsPropOptions o = ((ParameterGroup<RmsPropOptions>)group).Options;
        UpdateRun states = run;
        if (StateNames(group) == Centred)
        {
            states.State1 = null;
            states.State2 = run.State1;
        }
        Updates.Apply(
            new RmsPropRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Rate = -group.LearningRate,
                Alpha = o.Alpha,
                Momentum = group.Momentum,
                Epsilon = o.Epsilon,
            },
            in states);
    }
}

internal struct RmsPropRule : IUpdateRule
{
    public double Sign, Decay, Rate, Alpha, Momentum, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), least = V.Const(Negligible.Gradient<T>());
        V rate = V.Const(Rate), alpha = V.Const(Alpha), fresh = V.Const(1 - Alpha), momentum = V.Const(Momentum);
        V epsilon = V.Const(Epsilon), tiny = V.Const(Negligible.State<T>());
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i);
            V gradient = Negligible.Gradient(V.Load(g + i), value, sign, decay, least);
            V squares = V.Fma(alpha, Negligible.Drop(V.Load(s0 + i), tiny), fresh * (gradient * gradient));
            V.Store(s0 + i, squares);
            if (s2 != null)
            {
                V average = V.Fma(alpha, Negligible.Drop(V.Load(s2 + i), tiny), fresh * gradient);
                V.Store(s2 + i, average);
                average = Negligible.Drop(average, least);
                squares = V.Max(squares - (average * average), V.Zero);  // below 0 by rounding
            }
            V step = gradient / (V.Sqrt(squares) + epsilon);
            if (s1 != null)
            {
                step = Negligible.Drop(V.Fma(momentum, V.Load(s1 + i), step), tiny);
                V.Store(s1 + i, step);
            }
            V.Store(p + i, V.Fma(rate, step, value));
        }
    }
}
