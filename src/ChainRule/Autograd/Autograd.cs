namespace ChainRule;

/// <summary>Derivatives as values: gradients, Jacobians, Hessians and their products with vectors.</summary>
/// <remarks>Functions that take a function record what it computes, inside <see cref="NoGrad"/> too.</remarks>
public static class Autograd
{
    /// <summary>
    /// Gradient of a number with respect to one tensor of its graph, without touching any <see cref="Tensor.Grad"/>.
    /// </summary>
    /// <param name="output"><c>...</c>: result to differentiate.</param>
    /// <param name="input"><c>...</c>: leaf, or a tensor in the middle of the graph.</param>
    /// <param name="gradient">
    /// Shape of <paramref name="output"/>: gradient of what is wanted with respect to the output; 1 if left out.
    /// </param>
    /// <param name="retainGraph">Keeps saved values, so that the graph can be walked again.</param>
    /// <param name="createGraph">
    /// Records the walk, so that the gradient can be differentiated again; implies <paramref name="retainGraph"/>.
    /// </param>
    /// <returns>Shape and dtype of <paramref name="input"/>; zeros if the output does not depend on it.</returns>
    /// <exception cref="GradException">Input or output requires no gradient, or the graph was released.</exception>
    /// <exception cref="ShapeException">No gradient is given and the output has more than one element.</exception>
    public static Tensor Grad(
        Tensor output, Tensor input, Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        Grad(output, [input], gradient, retainGraph, createGraph)[0];

    /// <summary>
    /// Gradients of a number with respect to several tensors of its graph, without touching any
    /// <see cref="Tensor.Grad"/>.
    /// </summary>
    /// <param name="output"><c>...</c>: result to differentiate.</param>
    /// <param name="inputs"><c>...</c> each: leaves, or tensors in the middle of the graph.</param>
    /// <param name="gradient">
    /// Shape of <paramref name="output"/>: gradient of what is wanted with respect to the output; 1 if left out.
    /// </param>
    /// <param name="retainGraph">Keeps saved values, so that the graph can be walked again.</param>
    /// <param name="createGraph">
    /// Records the walk, so that gradients can be differentiated again; implies <paramref name="retainGraph"/>.
    /// </param>
    /// <returns>
    /// One gradient for each input, of its shape and dtype; zeros where the output does not depend on it.
    /// </returns>
    /// <exception cref="GradException">Input or output requires no gradient, or the graph was released.</exception>
    /// <exception cref="ShapeException">
    /// No gradient is given and the output has more than one element, or shapes differ.
    /// </exception>
    public static Tensor[] Grad(
        Tensor output, IReadOnlyList<Tensor> inputs, Tensor? gradient = null, bool retainGraph = false,
        bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        if (!output.RequiresGrad)
            throw new GradException(
                "Grad: the output requires no gradient: nothing it was computed from has RequiresGrad set.");
        Dictionary<Tensor, Tensor?> captured = new(ReferenceEqualityComparer.Instance);
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (!input.RequiresGrad)
                throw new GradException(
                    "Grad: an input requires no gradient; set RequiresGrad before the output is computed.");
            captured[input] = null;
        }
        BackwardPass.Run(
            output, BackwardPass.Seed(output, gradient, createGraph, "Grad"), retainGraph || createGraph,
            createGraph, captured);
        Tensor[] gradients = new Tensor[inputs.Count];
        for (int i = 0; i < gradients.Length; i++)
            gradients[i] = captured[inputs[i]] ?? Tensor.Zeros(inputs[i].Shape, inputs[i].DType);
        return gradients;
    }

    /// <summary>
    /// All first derivatives of a function at a point: entry (i, j) is the derivative of result i by element j.
    /// </summary>
    /// <param name="function">Function of one tensor; called once.</param>
    /// <param name="x"><c>...</c> float32 or float64: the point.</param>
    /// <param name="createGraph">Records the derivatives, so that they can be differentiated again.</param>
    /// <returns>Shape of the result followed by that of <paramref name="x"/>.</returns>
    public static Tensor Jacobian(Func<Tensor, Tensor> function, Tensor x, bool createGraph = false)
    {
        using NoGrad.Scope _ = Graph.Resume();
        Tensor at = Point(function, x, createGraph);
        return Rows(function(at), at, createGraph);
    }

