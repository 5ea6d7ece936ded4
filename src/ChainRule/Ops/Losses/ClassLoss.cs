namespace ChainRule.Ops;

/// <summary>Checks that cross-entropy and negative log-likelihood share.</summary>
internal static class ClassLoss
{
    /// <summary>Checks logits (or log-probabilities) and the weights of the classes.</summary>
    public static void CheckInput(string name, Tensor input, Tensor? weight)
    {
        Elementwise.CheckType(name, input.DType, takesIntegers: false);
        if (input.Rank == 0)
            throw new ShapeException($"{name}: the input must be [N, C], [N, C, d1, ...] or [C], got a single number.",
                input.Shape);
        int classes = input.Dims[input.Rank == 1 ? 0 : 1];
        if (weight is null) return;
        if (weight.DType != input.DType)
            throw new DTypeException($"{name}: weight is {weight.DType.Text()}, input {input.DType.Text()}.",
                weight.DType, input.DType);
        if (weight.Shape != [classes])
            throw new ShapeException($"{name}: weight must be [{classes}], one number a class, got {weight.Shape}.",
                weight.Shape, input.Shape);
    }

    /// <summary>The labels as dense Int64, with their shape, type and range checked.</summary>
    public static Tensor Labels(string name, Tensor input, Tensor target, AxisPlan plan, long? ignoreIndex)
    {
        Tensor labels = IndexTensor.Dense(name, "target", target);
        ReadOnlySpan<int> before = input.Dims[..plan.Dim], after = input.Dims[(plan.Dim + 1)..];
        if (labels.Rank != input.Rank - 1 || !labels.Dims.StartsWith(before) || !labels.Dims.EndsWith(after))
        {
            int[] expected = [.. before, .. after];
            throw new ShapeException(
                $"{name}: target must be [{string.Join(", ", expected)}], one label a position, got {target.Shape}.\n"
                + $"  {Elementwise.Operand("input", input)}",
                input.Shape, target.Shape)
            {
                Help = labels.Shape == input.Shape
                    ? "one-hot targets must be float; class numbers have no class dimension." : null,
            };
        }
        IndexTensor.Check(name, "label", labels, plan.Length, $"{plan.Length} classes", ignoreIndex);
        return labels;
    }

    /// <summary>The weight of each label, without gradient.</summary>
    public static Tensor WeightOf(Tensor weight, Tensor labels) =>
        weight.Detach().IndexSelect(0, labels.Reshape(-1)).Reshape(labels.Shape);

    /// <summary>One number a class, shaped to broadcast over the input.</summary>
    public static Tensor AlongClasses(Tensor weight, Tensor input)
    {
        if (input.Rank <= 2) return weight;
        int[] dims = new int[input.Rank - 1];
        Array.Fill(dims, 1);
        dims[0] = weight.Count;
        return weight.Reshape(dims);
    }
}
