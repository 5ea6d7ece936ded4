using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Optim;

/// <summary>The arithmetic of an optimiser: one pass over parameter, gradient and state.</summary>
/// <remarks>
/// Every number that decays (momentum, averages) is set to 0 before it becomes denormal: .NET cannot flush denormals,
/// and a step over them is twenty times slower. NaN must pass, so the comparisons ask what is small, not what is large.
/// </remarks>
internal interface IUpdateRule
{
    /// <summary>Updates <paramref name="count"/> elements, a multiple of the register's.</summary>
    unsafe void Run<V, T>(T* p, T* g, T* s0, T* s1, T* s2, nint count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>;
}

/// <summary>Elements that lie in one piece: values, gradients and up to three states.</summary>
internal unsafe struct UpdateRun
{
    public DType DType;
    public byte* Value, Gradient, State0, State1, State2;
    public nint Count;

    /// <summary>Which update this is for these elements, from 1.</summary>
    public long Step;
}

/// <summary>Runs a rule over a run of elements, on any register width and any number of threads.</summary>
internal static unsafe class Updates
{
    // A multiple of every register width; a chunk takes some ten microseconds.
    private const nint Grain = 16 * 1024;

    public static void Apply<TRule>(in TRule rule, in UpdateRun run)
        where TRule : unmanaged, IUpdateRule
    {
        if (run.DType == DType.Float64) Typed<TRule, double>(rule, run);
        else Typed<TRule, float>(rule, run);
    }

    private static void Typed<TRule, T>(in TRule rule, in UpdateRun run)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, INumber<T>
    {
        Arguments<TRule, T> a = new()
        {
            Rule = rule,
            Count = run.Count,
            Value = (T*)run.Value,
            Gradient = (T*)run.Gradient,
            State0 = (T*)run.State0,
            State1 = (T*)run.State1,
            State2 = (T*)run.State2,
        };
        switch (SimdInfo.Width)
        {
            case 512: Run<TRule, Vec512<T>, T>(&a); break;
            case 256: Run<TRule, Vec256<T>, T>(&a); break;
            case 128: Run<TRule, Vec128<T>, T>(&a); break;
            default: Run<TRule, Vec1<T>, T>(&a); break;
        }
    }

    private static void Run<TRule, V, T>(Arguments<TRule, T>* a)
        where TRule : unmanaged, IUpdateRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint chunks = (a->Count + Grain - 1) / Grain;
        if (chunks <= 2)
        {
            for (int i = 0; i < chunks; i++) Chunk<TRule, V, T>(a, i);
        }
        else
        {
            Scheduler.Current.Run(&Chunk<TRule, V, T>, a, (int)chunks);
        }
    }

    private static void Chunk<TRule, V, T>(void* argument, int index)
        where TRule : unmanaged, IUpdateRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<TRule, T>* a = (Arguments<TRule, T>*)argument;
        nint begin = index * Grain;
        nint count = Math.Min(Grain, a->Count - begin);
        nint whole = count / V.Count * V.Count;
        a->Rule.Run<V, T>(
            a->Value + begin, a->Gradient + begin,
            At(a->State0, begin), At(a->State1, begin), At(a->State2, begin), whole);
        if (whole < count) Rest<TRule, V, T>(a, begin + whole, (int)(count - whole));
    }

    // Memory that is not ours may end here: the last elements go through the same instructions in a copy.
    private static void Rest<TRule, V, T>(Arguments<TRule, T>* a, nint begin, int count)
        where TRule : unmanaged, IUpdateRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        int width = V.Count;
        T* copy = stackalloc T[5 * width];
        new Span<T>(copy, 5 * width).Clear();
        T** all = stackalloc T*[5] { a->Value, a->Gradient, a->State0, a->State1, a->State2 };
        for (int k = 0; k < 5; k++)
        {
            if (all[k] != null) new Span<T>(all[k] + begin, count).CopyTo(new Span<T>(copy + (k * width), width));
        }
        a->Rule.Run<V, T>(
            copy, copy + width, all[2] == null ? null : copy + (2 * width), all[3] == null ? null : copy + (3 * width),
            all[4] == null ? null : copy + (4 * width), width);
        for (int k = 0; k < 5; k++)
        {
            if (all[k] != null && k != 1)
                new Span<T>(copy + (k * width), count).CopyTo(new Span<T>(all[k] + begin, count));
        }
    }

    private static T* At<T>(T* state, nint begin)
        where T : unmanaged => state == null ? null : state + begin;

    private struct Arguments<TRule, T>
        where TRule : unmanaged
        where T : unmanaged
    {
        public TRule Rule;
        public T* Value, Gradient, State0, State1, State2;
        public nint Count;
    }
}

/// <summary>Below these magnitudes a number counts as 0.</summary>
internal static class Negligible
{
    /// <summary>The number, or 0 where its magnitude is below a limit; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Drop<V>(V x, V limit)
        where V : struct, IVec<V> => V.Select(V.Less(V.Abs(x), limit), V.Zero, x);

    /// <summary>
    /// The gradient that a rule works with: its sign turned where the objective is climbed, weight decay added, nothing
    /// so small that its square would be denormal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gradient<V>(V gradient, V value, V sign, V decay, V limit)
        where V : struct, IVec<V> => Drop(V.Fma(decay, value, sign * Drop(gradient, limit)), limit);

    /// <summary>Squares of gradients of this size are still normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Gradient<T>() => typeof(T) == typeof(double) ? 1e-150 : 1e-15;

    /// <summary>Products of states of this size with decay rates are still normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double State<T>() => typeof(T) == typeof(double) ? 1e-300 : 1e-30;
}
