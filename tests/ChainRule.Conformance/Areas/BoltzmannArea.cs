using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Restricted Boltzmann machines and deep belief nets, of the classic models.</summary>
internal static class BoltzmannArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("classic/rbm_free_energy", r =>
        {
            Rbm rbm = Machine(r, "param.");
            r.Out("free_energy", rbm.FreeEnergy(r.In("v")));
            r.Back();
            foreach (var (name, parameter) in Names(rbm))
                if (r.Case.Has("grad.param." + name)) r.Compare("grad.param." + name, parameter.Grad!);
        });
        all.Add("classic/rbm_conditionals", r =>
        {
            Rbm rbm = Machine(r, "param.");
            r.Out("p_h", rbm.HiddenMean(r.In("v")));
            r.Out("p_v", rbm.VisibleMean(r.In("h")));
        });
        all.Add("classic/rbm_exact", r =>
        {
            Rbm rbm = Machine(r, "param.");
            Tensor likelihood = rbm.LogLikelihood(r.In("v"));
            r.Out("log_z", rbm.LogPartition());
            r.Out("log_likelihood", likelihood);
            likelihood.Backward();
            foreach (var (name, parameter) in Names(rbm)) r.Out("grad_" + name, parameter.Grad!);
        });
        all.Add("classic/rbm_cd", Updates);
        all.Add("classic/dbn_up_pass", r =>
        {
            DeepBeliefNet net = Net(r, "param.");
            var layers = r.Case.Bool("sample")
                ? net.UpPass(r.In("v"), [.. net.Layers.Select((_, l) => r.In($"u_{l + 1}"))])
                : net.UpPass(r.In("v"));
            for (int l = 1; l <= layers.Count; l++)
            {
                r.Out($"p_{l}", layers[l - 1].Probability);
                r.Out($"x_{l}", layers[l - 1].State);
            }
        });
        all.Add("classic/dbn_greedy", r =>
        {
            DeepBeliefNet net = Net(r, "init.param.");
            int layer = 0;
            r.Out("top", net.Pretrain(r.In("v"), (rbm, x) =>
            {
                string number = $"_{++layer}";
                Tensor hidden = r.In("u_h" + number), visible = r.In("u_v" + number);
                ContrastiveDivergence learning = new(rbm, new Sgd(rbm.Parameters(), r.Case.Number("lr")));
                for (int s = 0; s < hidden.Shape[0]; s++)
                    learning.Update(x, hidden[s].Unsqueeze(0), visible[s].Unsqueeze(0));
                foreach (var (name, parameter) in Names(rbm)) r.Compare($"final.param.{name}{number}", parameter.Value);
            }));
        });
    }

    private static void Updates(CaseRun r)
    {
        Rbm rbm = Machine(r, "init.param."), before = Machine(r, "init.param.");
        ContrastiveDivergence learning = new(
            rbm, new Sgd(rbm.Parameters(), r.Case.Number("lr")), r.Case.Int("k"),
            r.Case.Bool("persistent") ? r.In("chain_v") : null);
        Dictionary<string, List<Tensor>> results = [];
        for (int s = 0; s < r.In("v0").Shape[0]; s++)
        {
            before.LoadState(rbm.State().ToDictionary(p => p.Key, p => p.Value));
            Tensor model = learning.Update(r.In("v0")[s], r.In("u_h")[s], r.In("u_v")[s]);
            Keep("v_model", model);
            Keep("p_h_model", before.HiddenMean(model));
            foreach (var (name, parameter) in Names(rbm)) Keep(name, parameter.Value);
        }
        foreach (var (name, values) in results) r.Out(name, Tensor.Stack([.. values]));

        void Keep(string name, Tensor value)
        {
            if (!results.TryGetValue(name, out List<Tensor>? values)) results.Add(name, values = []);
            values.Add(value.Detach());
        }
    }

    private static DeepBeliefNet Net(CaseRun r, string prefix) => new(
        [.. Enumerable.Range(1, r.Case.Behind(prefix + "W_").Count()).Select(l => Machine(r, prefix, $"_{l}"))]);

    private static Rbm Machine(CaseRun r, string prefix, string suffix = "")
    {
        Shape sizes = r.Case.Stored(prefix + "W" + suffix).Shape;
        BinaryRbm rbm = new(sizes[0], sizes[1], new Rng(0), r.Case.Precision);
        foreach (var (name, parameter) in Names(rbm))
        {
            // An up-pass knows no biases of visible units.
            if (r.Case.Has(prefix + name + suffix)) parameter.Set(r.Case.Stored(prefix + name + suffix));
        }
        return rbm;
    }

    private static (string Name, Parameter Parameter)[] Names(Rbm rbm) =>
        [("W", rbm.Weight), ("b", rbm.VisibleBias), ("c", rbm.HiddenBias)];
}
