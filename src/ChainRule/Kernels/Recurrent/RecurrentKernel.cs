using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>A sequence and its states in memory, rows adjacent; time comes first, then the batch.</summary>
internal unsafe struct RecurrentSweep<T>
    where T : unmanaged
{
    public nint Steps, Batch, Hidden;

    /// <summary>True: from the last step to the first.</summary>
    public bool Reverse;

    /// <summary>True where the first state is 0: the first step then has no recurrent product.</summary>
    public bool FromZero;

    /// <summary>Valid steps of each sample, or null for all of them. Beyond them a state stays as it is.</summary>
    public long* Lengths;

    /// <summary>[Steps + 1, Batch, Hidden]: the first state at the end where the sweep begins.</summary>
    public T* States, Cells;

    /// <summary>[Steps, Batch, Slots * Hidden]: the affine map of the input, then what the way back needs.</summary>
    public T* Slots;

    /// <summary>[Gates * Hidden, Hidden]: the recurrent weight.</summary>
    public T* Weight;

    /// <summary>Memory for the packed weight, <see cref="RecurrentKernel{TF}.PackedLength"/> numbers.</summary>
    public T* Packed;

    /// <summary>Gradient of the output, or null; element (t, n, u) lies at t * GradStep + n * GradRow + u.</summary>
    public T* Grad;
    public nint GradStep, GradRow;

    /// <summary>
    /// [Steps, Batch, Slots * Hidden]: receives the gradients of the affine maps; may be <see cref="Slots"/>.
    /// </summary>
    public T* GradSlots;

    /// <summary>[Batch, Hidden]: gradients of the last states, then of the first ones.</summary>
    public T* GradHidden, GradCell;

    /// <summary>Whether the gradient of the first state is wanted.</summary>
    public bool WantsFirst;
}

