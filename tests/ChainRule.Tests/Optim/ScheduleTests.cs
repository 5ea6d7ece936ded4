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
}
