using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>
/// Runs a formula over dense runs of elements: one source for every register width, every element type and any number
/// of threads.
/// </summary>
/// <remarks>
/// An operand with step 0 is one number for the whole run. The last elements go through the same vector instructions as
/// the others, from a copy on the stack, so a value does not depend on where in a run it lies. Bool runs as UInt8 has
/// no arithmetic: callers convert.
/// </remarks>
internal static unsafe class VectorLoops
{
    private const nint LightGrain = 32 * 1024;
    private const nint HeavyGrain = 4 * 1024;

    /// <summary>y[i] = f(x[i]).</summary>
    public static void Map<TF>(TF f, DType dtype, byte* x, byte* y, nint count)
        where TF : unmanaged, IMap1 =>
        Map3(new Ternary1<TF>(f), dtype, x, 1, x, 0, x, 0, y, count, TF.Cost);

    /// <summary>y[i] = f(a[i * aStep], b[i * bStep]); a step is 1 or 0.</summary>
    public static void Map<TF>(TF f, DType dtype, byte* a, int aStep, byte* b, int bStep, byte* y, nint count)
        where TF : unmanaged, IMap2 =>
        Map3(new Ternary2<TF>(f), dtype, a, aStep, b, bStep, a, 0, y, count, TF.Cost);

    /// <summary>y[i] = f(a[i * aStep], b[i * bStep], c[i * cStep]); a step is 1 or 0.</summary>
    public static void Map<TF>(
        TF f, DType dtype, byte* a, int aStep, byte* b, int bStep, byte* c, int cStep, byte* y, nint count)
        where TF : unmanaged, IMap3 =>
        Map3(f, dtype, a, aStep, b, bStep, c, cStep, y, count, TF.Cost);

    /// <summary>
    /// y = f(a, b, c) over runs of the last dimension, each operand with strides of its own; y is dense. Runs are
    /// grouped, so that many short ones are shared among threads like a long one.
    /// </summary>
    public static void Map<TF>(TF f, DType dtype, byte* a, byte* b, byte* c, byte* y, in RunNest nest)
        where TF : unmanaged, IMap3
    {
        int last = nest.Rank - 1;
        if (nest.Runs == 1 || nest.Dims[last] >= 2 * (TF.Cost == MapCost.Light ? LightGrain : HeavyGrain))
        {
            for (int run = 0; run < nest.Runs; run++)
            {
                nest.Offsets(run, dtype.Size(), out nint da, out nint db, out nint dc);
                Map3(
                    f, dtype, a + da, nest.A[last], b + db, nest.B[last], c + dc, nest.C[last],
                    y + ((nint)run * nest.Dims[last] * dtype.Size()), nest.Dims[last], TF.Cost);
            }
            return;
        }
        switch (dtype)
        {
            case DType.Float32: Typed<TF, float>(f, a, b, c, y, in nest); break;
            case DType.Float64: Typed<TF, double>(f, a, b, c, y, in nest); break;
            case DType.Int64: Typed<TF, long>(f, a, b, c, y, in nest); break;
            case DType.Int32: Typed<TF, int>(f, a, b, c, y, in nest); break;
            default: Typed<TF, byte>(f, a, b, c, y, in nest); break;
        }
    }

    /// <summary>target[i] += source[i] for dense tensors of one shape and type.</summary>
    public static void AddInto(Tensor source, Tensor target)
    {
        byte* t = target.Pointer;
        Map(default(AddMap), target.DType, t, 1, source.Pointer, 1, t, target.Count);
        GC.KeepAlive(source);
        GC.KeepAlive(target);
    }

