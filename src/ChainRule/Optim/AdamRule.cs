using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Optim;

/// <summary>
/// One step of Adam and of those relatives that differ in its factors only, with weight decay in the gradient or on the
/// parameter.
/// </summary>
internal struct AdamRule : IUpdateRule
{
    public static readonly string[] Averages = ["exp_avg", "exp_avg_sq"];
    private static readonly string[] AveragesAndLargest = [.. Averages, "max_exp_avg_sq"];

    public double Sign, GradientDecay, Keep, Beta1, Beta2, Rate, SquareScale, Epsilon;

    /// <summary>Where set, the step is along their mixture with these shares, not along the average alone.</summary>
    public double AverageShare, GradientShare;

    public static string[] StateNames(AdamBaseOptions options) => options.AmsGrad ? AveragesAndLargest : Averages;

    public static AdamRule For(
        MomentOptions o, ParameterGroup group, long step, double gradientDecay, double keep)
    {
        return new AdamRule
        {
            Sign = o.Maximize ? -1 : 1,
            GradientDecay = gradientDecay,
            Keep = keep,
            Beta1 = group.Momentum,
            Beta2 = o.Beta2,
            Rate = -group.LearningRate / (1 - Math.Pow(group.Momentum, step)),
            SquareScale = 1 / Math.Sqrt(1 - Math.Pow(o.Beta2, step)),
            Epsilon = o.Epsilon,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sign = V.Const(Sign), decay = V.Const(GradientDecay), keep = V.Const(Keep);
        V b1 = V.Const(Beta1), c1 = V.Const(1 - Beta1), b2 = V.Const(Beta2), c2 = V.Const(1 - Beta2);
        V rate = V.Const(Rate), scale = V.Const(SquareScale), epsilon = V.Const(Epsilon);
        V tinyGradient = V.Const(Negligible.Gradient<T>()), tiny = V.Const(Negligible.State<T>());
        bool shrinks = Keep != 1, decays = GradientDecay != 0, mixes = GradientShare != 0;
        for (nint i = 0; i < count; i += V.Count)
        {
            V value = V.Load(p + i), gradient = V.Load(g + i), m = V.Load(s0 + i), v = V.Load(s1 + i);
            gradient = sign * Negligible.Drop(gradient, tinyGradient);
            if (decays) gradient = Negligible.Drop(V.Fma(decay, value, gradient), tinyGradient);
            if (shrinks) value = keep * Negligible.Drop(value, tiny);
            m = V.Fma(b1, Negligible.Drop(m, tiny), c1 * gradient);
            v = V.Fma(b2, Negligible.Drop(v, tiny), c2 * (gradient * gradient));
            V.Store(s0 + i, m);
            V.Store(s1 + i, v);
            if (s2 != null)
            {
                v = V.Max(v, V.Load(s2 + i));
                V.Store(s2 + i, v);
            }
            if (mixes) m = V.Fma(V.Const(GradientShare), gradient, V.Const(AverageShare) * m);
            V.Store(p + i, V.Fma(rate, m / V.Fma(V.Sqrt(v), scale, epsilon), value));
        }
    }
}
