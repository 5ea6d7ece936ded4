using System.Collections;
using System.Globalization;

namespace ChainRule.Nn;

/// <summary>
/// Layers side by side that all take the same input. What becomes of their results is the kind of container:
/// <see cref="ChainRule.Nn.Add"/>, <see cref="Concat"/>, <see cref="Max"/>, <see cref="Switch"/>,
/// <see cref="MixtureOfExperts"/>. Takes what every branch takes; gradients of the input add up.
/// </summary>
/// <remarks>
/// Written as a list: <code>new Concat(dim: 1) { new Conv2d(8, 4, 1), new Conv2d(8, 4, 3, padding: 1) }</code> Branches
/// are named "0", "1", ... or by <see cref="Add(string, Layer)"/>. Where branches go different ways and meet again
/// later, <see cref="Network"/> says so more plainly.
/// </remarks>
public abstract class Branches : Layer, IReadOnlyList<Layer>
{
    private readonly List<Layer> _branches = [];

    /// <summary>The given branches in order.</summary>
    /// <param name="branches">Branches; more can be added later.</param>
    protected Branches(ReadOnlySpan<Layer> branches)
    {
        foreach (Layer branch in branches) Add(branch);
    }

    /// <summary>How many branches there are.</summary>
    public int Count => _branches.Count;

    /// <summary>A branch by position.</summary>
    /// <param name="index">Position from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public Layer this[int index] => _branches[index];

    /// <summary>Adds a branch, named by its position.</summary>
    /// <param name="branch">Branch; <see cref="Identity"/> for the input itself.</param>
    public void Add(Layer branch) => Add(_branches.Count.ToString(CultureInfo.InvariantCulture), branch);

    /// <summary>Adds a named branch.</summary>
    /// <param name="name">Name, which becomes part of the keys of its parameters.</param>
    /// <param name="branch">Branch.</param>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    public void Add(string name, Layer branch) => _branches.Add(AddModule(name, branch));

    /// <summary>The branches in order.</summary>
    public IEnumerator<Layer> GetEnumerator() => _branches.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What each branch makes of an input.</summary>
    /// <param name="x">Input.</param>
    /// <returns>The results, one or more, in the order of the branches.</returns>
    /// <exception cref="InvalidOperationException">There is no branch.</exception>
    protected Tensor[] Results(Tensor x)
    {
        CheckAny();
        return [.. _branches.Select(b => b.Forward(x))];
    }

    /// <summary>What each branch makes of an input, where all must give the same shape.</summary>
    /// <param name="x">Input.</param>
    /// <returns>The results, one or more of one shape.</returns>
    /// <exception cref="InvalidOperationException">There is no branch.</exception>
    /// <exception cref="ShapeException">Two shapes differ.</exception>
    protected Tensor[] ResultsOfOneShape(Tensor x)
    {
        Tensor[] results = Results(x);
        if (results.Any(r => r.Shape != results[0].Shape)) throw Misfit("the branches must give one shape", results);
        return results;
    }

    private protected void CheckAny()
    {
        if (_branches.Count == 0) throw new InvalidOperationException($"{GetType().Name}: there is no branch.");
    }

    private protected ShapeException Misfit(string rule, Tensor[] results)
    {
        IEnumerable<string> given = _branches.Zip(results, (b, r) => $"{b.Key} ({b.Summary}) gives {r.Shape}");
        return new ShapeException(
            $"{GetType().Name}: {rule}: {string.Join(", ", given)}.", [.. results.Select(r => r.Shape)]);
    }
}
