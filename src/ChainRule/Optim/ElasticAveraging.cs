using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>
/// The centre of elastic averaging (EASGD): workers train their own copies of the parameters, and every exchange pulls
/// a worker and the centre towards each other: e = alpha * (x - c), x = x - e, c = c + e.
/// </summary>
/// <remarks>
/// <code>
/// var center = new ElasticAveraging(models[0].Parameters(), alpha: 0.1);
/// var workers = models.Select(m => new ElasticWorker(center, new Sgd(m.Parameters(), 0.1), period: 10));
/// </code>
/// Exchanges from several threads wait for each other. Source: Zhang, Choromanska and LeCun, "Deep learning with
/// elastic averaging SGD" (2015), eqs. 5 and 6 and algorithm 1.
/// </remarks>
public sealed unsafe class ElasticAveraging
{
    private readonly Lock _gate = new();
    private readonly Tensor[] _center;

    /// <summary>A centre that starts at these parameters.</summary>
    /// <param name="start">The parameters of one worker; copied.</param>
    /// <param name="alpha">Elastic coefficient, in [0, 1]: the learning rate times rho in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is out of its range.</exception>
    public ElasticAveraging(IReadOnlyList<Parameter> start, double alpha)
    {
        ArgumentNullException.ThrowIfNull(start);
        OptionCheck.That(nameof(ElasticAveraging), nameof(alpha), alpha, alpha is >= 0 and <= 1, "0 to 1");
        Alpha = alpha;
        _center = [.. start.Select(p => p.Value.Detach())];
    }

    /// <summary>Elastic coefficient.</summary>
    public double Alpha { get; }

    /// <summary>Copies of the centre's numbers, in the order of the parameters: what to evaluate and to save.</summary>
    public IReadOnlyList<Tensor> Center
    {
        get
        {
            lock (_gate) return [.. _center.Select(c => c.Detach())];
        }
    }

    /// <summary>Pulls one worker and the centre towards each other.</summary>
    /// <param name="worker">Its parameters, as many and as large as the centre's.</param>
    /// <exception cref="ArgumentException">The parameters do not fit.</exception>
    public void Exchange(IReadOnlyList<Parameter> worker) => ExchangeAll([worker]);

    /// <summary>
    /// Pulls all workers towards where the centre was, and the centre towards where all of them were.
    /// </summary>
    /// <param name="workers">Parameters of each worker, as many and as large as the centre's.</param>
    /// <exception cref="ArgumentException">The parameters do not fit.</exception>
    public void ExchangeAll(IReadOnlyList<IReadOnlyList<Parameter>> workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        foreach (IReadOnlyList<Parameter> worker in workers) Check(worker);
        lock (_gate)
        {
            for (int i = 0; i < _center.Length; i++)
            {
                Tensor center = _center[i], pull = Tensor.Zeros(center.Shape, center.DType);
                foreach (IReadOnlyList<Parameter> worker in workers)
                {
                    Tensor x = worker[i].Value;
                    Updates.Apply(new ElasticRule { Alpha = Alpha }, Run(x, center, pull));
                    GC.KeepAlive(x);
                }
                Updates.Apply(default(SumRule), Run(center, pull, pull));
                GC.KeepAlive(center);
                GC.KeepAlive(pull);
            }
        }
    }

    private static UpdateRun Run(Tensor value, Tensor other, Tensor state) => new()
    {
        DType = value.DType,
        Value = value.Pointer,
        Gradient = other.Pointer,
        State0 = state.Pointer,
        Count = value.Count,
    };

    private void Check(IReadOnlyList<Parameter> worker)
    {
        ArgumentNullException.ThrowIfNull(worker);
        if (worker.Count != _center.Length)
        {
            throw new ArgumentException(
                $"Exchange: the worker has {worker.Count} parameters, the centre {_center.Length}.", nameof(worker));
        }
        for (int i = 0; i < _center.Length; i++)
        {
            Tensor x = worker[i].Value, c = _center[i];
            if (x.Shape == c.Shape && x.DType == c.DType) continue;
            throw new ArgumentException(
                $"Exchange: parameter {worker[i]} does not fit the centre's {c.Shape} {c.DType.Text()}.",
                nameof(worker));
        }
    }

    // The worker moves; what the centre is to move by is added up beside it.
    private struct ElasticRule : IUpdateRule
    {
        public double Alpha;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V alpha = V.Const(Alpha);
            for (nint i = 0; i < count; i += V.Count)
            {
                V x = V.Load(p + i), pull = alpha * (x - V.Load(g + i));
                V.Store(p + i, x - pull);
                V.Store(s0 + i, V.Load(s0 + i) + pull);
            }
        }
    }

    private readonly struct SumRule : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            for (nint i = 0; i < count; i += V.Count) V.Store(p + i, V.Load(p + i) + V.Load(g + i));
        }
    }
}