/// <summary>
/// The passes of a recurrent layer through time: each step one product with the packed recurrent weight, whose columns
/// go through the gates while they are in the cache.
/// </summary>
/// <remarks>
/// Samples do not depend on each other, so threads take rows of the batch and meet only at the end of the sequence;
/// where there are too few rows, they share the units of each step. Every number is computed alike in both cases.
/// </remarks>
internal static unsafe class RecurrentKernel<TF>
    where TF : struct, IRecurrentFormula
{
    // As for a single product: below it a second thread costs more than it brings.
    private const double ParallelWork = 64.0 * 64 * 64;

    /// <summary>Numbers of memory that the packed weight takes at any register width.</summary>
    public static nint PackedLength(nint hidden) => TF.Gates * hidden * ((hidden + 15) / 16 * 16);

    public static void Forward<T>(RecurrentSweep<T>* sweep)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Forward<Vec512<T>, T>(sweep); break;
            case 256: Forward<Vec256<T>, T>(sweep); break;
            case 128: Forward<Vec128<T>, T>(sweep); break;
            default: Forward<Vec1<T>, T>(sweep); break;
        }
    }

    public static void Backward<T>(RecurrentSweep<T>* sweep)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Backward<Vec512<T>, T>(sweep); break;
            case 256: Backward<Vec256<T>, T>(sweep); break;
            case 128: Backward<Vec128<T>, T>(sweep); break;
            default: Backward<Vec1<T>, T>(sweep); break;
        }
    }

    private static void Forward<V, T>(RecurrentSweep<T>* sweep)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (sweep->Batch == 0 || sweep->Hidden == 0 || sweep->Steps == 0) return;
        nint hidden = sweep->Hidden;
        RecurrentPanels<V, T> panels = new(hidden, hidden);
        for (nint gate = 0; gate < TF.Gates; gate++)
        {
            Matrix<T> rows = new(sweep->Weight + (gate * hidden * hidden), hidden);
            panels.Pack(rows.Transposed, sweep->Packed + (gate * panels.Length));
        }
        Division<T> work = new(sweep, panels.Count);
        if (work.ByRows)
        {
            Scheduler.Current.Run(&ForwardRows<V, T>, &work, work.Chunks);
            return;
        }
        for (work.Step = 0; work.Step < sweep->Steps; work.Step++)
        {
            if (work.Forks) Scheduler.Current.Run(&ForwardUnits<V, T>, &work, work.Chunks);
            else for (int panel = 0; panel < work.Chunks; panel++) ForwardUnits<V, T>(&work, panel);
        }
    }

    private static void Backward<V, T>(RecurrentSweep<T>* sweep)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (sweep->Batch == 0 || sweep->Hidden == 0 || sweep->Steps == 0) return;
        RecurrentPanels<V, T> panels = new(TF.Gates * sweep->Hidden, sweep->Hidden);
        panels.Pack(new Matrix<T>(sweep->Weight, sweep->Hidden), sweep->Packed);
        Division<T> work = new(sweep, panels.Count);
        if (work.ByRows)
        {
            Scheduler.Current.Run(&BackwardRows<V, T>, &work, work.Chunks);
            return;
        }
        for (work.Step = sweep->Steps - 1; work.Step >= 0; work.Step--)
        {
            if (work.Forks)
            {
                Scheduler.Current.Run(&BackwardGates<V, T>, &work, work.Chunks);
                Scheduler.Current.Run(&BackwardUnits<V, T>, &work, work.Chunks);
                continue;
            }
            for (int panel = 0; panel < work.Chunks; panel++) BackwardGates<V, T>(&work, panel);
            for (int panel = 0; panel < work.Chunks; panel++) BackwardUnits<V, T>(&work, panel);
        }
    }

    private static void ForwardRows<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Division<T>* work = (Division<T>*)argument;
        RecurrentSweep<T>* s = work->Sweep;
        (nint begin, nint end) = work->Rows(chunk);
        RecurrentPanels<V, T> panels = new(s->Hidden, s->Hidden);
        for (nint step = 0; step < s->Steps; step++)
        {
            for (nint panel = 0; panel < panels.Count; panel++) Forward<V, T>(s, panels, step, panel, begin, end);
        }
    }

    private static void ForwardUnits<V, T>(void* argument, int panel)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Division<T>* work = (Division<T>*)argument;
        RecurrentSweep<T>* s = work->Sweep;
        Forward<V, T>(s, new RecurrentPanels<V, T>(s->Hidden, s->Hidden), work->Step, panel, 0, s->Batch);
    }

    private static void BackwardRows<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Division<T>* work = (Division<T>*)argument;
        RecurrentSweep<T>* s = work->Sweep;
        (nint begin, nint end) = work->Rows(chunk);
        RecurrentPanels<V, T> panels = new(TF.Gates * s->Hidden, s->Hidden);
        for (nint step = s->Steps - 1; step >= 0; step--)
        {
            BackwardGates<V, T>(s, step, begin, end, 0, s->Hidden);
            for (nint panel = 0; panel < panels.Count; panel++) Backward<V, T>(s, panels, step, panel, begin, end);
        }
    }

    private static void BackwardGates<V, T>(void* argument, int panel)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Division<T>* work = (Division<T>*)argument;
        RecurrentSweep<T>* s = work->Sweep;
        RecurrentPanels<V, T> panels = new(TF.Gates * s->Hidden, s->Hidden);
        BackwardGates<V, T>(s, work->Step, 0, s->Batch, panels.Start(panel), panels.Start(panel + 1));
    }

    private static void BackwardUnits<V, T>(void* argument, int panel)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Division<T>* work = (Division<T>*)argument;
        RecurrentSweep<T>* s = work->Sweep;
        Backward<V, T>(
            s, new RecurrentPanels<V, T>(TF.Gates * s->Hidden, s->Hidden), work->Step, panel, 0, s->Batch);
    }

    /// <summary>One step of some samples for the units of one panel: products, then gates.</summary>
    private static void Forward<V, T>(
        RecurrentSweep<T>* s, RecurrentPanels<V, T> panels, nint step, nint panel, nint begin, nint end)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint hidden = s->Hidden, width = TF.Slots * hidden, plane = s->Batch * hidden;
        nint time = s->Reverse ? s->Steps - 1 - step : step;
        nint before = (s->Reverse ? time + 1 : time) * plane;
        nint rows = ValidRows(s, time, begin, end);
        if (rows > 0 && (step > 0 || !s->FromZero))
        {
            T* slots = s->Slots + (((time * s->Batch) + begin) * width) + ((TF.Slots - TF.Gates) * hidden);
            for (nint gate = 0; gate < TF.Gates; gate++)
            {
                panels.Multiply(
                    s->States + before + (begin * hidden), hidden, s->Packed + (gate * panels.Length), panel,
                    slots + (gate * hidden), width, rows, accumulate: true);
            }
        }
        nint first = panels.Start(panel), last = panels.Start(panel + 1);
        for (nint n = begin; n < end; n++)
        {
            nint from = before + (n * hidden), to = from + (s->Reverse ? -plane : plane);
            T* cell = s->Cells + (TF.HasCell ? from : 0), newCell = s->Cells + (TF.HasCell ? to : 0);
            if (s->Lengths != null && time >= s->Lengths[n])
            {
                Copy(s->States + from, s->States + to, first, last);
                if (TF.HasCell) Copy(cell, newCell, first, last);
                continue;
            }
            T* slots = s->Slots + (((time * s->Batch) + n) * width);
            ForwardRow<V, T>(slots, s->States + from, s->States + to, cell, newCell, hidden, first, last);
        }
    }

    // A root of its own for the compiler: within a caller its formulas would pass the limit of what is inlined.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ForwardRow<V, T>(
        T* slots, T* before, T* after, T* cell, T* newCell, nint hidden, nint first, nint last)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint u = first;
        for (; u <= last - V.Count; u += V.Count)
            ForwardUnits<V, T>(slots, before, after, cell, newCell, hidden, u, V.Count);
        if (u < last) ForwardUnits<V, T>(slots, before, after, cell, newCell, hidden, u, (int)(last - u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardUnits<V, T>(
        T* slots, T* before, T* after, T* cell, T* newCell, nint hidden, nint u, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* p = slots + u;
        V s0 = Lanes.Load<V, T>(p, count);
        V s1 = TF.Slots > 1 ? Lanes.Load<V, T>(p + hidden, count) : V.Zero;
        V s2 = TF.Slots > 2 ? Lanes.Load<V, T>(p + (2 * hidden), count) : V.Zero;
        V s3 = TF.Slots > 3 ? Lanes.Load<V, T>(p + (3 * hidden), count) : V.Zero;
        V h = Lanes.Load<V, T>(before + u, count), c = TF.HasCell ? Lanes.Load<V, T>(cell + u, count) : V.Zero;
        default(TF).Forward(ref s0, ref s1, ref s2, ref s3, ref h, ref c);
        Lanes.Store(p, s0, count);
        if (TF.Slots > 1) Lanes.Store(p + hidden, s1, count);
        if (TF.Slots > 2) Lanes.Store(p + (2 * hidden), s2, count);
        if (TF.Slots > 3) Lanes.Store(p + (3 * hidden), s3, count);
        Lanes.Store(after + u, h, count);
        if (TF.HasCell) Lanes.Store(newCell + u, c, count);
    }

    /// <summary>Gradients of the gates of one step, for some samples and units.</summary>
    private static void BackwardGates<V, T>(
        RecurrentSweep<T>* s, nint step, nint begin, nint end, nint first, nint last)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint hidden = s->Hidden, width = TF.Slots * hidden, plane = s->Batch * hidden;
        nint time = s->Reverse ? s->Steps - 1 - step : step;
        nint before = (s->Reverse ? time + 1 : time) * plane;
        for (nint n = begin; n < end; n++)
        {
            nint row = (time * s->Batch) + n, from = before + (n * hidden), to = from + (s->Reverse ? -plane : plane);
            T* target = s->GradSlots + (row * width);
            if (s->Lengths != null && time >= s->Lengths[n])
            {
                for (nint slot = 0; slot < TF.Slots; slot++)
                    new Span<T>(target + (slot * hidden) + first, (int)(last - first)).Clear();
                continue;
            }
            T* grad = s->Grad == null ? null : s->Grad + (time * s->GradStep) + (n * s->GradRow);
            T* cell = s->Cells + (TF.HasCell ? from : 0), newCell = s->Cells + (TF.HasCell ? to : 0);
            T* gradCell = s->GradCell + (TF.HasCell ? n * hidden : 0);
            BackwardRow<V, T>(
                s->Slots + (row * width), target, s->States + from, cell, newCell, grad,
                s->GradHidden + (n * hidden), gradCell, hidden, first, last);
        }
    }

    // A root of its own for the compiler: within a caller its formulas would pass the limit of what is inlined.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void BackwardRow<V, T>(
        T* slots, T* target, T* before, T* cell, T* newCell, T* grad, T* gradHidden, T* gradCell, nint hidden,
        nint first, nint last)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint u = first;
        for (; u <= last - V.Count; u += V.Count)
        {
            BackwardUnits<V, T>(
                slots, target, before, cell, newCell, grad, gradHidden, gradCell, hidden, u, V.Count);
        }
        if (u == last) return;
        BackwardUnits<V, T>(
            slots, target, before, cell, newCell, grad, gradHidden, gradCell, hidden, u, (int)(last - u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardUnits<V, T>(
        T* slots, T* target, T* before, T* cell, T* newCell, T* grad, T* gradHidden, T* gradCell, nint hidden,
        nint u, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* p = slots + u;
        V s0 = Lanes.Load<V, T>(p, count);
        V s1 = TF.Slots > 1 ? Lanes.Load<V, T>(p + hidden, count) : V.Zero;
        V s2 = TF.Slots > 2 ? Lanes.Load<V, T>(p + (2 * hidden), count) : V.Zero;
        V s3 = TF.Slots > 3 ? Lanes.Load<V, T>(p + (3 * hidden), count) : V.Zero;
        V h = Lanes.Load<V, T>(before + u, count), dh = Lanes.Load<V, T>(gradHidden + u, count);
        V c0 = V.Zero, c1 = V.Zero, dc = V.Zero;
        if (grad != null) dh += Lanes.Load<V, T>(grad + u, count);
        if (TF.HasCell)
        {
            c0 = Lanes.Load<V, T>(cell + u, count);
            c1 = Lanes.Load<V, T>(newCell + u, count);
            dc = Lanes.Load<V, T>(gradCell + u, count);
        }
        default(TF).Backward(ref s0, ref s1, ref s2, ref s3, h, c0, c1, ref dh, ref dc);
        T* q = target + u;
        Lanes.Store(q, Flush<V, T>(s0), count);
        if (TF.Slots > 1) Lanes.Store(q + hidden, Flush<V, T>(s1), count);
        if (TF.Slots > 2) Lanes.Store(q + (2 * hidden), Flush<V, T>(s2), count);
        if (TF.Slots > 3) Lanes.Store(q + (3 * hidden), Flush<V, T>(s3), count);
        Lanes.Store(gradHidden + u, Flush<V, T>(dh), count);
        if (TF.HasCell) Lanes.Store(gradCell + u, Flush<V, T>(dc), count);
    }

    /// <summary>Gradient of the state before a step, for some samples and the units of one panel.</summary>
    private static void Backward<V, T>(
        RecurrentSweep<T>* s, RecurrentPanels<V, T> panels, nint step, nint panel, nint begin, nint end)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint hidden = s->Hidden, width = TF.Slots * hidden, time = s->Reverse ? s->Steps - 1 - step : step;
        nint rows = ValidRows(s, time, begin, end);
        if (rows == 0 || (step == 0 && !s->WantsFirst)) return;
        T* gates = s->GradSlots + (((time * s->Batch) + begin) * width) + ((TF.Slots - TF.Gates) * hidden);
        panels.Multiply(
            gates, width, s->Packed, panel, s->GradHidden + (begin * hidden), hidden, rows, accumulate: true);
    }

    // Up to the last sample that has this step: layers sort them by length.
    private static nint ValidRows<T>(RecurrentSweep<T>* s, nint time, nint begin, nint end)
        where T : unmanaged
    {
        if (s->Lengths == null) return end - begin;
        while (end > begin && time >= s->Lengths[end - 1]) end--;
        return end - begin;
    }

    // Gradients fade along a sequence, by a factor each step: what would become subnormal, and slow, is 0 before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Flush<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V least = V.Const(typeof(T) == typeof(float) ? 1e-30 : 1e-290);
        return V.Select(V.Less(V.Abs(x), least), V.Zero, x);
    }

    private static void Copy<T>(T* source, T* target, nint first, nint last)
        where T : unmanaged =>
        new Span<T>(source + first, (int)(last - first)).CopyTo(new Span<T>(target + first, (int)(last - first)));

    /// <summary>How a sweep is divided: rows of the batch, or the units of each step.</summary>
    private struct Division<T>
        where T : unmanaged
    {
        public readonly RecurrentSweep<T>* Sweep;
        public readonly bool ByRows, Forks;
        public readonly int Chunks;
        public nint Step;

        private readonly nint _rows;

        public Division(RecurrentSweep<T>* sweep, nint panels)
        {
            Sweep = sweep;
            nint threads = Scheduler.Current.Threads, tile = Gemm.Gemm.TileRows;
            nint tiles = (sweep->Batch + tile - 1) / tile;
            double step = (double)sweep->Batch * sweep->Hidden * sweep->Hidden * TF.Gates;
            _rows = (tiles + threads - 1) / threads * tile;
            ByRows = threads == 1 || (tiles >= threads && step * sweep->Steps >= ParallelWork);
            Forks = step >= ParallelWork;
            Chunks = (int)(ByRows ? (sweep->Batch + _rows - 1) / _rows : panels);
        }

        public readonly (nint Begin, nint End) Rows(int chunk) =>
            (chunk * _rows, Math.Min((chunk + 1) * _rows, Sweep->Batch));
    }
}
