using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Whole training runs: losses, first gradients and final parameters.</summary>
internal static class TrajectoryArea
{
    private const string Start = "init.param.";

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
    }

    private static Tensor Fc(Dictionary<string, Tensor> p, string name, Tensor x) =>
        F.Linear(x, p[name + ".weight"], p[name + ".bias"]);

    private static Tensor Act(CaseRun r, Tensor x) => r.Case.Text("activation") == "tanh" ? x.Tanh() : x.Relu();

    private static Dictionary<string, Tensor> Train(CaseRun r, Func<Dictionary<string, Tensor>, Tensor, Tensor> forward)
    {
        string[] names = [.. r.Case.Behind(Start)];
        Parameter[] parameters = [.. names.Select(n => new Parameter(n, r.Case.Stored(Start + n)))];
        Dictionary<string, Tensor> values = names.Zip(parameters).ToDictionary(p => p.First, p => p.Second.Value);
        Optimizer optimizer = OptimizerArea.Make(
            r.Case.Attr("optimizer").GetProperty("name").GetString()!, r.Case.Attr("optimizer"), parameters);
        Tensor order = r.Case.Stored("in.order"), x = r.Case.Stored("in.x"), y = r.Case.Stored("in.y");
        List<double> losses = [];
        for (int step = 0; step < order.Shape[0]; step++)
        {
            using Step scope = Step.Begin();
            Tensor rows = order[step];
            optimizer.ZeroGrad();
            Tensor loss = F.CrossEntropy(forward(values, x.IndexSelect(0, rows)), y.IndexSelect(0, rows));
            loss.Backward();
            losses.Add(loss.Item());
            for (int i = 0; step == 0 && i < names.Length; i++)
            {
                if (r.Case.Has($"step.1.grad.{names[i]}"))
                    r.Compare($"step.1.grad.{names[i]}", parameters[i].Grad!.Detach());
            }
            optimizer.Step();
        }
        r.Compare("loss", losses);
        for (int i = 0; i < names.Length; i++) r.Compare("final.param." + names[i], parameters[i].Value.Detach());
        return values;
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
