namespace ChainRule;

/// <summary>Sizes that do not fit: a wrong rank, a wrong size, shapes that do not broadcast.</summary>
public sealed class ShapeException : ChainRuleException
{
    /// <summary>An error with its text and the shapes it speaks of.</summary>
    /// <param name="message">What was given and what is expected.</param>
    /// <param name="shapes">The shapes involved, in the order of the operands.</param>
    public ShapeException(string message, params IReadOnlyList<Shape> shapes)
        : base(message) => Shapes = shapes;

    /// <summary>The shapes involved, in the order of the operands.</summary>
    public IReadOnlyList<Shape> Shapes { get; }
}

/// <summary>An element type that an operation does not take.</summary>
public sealed class DTypeException : ChainRuleException
{
    /// <summary>An error with its text and the types it speaks of.</summary>
    /// <param name="message">What was given and what is expected.</param>
    /// <param name="dtypes">The types involved, in the order of the operands.</param>
    public DTypeException(string message, params IReadOnlyList<DType> dtypes)
        : base(message) => DTypes = dtypes;

    /// <summary>The types involved, in the order of the operands.</summary>
    public IReadOnlyList<DType> DTypes { get; }
}

/// <summary>Tensors on different devices, or an operation that a device lacks.</summary>
public sealed class DeviceException : ChainRuleException
{
    /// <summary>An error with its text.</summary>
    /// <param name="message">What was given and what is expected.</param>
    public DeviceException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// A wrong use of differentiation: no graph, a graph already released, a tensor whose step has ended.
/// </summary>
public sealed class GradException : ChainRuleException
{
    /// <summary>An error with its text.</summary>
    /// <param name="message">What went wrong and what to do.</param>
    public GradException(string message)
        : base(message)
    {
    }
}