    private static void Map3<TF>(
        TF f, DType dtype, byte* a, int aStep, byte* b, int bStep, byte* c, int cStep, byte* y, nint count,
        MapCost cost)
        where TF : unmanaged, IMap3
    {
        switch (dtype)
        {
            case DType.Float32: Typed<TF, float>(f, a, aStep, b, bStep, c, cStep, y, count, cost); break;
            case DType.Float64: Typed<TF, double>(f, a, aStep, b, bStep, c, cStep, y, count, cost); break;
            case DType.Int64: Typed<TF, long>(f, a, aStep, b, bStep, c, cStep, y, count, cost); break;
            case DType.Int32: Typed<TF, int>(f, a, aStep, b, bStep, c, cStep, y, count, cost); break;
            default: Typed<TF, byte>(f, a, aStep, b, bStep, c, cStep, y, count, cost); break;
        }
    }

    private static void Typed<TF, T>(
        TF f, byte* a, int aStep, byte* b, int bStep, byte* c, int cStep, byte* y, nint count, MapCost cost)
        where TF : unmanaged, IMap3
        where T : unmanaged, INumber<T>
    {
        if (count == 0) return;
        Arguments<TF, T> arguments = new() { F = f, A = (T*)a, B = (T*)b, C = (T*)c, Y = (T*)y, Count = count };
        (arguments.AStep, arguments.BStep, arguments.CStep) = (aStep, bStep, cStep);
        // Bytes have no vector form that all four widths share; they are rare and run as scalars.
        switch (typeof(T) == typeof(byte) ? 0 : SimdInfo.Width)
        {
            case 512: Run<TF, Vec512<T>, T>(ref arguments, cost); break;
            case 256: Run<TF, Vec256<T>, T>(ref arguments, cost); break;
            case 128: Run<TF, Vec128<T>, T>(ref arguments, cost); break;
            default: Run<TF, Vec1<T>, T>(ref arguments, cost); break;
        }
    }

    private static void Typed<TF, T>(TF f, byte* a, byte* b, byte* c, byte* y, in RunNest nest)
        where TF : unmanaged, IMap3
        where T : unmanaged, INumber<T>
    {
        int last = nest.Rank - 1;
        Arguments<TF, T> arguments = new() { F = f, A = (T*)a, B = (T*)b, C = (T*)c, Y = (T*)y };
        (arguments.AStep, arguments.BStep, arguments.CStep) = (nest.A[last], nest.B[last], nest.C[last]);
        arguments.Count = nest.Dims[last];
        delegate*<void*, int, void> body = (typeof(T) == typeof(byte) ? 0 : SimdInfo.Width) switch
        {
            512 => &Runs<TF, Vec512<T>, T>,
            256 => &Runs<TF, Vec256<T>, T>,
            128 => &Runs<TF, Vec128<T>, T>,
            _ => &Runs<TF, Vec1<T>, T>,
        };
        nint grain = TF.Cost == MapCost.Light ? LightGrain : HeavyGrain, all = nest.Runs * arguments.Count;
        // Grain is the number of runs of a chunk here.
        arguments.Grain = all < 2 * grain ? nest.Runs : Math.Max(1, grain / arguments.Count);
        fixed (RunNest* n = &nest)
        {
            arguments.Nest = n;
            if (arguments.Grain == nest.Runs) body(&arguments, 0);
            else Scheduler.Current.Run(body, &arguments, (int)((nest.Runs + arguments.Grain - 1) / arguments.Grain));
        }
    }

