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
        Add("abs", (_, x) => x.Abs());
    }
}
