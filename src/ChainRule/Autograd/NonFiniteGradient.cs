namespace ChainRule;

/// <summary>
/// Finds the first operation of a walk back that made a gradient NaN or infinite from finite ones, while this thread
/// has one open.
/// </summary>
internal sealed class NonFiniteGradient : IDisposable
{
    [ThreadStatic]
    private static NonFiniteGradient? t_current;

    public NonFiniteGradient() => t_current = this;

    public static NonFiniteGradient? Current => t_current;

    /// <summary>The operation; null while all gradients were finite.</summary>
    public string? Operation { get; private set; }

    /// <summary>Its place in the order of recording.</summary>
    public long Number { get; private set; }

    /// <summary>The gradient that it made.</summary>
    public Tensor? Gradient { get; private set; }

    public void Dispose() => t_current = null;

    /// <summary>Looks at what an operation has just given to its inputs.</summary>
    public void Look(Op op)
    {
        if (Operation is not null) return;
        Look(op, op.A);
        Look(op, op.B);
        Look(op, op.C);
        foreach (Tensor input in op.MoreInputs) Look(op, input);
    }

    private void Look(Op op, Tensor? input)
    {
        if (Operation is not null || input is null) return;
        if (GradientOf(input) is not { } gradient || gradient.AllFinite()) return;
        (Operation, Number, Gradient) = (op.Name, op.Number, gradient);
    }

    private static Tensor? GradientOf(Tensor input) => input.Op switch
    {
        null => input.Grad,
        MultiOp { MoreGradients: { } more } when input.OutputIndex > 0 => more[input.OutputIndex],
        { } made => input.OutputIndex == 0 ? made.Gradient : null,
    };
}
