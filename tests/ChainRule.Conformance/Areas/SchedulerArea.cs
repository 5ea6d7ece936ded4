using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Learning-rate schedules: the rate in force at each of sixty steps.</summary>
internal static class SchedulerArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(string op, Func<CaseRun, Optimizer, Schedule> make) => all.Add("scheduler/" + op, r =>
        {
            // A case without a base rate sets its rates itself.
            double start = r.Case.IsNull("base_lr") ? 1 : r.Case.Number("base_lr");
            Sgd optimizer = new([new Parameter("p", Tensor.Zeros([1]))], start, momentum: 0.5);
            Schedule schedule = make(r, optimizer);
            double[] rates = new double[r.Case.Stored("lr").Count], momenta = new double[rates.Length];
            for (int t = 0; t < rates.Length; t++, schedule.Step())
                (rates[t], momenta[t]) = (optimizer.LearningRate, optimizer.Groups[0].Momentum);
            r.Compare("lr", rates);
            if (r.Case.Has("momentum")) r.Compare("momentum", momenta);
        });

        Add("step_lr", (r, o) => new StepLr(o, r.Case.Int("step_size"), r.Case.Number("gamma")));
        Add("multi_step_lr", (r, o) => new MultiStepLr(o, r.Case.Ints("milestones"), r.Case.Number("gamma")));
        Add("exponential_lr", (r, o) => new ExponentialLr(o, r.Case.Number("gamma")));
        Add("cosine_annealing_lr", (r, o) => new CosineAnnealingLr(o, r.Case.Int("T_max"), r.Case.Number("eta_min")));
        Add("linear_lr", (r, o) =>
            new LinearLr(o, r.Case.Number("start_factor"), r.Case.Number("end_factor"), r.Case.Int("total_iters")));
        Add("warmup_then", (r, o) => new WarmUpThen(
            r.Case.Text("after") == "cosine"
                ? new CosineAnnealingLr(o, r.Case.Int("T_max"))
                : new ExponentialLr(o, r.Case.Number("gamma")),
            r.Case.Int("warmup"), r.Case.Number("start_factor")));
        Add("cosine_annealing_warm_restarts", (r, o) => new CosineAnnealingWarmRestarts(
            o, r.Case.Int("T_0"), r.Case.Int("T_mult"), r.Case.Number("eta_min")));
        Add("lambda_lr", (r, o) =>
        {
            double k = r.Case.Number("k");
            return new LambdaLr(o, t => 1 / (1 + (k * t)));
        });
        Add("polynomial_lr", (r, o) => new PolynomialLr(o, r.Case.Int("total_iters"), r.Case.Number("power")));
        Add("cyclic_lr", (r, o) => new CyclicLr(
            o, r.Case.Number("max_lr"), r.Case.Int("step_size_up"),
            r.Case.IsNull("step_size_down") ? null : r.Case.Int("step_size_down"),
            r.Case.Text("mode") switch
            {
                "triangular" => CycleShape.Triangular,
                "triangular2" => CycleShape.Halving,
                _ => CycleShape.Exponential,
            },
            r.Case.Number("gamma"), Momentum(r)));
        Add("one_cycle_lr", (r, o) => new OneCycleLr(
            o, r.Case.Number("max_lr"), r.Case.Int("total_steps"), r.Case.Number("pct_start"),
            r.Case.Text("anneal_strategy") == "linear" ? AnnealShape.Linear : AnnealShape.Cosine, Momentum(r),
            r.Case.Number("div_factor"), r.Case.Number("final_div_factor"), r.Case.Bool("three_phase")));
        all.Add("scheduler/reduce_lr_on_plateau", Plateau);
    }

    private static MomentumCycle? Momentum(CaseRun r) => r.Case.Bool("cycle_momentum")
        ? new MomentumCycle(r.Case.Number("base_momentum"), r.Case.Number("max_momentum"))
        : null;

    private static void Plateau(CaseRun r)
    {
        Sgd optimizer = new([new Parameter("p", Tensor.Zeros([1]))], r.Case.Number("base_lr"));
        ReduceLrOnPlateau schedule = new(
            optimizer, r.Case.Text("mode") == "max" ? PlateauGoal.Max : PlateauGoal.Min, r.Case.Number("factor"),
            r.Case.Int("patience"), r.Case.Number("threshold"), r.Case.Text("threshold_mode") == "abs",
            r.Case.Int("cooldown"), r.Case.Number("min_lr"), r.Case.Number("eps"));
        List<double> rates = [optimizer.LearningRate];
        foreach (double value in r.Case.Stored("in.metric").To(DType.Float64).ToArray<double>())
        {
            schedule.Report(value);
            rates.Add(optimizer.LearningRate);
        }
        r.Compare("lr", rates);
    }
}
