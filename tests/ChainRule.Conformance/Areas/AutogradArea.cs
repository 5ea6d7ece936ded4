namespace ChainRule.Conformance;

/// <summary>Second derivatives and Jacobians.</summary>
internal static class AutogradArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("autograd/hessian", r =>
        {
            Func<Tensor, Tensor> f = Function(r);
            ValueAndGradient(r, f);
            r.Out("hessian", Autograd.Hessian(f, r.Case.Stored("in.x")));
        });
        all.Add("autograd/hvp", r =>
        {
            Func<Tensor, Tensor> f = Function(r);
            ValueAndGradient(r, f);
            r.Out("hvp", Autograd.Hvp(f, r.Case.Stored("in.x"), r.Case.Stored("in.v")));
        });
        all.Add("autograd/jacobian", r =>
        {
            Func<Tensor, Tensor> f = r.Case.Text("function") switch
            {
                "softmax" => x => x.Softmax(r.Case.Int("dim")),
                "log_softmax" => x => x.LogSoftmax(r.Case.Int("dim")),
                "tanh" => x => x.Tanh(),
                _ => x => x.Sigmoid(),
            };
            r.Out("y", f(r.Case.Stored("in.x")));
            r.Out("jacobian", Autograd.Jacobian(f, r.Case.Stored("in.x")));
        });
        all.Add("autograd/gradient_penalty", r =>
        {
            Tensor x = r.Case.Stored("in.x"), w = r.Param("W")!, b = r.Param("b")!, v = r.Param("v")!;
            x.RequiresGrad = true;
            Tensor critic = (x.MatMul(w.T) + b).Tanh().MatMul(v).Sum();
            Tensor gradient = Autograd.Grad(critic, x, createGraph: true);
            Tensor excess = (gradient * gradient).Sum(1).Sqrt() - 1;
            Tensor penalty = (excess * excess).Mean();
            r.Out("penalty", penalty);
            penalty.Backward();
        });
    }

    private static void ValueAndGradient(CaseRun r, Func<Tensor, Tensor> f)
    {
        Tensor x = r.Case.Stored("in.x").Detach();
        x.RequiresGrad = true;
        Tensor value = f(x);
        r.Out("value", value);
        r.Out("gradient", Autograd.Grad(value, x));
    }

    private static Func<Tensor, Tensor> Function(CaseRun r)
    {
        Tensor Need(string name) => r.Case.Stored(name);
        return r.Case.Text("function") switch
        {
            "rosenbrock" => Rosenbrock,
            "logsumexp" => x => x.LogSumExp(0),
            "mixed" => x => (x[0] * x[1]).Sin() + (x[2] * x[2] * (x[0] / 2).Exp()) + (1 + (x[1] * x[1])).Log(),
            "logistic_nll" => x => (-(Need("in.t") * Need("in.A").MatMul(x))).Softplus().Sum(),
            "tanh_mlp" => x => (Need("param.W").MatMul(x) + Need("param.b")).Tanh().MatMul(Need("param.v")),
            "softmax_ce" => x => F.CrossEntropy(x, Need("in.target")),
            "conv_tanh" => x => ConvTanh(x, Need("param.k")),
            "norm_matmul" => x => (1 + Square(Need("in.A").MatMul(x)).Sum()).Sqrt(),
            var other => throw new InvalidDataException($"unknown function '{other}'."),
        };
    }

    private static Tensor Rosenbrock(Tensor x)
    {
        Tensor a = x[..^1], d = x[1..] - (a * a);
        return ((d * d * 100) + ((1 - a) * (1 - a))).Sum();
    }

    private static Tensor Square(Tensor x) => x * x;

    private static Tensor ConvTanh(Tensor x, Tensor k)
    {
        int length = x.Count - k.Count + 1;
        Tensor? sum = null;
        for (int j = 0; j < k.Count; j++)
        {
            Tensor term = x.Slice(0, j, j + length) * k[j];
            sum = sum is null ? term : sum + term;
        }
        return Square(sum!.Tanh()).Sum() / 2;
    }
}
