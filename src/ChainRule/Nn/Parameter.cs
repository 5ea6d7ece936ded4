using System.Diagnostics.CodeAnalysis;

namespace ChainRule.Nn;

/// <summary>
/// A tensor that a module owns and an optimiser changes. Stands for its <see cref="Value"/> wherever a tensor is
/// expected.
/// </summary>
public sealed class Parameter
{
    internal Parameter(string name, Tensor value)
    {
        Name = name;
        // Dense memory that lasts and that nobody else looks into.
        Value = value.Detach();
        Value.RequiresGrad = true;
    }

    /// <summary>Name inside its module, as in PyTorch: "weight", "bias".</summary>
    public string Name { get; }

    /// <summary>The numbers, a leaf of every graph they enter.</summary>
    public Tensor Value { get; }

    /// <summary>
    /// Gradient summed up by <see cref="Tensor.Backward"/>, of the value's shape; null before the first and after
    /// ZeroGrad.
    /// </summary>
    public Tensor? Grad => Value.Grad;

    /// <summary>Sizes.</summary>
    public Shape Shape => Value.Shape;

    /// <summary>A frozen parameter gets no gradient and is not changed by optimisers.</summary>
    public bool Frozen
    {
        get => !Value.RequiresGrad;
        set => Value.RequiresGrad = !value;
    }

    /// <summary>
    /// Overwrites the numbers, for an initialisation of one's own: <c>layer.Weight.Set(Init.XavierUniform(...))</c>.
    /// </summary>
    /// <param name="values">Shape and dtype of <see cref="Value"/>; copied.</param>
    /// <exception cref="ShapeException">The shape is another.</exception>
    /// <exception cref="DTypeException">The type is another.</exception>
    public void Set(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Shape != Shape)
            throw new ShapeException($"Set: {Name} is {Shape}, got {values.Shape}.", Shape, values.Shape);
        if (values.DType != Value.DType)
        {
            throw new DTypeException(
                $"Set: {Name} is {Value.DType.Text()}, got {values.DType.Text()}.", Value.DType, values.DType);
        }
        values.CopyDense(Value);
    }

    /// <summary>The numbers.</summary>
    /// <param name="parameter">Parameter, or null.</param>
    [return: NotNullIfNotNull(nameof(parameter))]
    public static implicit operator Tensor?(Parameter? parameter) => parameter?.Value;

    /// <summary>Name, sizes and type.</summary>
    public override string ToString() => $"{Name} {Shape} {Value.DType.Text()}";
}
