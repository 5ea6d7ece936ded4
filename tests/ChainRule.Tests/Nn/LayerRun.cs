using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>The layer of a row in float64, repeatable: each run draws the same random numbers.</summary>
internal sealed class LayerRun
{
    private readonly Layer _layer;
    private readonly RngState[] _states;

    public LayerRun(LayerRow row, bool training)
    {
        _layer = row.Make(new Rng(1), DType.Float64);
        if (!training) _layer.Eval();
        _states = [.. _layer.Generators().Select(g => g.Rng.State)];
        X = row.Sample(DType.Float64);
        Leaves = [.. _layer.NamedParameters().Select(p => (p.Key, p.Parameter.Value))];
        if (!X.DType.IsFloatingPoint()) return;
        X.RequiresGrad = true;
        Leaves.Add(("x", X));
    }

    public Tensor X { get; }

    /// <summary>Parameters and input: what gradients are taken for.</summary>
    public List<(string Name, Tensor Leaf)> Leaves { get; }

    private Tensor[] Points => [.. Leaves.Select(l => l.Leaf)];

    public static Tensor Normal(Shape shape, ulong seed) => Tensor.Randn(shape, new Rng(seed), dtype: DType.Float64);

    public Tensor Forward(Tensor x)
    {
        foreach (((_, Rng rng), RngState state) in _layer.Generators().Zip(_states)) rng.State = state;
        return _layer.Forward(x);
    }

    public Tensor[] Gradients(Tensor projection) => Autograd.Grad(Forward(X), Points, projection);

    /// <summary>
    /// A random projection of all gradients, differentiated once more, against central differences of that projection.
    /// </summary>
    public void CheckSecondOrder()
    {
        Tensor projection = Normal(Forward(X).Shape, 3);
        Tensor[] weights = [.. Leaves.Select((l, i) => Normal(l.Leaf.Shape, 20 + (ulong)i))];
        Tensor once = Projected(createGraph: true);
        Assert.Equal(once.Item(), Projected(createGraph: false).Item(), 1e-9 * (1 + Math.Abs(once.Item())));
        Tensor[] twice = once.RequiresGrad
            ? Autograd.Grad(once, Points)
            : [.. Points.Select(p => Tensor.Zeros(p.Shape, DType.Float64))];
        foreach (((string name, Tensor leaf), Tensor second) in Leaves.Zip(twice))
        {
            double[] analytic = second.ToArray<double>();
            for (int i = 0; i < analytic.Length; i++)
            {
                const double epsilon = 1e-5;
                double numeric = (At(leaf, i, epsilon) - At(leaf, i, -epsilon)) / (2 * epsilon);
                Assert.True(
                    Math.Abs(analytic[i] - numeric) <= 1e-6 + (1e-5 * Math.Abs(numeric)),
                    $"second derivative by {name}[{i}]: {analytic[i]} by back-propagation, {numeric} by differences");
            }
        }

        Tensor Projected(bool createGraph)
        {
            Tensor[] gradients = Autograd.Grad(Forward(X), Points, projection, createGraph: createGraph);
            Tensor sum = Tensor.Scalar(0, DType.Float64);
            for (int i = 0; i < gradients.Length; i++) sum += (gradients[i] * weights[i]).Sum();
            return sum;
        }

        double At(Tensor leaf, int element, double shift)
        {
            double[] values = leaf.ToArray<double>();
            double before = values[element];
            values[element] = before + shift;
            Tensor.From(values, leaf.Shape).CopyDense(leaf);
            double result = Projected(createGraph: false).Item();
            values[element] = before;
            Tensor.From(values, leaf.Shape).CopyDense(leaf);
            return result;
        }
    }
}
