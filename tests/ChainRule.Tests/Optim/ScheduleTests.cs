using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

public sealed class ScheduleTests
{
    [Fact]
    public void Groups_keep_their_ratio()
    {
        Sgd optimizer = new([
            ParameterGroup.Of([Gradients.Make(1)], new SgdOptions { LearningRate = 1 }),
            ParameterGroup.Of([Gradients.Make(1)], new SgdOptions { LearningRate = 4 })]);
        StepLr schedule = new(optimizer, stepSize: 2, gamma: 0.5);
        schedule.Step();
        schedule.Step();
        Assert.Equal([0.5, 2.0], schedule.LearningRates);
        Assert.Equal(2, schedule.StepCount);
    }

    [Fact]
    public void Jump_gives_the_rate_of_stepping_there()
    {
        Sgd optimizer = new([Gradients.Make(1)], 0.1);
        WarmUpThen schedule = new(new CosineAnnealingLr(optimizer, 50), warmUpSteps: 10);
        Assert.Equal(0.01, optimizer.LearningRate, 12);
        for (int i = 0; i < 37; i++) schedule.Step();
        double stepped = optimizer.LearningRate;
        schedule.JumpTo(0);
        schedule.JumpTo(37);
        Assert.Equal(stepped, optimizer.LearningRate);
    }

    [Fact]
    public void Wrong_numbers_are_refused()
    {
        Sgd optimizer = new([Gradients.Make(1)], 0.1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepLr(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineAnnealingLr(optimizer, 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new WarmUpThen(new ExponentialLr(optimizer, 0.9), 5, startFactor: 2));
        Assert.Throws<ArgumentNullException>(() => new ExponentialLr(null!, 0.9));
    }

    [Fact]
    public void Every_schedule_jumps_to_where_stepping_leads()
    {
        Func<Optimizer, Schedule>[] makers =
        [
            o => new CosineAnnealingWarmRestarts(o, 5, factor: 2, minimum: 0.01),
            o => new LambdaLr(o, t => 1 / (1 + (0.5 * t))),
            o => new PolynomialLr(o, 20, power: 2),
            o => new CyclicLr(o, 1, stepsUp: 4, stepsDown: 3, CycleShape.Halving, momentum: new(0.8, 0.9)),
            o => new OneCycleLr(o, 1, steps: 30, momentum: new(0.85, 0.95), threePhases: true),
            o => new WarmUpThen(new OneCycleLr(o, 1, steps: 30, momentum: new(0.85, 0.95)), 5),
        ];
        foreach (Func<Optimizer, Schedule> make in makers)
        {
            Sgd stepped = new([Gradients.Make(1)], 0.1), jumped = new([Gradients.Make(1)], 0.1);
            Schedule a = make(stepped), b = make(jumped);
            for (int i = 0; i < 17; i++) a.Step();
            b.JumpTo(17);
            Assert.Equal(stepped.LearningRate, jumped.LearningRate);
            Assert.Equal(stepped.Groups[0].Momentum, jumped.Groups[0].Momentum);
            Assert.NotEqual(0.1, jumped.LearningRate);
        }
    }

    [Fact]
    public void Momentum_of_a_cycle_is_the_one_the_optimizer_uses()
    {
        Parameter p = Gradients.Make(0);
        Sgd sgd = new([p], 1);
        CyclicLr cycle = new(sgd, 1, stepsUp: 2, momentum: new(0.5, 0.75));
        for (int i = 0; i < 3; i++, cycle.Step())
        {
            Gradients.Set(p, 1);
            sgd.Step();
        }
        // Velocities 1, 1 + 0.625, 1 + 0.5 * 1.625: the first momentum has nothing to act on.
        Assert.Equal(-(1 + 1.625 + 1.8125), p.Value.Item(), 1e-6);
    }

    [Fact]
    public void One_cycle_stays_at_its_last_rate()
    {
        Sgd optimizer = new([Gradients.Make(1)], 0.1);
        OneCycleLr schedule = new(optimizer, 1, steps: 10);
        schedule.JumpTo(9);
        Assert.Equal(1.0 / 25 / 1e4, optimizer.LearningRate, 1e-15);
        schedule.JumpTo(500);
        Assert.Equal(1.0 / 25 / 1e4, optimizer.LearningRate, 1e-15);
    }

    [Fact]
    public void Plateau_lowers_the_rates_after_its_patience_and_can_be_resumed()
    {
        Sgd optimizer = new([Gradients.Make(1)], 1);
        ReduceLrOnPlateau plateau = new(optimizer, patience: 1, factor: 0.5);
        Assert.False(plateau.Report(double.NaN));
        Assert.False(plateau.Report(1));
        Assert.False(plateau.Report(2));
        ReduceLrOnPlateau resumed = new(optimizer, patience: 1, factor: 0.5) { State = plateau.State };
        Assert.Equal(new PlateauState(1, 1, 0), resumed.State);
        Assert.True(resumed.Report(2));
        Assert.Equal(0.5, optimizer.LearningRate);
        Assert.Equal(new PlateauState(1, 0, 0), resumed.State);
    }

    [Fact]
    public void Cycle_of_a_momentum_that_is_not_there_or_out_of_range_is_refused()
    {
        Adagrad without = new([Gradients.Make(1)]);
        Sgd with = new([Gradients.Make(1)]);
        Assert.StartsWith(
            "CyclicLr: Adagrad has no momentum to cycle.",
            Assert.Throws<ArgumentException>(() => new CyclicLr(without, 1, momentum: new(0.8, 0.9))).Message);
        Assert.StartsWith(
            "OneCycleLr: momentum is 0.8 to 1; expected 0 or more and below 1.",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new OneCycleLr(with, 1, 10, momentum: new(0.8, 1))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycleLr(with, 1, steps: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLrOnPlateau(with, factor: 1));
        Assert.StartsWith(
            "Momentum is 1.5; expected 0 to 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => with.Groups[0].Momentum = 1.5).Message);
    }
}
