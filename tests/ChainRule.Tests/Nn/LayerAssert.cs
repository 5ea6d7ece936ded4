using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

internal static class LayerAssert
{
    /// <summary>Compares the gradients of the input and of every parameter with central differences.</summary>
    public static void Gradients(Layer layer, Tensor input, double epsilon = 1e-6, double tolerance = 1e-5)
    {
        RngState[] states = [.. layer.Generators().Select(g => g.Rng.State)];
        Tensor x = input.Detach();
        if (x.DType.IsFloatingPoint()) x.RequiresGrad = true;
        Tensor y = Run(x);
        Tensor projection = Tensor.Randn(y.Shape, new Rng(3), dtype: DType.Float64);
        List<(string Name, Tensor Leaf)> leaves =
            [.. layer.NamedParameters().Select(p => (p.Key, p.Parameter.Value))];
        if (x.RequiresGrad) leaves.Add(("x", x));
        Tensor[] gradients = Autograd.Grad(y, [.. leaves.Select(l => l.Leaf)], projection);
        using NoGrad.Scope noGrad = NoGrad.Begin();
        foreach (((string name, Tensor leaf), Tensor gradient) in leaves.Zip(gradients))
        {
            double[] analytic = gradient.ToArray<double>();
            for (int i = 0; i < analytic.Length; i++)
            {
                double numeric = (At(leaf, i, epsilon) - At(leaf, i, -epsilon)) / (2 * epsilon);
                double error = Math.Abs(analytic[i] - numeric);
                Assert.True(
                    error <= 1e-7 + (tolerance * Math.Abs(numeric)),
                    $"{name}[{i}]: {analytic[i]} by back-propagation, {numeric} by differences");
            }
        }

        double At(Tensor leaf, int element, double shift)
        {
            double[] values = leaf.ToArray<double>();
            double before = values[element];
            values[element] = before + shift;
            Tensor.From(values, leaf.Shape).CopyDense(leaf);
            double result = (Run(x) * projection).Sum().Item();
            values[element] = before;
            Tensor.From(values, leaf.Shape).CopyDense(leaf);
            return result;
        }

        // Random layers draw the same numbers each time.
        Tensor Run(Tensor at)
        {
            foreach (((_, Rng rng), RngState state) in layer.Generators().Zip(states)) rng.State = state;
            return layer.Forward(at);
        }
    }
}
