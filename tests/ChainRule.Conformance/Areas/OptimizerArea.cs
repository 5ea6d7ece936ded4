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
        foreach (string name in new[] { "sgd", "adam", "adamw" }) all.Add("optimizer/" + name, r => Steps(r, name));
        all.Add("optimizer/clip_grad_norm", r =>
        {
            Parameter[] parameters = Gradients(r, out string[] names);
            double norm = Clip.GradNorm(parameters, r.Case.Number("max_norm"), NormKind(r.Case.Number("norm_type")));
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
        double Beta(
            int i, double missing) => attrs.TryGetProperty("betas", out JsonElement e) ? e[i].GetDouble() : missing;
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

    private static GradNormKind NormKind(double p) => p switch
    {
        1 => GradNormKind.L1,
        2 => GradNormKind.L2,
        double.PositiveInfinity => GradNormKind.Max,
        _ => throw new InvalidDataException($"no gradient norm here has the power {p}."),
    };
}
