using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>
/// Pulls weights towards zero by adding to their gradients: l1 * sign(w) + l2 * w, the gradient of
/// l1 * sum |w| + l2/2 * sum w^2. Both together are the elastic net.
/// </summary>
/// <remarks>
/// Unlike the weight decay of <see cref="AdamW"/> it is part of the gradient that the optimiser sees, and is clipped
/// with it. Biases and the scales of normalisation, which have one dimension or none, are left out. The regularised
/// cost of m samples with lambda is l2 = lambda / m. Source: Zou and Hastie, "Regularization and variable selection via
/// the elastic net" (2005).
/// </remarks>
public sealed unsafe class WeightPenalty
{
    /// <summary>A penalty.</summary>
    /// <param name="l1">Weight of the sum of magnitudes, 0 or more.</param>
    /// <param name="l2">Weight of half the sum of squares, 0 or more.</param>
    /// <param name="startEpoch">The epoch from which on it acts, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public WeightPenalty(double l1 = 0, double l2 = 0, int startEpoch = 1)
    {
        OptionCheck.NotNegative(nameof(WeightPenalty), nameof(l1), l1);
        OptionCheck.NotNegative(nameof(WeightPenalty), nameof(l2), l2);
        if (startEpoch < 1)
            throw new ArgumentOutOfRangeException(nameof(startEpoch),
                FormattableString.Invariant($"WeightPenalty: startEpoch is {startEpoch}; expected 1 or more."));
        (L1, L2, StartEpoch) = (l1, l2, startEpoch);
    }

    /// <summary>Weight of the sum of magnitudes.</summary>
    public double L1 { get; }

    /// <summary>Weight of half the sum of squares.</summary>
    public double L2 { get; }

    /// <summary>The epoch from which on it acts, from 1.</summary>
    public int StartEpoch { get; }

    /// <summary>What the penalty adds to the loss: l1 * sum |w| + l2/2 * sum w^2.</summary>
    /// <param name="parameters">The parameters; those of fewer than two dimensions do not count.</param>
    public double Value(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        double value = 0;
        foreach (Parameter p in parameters.Where(Applies))
        {
            double[] w = p.Value.ToDoubles();
            foreach (double x in w) value += (L1 * Math.Abs(x)) + (L2 / 2 * x * x);
        }
        return value;
    }

    /// <summary>Adds its gradient to those of the parameters, between Backward and the optimiser's step.</summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    public void AddGradients(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (Parameter p in parameters)
        {
            if (!Applies(p) || p.Grad is null) continue;
            Tensor gradient = p.Value.GradTarget(out _);
            byte* g = gradient.Pointer;
            VectorLoops.Map(new AddGradient(L1, L2), gradient.DType, g, 1, p.Value.Pointer, 1, g, gradient.Count);
            GC.KeepAlive(gradient);
            GC.KeepAlive(p.Value);
        }
    }

    private static bool Applies(Parameter parameter) => parameter.Value.Rank >= 2 && !parameter.Frozen;

    private readonly struct AddGradient(double l1, double l2) : IMap2
    {
        private readonly double _l1 = l1, _l2 = l2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V g, V w)
            where V : struct, IVec<V>
        {
            V sign = V.Select(V.Less(V.Zero, w), V.Const(_l1), V.Select(V.Less(w, V.Zero), V.Const(-_l1), V.Zero));
            return g + V.Fma(V.Const(_l2), w, sign);
        }
    }
}
