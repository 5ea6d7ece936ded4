using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>Dense tensors that the kernels read and write.</summary>
internal readonly struct LayerNormTensors
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

/// <summary>Layer normalisation of rows: each is read from memory once, and then from the first cache.</summary>
internal static unsafe class LayerNormKernel
{
    private const long Grain = 16 * 1024;

    // Elements whose sum stays in a register before it joins the total in double precision.
    private const nint Block = 1024;

    // Groups of rows whose shares of the parameters' gradients are kept apart until the end.
    private const nint MostGroups = 64;
    private const int MostLanes = 64;

    public static void Forward(in LayerNormTensors t, nint length, double eps)
    {
        if (t.Y.Count == 0) return;
        if (t.X.DType == DType.Float32) Typed<float>(in t, length, eps, null, false);
        else Typed<double>(in t, length, eps, null, false);
    }

    /// <summary>
    /// Gradients of the input (added to what is there where <paramref name="add"/>), the weight and the bias, as far as
    /// there is a tensor for them.
    /// </summary>
    public static void Backward(in LayerNormTensors t, nint length, bool add)
    {
        nint rows = t.Mean.Count, groups = Groups(rows, length);
        if (t.Y.Count == 0)
        {
            t.DWeight?.Fill(0);
            t.DBias?.Fill(0);
            return;
        }
        // Shares of the gradients of weight and bias, one row a group each.
        bool parameters = t.DWeight is not null || t.DBias is not null;
        Tensor? shares = parameters ? Tensor.Empty([2, (int)groups, (int)length], t.X.DType) : null;
        if (t.X.DType == DType.Float32) Both<float>(in t, length, shares, (int)groups, add);
        else Both<double>(in t, length, shares, (int)groups, add);
        GC.KeepAlive(shares);
    }

    private static void Both<T>(in LayerNormTensors t, nint length, Tensor? shares, int groups, bool add)
        where T : unmanaged, INumber<T>
    {
        Typed<T>(in t, length, 0, shares, add);
        if (shares is null) return;
        T* share = shares.Ptr<T>();
        if (t.DWeight is not null) SumLoops.Run(share, t.DWeight.Ptr<T>(), 1, groups, (int)length);
        if (t.DBias is not null) SumLoops.Run(share + (groups * length), t.DBias.Ptr<T>(), 1, groups, (int)length);
        GC.KeepAlive(t.DWeight);
        GC.KeepAlive(t.DBias);
    }

    private static nint RowsOfGroup(nint rows, nint length) =>
        (nint)Math.Max(Math.Max(1, Grain / length), (rows + MostGroups - 1) / MostGroups);

    private static nint Groups(nint rows, nint length) =>
        length == 0 ? 0 : (rows + RowsOfGroup(rows, length) - 1) / RowsOfGroup(rows, length);

