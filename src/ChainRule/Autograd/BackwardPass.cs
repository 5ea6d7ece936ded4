using ChainRule.Kernels;

namespace ChainRule;

/// <summary>One walk from a result back to the leaves, in the reverse order of recording.</summary>
internal sealed class BackwardPass
{
    [ThreadStatic]
    private static BackwardPass? t_spare;

    private static readonly Tensor One32 = Tensor.Scalar(1), One64 = Tensor.Scalar(1, DType.Float64);

    private static uint s_stamp;

    private readonly List<Op> _order = [];
    private readonly Stack<Op> _pending = new();
    private bool _ordered;
    private Dictionary<Tensor, Tensor?>? _captured;
    private uint _stamp;

    private BackwardPass()
    {
    }

    /// <summary>True when the walk is recorded; then gradients must come from operators, not from kernels.</summary>
    public bool CreateGraph { get; private set; }

    /// <summary>False where an operation's saved values are let go of afterwards, and may be overwritten.</summary>
    public bool RetainGraph { get; private set; }

    /// <summary>
    /// True where an operation that has just written the whole gradient of a leaf shall set its
    /// <see cref="Tensor.GradBound"/>, if it can with less reading than the gradient would take.
    /// </summary>
    public bool NotesBounds { get; private set; }

    /// <summary>Walks back from <paramref name="root"/>.</summary>
    /// <param name="root">A tensor that requires a gradient.</param>
    /// <param name="seed">Its gradient.</param>
    /// <param name="retainGraph">Keep saved values.</param>
    /// <param name="createGraph">Record the walk.</param>
    /// <param name="captured">Where given: receives the gradients of its keys, and no leaf's Grad is touched.</param>
    /// <param name="bounds">Note bounds of the leaves' gradients.</param>
    public static void Run(
        Tensor root, Tensor seed, bool retainGraph, bool createGraph, Dictionary<Tensor, Tensor?>? captured,
        bool bounds = false)
    {
        BackwardPass pass = t_spare ?? new BackwardPass();
        t_spare = null;                                              // a walk inside a walk gets a pass of its own
        bool recording = Graph.Recording;
        try
        {
            Graph.Recording = createGraph;
            (pass.CreateGraph, pass.RetainGraph, pass._captured) = (createGraph, retainGraph, captured);
            pass.NotesBounds = bounds;
            pass._stamp = Interlocked.Increment(ref s_stamp);
            pass.Walk(root, seed, retainGraph);
        }
        finally
        {
            Graph.Recording = recording;
            foreach (Op op in pass._order) op.ForgetGradients();
            pass._order.Clear();
            pass._pending.Clear();
            pass._captured = null;
            t_spare = pass;
        }
    }

    /// <summary>The gradient a walk starts with.</summary>
    /// <param name="root">Where the walk starts.</param>
    /// <param name="gradient">What the caller gave, if anything.</param>
    /// <param name="createGraph">The walk is recorded, and the given gradient may be a part of the graph.</param>
    /// <param name="caller">Name for messages.</param>
    public static Tensor Seed(Tensor root, Tensor? gradient, bool createGraph, string caller)
    {
        if (gradient is null)
        {
            if (root.Count != 1)
            {
                throw new ShapeException(
                    $"{caller}: {root.Shape} has {root.Count} elements; "
                    + "reduce it to one with Sum or Mean, or pass the gradient.", root.Shape);
            }
            if (root.Rank == 0) return root.DType == DType.Float32 ? One32 : One64;
            Tensor one = Tensor.Empty(root.Shape, root.DType);
            one.Fill(1);
            return one;
        }
        if (gradient.Shape != root.Shape)
            throw new ShapeException(
                $"{caller}: gradient is {gradient.Shape}, the tensor {root.Shape}.", gradient.Shape, root.Shape);
        if (gradient.DType != root.DType)
            throw new DTypeException(
                $"{caller}: gradient is {gradient.DType.Text()}, the tensor {root.DType.Text()}.",
                gradient.DType, root.DType);
        // The caller may give the Grad of a leaf, which the walk adds to: then a copy.
        if (createGraph || !gradient.IsGradientMemory) return gradient;
        return gradient.CopyDense(Tensor.Empty(root.Shape, root.DType));
    }

