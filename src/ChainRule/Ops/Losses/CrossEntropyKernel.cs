using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>Options of one cross-entropy and what follows from labels and weights alone.</summary>
internal sealed unsafe class CrossEntropySetup
{
    private readonly Tensor? _weight;
    private readonly double _smoothing;
    private readonly long _ignoreIndex;

    public CrossEntropySetup(
        AxisPlan plan, Tensor labels, Tensor? weight, double smoothing, long ignoreIndex, Reduction reduction)
    {
        (Plan, _weight, _smoothing, _ignoreIndex, Reduction) = (plan, weight, smoothing, ignoreIndex, reduction);
        WeightSum = plan.Length;
        if (weight is not null) WeightSum = weight.ToArray<double>().Sum();
        if (reduction == Reduction.Mean) Total = SumOfWeights(labels);
        if (reduction == Reduction.BatchMean) Total = Losses.Samples(labels);
    }

    public AxisPlan Plan { get; }

    public Reduction Reduction { get; }

    /// <summary>Sum of the weights of all classes.</summary>
    public double WeightSum { get; }

    /// <summary>What the sum of the terms is divided by: the weights of the labels that count, added up, or the
    /// samples; 1 for no mean.</summary>
    public double Total { get; } = 1;

    public Tensor? Weight => _weight;

    /// <summary>Everything the kernel needs beside its operands.</summary>
    public Parameters Numbers => new()
    {
        Weight = _weight is null ? null : _weight.Ptr<double>(),
        Hard = 1 - _smoothing,
        Soft = _smoothing / Plan.Length,
        WeightSum = WeightSum,
        Scale = 1 / Total,
        IgnoreIndex = _ignoreIndex,
    };

    /// <summary>
    /// The gradient is softmax * factor - shift: factor has size 1 along the classes, shift is the target with its
    /// weights.
    /// </summary>
    public (Tensor Factor, Tensor Shift) Constants(Tensor labels, Shape shape, DType dtype)
    {
        Parameters p = Numbers;
        long[] y = labels.ToArray<long>();
        double[] factor = new double[y.Length], shift = new double[shape.Count];
        for (int position = 0; position < y.Length; position++)
        {
            if (y[position] == p.IgnoreIndex) continue;
            double own = p.WeightOf(y[position]);
            factor[position] = p.Scale * ((p.Hard * own) + (p.Soft * p.WeightSum));
            int start = (position / Plan.Inner * Plan.Length * Plan.Inner) + (position % Plan.Inner);
            for (int c = 0; c < Plan.Length; c++)
                shift[start + (c * Plan.Inner)] =
                    p.Scale * ((p.Soft * p.WeightOf(c)) + (c == y[position] ? p.Hard * own : 0));
        }
        GC.KeepAlive(_weight);
        int[] dims = shape.Dims.ToArray();
        dims[Plan.Dim] = 1;
        return (Tensor.From(factor, dims).ConvertTo(dtype, kept: true),
            Tensor.From(shift, shape).ConvertTo(dtype, kept: true));
    }

    private double SumOfWeights(Tensor labels)
    {
        Parameters p = Numbers;
        long* y = labels.Ptr<long>();
        double sum = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            if (y[i] != p.IgnoreIndex) sum += p.WeightOf(y[i]);
        }
        GC.KeepAlive(labels);
        GC.KeepAlive(_weight);
        return sum;
    }

    internal struct Parameters
    {
        public double* Weight;
        public double Hard, Soft, WeightSum, Scale;
        public long IgnoreIndex;

        public readonly double WeightOf(long label) => Weight == null ? 1 : Weight[label];
    }
}