    private static void Runs<TF, V, T>(void* argument, int index)
        where TF : unmanaged, IMap3
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<TF, T>* p = (Arguments<TF, T>*)argument;
        Arguments<TF, T> own = *p;
        nint end = Math.Min((index + 1) * p->Grain, p->Nest->Runs);
        for (nint run = index * p->Grain; run < end; run++)
        {
            p->Nest->Offsets((int)run, 1, out nint da, out nint db, out nint dc);
            own.A = p->A + da;
            own.B = p->B + db;
            own.C = p->C + dc;
            own.Y = p->Y + (run * p->Count);
            Loop<TF, V, T>(in own, 0, p->Count);
        }
    }

    private static void Run<TF, V, T>(ref Arguments<TF, T> arguments, MapCost cost)
        where TF : unmanaged, IMap3
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint grain = cost == MapCost.Light ? LightGrain : HeavyGrain;
        if (arguments.Count < 2 * grain)
        {
            Loop<TF, V, T>(in arguments, 0, arguments.Count);
            return;
        }
        arguments.Grain = grain;
        fixed (Arguments<TF, T>* p = &arguments)
            Scheduler.Current.Run(&Chunk<TF, V, T>, p, (int)((arguments.Count + grain - 1) / grain));
    }

    private static void Chunk<TF, V, T>(void* argument, int index)
        where TF : unmanaged, IMap3
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<TF, T>* p = (Arguments<TF, T>*)argument;
        nint begin = index * p->Grain;
        Loop<TF, V, T>(in *p, begin, Math.Min(begin + p->Grain, p->Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<TF, V, T>(in Arguments<TF, T> p, nint begin, nint end)
        where TF : unmanaged, IMap3
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        TF f = p.F;
        T* y = p.Y;
        T* a = p.A;
        T* b = p.B;
        T* c = p.C;
        V av = V.Broadcast(*a), bv = V.Broadcast(*b), cv = V.Broadcast(*c);
        bool aRuns = p.AStep != 0, bRuns = p.BStep != 0, cRuns = p.CStep != 0;
        nint i = begin;
        nint last = end - V.Count;
        if (aRuns && bRuns && cRuns)
        {
            for (; i <= last; i += V.Count) V.Store(y + i, f.Map(V.Load(a + i), V.Load(b + i), V.Load(c + i)));
        }
        else if (aRuns && bRuns)
        {
            for (; i <= last; i += V.Count) V.Store(y + i, f.Map(V.Load(a + i), V.Load(b + i), cv));
        }
        else if (aRuns && !cRuns)
        {
            for (; i <= last; i += V.Count) V.Store(y + i, f.Map(V.Load(a + i), bv, cv));
        }
        else
        {
            for (; i <= last; i += V.Count)
            {
                V.Store(
                    y + i, f.Map(aRuns ? V.Load(a + i) : av, bRuns ? V.Load(b + i) : bv, cRuns ? V.Load(c + i) : cv));
            }
        }
        int rest = (int)(end - i);
        if (rest == 0) return;
        V last1 = aRuns ? V.LoadPartial(a + i, rest) : av;
        V last2 = bRuns ? V.LoadPartial(b + i, rest) : bv;
        V last3 = cRuns ? V.LoadPartial(c + i, rest) : cv;
        V.StorePartial(y + i, f.Map(last1, last2, last3), rest);
    }

    private unsafe struct Arguments<TF, T>
        where TF : unmanaged
        where T : unmanaged
    {
        public TF F;
        public T* A, B, C, Y;
        public int AStep, BStep, CStep;
        public nint Count, Grain;
        public RunNest* Nest;
    }

    private readonly struct Ternary1<TF>(TF f) : IMap3
        where TF : unmanaged, IMap1
    {
        private readonly TF _f = f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => _f.Map(a);
    }

    private readonly struct Ternary2<TF>(TF f) : IMap3
        where TF : unmanaged, IMap2
    {
        private readonly TF _f = f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => _f.Map(a, b);
    }
}

/// <summary>Sizes of a result and the strides with which three operands follow it; the last size is a run.</summary>
internal unsafe struct RunNest
{
    public int Rank;
    public int Runs;
    public int* Dims, A, B, C;

    /// <summary>Where a run begins in each operand, in units of <paramref name="size"/>.</summary>
    public readonly void Offsets(int run, int size, out nint a, out nint b, out nint c)
    {
        (a, b, c) = (0, 0, 0);
        for (int d = Rank - 2; d > 0; d--)
        {
            int rest = run / Dims[d], at = run - (rest * Dims[d]);
            (a, b, c, run) = (a + ((nint)at * A[d]), b + ((nint)at * B[d]), c + ((nint)at * C[d]), rest);
        }
        if (Rank > 1) (a, b, c) = (a + ((nint)run * A[0]), b + ((nint)run * B[0]), c + ((nint)run * C[0]));
        (a, b, c) = (a * size, b * size, c * size);
    }
}
