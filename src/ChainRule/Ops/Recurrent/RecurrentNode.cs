using System.Numerics;
using ChainRule.Kernels;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Ops;

/// <summary>
/// A whole sequence through one direction of one recurrent layer as one operation: the input's affine map for all steps
/// is one product, and so is each weight's gradient; only the recurrent product goes step by step.
/// </summary>
internal sealed unsafe partial class RecurrentNode<TF> : MultiOp
    where TF : struct, IRecurrentFormula
{
    private readonly string _name;
    private RecurrentCall? _call;
    private Tensor[] _more;

    // The input time-major and dense, with zeros beyond the lengths; states of all times; what the steps keep.
    private Tensor? _x, _states, _cells, _slots;

    private RecurrentNode(RecurrentCall call, Tensor x, Tensor states, Tensor? cells, Tensor slots)
        : base(call.X, call.WeightIh, call.WeightHh)
    {
        (_name, _call, _more) = (call.Name, call, More(call));
        (_x, _states, _cells, _slots) = (x, states, cells, slots);
    }

    public override string Name => _name;

    public override ReadOnlySpan<Tensor> MoreInputs => _more;

    public override int Outputs => TF.HasCell ? 3 : 2;

    /// <summary>Computes a checked call whose input is time-major.</summary>
    /// <returns>Outputs <c>[T, N, hidden]</c> and the last states <c>[N, hidden]</c>.</returns>
    public static (Tensor Output, Tensor Hidden, Tensor? Cell) Apply(RecurrentCall call)
    {
        int steps = call.X.Dims[0], batch = call.X.Dims[1], units = call.Units;
        Tensor x = call.Lengths is { } lengths ? Masked(call.X, lengths) : call.X.Dense();
        Tensor states = Tensor.Empty([steps + 1, batch, units], x.DType);
        Tensor? cells = TF.HasCell ? Tensor.Empty(states.Shape, x.DType) : null;
        Tensor slots = Tensor.Empty([steps * batch, TF.Slots * units], x.DType);
        Begin(call, call.Hidden, states);
        if (cells is not null) Begin(call, call.Cell, cells);
        if (x.DType == DType.Float32) Forward<float>(call, x, states, cells, slots);
        else Forward<double>(call, x, states, cells, slots);

        Tensor output = StatesFrom(states, call.Reverse ? 0 : 1, steps);
        if (call.Lengths is { } valid) output = Masked(output, valid);
        int last = call.Reverse ? 0 : steps;
        Tensor hidden = StatesFrom(states, last, 1).View([batch, units], [units, 1]);
        Tensor? cell = cells is null ? null : StatesFrom(cells, last, 1).View([batch, units], [units, 1]);
        if (Graph.Needs(call.X, call.WeightIh, call.WeightHh) || Graph.Needs(More(call)))
        {
            RecurrentNode<TF> node = new(call, x, states, cells, slots);
            Graph.Record(output, node);
            Graph.Record(hidden, node, 1);
            if (cell is not null) Graph.Record(cell, node, 2);
        }
        return (output, hidden, cell);
    }

    public override void Backward(Tensor?[] dys, BackwardPass pass)
    {
        if (pass.CreateGraph) BackwardByOperators(dys, pass);
        else if (_x!.DType == DType.Float32) Backward<float>(dys, pass);
        else Backward<double>(dys, pass);
    }

    public override void Release()
    {
        base.Release();
        (_call, _more, _x, _states, _cells, _slots) = (null, [], null, null, null, null);
    }

    private static Tensor[] More(RecurrentCall call) =>
        [.. new[] { call.BiasIh, call.BiasHh, call.Hidden, call.Cell }.OfType<Tensor>()];

    private static void Forward<T>(RecurrentCall call, Tensor x, Tensor states, Tensor? cells, Tensor slots)
        where T : unmanaged, INumber<T>
    {
        Tensor weightIh = call.WeightIh.Dense(), weightHh = call.WeightHh.Dense();
        Tensor bias = SlotBias<T>(call), packed = Packed(call);
        nint units = call.Units, rows = slots.Dims[0], inputs = x.Dims[2], width = TF.Slots * units;
        foreach ((int slot, int gate, int count) in InputRuns())
        {
            T* start = bias.Ptr<T>() + (slot * units);
            Matrix<T> target = new(slots.Ptr<T>() + (slot * units), width);
            if (gate < 0)
            {
                for (nint row = 0; row < rows; row++)
                    new Span<T>(start, (int)units).CopyTo(new Span<T>(target.Data + (row * width), (int)units));
                continue;
            }
            Matrix<T> weight = new(weightIh.Ptr<T>() + (gate * units * inputs), inputs);
            Gemm.Run(new GemmProblem<T>(
                rows, count * units, inputs, new Matrix<T>(x.Ptr<T>(), inputs), weight.Transposed, target)
            {
                ColumnBias = start,
            });
        }
        RecurrentSweep<T> sweep = Sweep<T>(call, weightHh, states, cells, slots, packed);
        RecurrentKernel<TF>.Forward(&sweep);
        GC.KeepAlive((x, states, cells, slots, weightIh, weightHh, bias, packed, call));
    }

    private void Backward<T>(Tensor?[] dys, BackwardPass pass)
        where T : unmanaged, INumber<T>
    {
        RecurrentCall call = _call!;
        Tensor x = _x!, states = _states!, slots = _slots!, weightHh = call.WeightHh.Dense();
        // Each step's gradients take the place of what it kept: half the memory of the way back.
        Tensor packed = Packed(call), gradSlots = pass.RetainGraph ? Tensor.Empty(slots.Shape, x.DType) : slots;
        Tensor gradHidden = LastGradient(call, dys[1]);
        Tensor? gradCell = TF.HasCell ? LastGradient(call, dys[2]) : null;
        Tensor? grad = dys[0];
        if (grad is not null && grad.Strides[2] != 1) grad = grad.Dense();
        RecurrentSweep<T> sweep = Sweep<T>(call, weightHh, states, _cells, slots, packed);
        if (grad is not null)
        {
            sweep.Grad = grad.Ptr<T>();
            (sweep.GradStep, sweep.GradRow) = (grad.Strides[0], grad.Strides[1]);
        }
        sweep.GradSlots = gradSlots.Ptr<T>();
        sweep.GradHidden = gradHidden.Ptr<T>();
        sweep.GradCell = gradCell is null ? null : gradCell.Ptr<T>();
        sweep.WantsFirst = pass.Wants(call.Hidden);
        RecurrentKernel<TF>.Backward(&sweep);
        if (sweep.WantsFirst) pass.Add(call.Hidden, gradHidden);
        if (gradCell is not null && pass.Wants(call.Cell)) pass.Add(call.Cell, gradCell);
        InputGradients<T>(call, x, gradSlots, pass);
        if (pass.Wants(call.WeightHh)) RecurrentWeightGradient<T>(call, states, gradSlots, pass);
        if (pass.Wants(call.BiasIh) || pass.Wants(call.BiasHh)) BiasGradients<T>(call, gradSlots, pass);
        GC.KeepAlive((x, states, _cells, slots, weightHh, packed, grad, gradSlots, gradHidden, gradCell, call));
    }

    private static void InputGradients<T>(RecurrentCall call, Tensor x, Tensor gradSlots, BackwardPass pass)
        where T : unmanaged, INumber<T>
    {
        nint units = call.Units, rows = gradSlots.Dims[0], inputs = x.Dims[2], width = TF.Slots * units;
        bool addX = false, addWeight = false;
        Tensor weightIh = call.WeightIh.Dense();
        Tensor? dx = pass.Wants(call.X) ? pass.Target(call.X, out addX) : null;
        Tensor? dWeight = pass.Wants(call.WeightIh) ? pass.Target(call.WeightIh, out addWeight) : null;
        foreach ((int slot, int gate, int count) in InputRuns())
        {
            if (gate < 0) continue;
            Matrix<T> grad = new(gradSlots.Ptr<T>() + (slot * units), width);
            nint first = gate * units * inputs;
            if (dx is not null)
            {
                Gemm.Run(new GemmProblem<T>(
                    rows, inputs, count * units, grad, new Matrix<T>(weightIh.Ptr<T>() + first, inputs),
                    new Matrix<T>(dx.Ptr<T>(), inputs))
                {
                    Accumulate = addX,
                });
                addX = true;
            }
            if (dWeight is null) continue;
            Gemm.Run(new GemmProblem<T>(
                count * units, inputs, rows, grad.Transposed, new Matrix<T>(x.Ptr<T>(), inputs),
                new Matrix<T>(dWeight.Ptr<T>() + first, inputs))
            {
                Accumulate = addWeight,
            });
        }
        GC.KeepAlive((dx, dWeight, weightIh, gradSlots, x));
    }

    // One product over all steps. A first state of zeros adds nothing.
    private static void RecurrentWeightGradient<T>(
        RecurrentCall call, Tensor states, Tensor gradSlots, BackwardPass pass)
        where T : unmanaged, INumber<T>
    {
        nint units = call.Units, batch = states.Dims[1], steps = states.Dims[0] - 1, width = TF.Slots * units;
        bool skip = call.Hidden is null && steps > 0;
        nint firstGrad = skip && !call.Reverse ? batch : 0, firstState = (skip || call.Reverse) ? batch : 0;
        T* gates = gradSlots.Ptr<T>() + (firstGrad * width) + ((TF.Slots - TF.Gates) * units);
        Tensor target = pass.Target(call.WeightHh, out bool accumulate);
        Gemm.Run(new GemmProblem<T>(
            TF.Gates * units, units, (steps - (skip ? 1 : 0)) * batch, new Matrix<T>(gates, width).Transposed,
            new Matrix<T>(states.Ptr<T>() + (firstState * units), units), new Matrix<T>(target.Ptr<T>(), units))
        {
            Accumulate = accumulate,
        });
        GC.KeepAlive((target, states, gradSlots));
    }

    private static void BiasGradients<T>(RecurrentCall call, Tensor gradSlots, BackwardPass pass)
        where T : unmanaged, INumber<T>
    {
        int units = call.Units, rows = gradSlots.Dims[0], width = TF.Slots * units;
        Tensor sums = Tensor.Empty([width], gradSlots.DType);
        Tensor input = Tensor.Empty([TF.Gates * units], gradSlots.DType);
        SumLoops.Run(gradSlots.Ptr<T>(), sums.Ptr<T>(), 1, rows, width);
        for (int slot = 0; slot < TF.Slots; slot++)
        {
            if (TF.InputGate(slot) < 0) continue;
            Span<T> to = new(input.Ptr<T>() + ((nint)TF.InputGate(slot) * units), units);
            new Span<T>(sums.Ptr<T>() + ((nint)slot * units), units).CopyTo(to);
        }
        GC.KeepAlive(gradSlots);
        pass.Add(call.BiasIh, input);
        pass.Add(call.BiasHh, sums.View(input.Dims, [1], (long)(TF.Slots - TF.Gates) * units));
    }

    private static RecurrentSweep<T> Sweep<T>(
        RecurrentCall call, Tensor weight, Tensor states, Tensor? cells, Tensor slots, Tensor packed)
        where T : unmanaged => new()
        {
            Steps = states.Dims[0] - 1,
            Batch = states.Dims[1],
            Hidden = states.Dims[2],
            Reverse = call.Reverse,
            FromZero = call.Hidden is null,
            Lengths = call.Lengths is null ? null : call.Lengths.Ptr<long>(),
            States = states.Ptr<T>(),
            Cells = cells is null ? null : cells.Ptr<T>(),
            Slots = slots.Ptr<T>(),
            Weight = weight.Ptr<T>(),
            Packed = packed.Ptr<T>(),
        };

    /// <summary>Runs of neighbouring slots that take neighbouring gates of the input's affine map.</summary>
    private static IEnumerable<(int Slot, int Gate, int Count)> InputRuns()
    {
        for (int slot = 0, count; slot < TF.Slots; slot += count)
        {
            int gate = TF.InputGate(slot);
            count = 1;
            while (gate >= 0 && slot + count < TF.Slots && TF.InputGate(slot + count) == gate + count) count++;
            yield return (slot, gate, count);
        }
    }

    /// <summary>What every step's slots begin with: the sum of the biases.</summary>
    private static Tensor SlotBias<T>(RecurrentCall call)
        where T : unmanaged, INumber<T>
    {
        int units = call.Units;
        Tensor sum = Tensor.Empty([TF.Slots * units], call.X.DType);
        sum.Fill(0);
        Tensor? ih = call.BiasIh?.Dense(), hh = call.BiasHh?.Dense();
        for (int slot = 0; slot < TF.Slots; slot++)
        {
            Add(ih, TF.InputGate(slot), slot);
            Add(hh, slot - (TF.Slots - TF.Gates), slot);
        }
        return sum;

        void Add(Tensor? bias, int gate, int slot)
        {
            if (bias is null || gate < 0) return;
            T* target = sum.Ptr<T>() + ((nint)slot * units), source = bias.Ptr<T>() + ((nint)gate * units);
            for (int i = 0; i < units; i++) target[i] += source[i];
            GC.KeepAlive(bias);
        }
    }

    private static Tensor Packed(RecurrentCall call) =>
        Tensor.Empty([(int)RecurrentKernel<TF>.PackedLength(call.Units)], call.X.DType);

    // The first states go where the sweep begins.
    private static void Begin(RecurrentCall call, Tensor? state, Tensor states)
    {
        Tensor place = StatesFrom(states, call.Reverse ? states.Dims[0] - 1 : 0, 1);
        if (state is null) place.Fill(0);
        else state.CopyDense(place.View(state.Dims, [call.Units, 1]));
        GC.KeepAlive(states);
    }

    private static Tensor StatesFrom(Tensor states, int first, int count)
    {
        int batch = states.Dims[1], units = states.Dims[2];
        return states.View([count, batch, units], [batch * units, units, 1], (long)first * batch * units);
    }

    private static Tensor LastGradient(RecurrentCall call, Tensor? gradient)
    {
        Tensor last = Tensor.Empty([call.X.Dims[1], call.Units], call.X.DType);
        if (gradient is null) last.Fill(0);
        else gradient.CopyDense(last);
        return last;
    }

    /// <summary>A dense copy of a time-major tensor with zeros beyond the lengths.</summary>
    private static Tensor Masked(Tensor x, Tensor lengths)
    {
        Tensor y = x.CopyDense(Tensor.Empty(x.Shape, x.DType));
        long* length = lengths.Ptr<long>();
        int batch = x.Dims[1], bytes = x.Dims[2] * x.DType.Size();
        for (int t = 0; t < x.Dims[0]; t++)
        {
            for (int n = 0; n < batch; n++)
            {
                if (t >= length[n]) new Span<byte>(y.Pointer + ((((nint)t * batch) + n) * bytes), bytes).Clear();
            }
        }
        GC.KeepAlive(lengths);
        return y;
    }
}
