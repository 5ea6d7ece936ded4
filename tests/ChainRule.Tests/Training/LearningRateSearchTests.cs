using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class LearningRateSearchTests
{
    [Fact]
    public void Range_test_finds_a_rate_that_learns_and_stops_where_it_diverges()
    {
        (Trainer trainer, Sequential model, DataLoader train) = Make();
        RateSearch found = LearningRateSearch.RangeTest(trainer, train, from: 1e-4, to: 1e4, steps: 80);
        Assert.InRange(found.Best, 0.01, 10);
        Assert.InRange(found.Tried.Count, 10, 79);
        Assert.Equal(1e-4, found.Tried[0].Rate);
        Assert.Equal(Math.Pow(1e8, 1 / 79.0), found.Tried[6].Rate / found.Tried[5].Rate, 9);
    }

    [Fact]
    public void Bisection_ends_beside_the_best_of_all_rates()
    {
        (Trainer trainer, _, DataLoader train) = Make();
        RateSearch found = LearningRateSearch.Bisect(trainer, train, start: 0.001, epochs: 2);
        double least = found.Tried.Min(t => t.Loss);
        Assert.Equal(least, found.Tried.Single(t => t.Rate == found.Best).Loss);
        Assert.Equal(found.Tried.OrderBy(t => t.Rate), found.Tried);
        // A grid over six decades has nothing better than 1 %.
        for (double rate = 1e-3; rate < 1e3; rate *= 1.7)
        {
            RateSearch one = LearningRateSearch.Bisect(trainer, train, rate, epochs: 2, halvings: 0);
            Assert.True(one.Tried.Single(t => t.Rate == rate).Loss > least * 0.99, $"{rate}: {one} against {found}");
        }
    }

    [Fact]
    public void Bisection_finds_its_way_down_from_rates_that_diverge()
    {
        Sequential model = [new Linear(3, 1, rng: new Rng(1))];
        Trainer trainer = new(model, new Sgd(model.Parameters()), (y, t) => F.MseLoss(y, t));
        Tensor x = Tensor.Randn([20, 3], new Rng(2)) * 1000;
        DataLoader train = new(new TensorDataset(x, x.Sum(1, keepDim: true)), 5);
        RateSearch found = LearningRateSearch.Bisect(trainer, train, start: 0.01, epochs: 30);
        Assert.Equal(double.PositiveInfinity, found.Tried.Single(t => t.Rate == 0.005).Loss);
        Assert.InRange(found.Best, 1e-8, 1e-5);
        Assert.True(found.Tried.Single(t => t.Rate == found.Best).Loss < 1);
    }

    [Fact]
    public void Searches_leave_no_trace()
    {
        (Trainer trainer, Sequential model, DataLoader train) = Make();
        trainer.Fit(train, epochs: 1);
        double[] before = Everything();
        LearningRateSearch.RangeTest(trainer, train, steps: 10);
        LearningRateSearch.Bisect(trainer, train, halvings: 0);
        Assert.Equal(before, Everything());
        Assert.Equal(4, trainer.StepCount);

        double[] Everything() =>
        [
            .. model.State().SelectMany(s => s.Value.ToDoubles()),
            .. trainer.Optimizer.State().Tensors.SelectMany(t => t.Value.ToDoubles()),
            .. trainer.Optimizer.State().Numbers.Select(n => n.Value),
            .. model.Generators().Select(g => (double)g.Rng.State.Position),
            train.State.Epoch,
        ];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Searches_put_every_part_back_into_its_mode(bool training)
    {
        Sequential inner = [new Linear(3, 4, rng: new Rng(1)), new BatchNorm1d(4)];
        Sequential model = [inner, new Linear(4, 1, rng: new Rng(2))];
        if (training) inner[1].Eval();                               // as of a part whose statistics stay
        else model.Eval();
        Trainer trainer = new(model, new Sgd(model.Parameters()), (y, t) => F.MseLoss(y, t));
        Tensor x = Tensor.Randn([20, 3], new Rng(3));
        DataLoader train = new(new TensorDataset(x, x.Sum(1, keepDim: true)), 5);
        LearningRateSearch.RangeTest(trainer, train, from: 1e-4, to: 1, steps: 5);
        LearningRateSearch.Bisect(trainer, train, start: 0.01, epochs: 1, halvings: 1);
        Assert.Equal((training, training, false), (model.IsTraining, inner[0].IsTraining, inner[1].IsTraining));
    }

    [Fact]
    public void Wrong_rates_are_refused()
    {
        (Trainer trainer, _, DataLoader train) = Make();
        Assert.StartsWith("LearningRateSearch: from is 0; expected a number above 0.",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => LearningRateSearch.RangeTest(trainer, train, from: 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("RangeTest: to is 0.1; expected more than 1.",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => LearningRateSearch.RangeTest(trainer, train, 1, 0.1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("LearningRateSearch: start is -1; expected a number above 0.",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => LearningRateSearch.Bisect(trainer, train, -1)).Message, StringComparison.Ordinal);
    }

    private static (Trainer Trainer, Sequential Model, DataLoader Train) Make()
    {
        Rng rng = new(1);
        Sequential model =
            [new Linear(2, 32, rng: rng), new Relu(), new Dropout(0.1, rng), new Linear(32, 3, rng: rng)];
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1, momentum: 0.5), Problems.CrossEntropy);
        return (trainer, model, new DataLoader(Problems.Sectors(100, 1), 25, shuffle: true));
    }
}
