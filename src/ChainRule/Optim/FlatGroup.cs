using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>
/// Parameters of one group and type in one piece of memory, their gradients in a second and every state in a third, so
/// that a step is one pass over them.
/// </summary>
/// <remarks>
/// The parameters' own tensors are moved here. A parameter that another optimiser moves away later, or whose gradient
/// was made elsewhere, is still updated, by a pass of its own.
/// </remarks>
internal sealed unsafe class FlatGroup
{
    private const int Alignment = 64;

    private readonly PooledStorage _values;
    private readonly PooledStorage _gradients;
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _slots;                                // the gradients
    private readonly nint[] _offsets;                                // elements; one more than there are parameters
    private readonly DType _dtype;
    private PooledStorage?[] _states = new PooledStorage?[3];

    public FlatGroup(ParameterGroup group, DType dtype, IEnumerable<(int Index, Parameter Parameter)> members)
    {
        (int Index, Parameter Parameter)[] all = [.. members];
        Group = group;
        _dtype = dtype;
        _parameters = [.. all.Select(m => m.Parameter)];
        Indices = [.. all.Select(m => m.Index)];
        Steps = new long[all.Length];
        _slots = new Tensor[all.Length];
        _offsets = new nint[all.Length + 1];
        int unit = Alignment / dtype.Size();
        for (int i = 0; i < all.Length; i++)
            _offsets[i + 1] = _offsets[i] + ((_parameters[i].Value.Count + unit - 1) / unit * unit);
        _values = Cleared();
        _gradients = Cleared();
        for (int i = 0; i < all.Length; i++) Move(i);
    }

    public ParameterGroup Group { get; }

    /// <summary>Positions of the parameters among all of the optimiser.</summary>
    public int[] Indices { get; }

    /// <summary>How often each parameter was updated.</summary>
    public long[] Steps { get; }

    public int Count => _parameters.Length;

    /// <summary>Bytes of the parameters together; each state has as many.</summary>
    public long Bytes => _offsets[^1] * _dtype.Size();

    public Tensor ValueOf(int member) => _parameters[member].Value;

    /// <summary>Updates every parameter that has a gradient: in one run where all have.</summary>
    public void Update(Optimizer optimizer)
    {
        IReadOnlyList<string> states = optimizer.StateNames(Group);
        if (states.Count > _states.Length) Array.Resize(ref _states, states.Count);
        for (int k = 0; k < states.Count; k++) _states[k] ??= Cleared();
        if (optimizer is TensorOptimizer own)
        {
            UpdateEach(own, states);
            return;
        }
        int first = -1;
        for (int i = 0; i < _parameters.Length; i++)
        {
            Tensor value = _parameters[i].Value;
            Tensor? gradient = value.RequiresGrad ? value.Grad : null;
            bool home = ReferenceEquals(gradient, _slots[i]) && value.Pointer == At(_values, i);
            if (first >= 0 && !(home && Steps[i] == Steps[first]))
            {
                UpdateHome(optimizer, first, i);
                first = -1;
            }
            if (home)
            {
                if (first < 0) first = i;
            }
            else if (gradient is not null)
            {
                UpdateAway(optimizer, i, value, gradient);
            }
        }
        if (first >= 0) UpdateHome(optimizer, first, _parameters.Length);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Forgets all gradients. The memory is not cleared: the first gradient of the next pass overwrites it.
    /// </summary>
    public void ZeroGrad()
    {
        foreach (Parameter p in _parameters) p.Value.ZeroGrad();
    }

    /// <summary>A copy of a state of a parameter; null where the parameter was never updated.</summary>
    public Tensor? CopyState(int state, int member)
    {
        if (state >= _states.Length || _states[state] is not { } storage || Steps[member] == 0) return null;
        return Slice(storage, member).Keep();
    }

    /// <summary>Sets a state of a parameter; null clears it.</summary>
    public void SetState(int state, int member, Tensor? values)
    {
        if (state >= _states.Length) Array.Resize(ref _states, state + 1);
        PooledStorage storage = _states[state] ??= Cleared();
        Tensor target = Slice(storage, member);
        if (values is null) target.Fill(0);
        else values.CopyDense(target);
    }

    private void Move(int i)
    {
        Tensor value = _parameters[i].Value;
        byte* target = At(_values, i);
        value.CopyDense(new Tensor(_values, target, value.Info, value.Info.Strides, _dtype));
        value.Rebind(_values, target);
        _slots[i] = Slice(_gradients, i);
        value.PlaceGrad(_slots[i]);
    }

    // One parameter at a time, by a rule that is written with tensors.
    private void UpdateEach(TensorOptimizer optimizer, IReadOnlyList<string> states)
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            Tensor value = _parameters[i].Value;
            if (!value.RequiresGrad || value.Grad is not { } gradient) continue;
            Tensor[] kept = [.. Enumerable.Range(0, states.Count).Select(k => Slice(_states[k]!, i))];
            ParameterUpdate update =
                new(optimizer.GetType().Name, Group, value, gradient, Steps[i] + 1, states, kept);
            optimizer.Apply(update).CopyDense(value);
            for (int k = 0; k < kept.Length; k++)
            {
                if (update.NextState(k)?.Dense() is not { } next) continue;
                VectorLoops.Map(new DropMap(_dtype), _dtype, next.Pointer, kept[k].Pointer, next.Count);
                GC.KeepAlive(next);
            }
            Steps[i]++;
        }
        GC.KeepAlive(this);
    }

    private void UpdateHome(Optimizer optimizer, int first, int end)
    {
        UpdateRun run = new()
        {
            DType = _dtype,
            Value = At(_values, first),
            Gradient = At(_gradients, first),
            Count = _offsets[end] - _offsets[first],
        };
        Finish(optimizer, ref run, first, end);
    }

    private void UpdateAway(Optimizer optimizer, int i, Tensor value, Tensor gradient)
    {
        Tensor dense = gradient.Dense();
        UpdateRun run = new() { DType = _dtype, Value = value.Pointer, Gradient = dense.Pointer, Count = value.Count };
        Finish(optimizer, ref run, i, i + 1);
        GC.KeepAlive(dense);
        GC.KeepAlive(value);
    }

    private void Finish(Optimizer optimizer, ref UpdateRun run, int first, int end)
    {
        if (_states[0] is { } s0) run.State0 = At(s0, first);
        if (_states[1] is { } s1) run.State1 = At(s1, first);
        if (_states[2] is { } s2) run.State2 = At(s2, first);
        run.Step = Steps[first] + 1;
        optimizer.Update(Group, in run);
        for (int i = first; i < end; i++) Steps[i] = run.Step;
    }

    private byte* At(PooledStorage storage, int i) => storage.Pointer + (_offsets[i] * _dtype.Size());

    private Tensor Slice(PooledStorage storage, int i)
    {
        ShapeInfo info = _parameters[i].Value.Info;
        return new Tensor(storage, At(storage, i), info, info.Strides, _dtype);
    }

    private PooledStorage Cleared()
    {
        PooledStorage made = new(Bytes);
        System.Runtime.InteropServices.NativeMemory.Clear(made.Pointer, (nuint)Bytes);
        return made;
    }

    private readonly struct DropMap(DType dtype) : IMap1
    {
        private readonly double _limit =
            dtype == DType.Float64 ? Negligible.State<double>() : Negligible.State<float>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Map<V>(V x)
            where V : struct, IVec<V> => Negligible.Drop(x, V.Const(_limit));
    }
}
