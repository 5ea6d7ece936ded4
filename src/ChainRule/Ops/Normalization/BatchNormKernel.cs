using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>Dense tensors that the kernels read and write.</summary>
internal readonly struct BatchNormTensors
{
    public required Tensor X { get; init; }

    /// <summary>Result, or its gradient on the way back.</summary>
    public required Tensor Y { get; init; }

    public Tensor? Weight { get; init; }

    public Tensor? Bias { get; init; }

    public required Tensor Mean { get; init; }

    public required Tensor InvStd { get; init; }

    public Tensor? DX { get; init; }

    public Tensor? DWeight { get; init; }

    public Tensor? DBias { get; init; }
}

/// <summary>
/// Batch normalisation of [N, C, L]: one channel after another where L
/// > 1, as many channels as a register has lanes where L = 1.
/// </summary>
internal static unsafe partial class BatchNormKernel
{
    private const long Grain = 16 * 1024;

    // Elements whose sum stays in a register before it joins the total in double precision.
    private const int Block = 1024;

    // Running statistics that decay towards 0 must not become subnormal.
    private const double Tiny = 1e-30;

    /// <summary>Statistics (or the running ones), normalisation, and the update of the running statistics.</summary>
    public static void Forward(
        in BatchNormTensors t, Tensor? runningMean, Tensor? runningVar, bool training, double momentum, double eps)
    {
        Tensor? m = training ? runningMean : runningMean?.Dense(), v = training ? runningVar : runningVar?.Dense();
        if (t.X.DType == DType.Float32) Typed<float>(in t, m, v, training, momentum, eps, forward: true);
        else Typed<double>(in t, m, v, training, momentum, eps, forward: true);
    }

    /// <summary>Gradients of the input, the weight and the bias, as far as there is a tensor for them.</summary>
    public static void Backward(in BatchNormTensors t, bool training)
    {
        if (t.X.DType == DType.Float32) Typed<float>(in t, null, null, training, 0, 0, forward: false);
        else Typed<double>(in t, null, null, training, 0, 0, forward: false);
    }

    private static void Typed<T>(
        in BatchNormTensors t, Tensor? runningMean, Tensor? runningVar, bool training, double momentum, double eps,
        bool forward)
        where T : unmanaged, INumber<T>
    {
        Arguments<T> a = new()
        {
            X = t.X.Ptr<T>(),
            Y = t.Y.Ptr<T>(),
            Weight = t.Weight is null ? null : t.Weight.Ptr<T>(),
            Bias = t.Bias is null ? null : t.Bias.Ptr<T>(),
            Mean = t.Mean.Ptr<T>(),
            InvStd = t.InvStd.Ptr<T>(),
            RunningMean = runningMean is null ? null : runningMean.Ptr<T>(),
            RunningVar = runningVar is null ? null : runningVar.Ptr<T>(),
            DX = t.DX is null ? null : t.DX.Ptr<T>(),
            DWeight = t.DWeight is null ? null : t.DWeight.Ptr<T>(),
            DBias = t.DBias is null ? null : t.DBias.Ptr<T>(),
            N = t.X.Dims[0],
            C = t.X.Dims[1],
            Training = training,
            Momentum = momentum,
            Eps = eps,
        };
        a.L = 1;
        foreach (int d in t.X.Dims[2..]) a.L *= d;
        a.Values = a.N * a.L;
        switch (SimdInfo.Width)
        {
            case 512: Divide<Vec512<T>, T>(ref a, forward); break;
            case 256: Divide<Vec256<T>, T>(ref a, forward); break;
            case 128: Divide<Vec128<T>, T>(ref a, forward); break;
            default: Divide<Vec1<T>, T>(ref a, forward); break;
        }
        GC.KeepAlive(t.X);
        GC.KeepAlive(t.Y);
        GC.KeepAlive(t.Weight);
        GC.KeepAlive(t.Bias);
        GC.KeepAlive(t.Mean);
        GC.KeepAlive(t.InvStd);
        GC.KeepAlive(t.DX);
        GC.KeepAlive(t.DWeight);
        GC.KeepAlive(t.DBias);
        GC.KeepAlive(runningMean);
        GC.KeepAlive(runningVar);
    }

    private static void Divide<V, T>(ref Arguments<T> arguments, bool forward)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        long share = Grain / Math.Max(1, arguments.Values);
        bool lanes = arguments.L == 1;
        arguments.PerChunk = lanes ? (nint)Math.Max(64, share / 64 * 64) : (nint)Math.Max(1, share);
        int chunks = (int)((arguments.C + arguments.PerChunk - 1) / arguments.PerChunk);
        delegate*<void*, int, void> body = (lanes, forward) switch
        {
            (true, true) => &ForwardLanes<V, T>,
            (true, false) => &BackwardLanes<V, T>,
            (false, true) => &ForwardChannels<V, T>,
            (false, false) => &BackwardChannels<V, T>,
        };
        fixed (Arguments<T>* p = &arguments)
        {
            if (chunks > 1 && (long)arguments.Values * arguments.C >= 2 * Grain)
            {
                Scheduler.Current.Run(body, p, chunks);
                return;
            }
            for (int i = 0; i < chunks; i++) body(p, i);
        }
    }

    /// <summary>Mean, scale, and running statistics of a channel, from its sums.</summary>
    /// <param name="a">Operands and sizes.</param>
    /// <param name="c">The channel.</param>
    /// <param name="mean">Mean as the sum gives it, rounded to the type.</param>
    /// <param name="deviation">Sum of the differences from it: what its rounding left over.</param>
    /// <param name="squares">Sum of their squares.</param>
    /// <remarks>
    /// A constant channel would otherwise show the last bit of the mean, magnified by 1 / sqrt(eps).
    /// </remarks>
    private static void Finish<T>(Arguments<T>* a, nint c, double mean, double deviation, double squares)
        where T : unmanaged, INumber<T>
    {
        double left = deviation / a->Values;
        mean += left;
        squares = Math.Max(0, squares - (deviation * left));
        double variance = squares / a->Values;
        a->Mean[c] = T.CreateTruncating(mean);
        a->InvStd[c] = T.CreateTruncating(1 / Math.Sqrt(variance + a->Eps));
        if (a->RunningMean == null) return;
        Update(a->RunningMean + c, mean, a->Momentum);
        Update(a->RunningVar + c, squares / (a->Values - 1), a->Momentum);
    }

    private static void Update<T>(T* running, double value, double momentum)
        where T : unmanaged, INumber<T>
    {
        double next = ((1 - momentum) * double.CreateTruncating(*running)) + (momentum * value);
        *running = T.CreateTruncating(Math.Abs(next) < Tiny ? 0 : next);
    }

    private static void TakeRunning<T>(Arguments<T>* a, nint c)
        where T : unmanaged, INumber<T>
    {
        a->Mean[c] = a->RunningMean[c];
        a->InvStd[c] = T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(a->RunningVar[c]) + a->Eps));
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Y, Weight, Bias, Mean, InvStd, RunningMean, RunningVar, DX, DWeight, DBias;
        public nint N, C, L, Values, PerChunk;
        public bool Training;
        public double Momentum, Eps;
    }
}