    /// <summary>True when the gradient of this input will be used.</summary>
    public bool Wants(Tensor? input)
    {
        if (input is null || !input.RequiresGrad) return false;
        if (_captured is null) return true;
        return input.Op is { } op ? op.Needed || _captured.ContainsKey(input) : _captured.ContainsKey(input);
    }

    /// <summary>
    /// Hands over a gradient of an input. A tensor that was handed over may not be written to afterwards.
    /// </summary>
    /// <param name="input">Input of the operation.</param>
    /// <param name="gradient">Its gradient, of the shape and type of the input.</param>
    /// <param name="fresh">
    /// The gradient was made for this call and nobody else keeps it: it may be added to in place, or overwritten.
    /// </param>
    public void Add(Tensor? input, Tensor gradient, bool fresh = false)
    {
        if (!Wants(input)) return;
        if (gradient.Shape != input!.Shape || gradient.DType != input.DType)
        {
            throw new InvalidOperationException(
                $"Backward: a gradient of {gradient.Shape} {gradient.DType.Text()} came for an input of {input.Shape} "
                + $"{input.DType.Text()}. "
                + "This is an error inside ChainRule; please report it with the operation that was differentiated.");
        }
        if (input.Op is { } op)
        {
            ref Tensor? slot = ref Slot(op, input.OutputIndex);
            if (slot is null)
            {
                slot = gradient;
                if (input.OutputIndex == 0) op.OwnsGradient = fresh && !CreateGraph;
            }
            else if (!CreateGraph && input.OutputIndex == 0 && op.OwnsGradient)
            {
                AddInPlace(slot, gradient);
            }
            else
            {
                slot = slot + gradient;
                if (input.OutputIndex == 0) op.OwnsGradient = true;
            }
            return;
        }
        AddToLeaf(input, gradient);
    }

    /// <summary>True when an operation may write over the gradient it was handed: nobody else will read it.</summary>
    public bool MayOverwrite(Op op) => op.OwnsGradient && !op.Captured && !CreateGraph;

    /// <summary>
    /// Memory to write a gradient of an input into directly, for kernels that can add to what is there. Only where
    /// <see cref="CreateGraph"/> is false and <see cref="Wants"/> is true.
    /// </summary>
    /// <param name="input">Input of the operation.</param>
    /// <param name="accumulate">True: add to the memory; false: overwrite it.</param>
    /// <returns>Dense tensor of the input's shape and type.</returns>
    public Tensor Target(Tensor input, out bool accumulate)
    {
        if (input.Op is not { } op)
        {
            if (_captured is null) return input.GradTarget(out accumulate);
            Tensor? found = _captured[input];
            accumulate = found is not null;
            if (found is not null) return found;
            Tensor made = Tensor.Empty(input.Shape, input.DType);
            _captured[input] = made;
            return made;
        }
        if (input.OutputIndex == 0 && op.Gradient is { } own && op.OwnsGradient)
        {
            accumulate = true;
            return own;
        }
        Tensor fresh = Tensor.Empty(input.Shape, input.DType);
        accumulate = false;
        ref Tensor? slot = ref Slot(op, input.OutputIndex);
        if (slot is not null)
        {
            CopyInto(slot, fresh);                                   // somebody else's tensor: start from a copy of it
            accumulate = true;
        }
        slot = fresh;
        if (input.OutputIndex == 0) op.OwnsGradient = true;
        return fresh;
    }

    private static void CopyInto(Tensor source, Tensor target) => source.CopyDense(target);

    private static void AddInPlace(Tensor target, Tensor addend)
    {
        Tensor dense = addend.Dense();
        VectorLoops.AddInto(dense, target);
    }

    private void AddToLeaf(Tensor leaf, Tensor gradient)
    {
        if (_captured is not null)
        {
            // What is added to must not be somebody else's tensor, a gradient that went to two inputs, say.
            if (_captured[leaf] is not { } found)
                _captured[leaf] = CreateGraph ? gradient : gradient.CopyDense(Tensor.Empty(leaf.Shape, leaf.DType));
            else if (CreateGraph) _captured[leaf] = found + gradient;
            else AddInPlace(found, gradient);
            return;
        }
        if (CreateGraph)
        {
            leaf.SetGrad(leaf.Grad is { } before ? before + gradient : gradient);
            return;
        }
        Tensor target = leaf.GradTarget(out bool accumulate);
        if (accumulate) AddInPlace(target, gradient);
        else CopyInto(gradient, target);
    }

