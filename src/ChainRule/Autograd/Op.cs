namespace ChainRule;

/// <summary>
/// One recorded operation: what it was computed from, and how a gradient of its result becomes gradients of its inputs.
/// </summary>
/// <remarks>
/// A subclass keeps further saved values in typed fields and drops them in <see cref="Release"/>. Its
/// <see cref="Backward"/> is written with tensor operators, which record themselves when a second derivative is wanted;
/// a fused kernel may be used when <see cref="BackwardPass.CreateGraph"/> is false, or if it is an operator with a
/// backward of its own.
/// </remarks>
internal abstract class Op
{
    private Tensor? _gradient;

    protected Op(Tensor? a, Tensor? b = null, Tensor? c = null) => (A, B, C) = (a, b, c);

    /// <summary>Name as it stands in messages and drawn graphs.</summary>
    public abstract string Name { get; }

    /// <summary>First input.</summary>
    public Tensor? A { get; private set; }

    /// <summary>Second input, if any.</summary>
    public Tensor? B { get; private set; }

    /// <summary>Third input, if any.</summary>
    public Tensor? C { get; private set; }

    /// <summary>Inputs beyond the third.</summary>
    public virtual ReadOnlySpan<Tensor> MoreInputs => default;

    /// <summary>How many results the operation has.</summary>
    public virtual int Outputs => 1;

    /// <summary>
    /// Position in the order of recording; inputs always have smaller numbers than what is computed from them.
    /// </summary>
    internal long Number { get; set; }

    /// <summary>The pass that visited this operation last.</summary>
    internal uint Visited { get; set; }

    /// <summary>True when the pass needs the gradients of this operation's inputs.</summary>
    internal bool Needed { get; set; }

    /// <summary>True when the pass was asked for the gradient of one of this operation's results.</summary>
    internal bool Captured { get; set; }

    /// <summary>True after <see cref="Release"/>.</summary>
    internal bool Released { get; private set; }

    /// <summary>Gradient of the (first) result gathered so far.</summary>
    internal ref Tensor? Gradient => ref _gradient;

    /// <summary>True when nobody else holds <see cref="Gradient"/>, so that it may be added to in place.</summary>
    internal bool OwnsGradient { get; set; }

    /// <summary>Gives every wanted input its gradient through <paramref name="pass"/>.</summary>
    /// <param name="dy">Gradient of the first result, of its shape and type; may be a broadcast view.</param>
    /// <param name="pass">Receives the gradients.</param>
    public abstract void Backward(Tensor dy, BackwardPass pass);

    /// <summary>Drops the gradients gathered so far.</summary>
    internal virtual void ForgetGradients() => _gradient = null;

    /// <summary>Lets go of inputs and saved values after the backward walk.</summary>
    public virtual void Release()
    {
        (A, B, C) = (null, null, null);
        Released = true;
    }
}

/// <summary>An operation with several results, some of which may have no gradient in a given pass.</summary>
internal abstract class MultiOp : Op
{
    protected MultiOp(Tensor? a, Tensor? b = null, Tensor? c = null)
        : base(a, b, c)
    {
    }

    /// <summary>Gradients of the results behind the first.</summary>
    internal Tensor?[]? MoreGradients { get; set; }

    internal override void ForgetGradients()
    {
        base.ForgetGradients();
        MoreGradients = null;
    }

    public sealed override void Backward(Tensor dy, BackwardPass pass) =>
        throw new InvalidOperationException($"{Name}: has several results.");

    /// <summary>As <see cref="Op.Backward"/>, with one entry a result; null where no gradient reached it.</summary>
    public abstract void Backward(Tensor?[] dys, BackwardPass pass);
}
