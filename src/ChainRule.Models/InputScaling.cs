namespace ChainRule.Models;

/// <summary>Brings inputs to mean 0 and deviation 1 as the training data had them: y = (x - mean) / std.</summary>
/// <param name="Mean">One number for all, or one for each channel of images or each feature of rows.</param>
/// <param name="Std">As many numbers, none 0.</param>
public sealed record InputScaling(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>Scales inputs.</summary>
    /// <param name="x"><c>[N, C, ...]</c> float32 or float64; C is the count of numbers here, unless that is 1.</param>
    /// <returns>Shape and dtype of <paramref name="x"/>.</returns>
    /// <exception cref="ShapeException">The counts of channels or features differ.</exception>
    public Tensor Apply(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Mean.Count != 1 && (x.Rank < 2 || x.Shape[1] != Mean.Count))
            throw new ShapeException($"InputScaling: expects [N, {Mean.Count}, ...], got {x.Shape}.", x.Shape);
        int[] dims = [Mean.Count, .. Enumerable.Repeat(1, Math.Max(0, x.Rank - 2))];
        return (x - Tensor.From(Mean.ToArray(), dims).To(x.DType)) / Tensor.From(Std.ToArray(), dims).To(x.DType);
    }

    /// <summary>What is wrong with the numbers; null where nothing is.</summary>
    internal string? Problem()
    {
        if (Mean.Count == 0 || Mean.Count != Std.Count)
            return $"input scaling needs as many means as deviations, got {Mean.Count} and {Std.Count}.";
        return Mean.Concat(Std).All(double.IsFinite) && !Std.Contains(0)
            ? null
            : "input scaling holds a number that is not finite, or a deviation of 0.";
    }
}
