namespace ChainRule.Models;

/// <summary>Checks that the recurrent units written out gate by gate share.</summary>
internal static class HandGates
{
    /// <summary>Checks that all gates have weights and biases of one size.</summary>
    public static void Check(string subject, params ReadOnlySpan<(Tensor Weight, Tensor Bias)> gates)
    {
        foreach (var (weight, bias) in gates)
        {
            ArgumentNullException.ThrowIfNull(weight);
            ArgumentNullException.ThrowIfNull(bias);
        }
        Shape first = gates[0].Weight.Shape;
        foreach (var (weight, bias) in gates)
        {
            if (first.Rank == 2 && first[1] > first[0] && weight.Shape == first && bias.Shape == [first[0]])
            {
                ClassicInput.NeedFloat(subject, weight, "a weight");
                ClassicInput.SameType(subject, weight, "a weight", gates[0].Weight.DType, "the first one");
                ClassicInput.SameType(subject, bias, "a bias", gates[0].Weight.DType, "the weights");
                continue;
            }
            throw new ShapeException(
                $"{subject}: expects weights [hidden, hidden + inputs] and biases [hidden], of one size for all gates, "
                + $"got {weight.Shape} and {bias.Shape}.", weight.Shape, bias.Shape);
        }
    }

    /// <summary>The state before the first step.</summary>
    public static Tensor Start(string subject, Tensor? state, Tensor weight, string name)
    {
        Shape expected = [weight.Shape[0]];
        if (state is null) return Tensor.Zeros(expected, weight.DType);
        if (state.Shape != expected)
            throw new ShapeException($"{subject}: {name} must be {expected}, got {state.Shape}.", state.Shape);
        ClassicInput.SameType(subject, state, name, weight.DType, "the weights");
        return state;
    }

    /// <summary>The steps of a sequence.</summary>
    public static IReadOnlyList<Tensor> Steps(string subject, Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        int inputs = weight.Shape[1] - weight.Shape[0];
        if (x.Rank != 2 || x.Shape[0] == 0 || x.Shape[1] != inputs)
        {
            throw new ShapeException(
                $"{subject}: x must be [T, {inputs}] with 1 step or more, got {x.Shape}.", x.Shape);
        }
        ClassicInput.SameType(subject, x, nameof(x), weight.DType, "the weights");
        return [.. Enumerable.Range(0, x.Shape[0]).Select(t => x[t])];
    }
}
