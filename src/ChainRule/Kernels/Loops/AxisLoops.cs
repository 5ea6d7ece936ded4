using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>What is done to every run along the middle of [outer, length, inner].</summary>
/// <remarks>
/// A run with inner = 1 is a row of neighbours. Otherwise neighbouring runs lie side by side, and the kernel works on
/// as many at once as a register has lanes.
/// </remarks>
internal unsafe interface IAxisKernel
{
    /// <summary>One row of <see cref="AxisArguments{T}.Length"/> neighbours.</summary>
    /// <param name="p">Pointers and sizes.</param>
    /// <param name="row">Which row.</param>
    static abstract void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>;

    /// <summary>Runs side by side.</summary>
    /// <param name="p">Pointers and sizes.</param>
    /// <param name="start">First element of the first run.</param>
    /// <param name="run">Number of the first run.</param>
    /// <param name="lanes">How many runs, at most the lanes of a register.</param>
    static abstract void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>;

    /// <summary>Any number of runs side by side: the kernels that gain from reading along override it.</summary>
    /// <param name="p">Pointers and sizes.</param>
    /// <param name="start">First element of the first run.</param>
    /// <param name="run">Number of the first run.</param>
    /// <param name="count">How many runs.</param>
    /// <returns>False where nothing was done.</returns>
    static virtual bool Stripe<V, T>(in AxisArguments<T> p, nint start, nint run, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> => false;
}

/// <summary>Dense operands of an axis kernel; which of them it uses is the kernel's affair.</summary>
internal unsafe struct AxisArguments<T>
    where T : unmanaged
{
    public T* X, Y, Out;
    public long* Indices;
    public void* Extra;
    public nint Outer, Length, Inner;
    public nint Chunk, Stripes;

    /// <summary>0 for the lanes that the last register of a row uses, -infinity for the others.</summary>
    public T* Tail;
}

/// <summary>Pointers of an axis kernel, of any type.</summary>
internal unsafe struct AxisOperands
{
    public byte* X, Y, Out;
    public long* Indices;
    public void* Extra;
    public int Outer, Length, Inner;
}

/// <summary>Divides the runs among threads: each run belongs to one chunk, and chunks depend on the sizes
/// alone.</summary>
internal static unsafe class AxisLoops
{
    private const nint Grain = 8 * 1024;
    private const int MostLanes = 64;

    /// <summary>Runs a kernel over elements of a type.</summary>
    public static void Run<K>(DType dtype, in AxisOperands o)
        where K : struct, IAxisKernel
    {
        if (o.Outer == 0 || o.Inner == 0) return;
        switch (dtype)
        {
            case DType.Float32: Typed<K, float>(in o); break;
            case DType.Float64: Typed<K, double>(in o); break;
            case DType.Int64: Typed<K, long>(in o); break;
            case DType.Int32: Typed<K, int>(in o); break;
            default: Run<K, Vec1<byte>, byte>(in o); break;
        }
    }

    private static void Typed<K, T>(in AxisOperands o)
        where K : struct, IAxisKernel
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Run<K, Vec512<T>, T>(in o); break;
            case 256: Run<K, Vec256<T>, T>(in o); break;
            case 128: Run<K, Vec128<T>, T>(in o); break;
            default: Run<K, Vec1<T>, T>(in o); break;
        }
    }

    private static void Run<K, V, T>(in AxisOperands o)
        where K : struct, IAxisKernel
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* tail = stackalloc T[MostLanes];
        int used = o.Length % V.Count;
        for (int i = 0; i < V.Count; i++) tail[i] = i < used ? T.Zero : T.CreateSaturating(double.NegativeInfinity);
        AxisArguments<T> a =
            new() { X = (T*)o.X, Y = (T*)o.Y, Out = (T*)o.Out, Indices = o.Indices, Extra = o.Extra, Tail = tail };
        (a.Outer, a.Length, a.Inner) = (o.Outer, o.Length, o.Inner);
        nint length = Math.Max(a.Length, 1);
        bool rows = a.Inner == 1;
        // Stripes are whole cache lines wide, so that no line has two writers, and where there are enough columns so
        // wide that the machine fetches ahead.
        a.Chunk = rows ? Math.Max(1, Grain / length) : Math.Max(a.Inner < 1024 ? 64 : 256, Grain / length / 64 * 64);
        a.Stripes = rows ? 0 : (a.Inner + a.Chunk - 1) / a.Chunk;
        int chunks = (int)(rows ? (a.Outer + a.Chunk - 1) / a.Chunk : a.Outer * a.Stripes);
        delegate*<void*, int, void> body = rows ? &Rows<K, V, T> : &Stripe<K, V, T>;
        if (chunks > 1 && a.Outer * length * a.Inner >= 2 * Grain)
        {
            Scheduler.Current.Run(body, &a, chunks);
            return;
        }
        for (int i = 0; i < chunks; i++) body(&a, i);
    }

    private static void Rows<K, V, T>(void* argument, int index)
        where K : struct, IAxisKernel
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        AxisArguments<T>* p = (AxisArguments<T>*)argument;
        nint begin = index * p->Chunk, end = Math.Min(begin + p->Chunk, p->Outer);
        for (nint row = begin; row < end; row++) K.Row<V, T>(in *p, row);
    }

    private static void Stripe<K, V, T>(void* argument, int index)
        where K : struct, IAxisKernel
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        AxisArguments<T>* p = (AxisArguments<T>*)argument;
        nint outer = index / p->Stripes, begin = index % p->Stripes * p->Chunk;
        nint end = Math.Min(begin + p->Chunk, p->Inner), all = outer * p->Length * p->Inner;
        if (K.Stripe<V, T>(in *p, all + begin, (outer * p->Inner) + begin, (int)(end - begin))) return;
        for (nint column = begin; column < end; column += V.Count)
        {
            K.Columns<V, T>(in *p, all + column, (outer * p->Inner) + column, (int)Math.Min(V.Count, end - column));
        }
    }
}

/// <summary>Loads and stores of a whole register, or of the lanes that are left at an end.</summary>
internal static unsafe class Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* source, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged => count >= V.Count ? V.Load(source) : V.LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(T* target, V value, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged
    {
        if (count >= V.Count) V.Store(target, value);
        else V.StorePartial(target, value, count);
    }
}
