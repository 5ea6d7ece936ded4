using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>
/// Whether gradients are finite, by looking at them and by bounds that the walk back notes without looking.
/// </summary>
public sealed class GradientCheckTests
{
    // Shorter than a register, around its lengths, and around the blocks and chunks of the loop.
    private static readonly int[] Lengths = [1, 3, 8, 15, 16, 17, 31, 33, 64, 67, 2048, 2051, 32_768, 32_771, 70_003];

    [Theory]
    [InlineData(DType.Float32, 1)]
    [InlineData(DType.Float32, 2)]
    [InlineData(DType.Float64, 1)]
    [InlineData(DType.Float64, 2)]
    public void One_bad_entry_is_found_wherever_it_is(DType dtype, int threads) => Threads.On(threads, () =>
    {
        foreach (int length in Lengths)
        {
            Parameter before = new("before", Tensor.Zeros([3], dtype)), p = new("p", Tensor.Zeros([length], dtype));
            Parameter without = new("without", Tensor.Zeros([3], dtype));
            double[] values = new double[length];
            values.AsSpan().Fill(dtype == DType.Float64 ? double.MaxValue : float.MaxValue);
            Gradients.Set(before, Tensor.Ones([3]));
            Assert.Equal((true, true), Check(0, 1));
            foreach (int at in new[] { 0, length / 2, length - 1 })
            {
                Assert.Equal((false, false), Check(at, double.NaN));
                Assert.Equal((false, true), Check(at, double.PositiveInfinity));
                Assert.Equal((false, true), Check(at, double.NegativeInfinity));
            }

            (bool, bool) Check(int at, double bad)
            {
                double good = values[at];
                values[at] = bad;
                Gradients.Set(p, Tensor.From(values));
                values[at] = good;
                return (Clip.GradientsAreFinite([without, before, p], allowInfinite: false),
                    Clip.GradientsAreFinite([without, before, p], allowInfinite: true));
            }
        }
        return 0;
    });

    // The large numbers meet in one entry of the gradient of a weight that is large enough for a bound.
    [Theory]
    [InlineData(DType.Float32, 1, 0, 0)]
    [InlineData(DType.Float32, 2, 70, 66)]
    [InlineData(DType.Float32, 1, 35, 66)]
    [InlineData(DType.Float64, 1, 70, 66)]
    [InlineData(DType.Float64, 2, 0, 0)]
    public void Overflow_in_one_entry_of_a_wide_layer_ends_training_before_the_weights_change(
        DType dtype, int threads, int row, int column) => Threads.On(threads, () =>
    {
        Sequential model = Wide(dtype);
        (TensorDataset data, LossFunction loss) = Problem(dtype, row, column, sample: 1);
        Adam optimizer = new(model.Parameters());
        TrainingException thrown = Assert.Throws<TrainingException>(
            () => new Trainer(model, optimizer, loss).Fit(new DataLoader(data, 2)));
        Assert.Equal(
            (NonFiniteSource.Gradient, "linear", 1L), (thrown.Cause, thrown.Operation, thrown.Step));
        Assert.Equal("model.0 (Linear 67 -> 71, no bias)", thrown.FirstLayer?.Replace(" float64", ""));
        Assert.All(model.Parameters().SelectMany(p => p.Value.ToDoubles()), w => Assert.Equal(0, w));
        return 0;
    });

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Large_factors_that_do_not_meet_end_nothing(DType dtype)
    {
        Sequential model = Wide(dtype);
        (TensorDataset data, LossFunction loss) = Problem(dtype, 70, 66, sample: 0);
        new Trainer(model, new Sgd(model.Parameters(), 1e-3), loss).Fit(new DataLoader(data, 2));
        Assert.All(model.Parameters().SelectMany(p => p.Value.ToDoubles()), w => Assert.True(double.IsFinite(w)));
    }

    [Fact]
    public void Bound_is_noted_where_the_factors_are_smaller_than_the_gradient_and_holds()
    {
        Rng rng = new(1);
        Linear wide = new(40, 50, rng: rng), narrow = new(50, 2, rng: rng);
        Tensor x = Tensor.Randn([5, 40], rng);
        Loss().BackwardWithBounds();
        double largest = wide.Weight.Grad!.ToDoubles().Max(Math.Abs);
        Assert.InRange(wide.Weight.Value.GradBound, largest, 1000 * largest);
        Assert.Equal(double.PositiveInfinity, wide.Bias!.Value.GradBound);
        Assert.Equal(double.PositiveInfinity, narrow.Weight.Value.GradBound);

        Loss().BackwardWithBounds();                                 // adds to what is there
        Assert.Equal(double.PositiveInfinity, wide.Weight.Value.GradBound);
        wide.Weight.Value.ZeroGrad();
        Loss().BackwardWithBounds();
        Assert.True(double.IsFinite(wide.Weight.Value.GradBound));
        Clip.GradValue([wide.Weight], 1e9);                          // others write to it
        Assert.Equal(double.PositiveInfinity, wide.Weight.Value.GradBound);
        wide.Weight.Value.ZeroGrad();
        Loss().Backward();
        Assert.Equal(double.PositiveInfinity, wide.Weight.Value.GradBound);

        Tensor Loss() => narrow.Forward(wide.Forward(x)).Square().Mean();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e38)]
    public void There_is_no_bound_where_a_factor_is_not_finite_or_the_sum_may_overflow(double value)
    {
        Linear layer = new(40, 50, bias: false, rng: new Rng(1));
        Tensor x = Tensor.Full([5, 40], value);
        layer.Forward(x).Sum().BackwardWithBounds();
        Assert.Equal(double.PositiveInfinity, layer.Weight.Value.GradBound);
    }

    [Fact]
    public void Weight_used_twice_has_no_bound()
    {
        Linear layer = new(40, 40, bias: false, rng: new Rng(1));
        layer.Forward(layer.Forward(Tensor.Ones([2, 40]))).Sum().BackwardWithBounds();
        Assert.Equal(double.PositiveInfinity, layer.Weight.Value.GradBound);
    }

    private static Sequential Wide(DType dtype)
    {
        Linear layer = new(67, 71, bias: false, dtype: dtype);
        layer.Weight.Set(Tensor.Zeros(layer.Weight.Shape, dtype));
        return [layer];
    }

    // Sample 1 has a large input; a large factor stands behind one output of a sample. Outputs and loss are 0.
    private static (TensorDataset Data, LossFunction Loss) Problem(DType dtype, int row, int column, int sample)
    {
        double large = dtype == DType.Float64 ? 1e200 : 1e25;
        double[] x = new double[2 * 67], factors = new double[2 * 71];
        x.AsSpan().Fill(1);
        factors.AsSpan().Fill(1);
        x[67 + column] = large;
        factors[(sample * 71) + row] = large;
        // The other sample's share of that row is multiplied by inputs of 1, and so is the other row by the large one.
        TensorDataset data = new(
            Tensor.From(x, [2, 67]).To(dtype), Tensor.From(factors, [2, 71]).To(dtype));
        return (data, (y, f) => (y * f).Sum());
    }
}
