namespace ChainRule.Conformance;

/// <summary>Activation functions.</summary>
internal static class ActivationArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(string op, Func<CaseRun, Tensor, Tensor> f) =>
            all.Add("activation/" + op, r => r.Out("y", f(r, r.In("x"))));

        Add("relu", (_, x) => x.Relu());
        Add("leaky_relu", (r, x) => x.LeakyRelu(r.Case.Number("negative_slope")));
        Add("elu", (r, x) => x.Elu(r.Case.Number("alpha")));
        Add("gelu", (r, x) => x.Gelu(r.Case.Text("approximate") == "tanh" ? GeluForm.Tanh : GeluForm.Erf));
        Add("softplus", (r, x) => x.Softplus(r.Case.Number("beta"), r.Case.Number("threshold")));
        Add("softmax", (r, x) => x.Softmax(r.Case.Int("dim")));
        Add("log_softmax", (r, x) => x.LogSoftmax(r.Case.Int("dim")));
        Add("selu", (_, x) => x.Selu());
        Add("silu", (_, x) => x.Silu());
        Add("mish", (_, x) => x.Mish());
        Add("hardtanh", (r, x) => x.Hardtanh(r.Case.Number("min_val"), r.Case.Number("max_val")));
        Add("hardsigmoid", (_, x) => x.Hardsigmoid());
        Add("hardswish", (_, x) => x.Hardswish());
        Add("softsign", (_, x) => x.Softsign());
        Add("threshold", (r, x) => x.Threshold(r.Case.Number("threshold"), r.Case.Number("value")));
        Add("glu", (r, x) => x.Glu(r.Case.Int("dim")));
        Add("prelu", (r, x) => F.PRelu(x, r.Param("weight")!));
        Add("maxout", (r, x) => F.Maxout(x, r.Param("weight")!, r.Param("bias"), r.Case.Int("num_pieces")));
        Add("abs", (_, x) => x.Abs());
    }
}
