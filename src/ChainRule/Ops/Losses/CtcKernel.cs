using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>Losses and gradients of connectionist temporal classification, a sample at a time.</summary>
/// <remarks>
/// Forward and backward variables are logarithms in double precision, one row of states a frame; a row is computed by
/// vectors along the states, with margins of -infinity in place of the states that are not there.
/// </remarks>
internal static unsafe class CtcKernel
{
    /// <summary>At least a register wide, and two states for the transition over a blank.</summary>
    private const int Margin = 8;

    // Frames times states of all samples, below which one thread is quicker.
    private const long Small = 8 * 1024;

    public static void Run(CtcProblem problem, Tensor x, Tensor losses, Tensor? gradient)
    {
        if (x.DType == DType.Float64) Typed<double>(problem, x, losses, gradient);
        else Typed<float>(problem, x, losses, gradient);
        GC.KeepAlive(x);
        GC.KeepAlive(losses);
        GC.KeepAlive(gradient);
    }

    private static void Typed<T>(CtcProblem problem, Tensor x, Tensor losses, Tensor? gradient)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Divide<Vec512<double>, T>(problem, x, losses, gradient); break;
            case 256: Divide<Vec256<double>, T>(problem, x, losses, gradient); break;
            case 128: Divide<Vec128<double>, T>(problem, x, losses, gradient); break;
            default: Divide<Vec1<double>, T>(problem, x, losses, gradient); break;
        }
    }

    private static void Divide<V, T>(CtcProblem problem, Tensor x, Tensor losses, Tensor? gradient)
        where V : struct, ISimdVec<V, double>
        where T : unmanaged, INumber<T>
    {
        double[] skips = Skips(problem);
        fixed (long* labels = problem.Labels)
        fixed (double* skip = skips)
        fixed (int* frames = problem.FrameCounts)
        fixed (int* counts = problem.LabelCounts)
        {
            Arguments<T> a = new()
            {
                X = x.Ptr<T>(),
                Losses = losses.Ptr<T>(),
                Gradient = gradient is null ? null : gradient.Ptr<T>(),
                Labels = labels,
                Skips = skip,
                FrameCounts = frames,
                LabelCounts = counts,
                Frames = problem.Frames,
                Classes = problem.Classes,
                States = problem.States,
                ZeroInfinity = problem.ZeroInfinity,
            };
            if (problem.Samples > 1 && (long)problem.Samples * problem.Frames * problem.States >= Small)
            {
                Scheduler.Current.Run(&Sample<V, T>, &a, problem.Samples);
                return;
            }
            for (int n = 0; n < problem.Samples; n++) Sample<V, T>(&a, n);
        }
    }

    // 0 where a state follows the one two before, -infinity elsewhere.
    private static double[] Skips(CtcProblem problem)
    {
        double[] skips = new double[problem.Samples * (problem.States + (2 * Margin))];
        Array.Fill(skips, double.NegativeInfinity);
        for (int n = 0; n < problem.Samples; n++)
        {
            for (int s = 2; s < problem.StatesOf(n); s++)
            {
                if (problem.CanSkip(n, s)) skips[(n * (problem.States + (2 * Margin))) + s] = 0;
            }
        }
        return skips;
    }

    private static void Sample<V, T>(void* argument, int n)
        where V : struct, ISimdVec<V, double>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint frames = a->FrameCounts[n], states = (2 * a->LabelCounts[n]) + 1, classes = a->Classes;
        nint stride = states + (2 * Margin), total = ((frames + 3) * stride) + Margin;
        double* scratch = Scratch.Rent<double>(ScratchUse.Alignment, total);
        new Span<double>(scratch, checked((int)total)).Fill(double.NegativeInfinity);
        double* alpha = scratch + Margin, emission = alpha + (frames * stride);
        double* beta = emission + stride, next = beta + stride;
        double* skip = a->Skips + (n * (a->States + (2 * Margin)));
        T* x = a->X + (n * a->Frames * classes);
        long* labels = a->Labels + (n * a->States);
        for (nint t = 0; t < frames; t++)
        {
            double* row = alpha + (t * stride);
            Emit(x + (t * classes), labels, emission, states);
            if (t == 0) new Span<double>(emission, (int)Math.Min(states, 2)).CopyTo(new Span<double>(row, 2));
            else Forward<V>(row - stride, skip, emission, row, states);
        }
        double* last = alpha + ((frames - 1) * stride) + states;
        double log = frames > 0 ? Sum(last[-1], last[-2]) : states == 1 ? 0 : double.NegativeInfinity;
        bool hopeless = a->ZeroInfinity && double.IsNegativeInfinity(log);
        a->Losses[n] = T.CreateTruncating(hopeless ? 0 : -log);
        if (a->Gradient == null) return;
        T* g = a->Gradient + (n * a->Frames * classes);
        new Span<T>(g, checked((int)(a->Frames * classes))).Clear();
        if (hopeless || frames == 0) return;
        beta[states - 1] = 0;
        if (states > 1) beta[states - 2] = 0;
        for (nint t = frames - 1; t >= 0; t--)
        {
            if (t < frames - 1)
            {
                Emit(x + ((t + 1) * classes), labels, emission, states);
                Backward<V>(beta, skip, emission, next, states);
                double* before = beta;
                beta = next;
                next = before;
            }
            Share<V>(alpha + (t * stride), beta, log, emission, states);
            Spread(emission, labels, g + (t * classes), states);
        }
    }

    private static void Emit<T>(T* x, long* labels, double* emission, nint states)
        where T : unmanaged, INumber<T>
    {
        for (nint s = 0; s < states; s++) emission[s] = double.CreateTruncating(x[labels[s]]);
        new Span<double>(emission + states, Margin).Fill(double.NegativeInfinity);
    }

    // From the state itself, the one before, and over a blank the one before that; then the class is emitted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<V>(double* from, double* skip, double* emission, double* to, nint states)
        where V : struct, ISimdVec<V, double>
    {
        for (nint s = 0; s < states; s += V.Count)
        {
            V all = LogSum(V.Load(from + s), V.Load(from + s - 1), V.Load(from + s - 2) + V.Load(skip + s));
            // Where nothing leads, whatever is emitted.
            V here = V.Select(V.Equal(all, V.Const(double.NegativeInfinity)), all, all + V.Load(emission + s));
            V.Store(to + s, here);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<V>(double* from, double* skip, double* emission, double* to, nint states)
        where V : struct, ISimdVec<V, double>
    {
        for (nint s = 0; s < states; s += V.Count)
        {
            V.Store(to + s, LogSum(
                Follow<V>(from, emission, s), Follow<V>(from, emission, s + 1),
                Follow<V>(from, emission, s + 2) + V.Load(skip + s + 2)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Follow<V>(double* from, double* emission, nint s)
        where V : struct, ISimdVec<V, double>
    {
        V rest = V.Load(from + s);
        return V.Select(V.Equal(rest, V.Const(double.NegativeInfinity)), rest, rest + V.Load(emission + s));
    }

    // Probability of each state at a frame, given the labels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share<V>(double* alpha, double* beta, double log, double* shares, nint states)
        where V : struct, ISimdVec<V, double>
    {
        for (nint s = 0; s < states; s += V.Count)
            V.Store(shares + s, V.Exp(V.Load(alpha + s) + V.Load(beta + s) - V.Const(log)));
    }

    private static void Spread<T>(double* shares, long* labels, T* gradient, nint states)
        where T : unmanaged, INumber<T>
    {
        double blanks = 0;
        for (nint s = 0; s < states; s += 2) blanks += shares[s];
        gradient[labels[0]] = T.CreateTruncating(-blanks);
        for (nint s = 1; s < states; s += 2) gradient[labels[s]] -= T.CreateTruncating(shares[s]);
    }

    // ln(e^a + e^b + e^c); -infinity where all of them are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogSum<V>(V a, V b, V c)
        where V : struct, IVec<V>
    {
        V most = V.Max(V.Max(a, b), c), nothing = V.Equal(most, V.Const(double.NegativeInfinity));
        V shift = V.Select(nothing, V.Zero, most);
        return V.Select(nothing, most, shift + V.Log(V.Exp(a - shift) + V.Exp(b - shift) + V.Exp(c - shift)));
    }

    private static double Sum(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(Math.Exp(a - most) + Math.Exp(b - most));
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Losses, Gradient;
        public long* Labels;
        public double* Skips;
        public int* FrameCounts, LabelCounts;
        public nint Frames, Classes, States;
        public bool ZeroInfinity;
    }
}