/// <summary>Terms and, where wanted, their scaled gradients in one pass over the logits.</summary>
/// <remarks>X: logits. Y: one term a position. Out: gradient or null. Indices: labels. Extra:
/// <see cref="CrossEntropySetup.Parameters"/>.</remarks>
internal readonly unsafe struct CrossEntropyKernel : IAxisKernel
{
    /// <summary>Gradients below it become 0.</summary>
    public const double Tiny = 1e-20;

    public static void Run(Tensor logits, Tensor labels, CrossEntropySetup setup, byte* terms, Tensor? gradient)
    {
        if (logits.Count == 0 && labels.Count == 0) return;
        Tensor dense = logits.Dense();
        if (NarrowCrossEntropy.Suits(setup.Plan))
        {
            NarrowCrossEntropy.Run(dense, labels, setup, terms, gradient);
            Keep(dense, labels, setup, gradient);
            return;
        }
        CrossEntropySetup.Parameters parameters = setup.Numbers;
        AxisOperands operands = setup.Plan.Operands(dense.Pointer, gradient is null ? null : gradient.Pointer);
        operands.Y = terms;
        operands.Indices = labels.Ptr<long>();
        operands.Extra = &parameters;
        AxisLoops.Run<CrossEntropyKernel>(logits.DType, in operands);
        Keep(dense, labels, setup, gradient);
    }

    private static void Keep(Tensor logits, Tensor labels, CrossEntropySetup setup, Tensor? gradient)
    {
        GC.KeepAlive(logits);
        GC.KeepAlive(labels);
        GC.KeepAlive(setup.Weight);
        GC.KeepAlive(gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        CrossEntropySetup.Parameters* o = (CrossEntropySetup.Parameters*)p.Extra;
        nint n = p.Length;
        long label = p.Indices[row];
        T* g = p.Out == null ? null : p.Out + (row * n);
        if (label == o->IgnoreIndex)
        {
            p.Y[row] = T.Zero;
            if (g != null) new Span<T>(g, (int)n).Clear();
            return;
        }
        T* x = p.X + (row * n);
        T largest = RunMaximum.OfRow<V, T>(x, n, p.Tail);
        V most = V.Broadcast(largest), sum = V.Zero;
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V e = V.Exp(V.Load(x + i) - most);
            sum += e;
            if (g != null) V.Store(g + i, e);
        }
        if (i < n)
        {
            V e = V.Exp(V.LoadPartial(x + i, (int)(n - i)) + V.Load(p.Tail) - most);
            sum += e;
            if (g != null) V.StorePartial(g + i, e, (int)(n - i));
        }
        double total = double.CreateTruncating(V.Sum(sum)), log = Math.Log(total), own = o->WeightOf(label);
        double term = o->Hard * own * (log - double.CreateTruncating(x[label] - largest));
        if (o->Soft > 0)
        {
            double spread = 0;
            for (nint c = 0; c < n; c++) spread += o->WeightOf(c) * (log - double.CreateTruncating(x[c] - largest));
            term += o->Soft * spread;
        }
        p.Y[row] = T.CreateTruncating(term);
        if (g == null) return;
        V factor = V.Const(o->Scale * ((o->Hard * own) + (o->Soft * o->WeightSum)) / total);
        for (i = 0; i <= n - V.Count; i += V.Count) V.Store(g + i, Flush<V>(V.Load(g + i) * factor));
        int rest = (int)(n - i);
        if (rest > 0) V.StorePartial(g + i, Flush<V>(V.LoadPartial(g + i, rest) * factor), rest);
        Shift(g, 1, n, label, own, o);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        CrossEntropySetup.Parameters* o = (CrossEntropySetup.Parameters*)p.Extra;
        T* x = p.X + start, g = p.Out == null ? null : p.Out + start;
        V most = RunMaximum.OfColumns<V, T>(in p, x, lanes), sum = V.Zero;
        for (nint c = 0; c < p.Length; c++)
        {
            V e = V.Exp(Lanes.Load<V, T>(x + (c * p.Inner), lanes) - most);
            sum += e;
            if (g != null) Lanes.Store(g + (c * p.Inner), e, lanes);
        }
        T* largest = stackalloc T[V.Count], totals = stackalloc T[V.Count], factors = stackalloc T[V.Count];
        V.Store(largest, most);
        V.Store(totals, sum);
        V.Store(factors, V.Zero);
        for (int lane = 0; lane < lanes; lane++)
        {
            long label = p.Indices[run + lane];
            p.Y[run + lane] = T.Zero;
            if (label == o->IgnoreIndex) continue;
            double total = double.CreateTruncating(totals[lane]), log = Math.Log(total), own = o->WeightOf(label);
            double term = o->Hard * own * (log - double.CreateTruncating(x[(label * p.Inner) + lane] - largest[lane]));
            if (o->Soft > 0)
            {
                double spread = 0;
                for (nint c = 0; c < p.Length; c++)
                    spread += o->WeightOf(c) * (log - double.CreateTruncating(x[(c * p.Inner) + lane] - largest[lane]));
                term += o->Soft * spread;
            }
            p.Y[run + lane] = T.CreateTruncating(term);
            factors[lane] = T.CreateTruncating(o->Scale * ((o->Hard * own) + (o->Soft * o->WeightSum)) / total);
        }
        if (g == null) return;
        V factor = V.Load(factors);
        for (nint c = 0; c < p.Length; c++)
        {
            T* at = g + (c * p.Inner);
            // An ignored position has gradient 0 even where its logits are not finite.
            V e = V.Select(V.Equal(factor, V.Zero), V.Zero, Lanes.Load<V, T>(at, lanes) * factor);
            Lanes.Store(at, Flush<V>(e), lanes);
        }
        for (int lane = 0; lane < lanes; lane++)
        {
            long label = p.Indices[run + lane];
            if (label != o->IgnoreIndex) Shift(g + lane, p.Inner, p.Length, label, o->WeightOf(label), o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Flush<V>(V g)
        where V : struct, IVec<V> => V.Select(V.Less(V.Abs(g), V.Const(Tiny)), V.Zero, g);

    // Subtracts the target: the label's share, and the even share of every class.
    private static void Shift<T>(T* g, nint step, nint n, long label, double own, CrossEntropySetup.Parameters* o)
        where T : unmanaged, INumber<T>
    {
        if (o->Soft > 0)
        {
            for (nint c = 0; c < n; c++) g[c * step] -= T.CreateTruncating(o->Scale * o->Soft * o->WeightOf(c));
        }
        g[label * step] -= T.CreateTruncating(o->Scale * o->Hard * own);
    }
}
