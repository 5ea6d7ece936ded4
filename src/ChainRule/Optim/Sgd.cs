using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="Sgd"/>.</summary>
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>Share of the last update that goes into the next, in [0, 1]; 0 for none.</summary>
    public double Momentum { get; init; }

    /// <summary>Share of the gradient that is kept out of the momentum, in [0, 1].</summary>
    public double Dampening { get; init; }

    /// <summary>Looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013).</summary>
    public bool Nesterov { get; init; }

    internal override double? StartMomentum => Momentum;

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(Momentum is >= 0 and <= 1, nameof(Momentum), Momentum, "0 to 1");
        ThrowIfNot(Dampening is >= 0 and <= 1, nameof(Dampening), Dampening, "0 to 1");
        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Nesterov needs a momentum above 0 and no dampening; Momentum is {Momentum}, Dampening {Dampening}."),
                nameof(Nesterov));
        }
    }
}

/// <summary>
/// Stochastic gradient descent: p = p - rate * g, or with momentum v = momentum * v + (1 - dampening) * g,
/// p = p - rate * v.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. The first v is g itself. With Nesterov momentum
/// p = p - rate * (g + momentum * v). Velocities below 1e-30 in float32 count as 0.
/// </remarks>
public sealed class Sgd : Optimizer
{
    private static readonly string[] Names = ["momentum_buffer"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="momentum">Share of the last update that goes into the next, in [0, 1].</param>
    /// <param name="dampening">Share of the gradient kept out of the momentum, in [0, 1].</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <param name="nesterov">Looks ahead along the momentum.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Sgd(
        IReadOnlyList<Parameter> parameters, double learningRate = 1e-3, double momentum = 0, double dampening = 0,
        double weightDecay = 0, bool nesterov = false)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Momentum = momentum,
            Dampening = dampening,
            WeightDecay = weightDecay,
            Nesterov = nesterov,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public Sgd(IReadOnlyList<ParameterGroup<SgdOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) =>
        group.Momentum == 0 && ((ParameterGroup<SgdOptions>)group).Options.Momentum == 0 ? [] : Names;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        SgdOptions o = ((ParameterGroup<SgdOptions>)group).Options;
        Updates.Apply(
            new SgdRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Rate = -group.LearningRate,
                Momentum = group.Momentum,
                Fresh = run.Step == 1 ? 1 : 1 - o.Dampening,
                Nesterov = o.Nesterov,
            },
            in run);
    }
}

internal struct SgdRule : IUpdateRule
{
    public double Sign, Decay, Rate, Momentum, Fresh;
    public bool Nesterov;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), rate = V.Const(Rate);
        V momentum = V.Const(Momentum), fresh = V.Const(Fresh), tiny = V.Const(Negligible.State<T>());
        bool decays = Decay != 0, ahead = Nesterov;
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i), gradient = V.Load(g + i);
            gradient = sign * Negligible.Drop(gradient, tiny);
            if (decays)
            {
                value = Negligible.Drop(value, tiny);
                gradient = V.Fma(decay, value, gradient);
            }
            if (s0 != null)
            {
                V velocity = V.Fma(momentum, V.Load(s0 + i), fresh * gradient);
                velocity = Negligible.Drop(velocity, tiny);
                V.Store(s0 + i, velocity);
                gradient = ahead ? V.Fma(momentum, velocity, gradient) : velocity;
            }
            V.Store(p + i, V.Fma(rate, gradient, value));
        }
    }
}
