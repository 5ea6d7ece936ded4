using ChainRule.Models;
using ChainRule.Tests.Errors;
using static ChainRule.Tests.ModelsTests.LinearAlgebraTests;

namespace ChainRule.Tests.ModelsTests;

public sealed class SignalFilterTests
{
    public static TheoryData<FilterBoundary, FilterMode, int, int> Cases
    {
        get
        {
            TheoryData<FilterBoundary, FilterMode, int, int> cases = [];
            foreach (FilterBoundary boundary in Enum.GetValues<FilterBoundary>())
            {
                foreach (FilterMode mode in Enum.GetValues<FilterMode>())
                {
                    foreach ((int n, int k) in ((int, int)[])[(8, 3), (5, 5), (9, 1), (1, 1), (2, 7), (1, 3), (3, 11)])
                    {
                        if (boundary != FilterBoundary.Valid || n >= k) cases.Add(boundary, mode, n, k);
                    }
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Filter_is_the_sum_of_its_definition(FilterBoundary boundary, FilterMode mode, int n, int k)
    {
        double[] x = Random(n, 1), h = Random(k, 2);
        int m = k / 2, first = boundary == FilterBoundary.Valid ? m : 0;
        List<double> expected = [];
        for (int i = first; i < n - first; i++)
        {
            double sum = 0;
            for (int j = 0; j < k; j++)
                sum += h[j] * Seen(mode == FilterMode.Convolution ? i + m - j : i - m + j);
            expected.Add(sum);
        }
        SignalFilter filter = new(Tensor.From(h), boundary, mode);
        AssertNear([.. expected], filter.Apply(Tensor.From(x)).ToArray<double>(), 1e-14);

        double Seen(int i)
        {
            // One step at a time from where it is to a place inside.
            while (i < 0 || i >= n)
            {
                switch (boundary)
                {
                    case FilterBoundary.Replicate:
                        i = i < 0 ? 0 : n - 1;
                        break;
                    case FilterBoundary.Circular:
                        i += i < 0 ? n : -n;
                        break;
                    case FilterBoundary.Mirror when n > 1:
                        i = i < 0 ? -i : (2 * (n - 1)) - i;
                        break;
                    case FilterBoundary.Mirror:
                        i = 0;
                        break;
                    default:
                        return 0;
                }
            }
            return x[i];
        }
    }

    [Fact]
    public void Gradients_by_signal_and_kernel_are_those_of_differences()
    {
        foreach (FilterBoundary boundary in Enum.GetValues<FilterBoundary>())
        {
            Tensor x = Tensor.From(Random(14, 3), [2, 7]), h = Tensor.From(Random(3, 4));
            foreach (FilterMode mode in Enum.GetValues<FilterMode>())
            {
                GradCheckResult check = GradCheck.Run(t => new SignalFilter(t[1], boundary, mode).Apply(t[0]), [x, h]);
                Assert.True(check.Passed, $"{boundary} {mode}: {check}");
            }
        }
    }

    [Fact]
    public void Signals_are_filtered_one_by_one()
    {
        SignalFilter filter = new(FilterKernel.Average(3), FilterBoundary.Replicate);
        Tensor x = Tensor.From<float>([0, 3, 6, 9, 9, 9, 0, 0], [2, 1, 4]);
        Tensor y = filter.Apply(x);
        Assert.Equal([2, 1, 4], y.Shape.ToArray());
        TensorAssert.Close(Tensor.From<float>([1, 3, 6, 8, 9, 6, 3, 0], [2, 1, 4]), y, new(1e-6, 1e-6));
        Assert.Equal([0, 2], new SignalFilter(FilterKernel.Identity(3), FilterBoundary.Valid)
            .Apply(Tensor.Zeros([0, 4])).Shape.ToArray());
    }

    [Fact]
    public void Named_kernels_do_what_their_names_say()
    {
        Tensor x = Tensor.From(1.0, 4, 9, 16, 25);
        AssertNear([1, 4, 9, 16, 25], Apply(FilterKernel.Identity(5, DType.Float64)), 0);
        AssertNear([0, 0, 1, 4, 9], Apply(FilterKernel.Translation(5, 2, DType.Float64)), 0);
        AssertNear([4, 9, 16, 25, 0], Apply(FilterKernel.Translation(3, -1, DType.Float64)), 0);
        AssertNear([2, 2, 2], Apply(FilterKernel.Laplacian(DType.Float64), FilterBoundary.Valid), 0);
        AssertNear([14.0 / 3, 29.0 / 3, 50.0 / 3],
            Apply(FilterKernel.Average(3, DType.Float64), FilterBoundary.Valid), 1e-14);
        AssertNear([8 - (14.0 / 3)], Apply(FilterKernel.Sharpen(3, DType.Float64), FilterBoundary.Valid)[..1], 1e-14);
        Tensor bell = FilterKernel.Gaussian(5, sigma: 1.5, DType.Float64);
        Assert.Equal(1, bell.Sum().Item(), 1e-15);
        Assert.Equal(Math.Exp(-4 / 4.5), (bell[0] / bell[2]).Item(), 1e-15);
        Tensor log = FilterKernel.LaplacianOfGaussian(7, sigma: 2, DType.Float64);
        Assert.Equal(-0.25, log[3].Item());
        Assert.Equal((9.0 / 16 - 0.25) * Math.Exp(-9.0 / 8), log[0].Item(), 1e-16);
        Assert.Equal(DType.Float32, FilterKernel.Gaussian(3, 1).DType);

        double[] Apply(Tensor kernel, FilterBoundary boundary = FilterBoundary.Zero) =>
            new SignalFilter(kernel, boundary).Apply(x).ToArray<double>();
    }

    [Fact]
    public void Wrong_use_is_named()
    {
        ErrorSnapshot.Throws<ShapeException>(
            "SignalFilter: the kernel must be [K] with K odd, got [4].", () => new SignalFilter(Tensor.Zeros([4])));
        ErrorSnapshot.Throws<ShapeException>(
            "SignalFilter: expects [..., n] with n 3 or more for boundary Valid and a kernel of 3, got [5, 2].",
            () => new SignalFilter(Tensor.Zeros([3]), FilterBoundary.Valid).Apply(Tensor.Zeros([5, 2])));
        ErrorSnapshot.Throws<ShapeException>(
            "SignalFilter: expects [..., n] with n 1 or more for boundary Zero and a kernel of 3, got [].",
            () => new SignalFilter(Tensor.Zeros([3])).Apply(Tensor.Scalar(1)));
        ErrorSnapshot.Throws<ArgumentException>(
            "FilterKernel: the size must be odd and positive, got 2. (Parameter 'size')",
            () => FilterKernel.Average(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => FilterKernel.Translation(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => FilterKernel.Gaussian(3, 0));
    }
}
