using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>A layer that owns parameters, with what was measured of it in the epoch under way.</summary>
internal sealed unsafe class WatchedLayer(Module module, Parameter[] parameters)
{
    /// <summary>Numbers that an epoch leaves of a layer.</summary>
    public const int Figures = 6;

    private Tensor[]? _before;

    public string Path { get; } = module.Path;

    public string Summary { get; } = module.Summary;

    public long Count { get; } = parameters.Sum(p => (long)p.Value.Count);

    public bool Owns(Module other) => ReferenceEquals(module, other);

    /// <summary>
    /// Sums over the measured steps: steps with gradients, their norms, the largest norm, norm of the weights, ratio of
    /// updates, entries that have a gradient.
    /// </summary>
    public double[] Sums { get; } = new double[6];

    /// <summary>Copies the weights as they are before a step.</summary>
    public void Take()
    {
        _before ??= [.. parameters.Select(p => Tensor.EmptyKept(p.Shape, p.Value.DType))];
        for (int i = 0; i < parameters.Length; i++) parameters[i].Value.CopyDense(_before[i]);
    }

    /// <summary>Measures a step that was made since the weights were taken, whose gradients are still there.</summary>
    public void Measure()
    {
        Tensor[] gradients = [.. parameters.Where(p => !p.Frozen).Select(p => p.Grad).OfType<Tensor>()];
        double weights = Clip.Norm([.. parameters.Select(p => p.Value)]);
        Sums[3] = weights;
        if (gradients.Length == 0) return;
        double norm = Clip.Norm(gradients), update = Change();
        Sums[0]++;
        Sums[1] += norm;
        Sums[2] = Math.Max(Sums[2], norm);
        Sums[4] += update / AtLeast(weights);
        Sums[5] = gradients.Sum(g => (double)g.Count);
    }

    /// <summary>Norm of the weights for comparisons: layers may begin at 0.</summary>
    public double AtLeast(double weights) => Math.Max(weights, 0.01 * Math.Sqrt(Count));

    /// <summary>
    /// Mean and largest norm of the gradients, norm of the weights, ratio of updates, root mean square of a gradient,
    /// steps with gradients.
    /// </summary>
    public void Write(Span<double> row)
    {
        double steps = Sums[0], norm = Sums[1] / steps;
        (row[0], row[1], row[2]) = (norm, steps > 0 ? Sums[2] : double.NaN, Sums[3]);
        (row[3], row[4], row[5]) = (Sums[4] / steps, norm / Math.Sqrt(Sums[5]), steps);
    }

    public LayerGradients Read(ReadOnlySpan<double> row, GradientVerdict verdict) =>
        new(Path, Summary, Count, row[0], row[1], row[2], row[3], verdict);

    // The copies are used up for it.
    private double Change()
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            Tensor before = _before![i], now = parameters[i].Value;
            byte* p = before.Pointer;
            VectorLoops.Map(default(Difference), now.DType, p, 1, now.Pointer, 1, p, now.Count);
            GC.KeepAlive(before);
            GC.KeepAlive(now);
        }
        return Clip.Norm(_before);
    }

    private readonly struct Difference : IMap2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V before, V now)
            where V : struct, IVec<V> => now - before;
    }
}
