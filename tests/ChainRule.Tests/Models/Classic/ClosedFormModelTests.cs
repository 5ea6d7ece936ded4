using ChainRule.Models;
using ChainRule.Tests.Errors;
using static ChainRule.Tests.ModelsTests.LinearAlgebraTests;

namespace ChainRule.Tests.ModelsTests;

/// <summary>Perceptron, kernel ridge regression, principal components.</summary>
public sealed class ClosedFormModelTests
{
    [Fact]
    public void Perceptron_separates_what_a_plane_separates()
    {
        Tensor x = Tensor.From(Random(200, 1), [100, 2]);
        Tensor side = (x[.., 0] * 2) - x[.., 1] + 0.5;
        Tensor y = Tensor.From([.. side.ToArray<double>().Select(s => s > 0 ? 1.0 : -1)]);
        Perceptron perceptron = new(2);
        PerceptronFit fit = perceptron.Fit(x, y, maxPasses: 1000);
        var passes = fit.Passes;
        Assert.Equal(PerceptronOutcome.Separated, fit.Outcome);
        Assert.Equal(0, passes[^1].Mistakes);
        Assert.All(passes.SkipLast(1), p => Assert.NotEqual(0, p.Mistakes));
        Assert.Equal(y.ToArray<double>(), perceptron.Predict(x).To(DType.Float64).ToArray<double>());
        Assert.Equal(perceptron.Weight.ToArray<double>(), passes[^1].Weight.ToArray<double>());
    }

