using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>Keeps gradients and weights from growing too large.</summary>
public static unsafe class Clip
{
    /// <summary>
    /// Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is that of all of them as one vector:
    /// (sum of |g|^power)^(1 / power).
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    /// <param name="maxNorm">Largest norm that is left as it is, 0 or more.</param>
    /// <param name="power">Which norm, above 0; infinity for the largest magnitude.</param>
    /// <returns>The norm before. NaN or infinite where a gradient is; the gradients are then useless as well.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is negative or NaN, or
    /// <paramref name="power"/> is not above 0.</exception>
    /// <remarks>
    /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    /// </remarks>
    /// <torch>torch.nn.utils.clip_grad_norm_</torch>
    public static double GradNorm(IReadOnlyList<Parameter> parameters, double maxNorm, double power = 2)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptionCheck.That(nameof(GradNorm), nameof(maxNorm), maxNorm, maxNorm >= 0, "0 or more");
        OptionCheck.That(nameof(GradNorm), nameof(power), power, power > 0, "a number above 0");
        double norm = Norm([.. parameters.Select(p => p.Grad).OfType<Tensor>()], power);
        double factor = Math.Min(1, maxNorm / (norm + 1e-6));
        if (factor == 1) return norm;
        foreach (Parameter p in parameters) Map(new ScaleMap(factor), p);
        return norm;
    }

    /// <summary>Moves every entry of every gradient into [-limit, limit].</summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    /// <param name="limit">Largest magnitude, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative or NaN.</exception>
    /// <torch>torch.nn.utils.clip_grad_value_</torch>
    public static void GradValue(IReadOnlyList<Parameter> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptionCheck.That(nameof(GradValue), nameof(limit), limit, limit >= 0, "0 or more");
        foreach (Parameter p in parameters) Map(new ClampMap(limit), p);
    }

    /// <summary>
    /// Max-norm: scales the weights of every unit whose norm is larger than a limit down to it, after the optimiser's
    /// step. A unit's weights are a row, an entry of dimension 0; of a transposed convolution, what goes out of an
    /// input channel.
    /// </summary>
    /// <param name="parameters">The parameters; those of fewer than two dimensions and frozen ones are left
    /// alone.</param>
    /// <param name="maxNorm">Largest norm that is left as it is, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is not above 0.</exception>
    /// <remarks>
    /// Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), 5.1.
    /// </remarks>
    /// <torch>none</torch>
    public static void WeightNorm(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        OptionCheck.That(nameof(WeightNorm), nameof(maxNorm), maxNorm, maxNorm > 0, "a number above 0");
        foreach (Parameter p in parameters)
        {
            if (p.Value.Rank < 2 || p.Frozen || p.Value.Count == 0) continue;
            int rows = p.Shape[0], size = p.Value.Count / rows;
            for (int row = 0; row < rows; row++)
            {
                byte* w = p.Value.Pointer + ((nint)row * size * p.Value.DType.Size());
                double norm = Math.Sqrt(VectorFold.Run(default(SquareRule), p.Value.DType, w, size));
                if (norm > maxNorm) VectorLoops.Map(new ScaleMap(maxNorm / norm), p.Value.DType, w, w, size);
            }
            GC.KeepAlive(p.Value);
        }
    }

    /// <summary>
    /// Whether no entry of any gradient is NaN or infinite. Gradients with a <see cref="Tensor.GradBound"/> are not
    /// read.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="allowInfinite">Ask for NaN only.</param>
    internal static bool GradientsAreFinite(IReadOnlyList<Parameter> parameters, bool allowInfinite)
    {
        double largest = 0;
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Grad is not { } gradient || double.IsFinite(parameters[i].Value.GradBound)) continue;
            largest = Math.Max(largest, Fold(new ReadOnlySpan<Tensor>(in gradient), default(LargestRule)));
        }
        return allowInfinite ? !double.IsNaN(largest) : double.IsFinite(largest);
    }

    /// <summary>Norm of tensors as one vector.</summary>
    internal static double Norm(ReadOnlySpan<Tensor> tensors, double power = 2)
    {
        if (double.IsPositiveInfinity(power)) return Fold(tensors, default(LargestRule));
        if (power == 1) return Fold(tensors, default(MagnitudeRule));
        if (power == 2)
        {
            double squares = Fold(tensors, default(SquareRule));
            if (squares is > 1e-20 and < 1e35) return Math.Sqrt(squares);
        }
        // Squares overflowed or vanished, as any power may: the largest magnitude is brought near 1 before.
        double largest = Fold(tensors, default(LargestRule));
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        double scale = Math.Min(1 / largest, 1e30);
        return power == 2
            ? Math.Sqrt(Fold(tensors, default(SquareRule), scale)) / scale
            : Math.Pow(Fold(tensors, new PowerRule(power), scale), 1 / power) / scale;
    }

    private static double Fold<TRule>(ReadOnlySpan<Tensor> tensors, TRule rule, double scale = 1)
        where TRule : unmanaged, IFoldRule
    {
        double total = 0;
        foreach (Tensor tensor in tensors)
        {
            Tensor dense = tensor.Dense();
            double part = VectorFold.Run(rule, dense.DType, dense.Pointer, dense.Count, scale);
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
