using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Whole training runs: losses, first gradients and final parameters.</summary>
internal static class TrajectoryArea
{
    public const string Start = "init.param.";

    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("trajectory/softmax_regression", r => Train(r, (p, x) => Fc(p, "fc", x)));
        all.Add("trajectory/iris_mlp", r => Train(r, (p, x) =>
        {
            for (int i = 1; i <= 3; i++) x = Act(r, Fc(p, $"fc{i}", x));
            return Fc(p, "fc4", x);
        }));
        all.Add("trajectory/lenet", r => Train(r, (p, x) =>
        {
            for (int i = 1; i <= 2; i++)
            {
                x = Act(r, F.Conv2d(x, p[$"conv{i}.weight"], p[$"conv{i}.bias"]));
                x = r.Case.Text("pool") == "max" ? F.MaxPool2d(x, 2) : F.AvgPool2d(x, 2);
            }
            x = x.Flatten(1);
            for (int i = 1; i <= 2; i++) x = Act(r, Fc(p, $"fc{i}", x));
            return Fc(p, "fc3", x);
        }));
        all.Add("trajectory/resnet", Resnet);
        all.Add("trajectory/transformer_classifier", TransformerClassifier.Run);
        all.Add("trajectory/lstm_lm", CharacterModel);
    }

    private static Tensor Fc(Dictionary<string, Tensor> p, string name, Tensor x) =>
        F.Linear(x, p[name + ".weight"], p[name + ".bias"]);

    private static Tensor Act(CaseRun r, Tensor x) => r.Case.Text("activation") == "tanh" ? x.Tanh() : x.Relu();

    private static Dictionary<string, Tensor> Train(CaseRun r, Func<Dictionary<string, Tensor>, Tensor, Tensor> forward)
    {
        Tensor x = r.Case.Stored("in.x"), y = r.Case.Stored("in.y");
        return Train(
            r, r.Case.Stored("in.order"),
            (p, rows) => F.CrossEntropy(forward(p, x.IndexSelect(0, rows)), y.IndexSelect(0, rows)));
    }

    /// <summary>Trains parameters made from the start values, or those of a model that has taken them.</summary>
    public static Dictionary<string, Tensor> Train(
        CaseRun r, Tensor order, Func<Dictionary<string, Tensor>, Tensor, Tensor> lossOf, double? clipNorm = null,
        Module? model = null)
    {
        string[] names = [.. r.Case.Behind(Start)];
        var own = model?.NamedParameters().ToDictionary(p => p.Key, p => p.Parameter);
        Parameter[] parameters = [.. names.Select(n => own?[n] ?? new Parameter(n, r.Case.Stored(Start + n)))];
        Dictionary<string, Tensor> values = names.Zip(parameters).ToDictionary(p => p.First, p => p.Second.Value);
        Optimizer optimizer = OptimizerArea.Make(
            r.Case.Attr("optimizer").GetProperty("name").GetString()!, r.Case.Attr("optimizer"), parameters);
        List<double> losses = [], norms = [];
        for (int step = 0; step < order.Shape[0]; step++)
        {
            using Step scope = Step.Begin();
            optimizer.ZeroGrad();
            Tensor loss = lossOf(values, order[step]);
            loss.Backward();
            losses.Add(loss.Item());
            for (int i = 0; step == 0 && i < names.Length; i++)
            {
                if (r.Case.Has($"step.1.grad.{names[i]}"))
                    r.Compare($"step.1.grad.{names[i]}", parameters[i].Grad!.Detach());
            }
            if (clipNorm is { } limit) norms.Add(Clip.GradNorm(parameters, limit));
            optimizer.Step();
        }
        r.Compare("loss", losses);
        if (clipNorm is not null) r.Compare("grad_norm", norms);
        for (int i = 0; i < names.Length; i++) r.Compare("final.param." + names[i], parameters[i].Value.Detach());
        return values;
    }

    private static void CharacterModel(CaseRun r)
    {
        Tensor tokens = r.Case.Stored("in.tokens"), steps = Tensor.Arange(0, r.Case.Int("seq_len"), dtype: DType.Int64);
        Train(r, r.Case.Stored("in.starts"), Loss, r.Case.Number("clip_norm"));

        Tensor Loss(Dictionary<string, Tensor> p, Tensor starts)
        {
            Tensor places = (starts.Unsqueeze(1) + steps).Reshape(-1);
            Tensor x = p["emb.weight"].IndexSelect(0, tokens.IndexSelect(0, places))
                .Reshape(starts.Count, steps.Count, -1);
            for (int i = 0; i < 2; i++)
            {
                x = F.Lstm(
                    x, p[$"lstm.weight_ih_l{i}"], p[$"lstm.weight_hh_l{i}"], p[$"lstm.bias_ih_l{i}"],
                    p[$"lstm.bias_hh_l{i}"]).Output;
            }
            return F.CrossEntropy(Fc(p, "fc", x).Flatten(0, 1), tokens.IndexSelect(0, places + 1));
        }
    }

    private static void Resnet(CaseRun r)
    {
        const double Momentum = 0.1, Eps = 1e-5;
        Dictionary<string, (Tensor Mean, Tensor Variance)> statistics = [];
        int[][] blocks =
            [.. r.Case.Attr("blocks").EnumerateArray().Select(b => new[] { b[0].GetInt32(), b[1].GetInt32() })];
        bool training = true;

        Tensor Norm(Dictionary<string, Tensor> p, string name, Tensor x)
        {
            if (!statistics.TryGetValue(name, out (Tensor Mean, Tensor Variance) s))
                statistics[name] = s = (Tensor.Zeros([x.Shape[1]], x.DType), Tensor.Ones([x.Shape[1]], x.DType));
            return F.BatchNorm(x, s.Mean, s.Variance, p[name + ".weight"], p[name + ".bias"], training, Momentum, Eps);
        }

        Tensor Forward(Dictionary<string, Tensor> p, Tensor x)
        {
            x = Norm(p, "stem.bn", F.Conv2d(x, p["stem.conv.weight"], padding: 1)).Relu();
            for (int i = 0; i < blocks.Length; i++)
            {
                string name = $"block{i + 1}.";
                Tensor y = Norm(
                    p, name + "bn1", F.Conv2d(x, p[name + "conv1.weight"], stride: blocks[i][1], padding: 1)).Relu();
                y = Norm(p, name + "bn2", F.Conv2d(y, p[name + "conv2.weight"], padding: 1));
                if (p.TryGetValue(name + "down.conv.weight", out Tensor? down))
                    x = Norm(p, name + "down.bn", F.Conv2d(x, down, stride: blocks[i][1]));
                x = (y + x).Relu();
            }
            return Fc(p, "fc", x.Mean([2, 3]));
        }

        Dictionary<string, Tensor> values = Train(r, Forward);
        foreach ((string name, (Tensor mean, Tensor variance)) in statistics)
        {
            r.StateOut(name + ".running_mean", mean);
            r.StateOut(name + ".running_var", variance);
        }
        training = false;
        r.Out("eval_logits", Forward(values, r.Case.Stored("in.x")));
    }
}
