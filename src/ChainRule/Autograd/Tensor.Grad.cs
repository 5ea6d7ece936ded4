namespace ChainRule;

public sealed partial class Tensor
{
    private Op? _op;
    private Tensor? _grad;
    private Tensor? _gradHome;
    private int _output;
    private bool _requiresGrad;
    private bool _gradFilled;

    /// <summary>
    /// True when gradients flow to this tensor: it was computed from one that requires them, or was set to. Setting it
    /// makes a tensor of data or a parameter a leaf of later graphs.
    /// </summary>
    /// <exception cref="GradException">
    /// The tensor is the result of a recorded operation, or its type has no gradient.
    /// </exception>
    public bool RequiresGrad
    {
        get => _requiresGrad;
        set
        {
            if (_op is not null)
                throw new GradException(
                    $"RequiresGrad: this tensor is the result of {_op.Name}; use Detach() to cut it off.");
            if (value && !DType.IsFloatingPoint())
                throw new GradException(
                    $"RequiresGrad: {DType.Text()} tensors have no gradient; only float32 and float64 do.");
            _requiresGrad = value;
        }
    }

    /// <summary>True for tensors that no recorded operation computed.</summary>
    public bool IsLeaf => _op is null;

    /// <summary>
    /// Gradient that <see cref="Backward"/> summed up for this leaf, of its shape and type; null before the first and
    /// after <see cref="ZeroGrad"/>. The next <see cref="Backward"/> adds to the same memory: keep a copy with
    /// <see cref="Detach"/>.
    /// </summary>
    public Tensor? Grad => _gradFilled ? _grad : null;

    /// <summary>The operation that computed this tensor, while its graph stands.</summary>
    internal Op? Op => _op;

    /// <summary>Which of the operation's results this tensor is.</summary>
    internal int OutputIndex => _output;

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
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false)
    {
        if (!RequiresGrad)
        {
            throw new GradException(
                "Backward: this tensor requires no gradient: nothing it was computed from has RequiresGrad set, "
                + "or it was computed inside NoGrad or detached.");
        }
        BackwardPass.Run(
            this, BackwardPass.Seed(this, gradient, createGraph, "Backward"), retainGraph || createGraph, createGraph,
            null);
    }

    /// <summary>Forgets the gradient. Its memory is kept for the next one.</summary>
    public void ZeroGrad() => _gradFilled = false;

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
        _op = op;
        _output = output;
        _requiresGrad = true;
    }

    /// <summary>The memory a leaf's gradient goes to, and whether it already holds a part of it.</summary>
    internal Tensor GradTarget(out bool accumulate)
    {
        _gradHome ??= EmptyKept(Shape, DType);
        _gradHome.IsGradientMemory = true;
        // A gradient that a recorded walk made belongs to its graph and is not written to.
        if (_gradFilled && !ReferenceEquals(_grad, _gradHome)) _grad!.CopyDense(_gradHome);
        accumulate = _gradFilled;
        _gradFilled = true;
        return _grad = _gradHome;
    }

    /// <summary>Makes another tensor the gradient of this leaf, until the next <see cref="ZeroGrad"/>.</summary>
    internal void SetGrad(Tensor grad)
    {
        _grad = grad;
        _gradFilled = true;
    }

    /// <summary>Moves the memory that gradients of this leaf go to; what was summed up so far moves along.</summary>
    /// <param name="home">Dense tensor of this shape and type.</param>
    internal void PlaceGrad(Tensor home)
    {
        if (_gradFilled) _grad!.CopyDense(home);
        home.IsGradientMemory = true;
        _grad = _gradHome = home;
    }
}