    [Theory]
    [InlineData(-1, -1, -1, 1, PerceptronOutcome.Separated)]          // and
    [InlineData(-1, 1, 1, 1, PerceptronOutcome.Separated)]            // or
    [InlineData(-1, 1, 1, -1, PerceptronOutcome.NotSeparable)]        // exclusive or
    [InlineData(1, -1, -1, 1, PerceptronOutcome.NotSeparable)]        // its opposite
    public void Perceptron_learns_and_and_or_and_says_that_it_cannot_learn_exclusive_or(
        int a, int b, int c, int d, PerceptronOutcome expected)
    {
        Tensor x = Tensor.From<float>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]), y = Tensor.From<float>([a, b, c, d]);
        Perceptron perceptron = new(2);
        PerceptronFit fit = perceptron.Fit(x, y, maxPasses: 30);
        Assert.Equal(expected, fit.Outcome);
        bool separated = expected == PerceptronOutcome.Separated;
        Assert.Equal(separated, fit.Passes.Count < 30);
        Assert.Equal(separated, double.IsFinite(perceptron.MistakeBound(x, y)));
        Assert.True(fit.Mistakes <= perceptron.MistakeBound(x, y));
        Assert.Equal(
            separated
                ? $"separated after {fit.Passes.Count} passes and {fit.Mistakes} mistakes"
                : "no plane separates the classes: the weights of pass 30 are those of an earlier one",
            fit.ToString());
    }

    [Fact]
    public void Perceptron_that_runs_out_of_passes_says_so()
    {
        // Both sides of 0.9: separable, but not in one pass.
        Tensor x = Tensor.From([1, 0.8], [2, 1]), y = Tensor.From(1.0, -1);
        PerceptronFit fit = new Perceptron(1).Fit(x, y, maxPasses: 1);
        Assert.Equal(PerceptronOutcome.Undecided, fit.Outcome);
        Assert.Equal("not separated in 1 passes, with 2 mistakes in the last", fit.ToString());
        Assert.Equal(PerceptronOutcome.Separated, new Perceptron(1).Fit(x, y, maxPasses: 1000).Outcome);
    }

    [Fact]
    public void Bound_on_mistakes_is_the_squared_radius_over_the_squared_margin()
    {
        Tensor x = Tensor.From([3.0, -3], [2, 1]), y = Tensor.From(1.0, -1);
        Perceptron perceptron = new(1, learningRate: 0.25);
        Assert.Equal(double.PositiveInfinity, perceptron.MistakeBound(x, y));
        // The first sample is a mistake: w = 3/4, b = 1/4. R^2 = 10, margin (9/4 - 1/4) / sqrt(10/16).
        Assert.Equal(1, perceptron.Fit(x, y).Mistakes);
        Assert.Equal(10 * (10.0 / 16) / 4, perceptron.MistakeBound(x, y), 1e-14);
    }

    [Fact]
    public void Mistakes_stay_below_their_bound()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            Tensor x = Tensor.From(Random(60, seed), [20, 3]);
            Tensor side = x.MatMul(Tensor.From(Random(3, seed + 100)));
            Tensor y = Tensor.From([.. side.ToArray<double>().Select(s => s > 0 ? 1.0 : -1)]);
            Perceptron perceptron = new(3, learningRate: 0.1 * seed);
            PerceptronFit fit = perceptron.Fit(x, y, maxPasses: 10000);
            Assert.Equal(PerceptronOutcome.Separated, fit.Outcome);
            Assert.True(fit.Mistakes <= perceptron.MistakeBound(x, y), $"seed {seed}");
        }
    }

    [Fact]
    public void Perceptron_moves_at_once_at_a_mistake()
    {
        Perceptron perceptron = new(1, learningRate: 0.5);
        // 0 is a mistake; so is the second, with what the first has learnt; the third is right.
        Assert.Equal(2, perceptron.Pass(Tensor.From<float>([2, 1, -1], [3, 1]), Tensor.From(1f, -1, -1)));
        Assert.Equal([0.5], perceptron.Weight.ToArray<double>());
        Assert.Equal(0, perceptron.Bias);
        Assert.Equal([1.5], perceptron.Score(Tensor.From<float>([3], [1, 1])).ToArray<double>());
    }

    [Fact]
    public void Kernel_ridge_with_a_linear_kernel_is_ridge_regression()
    {
        Tensor x = Tensor.From(Random(60, 2), [20, 3]), y = Tensor.From(Random(20, 3));
        var model = KernelRidge.Fit(x, y, new LinearKernel(), lambda: 0.7);
        TensorAssert.Close(
            model.KernelMatrix, new PolynomialKernel(Gamma: 1, Coef0: 0, Degree: 1).Matrix(x, x), new(1e-14, 1e-14));
        // w = (X^T X + lambda I)^-1 X^T y
        Tensor normal = x.T.MatMul(x) + (Tensor.Eye(3, DType.Float64) * 0.7);
        double[] w = LinearSolver.Solve(normal.ToArray<double>(), x.T.MatMul(y).ToArray<double>())!;
        Tensor points = Tensor.From(Random(15, 4), [5, 3]);
        AssertNear(
            points.MatMul(Tensor.From(w)).ToArray<double>(), model.Predict(points).ToArray<double>(), 1e-12);
    }

    [Fact]
    public void Kernel_ridge_without_penalty_passes_through_the_samples()
    {
        Tensor x = Tensor.Linspace(0, 4, 9).Unsqueeze(1), y = x.Squeeze(1).Sin();
        var model = KernelRidge.Fit(x, y, new RbfKernel(2), lambda: 0);
        TensorAssert.Close(y, model.Predict(x), new(1e-6, 1e-6));
        Assert.Equal(DType.Float32, model.Alpha.DType);
    }

    [Fact]
    public void Bootstrap_of_the_samples_themselves_is_the_fit()
    {
        Tensor x = Tensor.From(Random(16, 5), [8, 2]), y = Tensor.From(Random(8, 6));
        Tensor at = Tensor.From(Random(6, 7), [3, 2]);
        RbfKernel kernel = new(0.5);
        Tensor same = Tensor.From<long>([0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1, 0], [2, 8]);
        BootstrapBand band = KernelRidge.Bootstrap(x, y, at, kernel, 0.1, same);
        double[] fit = KernelRidge.Fit(x, y, kernel, 0.1).Predict(at).ToArray<double>();
        AssertNear(fit, band.Lower.ToArray<double>(), 1e-12);
        AssertNear(fit, band.Upper.ToArray<double>(), 1e-12);
    }

    [Fact]
    public void Bootstrap_band_has_the_interpolated_percentiles_of_its_predictions()
    {
        Tensor x = Tensor.From(Random(12, 8), [12, 1]), y = Tensor.From(Random(12, 9));
        Tensor at = Tensor.Zeros([1, 1], DType.Float64);
        BootstrapBand band = KernelRidge.Bootstrap(x, y, at, new RbfKernel(1), 0.5, new Rng(1), 11, low: 0, high: 25);
        double[] sorted = [.. band.Predictions.ToArray<double>().Order()];
        Assert.Equal(11, sorted.Distinct().Count());
        Assert.Equal(sorted[0], band.Lower.Item());
        Assert.Equal((sorted[2] + sorted[3]) / 2, band.Upper.Item(), 1e-12);        // position 10 * 0.25 = 2.5
        Tensor again = KernelRidge.Bootstrap(x, y, at, new RbfKernel(1), 0.5, new Rng(1), 11).Predictions;
        Assert.Equal(band.Predictions.ToArray<double>(), again.ToArray<double>());
    }

    [Fact]
    public void Bootstrap_fits_anything_and_counts_how_much_lies_below()
    {
        Tensor x = Tensor.From(Random(40, 12)) + 2;
        List<double> means = [];
        var band = BootstrapBand.Of(40, rows => Mean(x.IndexSelect(0, rows)), new Rng(5), resamples: 200);
        Assert.Equal([200, 1], band.Predictions.Shape.ToArray());
        Assert.Equal(means, band.Predictions.ToArray<double>());
        double centre = x.Mean().Item(), error = x.Std().Item() / Math.Sqrt(40);
        // The mean of 40 numbers is near normal: 90% within 1.64 standard errors.
        Assert.InRange((band.Lower.Item() - centre) / error, -2, -1.3);
        Assert.InRange((band.Upper.Item() - centre) / error, 1.3, 2);
        double[] sorted = [.. means.Order()];
        Assert.Equal(0.25, band.Cdf(Tensor.Scalar(sorted[49])).Item(), 1e-15);
        Assert.Equal(1, band.Cdf(Tensor.From(sorted[^1])).Item());
        Assert.Equal(0, band.Cdf(Tensor.Scalar(sorted[0] - 1)).Item());

        Tensor Mean(Tensor sample)
        {
            means.Add(sample.Mean().Item());
            return sample.Mean().Reshape(1);
        }
    }

    [Fact]
    public void Principal_components_are_orthonormal_and_their_coordinates_uncorrelated()
    {
        Tensor x = Tensor.From(Random(200, 10), [50, 4]).MatMul(Tensor.From(Random(16, 11), [4, 4])) + 3;
        Pca pca = Pca.Fit(x, 3);
        TensorAssert.Close(
            Tensor.Eye(3, DType.Float64), pca.Components.MatMul(pca.Components.T), new(1e-12, 1e-12));
        TensorAssert.Close(pca.Projector, pca.Projector.MatMul(pca.Projector), new(1e-12, 1e-12));
        Tensor z = pca.Transform(x), covariance = z.T.MatMul(z) / 49;
        AssertNear([0, 0, 0], z.Mean(0).ToArray<double>(), 1e-12);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
                Assert.Equal(i == j ? pca.Eigenvalues[i].Item() : 0, covariance[i, j].Item(), 1e-10);
        }
        // What is lost is what the directions left out would have kept.
        double lost = (x - pca.Reconstruct(x)).Square().Sum().Item() / 49;
        Assert.Equal(pca.Eigenvalues[3].Item(), lost, 1e-10);
        Assert.Equal(1 - (lost / pca.Eigenvalues.Sum().Item()), pca.Explained, 1e-12);
        TensorAssert.Close(x, Pca.Fit(x, 4).Reconstruct(x), new(1e-12, 1e-12));
    }

    [Fact]
    public void Principal_components_of_constant_samples_explain_all()
    {
        Pca pca = Pca.Fit(Tensor.Ones([3, 2]), 1);
        Assert.Equal(1, pca.Explained);
        Assert.Equal([0f, 0], pca.Eigenvalues.ToArray<float>());
        Assert.Equal(DType.Float32, pca.Components.DType);
    }

    [Fact]
    public void Wrong_data_is_named()
    {
        Tensor x = Tensor.Zeros([3, 2]), y = Tensor.Zeros([3]);
        ErrorSnapshot.Throws<ShapeException>(
            "Perceptron: x must be [rows, 4] with 1 row or more, got [3, 2].", () => new Perceptron(4).Pass(x, y));
        ErrorSnapshot.Throws<ArgumentException>(
            "Perceptron: the class of row 0 is 0; 1 or -1 is expected. (Parameter 'y')",
            () => new Perceptron(2).Fit(x, y));
        ErrorSnapshot.Throws<ShapeException>(
            "KernelRidge: y must be [3], got [2].",
            () => KernelRidge.Fit(x, Tensor.Zeros([2]), new RbfKernel(1), 1));
        ErrorSnapshot.Throws<ArgumentException>(
            "KernelRidge: K + lambda I has no inverse with lambda 0; some samples are alike to the kernel, and a "
            + "larger lambda tells them apart. (Parameter 'lambda')",
            () => KernelRidge.Fit(x, y, new RbfKernel(1), 0));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "KernelRidge: a resample names row 3; there are rows 0 to 2. (Parameter 'indices')\nActual value was 3.",
            () => KernelRidge.Bootstrap(x, y, x, new RbfKernel(1), 1, Tensor.From<long>([0, 3], [1, 2])));
        ErrorSnapshot.Throws<ArgumentException>(
            "Pca: element 2 of x, counted in rows, is NaN; finite numbers are expected. (Parameter 'x')",
            () => Pca.Fit(Tensor.From([1, 2, float.NaN, 4], [2, 2]), 1));
        ErrorSnapshot.Throws<ShapeException>(
            "Pca: x must have 2 rows or more, got [1, 2].", () => Pca.Fit(Tensor.Zeros([1, 2]), 1));
        ErrorSnapshot.Throws<ShapeException>(
            "Pca: expects [rows, 2], got [3, 1].", () => Pca.Fit(x, 1).Transform(Tensor.Zeros([3, 1])));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pca.Fit(x, 3));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "KernelRidge: lambda is -1; expected 0 or more. (Parameter 'lambda')",
            () => KernelRidge.Fit(x, y, new RbfKernel(1), -1));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "Gamma is 0; expected a number above 0. (Parameter 'Gamma')", () => new RbfKernel(0));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "Degree is -1; expected 0 or more. (Parameter 'Degree')", () => new PolynomialKernel(1, 1, -1));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "Percentiles are 95 and 5; expected 0 <= low <= high <= 100. (Parameter 'low')",
            () => BootstrapBand.Of(x, 95, 5));
        ErrorSnapshot.Throws<ShapeException>(
            "BootstrapBand: values must be [2] or a single number, got [3].", () => BootstrapBand.Of(x).Cdf(y));
    }
}
