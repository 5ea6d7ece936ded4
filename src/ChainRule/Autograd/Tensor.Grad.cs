using System.Runtime.CompilerServices;

namespace ChainRule;

public sealed partial class Tensor
{
    private const int Requires = 1, Recorded = 2, TypeShift = 2, TypeBits = 7, OutputShift = 5;

    // The operation that computed a result, or the gradient of a leaf: none has both, and a step makes many tensors.
    private object? _history;

    // Two flags, the element type, and above them which of its operation's results this is.
    private int _state;

    /// <summary>
    /// True when gradients flow to this tensor: it was computed from one that requires them, or was set to. Setting it
    /// makes a tensor of data or a parameter a leaf of later graphs.
    /// </summary>
    /// <exception cref="GradException">
    /// The tensor is the result of a recorded operation, or its type has no gradient.
    /// </exception>
    public bool RequiresGrad
    {
        get => (_state & Requires) != 0;
        set
        {
            if (Op is { } op)
                throw new GradException(
                    $"RequiresGrad: this tensor is the result of {op.Name}; use Detach() to cut it off.");
            if (value && !DType.IsFloatingPoint())
                throw new GradException(
                    $"RequiresGrad: {DType.Text()} tensors have no gradient; only float32 and float64 do.");
            _state = (_state & ~Requires) | (value ? Requires : 0);
        }
    }

    /// <summary>True for tensors that no recorded operation computed.</summary>
    public bool IsLeaf => (_state & Recorded) == 0;

    /// <summary>
    /// Gradient that <see cref="Backward"/> summed up for this leaf, of its shape and type; null before the first and
    /// after <see cref="ZeroGrad"/>. The next <see cref="Backward"/> adds to the same memory: keep a copy with
    /// <see cref="Detach"/>.
    /// </summary>
    public Tensor? Grad => _history is LeafGradient { Filled: true } leaf ? leaf.Value : null;

    /// <summary>
    /// A magnitude that no entry of <see cref="Grad"/> exceeds, as the walk that wrote it noted; infinity where none
    /// is known.
    /// </summary>
    internal double GradBound
    {
        get => _history is LeafGradient leaf ? leaf.Bound : double.PositiveInfinity;
        set => Leaf().Bound = value;
    }

    /// <summary>The operation that computed this tensor, while its graph stands.</summary>
    internal Op? Op => (_state & Recorded) != 0 ? Unsafe.As<Op>(_history) : null;

    /// <summary>Which of the operation's results this tensor is.</summary>
    internal int OutputIndex => _state >> OutputShift;

    /// <summary>
    /// Adds the gradient of this number with respect to every leaf that requires one to <see cref="Grad"/> of the leaf.
    /// </summary>
    /// <param name="gradient"><c>*</c>, same type: gradient of what is wanted with respect to this tensor; 1 if left
    /// out, which needs a tensor of one element.</param>
    /// <param name="retainGraph">Keeps saved values, so that the graph can be walked again.</param>
    /// <param name="createGraph">
    /// Records the walk itself, so that gradients can be differentiated again; implies <paramref name="retainGraph"/>.
    /// </param>
    /// <exception cref="GradException">
    /// The tensor requires no gradient, or its graph was released by an earlier walk.
    /// </exception>
    /// <exception cref="ShapeException">
    /// No gradient is given and the tensor has more than one element, or shapes differ.
    /// </exception>
    /// <exception cref="DTypeException">The gradient is of another type.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        Walk(gradient, retainGraph, createGraph, bounds: false);

    /// <summary>
    /// The same, and notes what entries of the gradients cannot exceed, <see cref="GradBound"/>, where that is found
    /// with less reading than by looking at them.
    /// </summary>
    internal void BackwardWithBounds() => Walk(null, retainGraph: false, createGraph: false, bounds: true);

    private void Walk(Tensor? gradient, bool retainGraph, bool createGraph, bool bounds)
    {
        if (!RequiresGrad)
        {
            throw new GradException(
                "Backward: this tensor requires no gradient: nothing it was computed from has RequiresGrad set, "
                + "or it was computed inside NoGrad or detached.");
        }
        BackwardPass.Run(
            this, BackwardPass.Seed(this, gradient, createGraph, "Backward"), retainGraph || createGraph, createGraph,
            null, bounds);
    }

    /// <summary>Forgets the gradient. Its memory is kept for the next one.</summary>
    /// <torch>none</torch>
    public void ZeroGrad()
    {
        if (_history is LeafGradient leaf) leaf.Filled = false;
    }

    /// <summary>A copy of the values that carries no gradient and outlives the open step.</summary>
    /// <returns>Shape and dtype of this tensor.</returns>
    public Tensor Detach()
    {
        Tensor copy = Keep();
        GC.KeepAlive(this);
        return copy;
    }

    internal void SetOp(Op op, int output)
    {
        _history = op;
        _state = (output << OutputShift) | ((int)DType << TypeShift) | Recorded | Requires;
    }

    /// <summary>The memory a leaf's gradient goes to, and whether it already holds a part of it.</summary>
    internal Tensor GradTarget(out bool accumulate)
    {
        LeafGradient leaf = Leaf();
        Tensor home = leaf.Home ??= EmptyKept(Shape, DType);
        home.IsGradientMemory = true;
        // A gradient that a recorded walk made belongs to its graph and is not written to.
        if (leaf.Filled && !ReferenceEquals(leaf.Value, home)) leaf.Value!.CopyDense(home);
        accumulate = leaf.Filled;
        leaf.Filled = true;
        leaf.Bound = double.PositiveInfinity;
        return leaf.Value = home;
    }

    /// <summary>Makes another tensor the gradient of this leaf, until the next <see cref="ZeroGrad"/>.</summary>
    internal void SetGrad(Tensor grad)
    {
        LeafGradient leaf = Leaf();
        leaf.Value = grad;
        leaf.Filled = true;
        leaf.Bound = double.PositiveInfinity;
    }

    /// <summary>Moves the memory that gradients of this leaf go to; what was summed up so far moves along.</summary>
    /// <param name="home">Dense tensor of this shape and type.</param>
    internal void PlaceGrad(Tensor home)
    {
        LeafGradient leaf = Leaf();
        if (leaf.Filled) leaf.Value!.CopyDense(home);
        home.IsGradientMemory = true;
        leaf.Value = leaf.Home = home;
    }

    private LeafGradient Leaf()
    {
        if (_history is LeafGradient found) return found;
        LeafGradient made = new();
        _history = made;
        return made;
    }

    // The gradient, the memory it usually lies in, whether there is one, and what it does not exceed.
    private sealed class LeafGradient
    {
        public Tensor? Value, Home;
        public bool Filled;
        public double Bound = double.PositiveInfinity;
    }
}
