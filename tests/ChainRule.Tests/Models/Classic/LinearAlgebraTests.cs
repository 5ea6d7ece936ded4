using ChainRule.Kernels;
using ChainRule.Models;

namespace ChainRule.Tests.ModelsTests;

/// <summary>The linear algebra beneath the classic models.</summary>
public sealed class LinearAlgebraTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void Solution_satisfies_the_equations(int n)
    {
        double[] a = Random(n * n, 1), x = Random(n, 2), b = Times(a, x, n);
        // A zero in the corner: without exchanging rows there is no first step.
        if (n > 1) (a[0], b[0]) = (0, b[0] - (a[0] * x[0]));
        AssertNear(x, LinearSolver.Solve(a, b)!, 1e-9);
    }

    [Theory]
    [InlineData(0.0, 0.0, 0.0, 0.0)]
    [InlineData(1.0, 2.0, 2.0, 4.0)]
    [InlineData(0.1, 0.3, 0.2, 0.6)]
    public void Singular_matrix_has_no_solution(params double[] a) => Assert.Null(LinearSolver.Solve(a, [1, 1]));

    [Fact]
    public void Tiny_and_huge_numbers_are_solved_alike()
    {
        foreach (double scale in (double[])[1e-200, 1e200])
            AssertNear([2, 1], LinearSolver.Solve([scale, 0, 0, 3 * scale], [2 * scale, 3 * scale])!, 1e-15);
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(5, 1e-200)]
    [InlineData(5, 1e200)]
    [InlineData(3, 1.0)]
    [InlineData(30, 1.0)]
    [InlineData(64, 1.0)]
    public void Eigenvectors_are_orthonormal_and_rebuild_the_matrix(int n, double scale)
    {
        double[] half = Random(n * n, 3), a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) a[(i * n) + j] = (half[(i * n) + j] + half[(j * n) + i]) * scale;
        }
        var (values, vectors) = SymmetricEigen.Of(a, n);
        Assert.Equal(values.OrderDescending(), values);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double product = 0, rebuilt = 0;
                for (int k = 0; k < n; k++)
                {
                    product += vectors[(i * n) + k] * vectors[(j * n) + k];
                    rebuilt += values[k] * vectors[(k * n) + i] * vectors[(k * n) + j];
                }
                Assert.Equal(i == j ? 1 : 0, product, 1e-13);
                Assert.Equal(a[(i * n) + j] / scale, rebuilt / scale, 1e-12);
            }
        }
    }

    [Fact]
    public void Equal_and_negative_eigenvalues_are_found()
    {
        // The swap of two axes, and an axis of its own: 2, 1, -1.
        AssertNear([2, 1, -1], SymmetricEigen.Of([0, 1, 0, 1, 0, 0, 0, 0, 2], 3).Values, 1e-15);
        AssertNear([3, 3, 3], SymmetricEigen.Of([3, 0, 0, 0, 3, 0, 0, 0, 3], 3).Values, 0);
        AssertNear([0, 0], SymmetricEigen.Of([0, 0, 0, 0], 2).Values, 0);
    }

    [Fact]
    public void Eigenvalues_of_a_chain_of_springs_are_those_of_the_formula()
    {
        // 2 beside the diagonal's -1: 2 - 2 cos(pi i / (n + 1)).
        const int n = 50;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] = 2;
            if (i > 0) a[(i * n) + i - 1] = a[((i - 1) * n) + i] = -1;
        }
        AssertNear(
            [.. Enumerable.Range(0, n).Select(i => 2 - (2 * Math.Cos(Math.PI * (n - i) / (n + 1))))],
            SymmetricEigen.Of(a, n).Values, 1e-13);
    }

    [Fact]
    public void Eigenvalues_of_a_matrix_of_low_rank_are_zero_but_for_a_few()
    {
        // x x^T + 2 y y^T of two vectors at right angles, of lengths 1: 2, 1 and zeros.
        const int n = 40;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) a[(i * n) + j] = (1.0 / n) + (2.0 / n * (((i + j) % 2 == 0) ? 1 : -1));
        }
        double[] values = SymmetricEigen.Of(a, n).Values;
        AssertNear([2, 1], values[..2], 1e-14);
        AssertNear(new double[n - 2], values[2..], 1e-14);
    }

    [Fact]
    public void Eigenvalues_of_the_covariance_of_few_pictures_are_found_though_most_are_rounding()
    {
        // 60 samples of 150 numbers, of which a half is black and the others are of sizes far apart.
        const int n = 150, samples = 60;
        double[] x = Random(n * samples, 4), a = new double[n * n];
        for (int i = 0; i < x.Length; i++) x[i] *= i % 2 == 0 ? 0 : Math.Pow(10, -(i % n) / 20.0);
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++) a[(i * n) + j] += x[(s * n) + i] * x[(s * n) + j];
            }
        }
        var (values, vectors) = SymmetricEigen.Of(a, n);
        double[] rebuilt = new double[n * n];
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n * n; i++)
                rebuilt[i] += values[k] * vectors[(k * n) + (i / n)] * vectors[(k * n) + (i % n)];
        }
        AssertNear(a, rebuilt, 1e-12 * values[0]);
        AssertNear(new double[n - samples], values[samples..], 1e-13 * values[0]);
    }

    internal static double[] Random(int count, ulong seed)
    {
        Rng rng = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => rng.NextNormal())];
    }

    internal static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
    }

    private static double[] Times(double[] a, double[] x, int n) =>
        [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => a[(i * n) + j] * x[j]))];
}
