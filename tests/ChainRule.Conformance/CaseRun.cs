namespace ChainRule.Conformance;

/// <summary>One run of a case: what the adapter computed, and how it compares.</summary>
/// <param name="golden">The case.</param>
public sealed class CaseRun(GoldenCase golden)
{
    private readonly HashSet<string> _compared = [];
    private readonly List<(Tensor Result, Tensor Cotangent)> _weighted = [];
    private readonly List<Comparison> _comparisons = [];

    /// <summary>The case: inputs and attributes.</summary>
    public GoldenCase Case { get; } = golden;

    /// <summary>What has been compared so far.</summary>
    public IReadOnlyList<Comparison> Comparisons => _comparisons;

    /// <summary>The input <c>in.NAME</c>.</summary>
    public Tensor In(string name) => Case.Given("in." + name);

    /// <summary>The input <c>in.NAME</c>, or null where the case has none.</summary>
    public Tensor? InOrNull(string name) => Case.Maybe("in." + name);

    /// <summary>The 0/1 integer input <c>in.NAME</c> as a mask, or null where the case has none.</summary>
    public Tensor? MaskOrNull(string name) => Case.Maybe("in." + name)?.To(DType.Bool);

    /// <summary>The parameter <c>param.NAME</c>, or null where the case has none.</summary>
    public Tensor? Param(string name) => Case.Maybe("param." + name);

    /// <summary>Compares a result with <c>out.NAME</c> and gives it its cotangent, if the case has one.</summary>
    public void Out(string name, Tensor result) => Compare("out." + name, result);

    /// <summary>Compares a state with <c>state_out.NAME</c> and gives it its cotangent, if the case has one.</summary>
    public void StateOut(string name, Tensor result) => Compare("state_out." + name, result);

    /// <summary>Compares a computed tensor with the expected one of the same full name.</summary>
    public void Compare(string name, Tensor result)
    {
        _comparisons.Add(Comparison.Of(name, result, Case.Stored(name), Case.Relative, Case.Absolute));
        _compared.Add(name);
        string plain = name[(name.IndexOf('.') + 1)..];
        if (Case.Has("grad_out." + plain)) _weighted.Add((result, Case.Stored("grad_out." + plain)));
    }

    /// <summary>Compares a sequence of numbers with the expected tensor of that full name.</summary>
    public void Compare(string name, IEnumerable<double> values)
    {
        double[] numbers = [.. values];
        Shape expected = Case.Stored(name).Shape;
        Compare(name, Tensor.From(numbers, expected.Count == numbers.Length ? expected : [numbers.Length]));
    }

    /// <summary>Back-propagates the cotangents, for an adapter that compares gradients itself.</summary>
    public void Back()
    {
        Tensor? total = null;
        foreach ((Tensor result, Tensor cotangent) in _weighted)
        {
            if (!result.RequiresGrad) continue;
            Tensor term = (result * cotangent.To(result.DType)).Sum();
            total = total is null ? term : total + term;
        }
        if (total is not null && total.RequiresGrad) total.Backward();
        _weighted.Clear();
    }

    /// <summary>
    /// Back-propagates the cotangents and compares every expected tensor the adapter has not compared itself.
    /// </summary>
    public void Finish()
    {
        Back();
        foreach (string name in Case.Names.Order(StringComparer.Ordinal))
        {
            if (_compared.Contains(name)) continue;
            if (name.StartsWith("grad.", StringComparison.Ordinal))
            {
                // No gradient in the framework counts as zeros.
                Tensor leaf = Case.Stored(name[5..]);
                Tensor computed = leaf.Grad ?? Tensor.Zeros(leaf.Shape);
                _comparisons.Add(Comparison.Of(name, computed, Case.Stored(name), Case.Relative, Case.Absolute));
            }
            else if (Case.IsExpected(name))
            {
                _comparisons.Add(Comparison.Of(name, null, Case.Stored(name), Case.Relative, Case.Absolute));
            }
        }
    }
}
