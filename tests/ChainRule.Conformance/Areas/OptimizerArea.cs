using System.Text.Json;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Parameter updates from given gradients, and clipping.</summary>
internal static class OptimizerArea
{
    private const string Start = "init.param.";

    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        string[] rules =
        [
            "sgd", "adam", "adamw", "adamax", "nadam", "radam", "adagrad", "adadelta", "rmsprop", "rprop",
        ];
        foreach (string name in rules) all.Add("optimizer/" + name, r => Steps(r, name));
        all.Add("optimizer/lbfgs", LimitedMemory);
        all.Add("optimizer/easgd", Elastic);
        all.Add("optimizer/clip_grad_norm", r =>
        {
            Parameter[] parameters = Gradients(r, out string[] names);
            double norm = Clip.GradNorm(parameters, r.Case.Number("max_norm"), r.Case.Number("norm_type"));
            r.Compare("out.total_norm", [norm]);
            Compare(r, parameters, names);
        });
        all.Add("optimizer/clip_grad_value", r =>
        {
            Parameter[] parameters = Gradients(r, out string[] names);
            Clip.GradValue(parameters, r.Case.Number("clip_value"));
            Compare(r, parameters, names);
        });
    }

    /// <summary>The optimiser that attributes describe; those left out have the entry's defaults.</summary>
    public static Optimizer Make(string name, JsonElement attrs, IReadOnlyList<Parameter> parameters)
    {
        double Number(
            string key, double missing) => attrs.TryGetProperty(key, out JsonElement e) ? e.GetDouble() : missing;
        bool Flag(string key) => attrs.TryGetProperty(key, out JsonElement e) && e.GetBoolean();
        double Pair(string key, int i, double missing) =>
            attrs.TryGetProperty(key, out JsonElement e) ? e[i].GetDouble() : missing;
        double Beta(int i, double missing) => Pair("betas", i, missing);
        return name switch
        {
            "sgd" => new Sgd(
                parameters, Number("lr", 1e-3), Number("momentum", 0), Number("dampening", 0),
                Number("weight_decay", 0), Flag("nesterov")),
            "adam" => new Adam(
                parameters, Number("lr", 1e-3), Beta(0, 0.9), Beta(1, 0.999), Number("eps", 1e-8),
                Number("weight_decay", 0), Flag("amsgrad")),
            "adamw" => new AdamW(
                parameters, Number("lr", 1e-3), Beta(0, 0.9), Beta(1, 0.999), Number("eps", 1e-8),
                Number("weight_decay", 0.01), Flag("amsgrad")),
            "adamax" => new Adamax(
                parameters, Number("lr", 2e-3), Beta(0, 0.9), Beta(1, 0.999), Number("eps", 1e-8),
                Number("weight_decay", 0)),
            "nadam" => new NAdam(
                parameters, Number("lr", 2e-3), Beta(0, 0.9), Beta(1, 0.999), Number("eps", 1e-8),
                Number("weight_decay", 0), Number("momentum_decay", 4e-3)),
            "radam" => new RAdam(
                parameters, Number("lr", 1e-3), Beta(0, 0.9), Beta(1, 0.999), Number("eps", 1e-8),
                Number("weight_decay", 0)),
            "adagrad" => new Adagrad(
                parameters, Number("lr", 1e-2), Number("lr_decay", 0), Number("weight_decay", 0),
                Number("initial_accumulator_value", 0), Number("eps", 1e-10)),
            "adadelta" => new Adadelta(
                parameters, Number("lr", 1), Number("rho", 0.9), Number("eps", 1e-6), Number("weight_decay", 0)),
            "rmsprop" => new RmsProp(
                parameters, Number("lr", 1e-2), Number("alpha", 0.99), Number("eps", 1e-8), Number("weight_decay", 0),
                Number("momentum", 0), Flag("centered")),
            "rprop" => new Rprop(
                parameters, Number("lr", 1e-2), Pair("etas", 0, 0.5), Pair("etas", 1, 1.2), Pair("step_sizes", 0, 1e-6),
                Pair("step_sizes", 1, 50)),
            _ => throw new InvalidDataException($"no optimiser here is called '{name}'."),
        };
    }

    private static void Steps(CaseRun r, string name)
    {
        string[] names = [.. r.Case.Behind(Start)];
        Parameter[] parameters = [.. names.Select(n => new Parameter(n, r.Case.Stored(Start + n)))];
        Optimizer optimizer = Make(name, r.Case.Attrs, parameters);
        for (int step = 1; r.Case.Has($"step.{step}.grad.{names[0]}"); step++)
        {
            optimizer.ZeroGrad();
            for (int i = 0; i < names.Length; i++) Give(parameters[i], r.Case.Stored($"step.{step}.grad.{names[i]}"));
            optimizer.Step();
            for (int i = 0; i < names.Length; i++)
                r.Compare($"step.{step}.param.{names[i]}", parameters[i].Value.Detach());
        }
    }

    private static void LimitedMemory(CaseRun r)
    {
        Parameter x = new("x", r.Case.Stored("init.param.x"));
        Tensor? a = r.InOrNull("A"), b = r.InOrNull("b");
        Lbfgs optimizer = new([x], new LbfgsOptions
        {
            LearningRate = r.Case.Number("lr"),
            MaxIterations = r.Case.Int("max_iter"),
            MaxEvaluations = r.Case.IsNull("max_eval") ? null : r.Case.Int("max_eval"),
            HistorySize = r.Case.Int("history_size"),
            GradientTolerance = r.Case.Number("tolerance_grad"),
            ChangeTolerance = r.Case.Number("tolerance_change"),
            LineSearch = !r.Case.IsNull("line_search_fn"),
        });
        Tensor Objective()
        {
            Tensor v = x.Value;
            if (r.Case.Text("objective") == "quadratic") return (v * ((0.5 * F.Linear(v, a!)) - b!)).Sum();
            Tensor now = v[..^1], next = v[1..];
            return (100 * (next - now.Square()).Square()).Sum() + (1 - now).Square().Sum();
        }

        List<double> losses = [Objective().Item()], counts = [];
        for (int step = 1; step <= r.Case.Int("steps"); step++)
        {
            long before = optimizer.EvaluationCount;
            optimizer.Step(Objective);
            counts.Add(optimizer.EvaluationCount - before);
            losses.Add(Objective().Item());
            r.Compare($"step.{step}.param.x", x.Value.Detach());
        }
        r.Compare("out.loss", losses);
        r.Compare("out.func_evals", Tensor.From([.. counts.Select(c => (long)c)]));
    }

    private static void Elastic(CaseRun r)
    {
        Tensor starts = r.Case.Stored("in.x0"), gradients = r.Case.Stored("in.grads");
        Parameter[] workers =
            [.. Enumerable.Range(0, starts.Shape[0]).Select(i => new Parameter("x", starts[i].Detach()))];
        ElasticAveraging center = new([new Parameter("c", r.Case.Stored("in.center0"))], r.Case.Number("alpha"));
        bool sync = r.Case.Text("mode") == "sync";
        double momentum = r.Case.Text("mode") == "eamsgd" ? r.Case.Number("delta") : 0;
        Sgd[] optimizers = [.. workers.Select(w => new Sgd([w], r.Case.Number("eta"), momentum))];
        ElasticWorker[] clocks = sync
            ? [] : [.. optimizers.Select(o => new ElasticWorker(center, o, r.Case.Int("tau")))];
        int[] order = sync ? [] : [.. r.Case.Stored("in.order").ToArray<long>().Select(i => (int)i)];
        List<Tensor> positions = [], centers = [];
        for (int t = 0; t < gradients.Shape[0]; t++)
        {
            int[] moving = sync ? [.. Enumerable.Range(0, workers.Length)] : [order[t]];
            if (sync) center.ExchangeAll([.. workers.Select(w => new[] { w })]);
            foreach (int i in moving)
            {
                optimizers[i].ZeroGrad();
                Give(workers[i], gradients[t][i]);
                if (sync) optimizers[i].Step();
                else clocks[i].Step();
            }
            positions.Add(Tensor.Stack([.. workers.Select(w => w.Value.Detach())]));
            centers.Add(center.Center[0]);
        }
        r.Compare("out.x", Tensor.Stack([.. positions]));
        r.Compare("out.center", Tensor.Stack([.. centers]));
    }

    private static Parameter[] Gradients(CaseRun r, out string[] names)
    {
        names = [.. r.Case.Behind("in.").Where(n => n.StartsWith("grad_", StringComparison.Ordinal))];
        Parameter[] parameters =
            [.. names.Select(n => new Parameter(n, Tensor.Zeros(r.Case.Stored("in." + n).Shape, r.Case.Precision)))];
        for (int i = 0; i < names.Length; i++) Give(parameters[i], r.Case.Stored("in." + names[i]));
        return parameters;
    }

    private static void Compare(CaseRun r, Parameter[] parameters, string[] names)
    {
        for (int i = 0; i < names.Length; i++) r.Compare("out." + names[i], parameters[i].Grad!);
    }

    // The product of the parameter with the wanted gradient has just that gradient.
    private static void Give(Parameter parameter, Tensor gradient) => (parameter.Value * gradient).Sum().Backward();
}
