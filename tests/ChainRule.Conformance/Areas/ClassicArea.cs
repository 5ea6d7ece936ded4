namespace ChainRule.Conformance;

/// <summary>Classic models.</summary>
internal static class ClassicArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("classic/circuit_product", r =>
        {
            Tensor q = r.In("x") + r.In("y"), f = q * r.In("z");
            r.Out("q", q);
            r.Out("f", f);
            r.Out("df_dq", Autograd.Grad(f, q, retainGraph: true));
            f.Backward();
        });
        all.Add("classic/circuit_sigmoid_neuron", SigmoidNeuron);
    }

    private static void SigmoidNeuron(CaseRun r)
    {
        Tensor w = r.In("w"), x = r.In("x");
        Tensor a0 = w[0] * x[0], a1 = w[1] * x[1], s = a0 + a1, t = s + w[2], n = -t, e = n.Exp(), d = 1 + e, f = 1 / d;
        (string Name, Tensor Node)[] nodes =
            [("a0", a0), ("a1", a1), ("s", s), ("t", t), ("n", n), ("e", e), ("d", d), ("f", f)];
        foreach ((string name, Tensor node) in nodes)
        {
            r.Out(name, node);
            r.Out("df_d" + name, Autograd.Grad(f, node, retainGraph: true));
        }
        f.Backward();
    }
}