    private static void Typed<T>(in LayerNormTensors t, nint length, double eps, Tensor? shares, bool add)
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
            DX = t.DX is null ? null : t.DX.Ptr<T>(),
            Shares = shares is null ? null : shares.Ptr<T>(),
            Rows = t.Mean.Count,
            Length = length,
            Eps = eps,
            Add = add,
        };
        a.RowsOfGroup = RowsOfGroup(a.Rows, length);
        a.Groups = Groups(a.Rows, length);
        bool forward = t.DX is null && shares is null;
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
    }

    private static void Divide<V, T>(ref Arguments<T> arguments, bool forward)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        // 1 in the lanes that the last register of a row uses: takes the mean from those alone.
        T* ones = stackalloc T[MostLanes];
        for (int i = 0; i < V.Count; i++) ones[i] = i < arguments.Length % V.Count ? T.One : T.Zero;
        arguments.Ones = ones;
        delegate*<void*, int, void> body = forward ? &ForwardRows<V, T> : &BackwardRows<V, T>;
        fixed (Arguments<T>* p = &arguments)
        {
            if (arguments.Groups > 1 && (long)arguments.Rows * arguments.Length >= 2 * Grain)
            {
                Scheduler.Current.Run(body, p, (int)arguments.Groups);
                return;
            }
            for (int i = 0; i < arguments.Groups; i++) body(p, i);
        }
    }

    private static void ForwardRows<V, T>(void* argument, int group)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint end = Math.Min((group + 1) * a->RowsOfGroup, a->Rows);
        for (nint row = group * a->RowsOfGroup; row < end; row++)
        {
            T* x = a->X + (row * a->Length);
            double mean = Sum<V, T>(x, a->Length) / a->Length;
            T middle = T.CreateTruncating(mean);
            double variance = Squares<V, T>(x, a->Length, middle, a->Ones) / a->Length;
            a->Mean[row] = middle;
            a->InvStd[row] = T.CreateTruncating(1 / Math.Sqrt(variance + a->Eps));
            Normalise<V, T>(a, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum<V, T>(T* x, nint length)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        double total = 0;
        for (nint block = 0; block < length; block += Block)
        {
            nint stop = Math.Min(block + Block, length), i = block;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= stop - (4 * V.Count); i += 4 * V.Count)
            {
                s0 += V.Load(x + i);
                s1 += V.Load(x + i + V.Count);
                s2 += V.Load(x + i + (2 * V.Count));
                s3 += V.Load(x + i + (3 * V.Count));
            }
            for (; i < stop; i += V.Count) s0 += Lanes.Load<V, T>(x + i, (int)Math.Min(V.Count, stop - i));
            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Squares<V, T>(T* x, nint length, T mean, T* ones)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        double total = 0;
        V m = V.Broadcast(mean);
        for (nint block = 0; block < length; block += Block)
        {
            nint stop = Math.Min(block + Block, length), i = block;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= stop - (4 * V.Count); i += 4 * V.Count)
            {
                V d0 = V.Load(x + i) - m, d1 = V.Load(x + i + V.Count) - m;
                V d2 = V.Load(x + i + (2 * V.Count)) - m, d3 = V.Load(x + i + (3 * V.Count)) - m;
                s0 = V.Fma(d0, d0, s0);
                s1 = V.Fma(d1, d1, s1);
                s2 = V.Fma(d2, d2, s2);
                s3 = V.Fma(d3, d3, s3);
            }
            for (; i <= stop - V.Count; i += V.Count)
            {
                V d = V.Load(x + i) - m;
                s0 = V.Fma(d, d, s0);
            }
            if (i < stop)
            {
                V d = V.LoadPartial(x + i, (int)(stop - i)) - (m * V.Load(ones));
                s1 = V.Fma(d, d, s1);
            }
            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise<V, T>(Arguments<T>* a, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint length = a->Length;
        T* x = a->X + (row * length), y = a->Y + (row * length), w = a->Weight, b = a->Bias;
        V mean = V.Broadcast(a->Mean[row]), scale = V.Broadcast(a->InvStd[row]);
        nint i = 0;
        if (w != null && b != null)
        {
            for (; i <= length - V.Count; i += V.Count)
                V.Store(y + i, V.Fma((V.Load(x + i) - mean) * scale, V.Load(w + i), V.Load(b + i)));
        }
        for (; i < length; i += V.Count)
        {
            int count = (int)Math.Min(V.Count, length - i);
            V normal = (Lanes.Load<V, T>(x + i, count) - mean) * scale;
            V factor = w == null ? V.One : Lanes.Load<V, T>(w + i, count);
            V shift = b == null ? V.Zero : Lanes.Load<V, T>(b + i, count);
            Lanes.Store(y + i, V.Fma(normal, factor, shift), count);
        }
    }

    private static void BackwardRows<V, T>(void* argument, int group)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint length = a->Length, begin = group * a->RowsOfGroup, end = Math.Min(begin + a->RowsOfGroup, a->Rows);
        T* dWeight = a->Shares == null ? null : a->Shares + (group * length);
        T* dBias = a->Shares == null ? null : dWeight + (a->Groups * length);
        if (dWeight != null)
        {
            new Span<T>(dWeight, (int)length).Clear();
            new Span<T>(dBias, (int)length).Clear();
        }
        for (nint row = begin; row < end; row++)
        {
            Totals<V, T>(a, row, dWeight, dBias, out V sum, out V dot);
            if (a->DX == null) continue;
            V share = V.Const(1.0 / length);
            InputGradient<V, T>(a, row, V.Broadcast(V.Sum(sum)) * share, V.Broadcast(V.Sum(dot)) * share);
        }
    }

    // Sums of d = dy * weight and of d * normal, with normal = (x - mean) * scale; adds this row to the shares of the
    // parameters' gradients.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Totals<V, T>(Arguments<T>* a, nint row, T* dWeight, T* dBias, out V sum, out V dot)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint length = a->Length;
        T* x = a->X + (row * length), dy = a->Y + (row * length), w = a->Weight;
        V mean = V.Broadcast(a->Mean[row]), scale = V.Broadcast(a->InvStd[row]);
        V s0 = V.Zero, s1 = V.Zero, t0 = V.Zero, t1 = V.Zero;
        nint i = 0;
        if (w != null && dWeight != null)
        {
            for (; i <= length - (2 * V.Count); i += 2 * V.Count)
            {
                V g0 = V.Load(dy + i), g1 = V.Load(dy + i + V.Count);
                V n0 = (V.Load(x + i) - mean) * scale, n1 = (V.Load(x + i + V.Count) - mean) * scale;
                V.Store(dWeight + i, V.Fma(g0, n0, V.Load(dWeight + i)));
                V.Store(dWeight + i + V.Count, V.Fma(g1, n1, V.Load(dWeight + i + V.Count)));
                V.Store(dBias + i, g0 + V.Load(dBias + i));
                V.Store(dBias + i + V.Count, g1 + V.Load(dBias + i + V.Count));
                V d0 = g0 * V.Load(w + i), d1 = g1 * V.Load(w + i + V.Count);
                s0 += d0;
                s1 += d1;
                t0 = V.Fma(d0, n0, t0);
                t1 = V.Fma(d1, n1, t1);
            }
        }
        for (; i < length; i += V.Count)
        {
            int count = (int)Math.Min(V.Count, length - i);
            // Lanes beyond the end hold a gradient of 0, which hides what they hold of x unless that is infinite.
            V g = Lanes.Load<V, T>(dy + i, count);
            V n = count == V.Count
                ? (V.Load(x + i) - mean) * scale
                : (V.LoadPartial(x + i, count) - (mean * V.Load(a->Ones))) * scale;
            if (dWeight != null)
            {
                Lanes.Store(dWeight + i, V.Fma(g, n, Lanes.Load<V, T>(dWeight + i, count)), count);
                Lanes.Store(dBias + i, g + Lanes.Load<V, T>(dBias + i, count), count);
            }
            V d = w == null ? g : g * Lanes.Load<V, T>(w + i, count);
            s0 += d;
            t0 = V.Fma(d, n, t0);
        }
        (sum, dot) = (s0 + s1, t0 + t1);
    }

    // dx = (d - mean of d - normal * mean of (d * normal)) * scale.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient<V, T>(Arguments<T>* a, nint row, V meanOfD, V meanOfDot)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint length = a->Length;
        T* x = a->X + (row * length), dy = a->Y + (row * length), dx = a->DX + (row * length), w = a->Weight;
        V mean = V.Broadcast(a->Mean[row]), scale = V.Broadcast(a->InvStd[row]);
        V slope = -(meanOfDot * scale * scale), shift = -(meanOfD * scale);
        bool add = a->Add;
        nint i = 0;
        if (w != null)
        {
            for (; i <= length - V.Count; i += V.Count)
            {
                V rest = V.Fma(V.Load(x + i) - mean, slope, shift);
                if (add) rest += V.Load(dx + i);
                V.Store(dx + i, V.Fma(V.Load(dy + i) * V.Load(w + i), scale, rest));
            }
        }
        for (; i < length; i += V.Count)
        {
            int count = (int)Math.Min(V.Count, length - i);
            V d = Lanes.Load<V, T>(dy + i, count);
            if (w != null) d *= Lanes.Load<V, T>(w + i, count);
            V rest = V.Fma(Lanes.Load<V, T>(x + i, count) - mean, slope, shift);
            if (add) rest += Lanes.Load<V, T>(dx + i, count);
            Lanes.Store(dx + i, V.Fma(d, scale, rest), count);
        }
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Y, Weight, Bias, Mean, InvStd, DX, Shares, Ones;
        public nint Rows, Length, RowsOfGroup, Groups;
        public double Eps;
        public bool Add;
    }
}
