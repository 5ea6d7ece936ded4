using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>
/// Cross-entropy of rows that are shorter than a few registers, a register of rows at a time: no lane idles, and one
/// logarithm serves them all. Four times as fast as row by row at 32 x 3, twice at 32 x 10.
/// </summary>
internal static unsafe class NarrowCrossEntropy
{
    private const int MostClasses = 32;
    private const int MostLanes = 16;
    private const int Grain = 8 * 1024;
    private const int Line = 64;

    public static bool Suits(AxisPlan plan) => plan.Inner == 1 && plan.Length is > 0 and <= MostClasses;

    /// <summary>Terms and, where wanted, their scaled gradients; the operands are dense.</summary>
    public static void Run(Tensor logits, Tensor labels, CrossEntropySetup setup, byte* terms, Tensor? gradient)
    {
        CrossEntropySetup.Parameters parameters = setup.Numbers;
        Arguments a = new()
        {
            X = logits.Pointer,
            Y = terms,
            Gradient = gradient is null ? null : gradient.Pointer,
            Labels = labels.Ptr<long>(),
            Options = &parameters,
            Rows = setup.Plan.Outer,
            Classes = setup.Plan.Length,
            RowsPerChunk = Grain / setup.Plan.Length / MostLanes * MostLanes,
        };
        if (logits.DType == DType.Float32) Typed<float>(&a);
        else Typed<double>(&a);
    }

    private static void Typed<T>(Arguments* a)
        where T : unmanaged, INumber<T>
    {
        delegate*<void*, int, void> body = SimdInfo.Width switch
        {
            512 => &Chunk<Vec512<T>, T>,
            256 => &Chunk<Vec256<T>, T>,
            128 => &Chunk<Vec128<T>, T>,
            _ => &Chunk<Vec1<T>, T>,
        };
        int chunks = (a->Rows + a->RowsPerChunk - 1) / a->RowsPerChunk;
        if (chunks == 1) body(a, 0);
        else Scheduler.Current.Run(body, a, chunks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Chunk<V, T>(void* argument, int index)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments* a = (Arguments*)argument;
        CrossEntropySetup.Parameters o = *a->Options;
        int n = a->Classes, begin = index * a->RowsPerChunk, end = Math.Min(begin + a->RowsPerChunk, a->Rows);

        // Columns of logits, later of gradients; behind them what belongs to each row: x[label], label, its weight.
        byte* memory = stackalloc byte[((MostClasses + 3) * MostLanes * sizeof(T)) + Line];
        T* tile = (T*)(((nint)memory + Line - 1) & -Line);
        T* own = tile + (n * V.Count), label = own + V.Count, weight = label + V.Count;
        V hard = V.Const(o.Hard), soft = V.Const(o.Soft), scale = V.Const(o.Scale);
        V spread = V.Const(o.Soft * o.WeightSum), tiny = V.Const(CrossEntropyKernel.Tiny);
        for (int row = begin; row < end; row += V.Count)
        {
            int lanes = Math.Min(V.Count, end - row);
            T* x = (T*)a->X + ((nint)row * n);
            for (int c = 0; c < n; c++)
            {
                T* column = tile + (c * V.Count);
                for (int lane = 0; lane < lanes; lane++) column[lane] = x[(lane * n) + c];
                for (int lane = lanes; lane < V.Count; lane++) column[lane] = T.Zero;
            }
            for (int lane = 0; lane < V.Count; lane++)
            {
                long y = lane < lanes ? a->Labels[row + lane] : o.IgnoreIndex;
                bool counts = y != o.IgnoreIndex;
                own[lane] = counts ? x[(lane * n) + y] : T.Zero;
                label[lane] = counts ? T.CreateTruncating(y) : -T.One;
                weight[lane] = counts ? T.CreateTruncating(o.WeightOf(y)) : T.Zero;
            }

            V most = V.Load(tile), sum = V.Zero;
            for (int c = 1; c < n; c++) most = V.Max(most, V.Load(tile + (c * V.Count)));
            V log = V.Zero, terms = V.Zero, w = V.Load(weight), y0 = V.Load(label);
            V ignored = V.Less(y0, V.Zero);
            if (o.Soft > 0)
            {
                // sum of w[c] (log - x[c] + most), all but the part with the logarithm
                for (int c = 0; c < n; c++)
                    terms += V.Const(o.WeightOf(c)) * (most - V.Load(tile + (c * V.Count)));
                terms *= soft;
            }
            for (int c = 0; c < n; c++)
            {
                V e = V.Exp(V.Load(tile + (c * V.Count)) - most);
                V.Store(tile + (c * V.Count), e);
                sum += e;
            }
            log = V.Log(sum);
            if (o.Soft > 0) terms += spread * log;
            terms += hard * w * (log - (V.Load(own) - most));
            Lanes.Store((T*)a->Y + row, V.Select(ignored, V.Zero, terms), lanes);
            if (a->Gradient == null) continue;

            V factor = scale * ((hard * w) + spread) / sum, hit = scale * hard * w;
            for (int c = 0; c < n; c++)
            {
                T* column = tile + (c * V.Count);
                V g = V.Load(column) * factor;
                g = V.Select(V.Less(V.Abs(g), tiny), V.Zero, g);
                if (o.Soft > 0) g -= scale * soft * V.Const(o.WeightOf(c));
                g -= V.Select(V.Equal(y0, V.Const(c)), hit, V.Zero);
                V.Store(column, V.Select(ignored, V.Zero, g));
            }
            T* target = (T*)a->Gradient + ((nint)row * n);
            for (int c = 0; c < n; c++)
            {
                T* column = tile + (c * V.Count);
                for (int lane = 0; lane < lanes; lane++) target[(lane * n) + c] = column[lane];
            }
        }
    }

    private struct Arguments
    {
        public byte* X, Y, Gradient;
        public long* Labels;
        public CrossEntropySetup.Parameters* Options;
        public int Rows, Classes, RowsPerChunk;
    }
}
