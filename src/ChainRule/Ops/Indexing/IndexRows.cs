using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>Copies slices named by an index out of [outer, length, inner], or adds them back.</summary>
internal static unsafe class IndexRows
{
    private const int Grain = 16 * 1024;

    /// <summary>y[o, k, :] = x[o, index[k], :], all dense.</summary>
    public static void Copy(Tensor x, Tensor index, AxisPlan plan, Tensor y)
    {
        if (y.Count == 0) return;
        Arguments a = Describe(x, index, plan, y);
        a.RowBytes = (nint)plan.Inner * x.DType.Size();
        a.PerChunk = Math.Max(1, Grain / plan.Inner);
        int rows = plan.Outer * index.Count, chunks = (rows + a.PerChunk - 1) / a.PerChunk;
        if (y.Count < 2 * Grain)
        {
            for (int i = 0; i < chunks; i++) CopyRows(&a, i);
        }
        else
        {
            Scheduler.Current.Run(&CopyRows, &a, chunks);
        }
        GC.KeepAlive(x);
        GC.KeepAlive(index);
        GC.KeepAlive(y);
    }

    /// <summary>y[o, index[k], :] += x[o, k, :] for k = 0, 1, ..., all dense.</summary>
    public static void Add(Tensor x, Tensor index, AxisPlan plan, Tensor y)
    {
        if (x.Count == 0) return;
        Arguments a = Describe(x, index, plan, y);
        switch (y.DType)
        {
            case DType.Float32: Typed<float>(ref a, x.Count); break;
            case DType.Float64: Typed<double>(ref a, x.Count); break;
            case DType.Int64: Typed<long>(ref a, x.Count); break;
            case DType.Int32: Typed<int>(ref a, x.Count); break;
            default: Divide(ref a, x.Count, &AddRows<Vec1<byte>, byte>); break;
        }
        GC.KeepAlive(x);
        GC.KeepAlive(index);
        GC.KeepAlive(y);
    }

    private static Arguments Describe(Tensor x, Tensor index, AxisPlan plan, Tensor y) => new()
    {
        X = x.Pointer,
        Y = y.Pointer,
        Index = index.Ptr<long>(),
        Picked = index.Count,
        Outer = plan.Outer,
        Length = plan.Length,
        Inner = plan.Inner,
    };

    private static void CopyRows(void* argument, int chunk)
    {
        Arguments* a = (Arguments*)argument;
        int end = Math.Min((chunk + 1) * a->PerChunk, a->Outer * a->Picked);
        for (int row = chunk * a->PerChunk; row < end; row++)
        {
            nint from = ((nint)(row / a->Picked) * a->Length) + (nint)a->Index[row % a->Picked];
            Buffer.MemoryCopy(a->X + (from * a->RowBytes), a->Y + (row * a->RowBytes), a->RowBytes, a->RowBytes);
        }
    }

    private static void Typed<T>(ref Arguments a, int count)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Divide(ref a, count, &AddRows<Vec512<T>, T>); break;
            case 256: Divide(ref a, count, &AddRows<Vec256<T>, T>); break;
            case 128: Divide(ref a, count, &AddRows<Vec128<T>, T>); break;
            default: Divide(ref a, count, &AddRows<Vec1<T>, T>); break;
        }
    }

    // A chunk owns a stripe of columns of one outer part and walks the whole index: repeats add up in its order.
    private static void Divide(ref Arguments arguments, int count, delegate*<void*, int, void> body)
    {
        arguments.PerChunk = Math.Max(64, Grain / arguments.Picked / 64 * 64);
        arguments.Stripes = (arguments.Inner + arguments.PerChunk - 1) / arguments.PerChunk;
        int chunks = arguments.Outer * arguments.Stripes;
        fixed (Arguments* p = &arguments)
        {
            if (count >= 2 * Grain)
            {
                Scheduler.Current.Run(body, p, chunks);
                return;
            }
            for (int i = 0; i < chunks; i++) body(p, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments* a = (Arguments*)argument;
        nint outer = chunk / a->Stripes, begin = chunk % a->Stripes * a->PerChunk;
        nint width = Math.Min(a->PerChunk, a->Inner - begin);
        for (nint k = 0; k < a->Picked; k++)
        {
            T* x = (T*)a->X + (((outer * a->Picked) + k) * a->Inner) + begin;
            T* y = (T*)a->Y + (((outer * a->Length) + (nint)a->Index[k]) * a->Inner) + begin;
            nint i = 0;
            for (; i <= width - V.Count; i += V.Count) V.Store(y + i, V.Load(y + i) + V.Load(x + i));
            for (; i < width; i++) y[i] += x[i];
        }
    }

    private struct Arguments
    {
        public byte* X, Y;
        public long* Index;
        public int Picked, Outer, Length, Inner, PerChunk, Stripes;
        public nint RowBytes;
    }
}
