using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>How the size of all gradients together is measured.</summary>
public enum GradNormKind
{
    /// <summary>Square root of the sum of squares.</summary>
    L2,

    /// <summary>Sum of magnitudes.</summary>
    L1,

    /// <summary>Largest magnitude.</summary>
    Max,
}

/// <summary>Keeps gradients from growing too large, between Backward and the optimiser's step.</summary>
public static unsafe class Clip
{
    /// <summary>
    /// Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is that of all of them as one vector.
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    /// <param name="maxNorm">Largest norm that is left as it is, 0 or more.</param>
    /// <param name="kind">Which norm.</param>
    /// <returns>The norm before. NaN or infinite where a gradient is; the gradients are then useless as well.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is negative or NaN.</exception>
    /// <remarks>
    /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    /// </remarks>
    public static double GradNorm(
        IReadOnlyList<Parameter> parameters, double maxNorm, GradNormKind kind = GradNormKind.L2)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(maxNorm >= 0))
            throw new ArgumentOutOfRangeException(
                nameof(maxNorm), FormattableString.Invariant($"GradNorm: maxNorm is {maxNorm}; expected 0 or more."));
        double norm = Norm(parameters, kind);
        double factor = Math.Min(1, maxNorm / (norm + 1e-6));
        if (factor == 1) return norm;
        foreach (Parameter p in parameters) Map(new ScaleMap(factor), p);
        return norm;
    }

    /// <summary>Moves every entry of every gradient into [-limit, limit].</summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    /// <param name="limit">Largest magnitude, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative or NaN.</exception>
    public static void GradValue(IReadOnlyList<Parameter> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(limit >= 0))
            throw new ArgumentOutOfRangeException(
                nameof(limit), FormattableString.Invariant($"GradValue: limit is {limit}; expected 0 or more."));
        foreach (Parameter p in parameters) Map(new ClampMap(limit), p);
    }

    private static double Norm(IReadOnlyList<Parameter> parameters, GradNormKind kind)
    {
        if (kind == GradNormKind.Max) return Fold<LargestRule>(parameters, 1);
        if (kind == GradNormKind.L1) return Fold<MagnitudeRule>(parameters, 1);
        double squares = Fold<SquareRule>(parameters, 1);
        if (squares is > 1e-20 and < 1e35) return Math.Sqrt(squares);
        // Squares overflowed or vanished: once more, with the largest magnitude brought near 1.
        double largest = Fold<LargestRule>(parameters, 1);
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        double scale = Math.Min(1 / largest, 1e30);
        return Math.Sqrt(Fold<SquareRule>(parameters, scale)) / scale;
    }

    private static double Fold<TRule>(IReadOnlyList<Parameter> parameters, double scale)
        where TRule : struct, IFoldRule
    {
        double total = 0;
        foreach (Parameter p in parameters)
        {
            if (p.Grad is not { } gradient) continue;
            Tensor dense = gradient.Dense();
            double part = dense.DType == DType.Float64
                ? GradFold.Run<TRule, double>(dense.Ptr<double>(), dense.Count, scale)
                : GradFold.Run<TRule, float>(dense.Ptr<float>(), dense.Count, scale);
            GC.KeepAlive(dense);
            total = TRule.Join(total, part);
        }
        return total;
    }

    private static void Map<TMap>(TMap map, Parameter parameter)
        where TMap : unmanaged, IMap1
    {
        if (parameter.Grad is null) return;
        Tensor gradient = parameter.Value.GradTarget(out _);
        VectorLoops.Map(map, gradient.DType, gradient.Pointer, gradient.Pointer, gradient.Count);
        GC.KeepAlive(gradient);
    }

    private readonly struct ScaleMap(double factor) : IMap1
    {
        private readonly double _factor = factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V x)
            where V : struct, IVec<V> => x * V.Const(_factor);
    }

    private readonly struct ClampMap(double limit) : IMap1
    {
        private readonly double _limit = limit;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V x)
            where V : struct, IVec<V> => V.Max(V.Const(-_limit), V.Min(V.Const(_limit), x));
    }
}