    private void Walk(Tensor root, Tensor seed, bool retainGraph)
    {
        if (root.Op is not { } first)
        {
            AddToRootLeaf(root, seed);
            return;
        }
        Collect(first);
        if (!_ordered) _order.Sort(static (a, b) => b.Number.CompareTo(a.Number));
        if (_captured is not null) MarkNeeded();
        Slot(first, root.OutputIndex) = seed;
        first.OwnsGradient = false;
        NonFiniteGradient? watch = NonFiniteGradient.Current;
        foreach (Op op in _order)
        {
            Step(op);
            watch?.Look(op);
            if (!retainGraph) op.Release();
        }
    }

    private void AddToRootLeaf(Tensor root, Tensor seed)
    {
        if (_captured is null || _captured.ContainsKey(root)) AddToLeaf(root, seed);
    }

    private void Step(Op op)
    {
        if (op.Captured) Capture(op);
        if (_captured is not null && !op.Needed) return;
        if (op is MultiOp multi)
        {
            Tensor?[] dys = new Tensor?[op.Outputs];
            dys[0] = op.Gradient;
            for (int i = 1; i < dys.Length; i++) dys[i] = multi.MoreGradients?[i];
            if (Array.Exists(dys, d => d is not null)) multi.Backward(dys, this);
        }
        else if (op.Gradient is { } dy)
        {
            op.Backward(dy, this);
            GC.KeepAlive(dy);
        }
        op.ForgetGradients();
    }

    // Results in the middle of the graph whose gradient was asked for: complete when the walk reaches their operation.
    private void Capture(Op op)
    {
        foreach (Tensor key in _captured!.Keys)
        {
            if (key.Op == op && Slot(op, key.OutputIndex) is { } gradient)
            {
                _captured[key] = gradient;
            }
        }
    }

    private void Collect(Op root)
    {
        Op? op = Visit(root);
        _ordered = true;
        long last = long.MaxValue;
        while (op is not null)
        {
            if (op.Released)
            {
                throw new GradException(
                    $"Backward: the graph of {op.Name} was released by an earlier Backward; "
                    + "pass retainGraph: true there to walk it twice.");
            }
            _order.Add(op);
            _ordered &= op.Number < last;
            last = op.Number;
            Op? next = null;
            Follow(op.A, ref next);
            Follow(op.B, ref next);
            Follow(op.C, ref next);
            foreach (Tensor input in op.MoreInputs) Follow(input, ref next);
            op = next ?? (_pending.Count > 0 ? _pending.Pop() : null);
        }
    }

    private void Follow(Tensor? input, ref Op? next)
    {
        if (input?.Op is not { } op || op.Visited == _stamp) return;
        Visit(op);
        if (next is null) next = op;
        else _pending.Push(op);
    }

    private Op Visit(Op op)
    {
        (op.Visited, op.Needed, op.Captured, op.Gradient, op.OwnsGradient) = (_stamp, false, false, null, false);
        return op;
    }

    // Ascending order of recording: inputs come before what is computed from them.
    private void MarkNeeded()
    {
        foreach (Tensor key in _captured!.Keys)
        {
            if (key.Op is { } made && made.Visited == _stamp) made.Captured = true;
        }
        for (int i = _order.Count - 1; i >= 0; i--)
        {
            Op op = _order[i];
            bool needed = Leads(op.A) || Leads(op.B) || Leads(op.C);
            foreach (Tensor input in op.MoreInputs) needed |= Leads(input);
            op.Needed = needed;
        }

        bool Leads(Tensor? t) => t is not null && (_captured!.ContainsKey(t) || (t.Op is { } op && op.Needed));
    }

    private static ref Tensor? Slot(Op op, int output)
    {
        if (output == 0) return ref op.Gradient;
        MultiOp multi = (MultiOp)op;
        multi.MoreGradients ??= new Tensor?[op.Outputs];
        return ref multi.MoreGradients[output];
    }
}
