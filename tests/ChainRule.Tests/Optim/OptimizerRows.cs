using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>Every optimiser that updates element by element, with all its states in use.</summary>
internal static class OptimizerRows
{
    private static readonly Dictionary<string, (Func<Parameter[], Optimizer> Make, string[] States)> All = new()
    {
        ["sgd"] = (p => new Sgd(p, 0.1), []),
        ["sgd with momentum"] = (p => new Sgd(p, 0.1, 0.9, dampening: 0.5, weightDecay: 0.1), ["momentum_buffer"]),
        ["adam"] = (p => new Adam(p, 0.1, weightDecay: 0.1), ["exp_avg", "exp_avg_sq"]),
        ["amsgrad"] = (p => new Adam(p, 0.1, amsGrad: true), ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]),
        ["adamw"] = (p => new AdamW(p, 0.1), ["exp_avg", "exp_avg_sq"]),
        ["nadam"] = (p => new NAdam(p, 0.1), ["exp_avg", "exp_avg_sq"]),
        ["radam"] = (p => new RAdam(p, 0.1), ["exp_avg", "exp_avg_sq"]),
        ["adamax"] = (p => new Adamax(p, 0.1, weightDecay: 0.1), ["exp_avg", "exp_inf"]),
        ["adagrad"] = (p => new Adagrad(p, 0.1, rateDecay: 0.1, startSum: 0.1), ["sum"]),
        ["adadelta"] = (p => new Adadelta(p, 0.5), ["square_avg", "acc_delta"]),
        ["rmsprop"] = (p => new RmsProp(p, 0.1), ["square_avg"]),
        ["rmsprop with momentum"] =
            (p => new RmsProp(p, 0.1, momentum: 0.9, centered: true), ["square_avg", "momentum_buffer", "grad_avg"]),
        ["rmsprop centred"] = (p => new RmsProp(p, 0.1, centered: true), ["square_avg", "grad_avg"]),
        ["one of one's own"] = (p => new OwnMomentum(p, 0.1), ["momentum_buffer"]),
        ["rprop"] = (p => new Rprop(p, 0.1), ["prev", "step_size"]),
    };

    public static TheoryData<string> Names { get; } = [.. All.Keys];

    public static Optimizer Make(string name, params Parameter[] parameters) => All[name].Make(parameters);

    public static string[] StatesOf(string name) => All[name].States;
}
