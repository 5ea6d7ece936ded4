using System.Text.Json;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>Optimisers and clipping against the golden vectors, in both precisions.</summary>
public sealed class OptimizerGoldenTests
{
    public static TheoryData<string, string, DType> Steps() => Cases("sgd", "adam", "adamw");

    public static TheoryData<string, string, DType> Clips() => Cases("clip_grad_norm", "clip_grad_value");

    [SharedTheory("goldens/optimizer")]
    [MemberData(nameof(Steps))]
    public void Optimizer_follows_reference_for_twelve_steps(string op, string name, DType dtype)
    {
        GoldenCase golden = GoldenCase.Load("optimizer", op, name);
        const string First = "init.param.";
        string[] keys =
        [
            .. golden.Names.Where(n => n.StartsWith(First, StringComparison.Ordinal)).Select(n => n[First.Length..]),
        ];
        Parameter[] parameters = [.. keys.Select(k => new Parameter(k, golden.Tensor("init.param." + k, dtype)))];
        Optimizer optimizer = Make(op, golden, parameters);
        for (int step = 1; step <= 12; step++)
        {
            for (int i = 0; i < keys.Length; i++)
                Gradients.Set(parameters[i], golden.Tensor($"step.{step}.grad.{keys[i]}", dtype));
            optimizer.Step();
            optimizer.ZeroGrad();
            for (int i = 0; i < keys.Length; i++)
                golden.Check($"step.{step}.param.{keys[i]}", parameters[i].Value.ToDoubles(), dtype);
        }
    }

    [SharedTheory("goldens/optimizer")]
    [MemberData(nameof(Clips))]
    public void Clip_matches_reference(string op, string name, DType dtype)
    {
        GoldenCase golden = GoldenCase.Load("optimizer", op, name);
        string[] keys = [.. golden.Names.Where(n => n.StartsWith("in.", StringComparison.Ordinal)).Select(n => n[3..])];
        Parameter[] parameters = [.. keys.Select(k => new Parameter(k, golden.Tensor("in." + k, dtype)))];
        for (int i = 0; i < keys.Length; i++) Gradients.Set(parameters[i], golden.Tensor("in." + keys[i], dtype));
        if (op == "clip_grad_value")
        {
            Clip.GradValue(parameters, golden.Number("clip_value"));
        }
        else
        {
            JsonElement kind = golden.Attributes.GetProperty("norm_type");
            GradNormKind norm = kind.ValueKind == JsonValueKind.String ? GradNormKind.Max
                : kind.GetDouble() == 1 ? GradNormKind.L1 : GradNormKind.L2;
            golden.Check("out.total_norm", [Clip.GradNorm(parameters, golden.Number("max_norm"), norm)], dtype);
        }
        for (int i = 0; i < keys.Length; i++) golden.Check("out." + keys[i], parameters[i].Grad!.ToDoubles(), dtype);
    }

    private static Optimizer Make(string op, GoldenCase golden, Parameter[] parameters)
    {
        double rate = golden.Number("lr"), decay = golden.Number("weight_decay");
        if (op == "sgd")
        {
            return new Sgd(
                parameters, rate, golden.Number("momentum"), golden.Number("dampening"), decay,
                golden.Flag("nesterov"));
        }
        JsonElement betas = golden.Attributes.GetProperty("betas");
        double b1 = betas[0].GetDouble(), b2 = betas[1].GetDouble(), epsilon = golden.Number("eps");
        bool amsGrad = golden.Flag("amsgrad");
        return op == "adam"
            ? new Adam(parameters, rate, b1, b2, epsilon, decay, amsGrad)
            : new AdamW(parameters, rate, b1, b2, epsilon, decay, amsGrad);
    }

    private static TheoryData<string, string, DType> Cases(params string[] ops)
    {
        TheoryData<string, string, DType> rows = [];
        foreach (string op in ops)
        {
            foreach (string name in GoldenCase.Of("optimizer", op))
            {
                rows.Add(op, name, DType.Float32);
                rows.Add(op, name, DType.Float64);
            }
        }
        // a theory without rows would fail instead of being skipped
        if (rows.Count == 0) rows.Add("none", "none", DType.Float32);
        return rows;
    }
}
