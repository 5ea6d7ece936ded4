using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with by <see cref="Adadelta"/>.</summary>
public sealed record AdadeltaOptions : OptimizerOptions
{
    /// <summary>Options with PyTorch's defaults.</summary>
    public AdadeltaOptions() => LearningRate = 1;

    /// <summary>Decay rate of both averages, in [0, 1].</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>Added to both averages, 0 or more.</summary>
    public double Epsilon { get; init; } = 1e-6;

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(Rho is >= 0 and <= 1, nameof(Rho), Rho, "0 to 1");
        ThrowIfNegative(Epsilon, nameof(Epsilon));
    }
}

/// <summary>
/// Adadelta: e = rho * e + (1 - rho) * g^2, d = g * sqrt(a + epsilon) / sqrt(e + epsilon),
/// a = rho * a + (1 - rho) * d^2, p = p - rate * d.
/// </summary>
/// <remarks>
/// Weight decay adds weightDecay * p to the gradient g first. Gradients below 1e-15 and averages below 1e-30 count as 0
/// in float32 (1e-150 and 1e-300 in float64).
/// Source: Zeiler, "ADADELTA: an adaptive learning rate method" (2012), algorithm 1.
/// </remarks>
public sealed class Adadelta : Optimizer
{
    private static readonly string[] Names = ["square_avg", "acc_delta"];

    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The parameters: <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">Rate, 0 or more.</param>
    /// <param name="rho">Decay rate of both averages, in [0, 1].</param>
    /// <param name="epsilon">Added to both averages, 0 or more.</param>
    /// <param name="weightDecay">Multiple of the parameter that is added to its gradient, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, one is given twice, or an option is out of its
    /// range.</exception>
    public Adadelta(
        IReadOnlyList<Parameter> parameters, double learningRate = 1, double rho = 0.9, double epsilon = 1e-6,
        double weightDecay = 0)
        : this([new(parameters, new()
        {
            LearningRate = learningRate,
            Rho = rho,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
        })])
    {
    }

    /// <summary>Several groups of parameters, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <exception cref="ArgumentException">There are no parameters, or one is given twice.</exception>
    public Adadelta(IReadOnlyList<ParameterGroup<AdadeltaOptions>> groups)
        : base(groups)
    {
    }

    internal override IReadOnlyList<string> StateNames(ParameterGroup group) => Names;

    internal override void Update(ParameterGroup group, in UpdateRun run)
    {
        AdadeltaOptions o = ((ParameterGroup<AdadeltaOptions>)group).Options;
        Updates.Apply(
            new AdadeltaRule
            {
                Sign = o.Maximize ? -1 : 1,
                Decay = o.WeightDecay,
                Rate = -group.LearningRate,
                Rho = o.Rho,
                Epsilon = o.Epsilon,
            },
            in run);
    }
}

internal struct AdadeltaRule : IUpdateRule
{
    public double Sign, Decay, Rate, Rho, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(Decay), least = V.Const(Negligible.Gradient<T>());
        V rate = V.Const(Rate), rho = V.Const(Rho), fresh = V.Const(1 - Rho), epsilon = V.Const(Epsilon);
        V tiny = V.Const(Negligible.State<T>());
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i);
            V gradient = Negligible.Gradient(V.Load(g + i), value, sign, decay, least);
            V squares = V.Fma(rho, Negligible.Drop(V.Load(s0 + i), tiny), fresh * (gradient * gradient));
            V changes = Negligible.Drop(V.Load(s1 + i), tiny);
            V change = gradient * (V.Sqrt(changes + epsilon) / V.Sqrt(squares + epsilon));
            V seen = Negligible.Drop(change, least);
            V.Store(s0 + i, squares);
            V.Store(s1 + i, V.Fma(rho, changes, fresh * (seen * seen)));
            V.Store(p + i, V.Fma(rate, change, value));
        }
    }
}
