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
            Sgd optimizer = new([new Parameter("p", Tensor.Zeros([1]))], learningRate: r.Case.Number("base_lr"));
            Schedule schedule = make(r, optimizer);
            double[] rates = new double[r.Case.Stored("lr").Count];
            for (int t = 0; t < rates.Length; t++, schedule.Step()) rates[t] = optimizer.LearningRate;
            r.Compare("lr", rates);
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
    }
}