    /// <summary>All second derivatives of a function with one result.</summary>
    /// <param name="function">Function of one tensor with a single number as its result.</param>
    /// <param name="x"><c>...</c> float32 or float64: the point.</param>
    /// <returns>
    /// Shape of <paramref name="x"/> twice: entry (i, j) is the second derivative by elements i and j.
    /// </returns>
    /// <exception cref="ShapeException">The function has more than one result.</exception>
    public static Tensor Hessian(Func<Tensor, Tensor> function, Tensor x)
    {
        using NoGrad.Scope _ = Graph.Resume();
        Tensor at = Point(function, x, keepGraph: false);
        return Rows(FirstDerivative(function, at, "Hessian"), at, createGraph: false);
    }

    /// <summary>
    /// Product of the Hessian with a vector, at the cost of a few evaluations and without the Hessian in memory.
    /// </summary>
    /// <param name="function">Function of one tensor with a single number as its result.</param>
    /// <param name="x"><c>...</c> float32 or float64: the point.</param>
    /// <param name="v">Shape and dtype of <paramref name="x"/>: the vector.</param>
    /// <returns>Shape and dtype of <paramref name="x"/>.</returns>
    /// <remarks>
    /// Source: Pearlmutter, "Fast exact multiplication by the Hessian" (1994), here by differentiating g'v.
    /// </remarks>
    /// <exception cref="ShapeException">
    /// The function has more than one result, or v has another shape than x.
    /// </exception>
    /// <exception cref="DTypeException">v has another type than x.</exception>
    public static Tensor Hvp(Func<Tensor, Tensor> function, Tensor x, Tensor v)
    {
        ArgumentNullException.ThrowIfNull(v);
        using NoGrad.Scope _ = Graph.Resume();
        Tensor at = Point(function, x, keepGraph: false);
        if (v.Shape != at.Shape) throw new ShapeException($"Hvp: v is {v.Shape}, x is {at.Shape}.", v.Shape, at.Shape);
        if (v.DType != at.DType)
            throw new DTypeException($"Hvp: v is {v.DType.Text()}, x is {at.DType.Text()}.", v.DType, at.DType);
        Tensor gradient = FirstDerivative(function, at, "Hvp");
        return gradient.RequiresGrad ? Grad(gradient, at, v) : Tensor.Zeros(at.Shape, at.DType);
    }

    private static Tensor FirstDerivative(Func<Tensor, Tensor> function, Tensor at, string caller)
    {
        Tensor y = function(at);
        if (y.Count != 1)
        {
            throw new ShapeException(
                $"{caller}: the function must have one number as its result, got {y.Shape}.", y.Shape);
        }
        return y.RequiresGrad ? Grad(y, at, createGraph: true) : Tensor.Zeros(at.Shape, at.DType);
    }

    private static Tensor Point(Func<Tensor, Tensor> function, Tensor x, bool keepGraph)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(x);
        if (keepGraph && x.RequiresGrad) return x;
        Tensor at = x.Detach();
        at.RequiresGrad = true;
        return at;
    }

    private static Tensor Rows(Tensor y, Tensor x, bool createGraph)
    {
        Shape shape = Shape.Create([.. y.Shape.Dims, .. x.Shape.Dims]);
        if (!y.RequiresGrad || y.Count == 0) return Tensor.Zeros(shape, x.DType);
        Tensor flat = y.Reshape(-1);
        List<Tensor> rows = [];
        for (int i = 0; i < flat.Count; i++)
        {
            Tensor unit = Tensor.Zeros(flat.Shape, flat.DType);
            unit[i..(i + 1)].Fill(1);
            rows.Add(Grad(flat, x, unit, retainGraph: true, createGraph));
        }
        return Tensor.Stack(rows).Reshape(shape);
    }
}
