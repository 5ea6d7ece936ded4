using System.Text.Json;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

public sealed class ScheduleTests
{
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> rows = [];
        string[] ops =
        [
            "step_lr", "multi_step_lr", "exponential_lr", "cosine_annealing_lr", "linear_lr", "warmup_then",
        ];
        foreach (string op in ops)
        {
            foreach (string name in GoldenCase.Of("scheduler", op)) rows.Add(op, name);
        }
        // a theory without rows would fail instead of being skipped
        if (rows.Count == 0) rows.Add("none", "none");
        return rows;
    }

    [SharedTheory("goldens/scheduler")]
    [MemberData(nameof(Cases))]
    public void Schedule_matches_reference_for_sixty_steps(string op, string name)
    {
        GoldenCase golden = GoldenCase.Load("scheduler", op, name);
        Sgd optimizer = new([Gradients.Make(1)], golden.Number("base_lr"));
        Schedule schedule = Make(op, golden, optimizer);
        double[] rates = new double[60];
        for (int t = 0; t < rates.Length; t++)
        {
            rates[t] = optimizer.LearningRate;
            schedule.Step();
        }
        golden.Check("lr", rates, DType.Float64);
    }

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

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(m => m.GetInt32())];

    private static Schedule Make(string op, GoldenCase golden, Optimizer optimizer) => op switch
    {
        "step_lr" => new StepLr(optimizer, (int)golden.Number("step_size"), golden.Number("gamma")),
        "multi_step_lr" => new MultiStepLr(
            optimizer, Integers(golden.Attributes.GetProperty("milestones")), golden.Number("gamma")),
        "exponential_lr" => new ExponentialLr(optimizer, golden.Number("gamma")),
        "cosine_annealing_lr" =>
            new CosineAnnealingLr(optimizer, (int)golden.Number("T_max"), golden.Number("eta_min")),
        "linear_lr" => new LinearLr(
            optimizer, golden.Number("start_factor"), golden.Number("end_factor"), (int)golden.Number("total_iters")),
        _ => new WarmUpThen(
            golden.Attributes.GetProperty("after").GetString() == "cosine"
                ? new CosineAnnealingLr(optimizer, (int)golden.Number("T_max"))
                : new ExponentialLr(optimizer, golden.Number("gamma")),
            (int)golden.Number("warmup"), golden.Number("start_factor")),
    };
}
