using ChainRule.Models;
using ChainRule.Optim;

namespace ChainRule.Conformance;

/// <summary>Classic models.</summary>
internal static class ClassicArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("classic/circuit_product", r => Compare(
            r, Circuit.Product(r.In("x"), r.In("y"), r.In("z")), ["x", "y", "z"], ["q", "f"], ["q"]));
        all.Add("classic/circuit_sigmoid_neuron", r =>
        {
            string[] nodes = ["a0", "a1", "s", "t", "n", "e", "d", "f"];
            Compare(r, Circuit.SigmoidNeuron(r.In("w"), r.In("x")), ["w", "x"], nodes, nodes);
        });
        all.Add("classic/perceptron", r =>
        {
            Perceptron perceptron = new(r.In("X").Shape[1], r.Case.Number("eta"));
            var passes = perceptron.Fit(r.In("X"), r.In("y"), r.Case.Int("max_passes")).Passes;
            r.Out("w", Tensor.Stack([.. passes.Select(p => p.Weight)]));
            r.Compare("out.b", passes.Select(p => p.Bias));
            r.Compare("out.mistakes", passes.Select(p => (double)p.Mistakes));
        });
        all.Add("classic/kernel_ridge", r =>
        {
            var model = KernelRidge.Fit(r.In("X"), r.In("y"), Kernel(r), r.Case.Number("lambda"));
            r.Out("K", model.KernelMatrix);
            r.Out("alpha", model.Alpha);
            r.Out("pred", model.Predict(r.In("X_new")));
        });
        all.Add("classic/kernel_ridge_bootstrap", r =>
        {
            double[] percentiles = [.. r.Case.Attr("percentiles").EnumerateArray().Select(p => p.GetDouble())];
            BootstrapBand band = KernelRidge.Bootstrap(
                r.In("X"), r.In("y"), r.In("X_new"), Kernel(r), r.Case.Number("lambda"), r.In("indices"),
                percentiles[0], percentiles[1]);
            r.Out("boot_pred", band.Predictions);
            r.Out("lower", band.Lower);
            r.Out("upper", band.Upper);
        });
        all.Add("classic/pca", r =>
        {
            Pca pca = Pca.Fit(r.In("X"), r.Case.Int("k"));
            r.Out("mean", pca.Mean);
            r.Out("eigenvalues", pca.Eigenvalues);
            r.Out("projector", pca.Projector);
            r.Out("reconstruction", pca.Reconstruct(r.In("X")));
            r.Out("explained", Tensor.Scalar(pca.Explained, DType.Float64));
        });
        all.Add("classic/filter1d", r => r.Out("y", new SignalFilter(
            r.In("h"), Enum.Parse<FilterBoundary>(r.Case.Text("boundary"), ignoreCase: true),
            Enum.Parse<FilterMode>(r.Case.Text("mode"), ignoreCase: true)).Apply(r.In("x"))));
        all.Add("classic/lstm_by_hand", r =>
        {
            LstmByHand lstm = new(
                Weight(r, "Wf"), Weight(r, "Wi"), Weight(r, "Wg"), Weight(r, "Wo"), Weight(r, "bf"), Weight(r, "bi"),
                Weight(r, "bg"), Weight(r, "bo"));
            LstmTrace trace = lstm.Run(r.In("x"), r.Case.Given("state_in.h0"), r.Case.Given("state_in.c0"));
            r.Out("f", trace.F);
            r.Out("i", trace.I);
            r.Out("g", trace.G);
            r.Out("o", trace.O);
            r.Out("c", trace.C);
            r.Out("h", trace.H);
        });
        all.Add("classic/gru_by_hand", r =>
        {
            GruByHand gru = new(
                Weight(r, "Wz"), Weight(r, "Wr"), Weight(r, "Wn"), Weight(r, "bz"), Weight(r, "br"), Weight(r, "bn"));
            GruTrace trace = gru.Run(r.In("x"), r.Case.Given("state_in.h0"));
            r.Out("z", trace.Z);
            r.Out("r", trace.R);
            r.Out("n", trace.N);
            r.Out("h", trace.H);
        });
        AddDescents(all);
    }

    private static Tensor Weight(CaseRun r, string name) => r.Case.Given("param." + name);

    private static void AddDescents(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("classic/gd_named", r =>
        {
            Func<Tensor, Tensor> f = r.Case.Text("function") switch
            {
                "two_variables" => x => (x[0] * x[0]) + (x[0] * x[1]) + (x[1] * x[1] * 4),
                "three_variables" => x => (x[0] * x[0]) + (x[0] * (1 - x[1])) + (x[1] * x[1]) - (x[1] * x[2])
                    + (x[2] * x[2]) + x[2],
                var other => throw new InvalidDataException($"unknown function '{other}'."),
            };
            Tensor start = r.In("x0");
            DescentPath path = GradientDescent.Minimize(f, start, r.Case.Number("eta"), options: Steps(r));
            var shape = Quadratic.At(f, Tensor.Zeros(start.Shape, start.DType));
            r.Out("x", path.Points);
            r.Out("f", path.Values);
            r.Out("gradient", path.Gradients);
            r.Out("hessian", shape.Hessian);
            Landscape(r, shape);
        });
        all.Add("classic/gd_quadratic", r =>
        {
            Quadratic f = new(r.In("Q"), r.In("q"));
            DescentPath path = GradientDescent.Minimize(
                f.Value, r.In("x0"), r.Case.Number("eta"), r.Case.Number("mu"), Steps(r));
            r.Out("x", path.Points);
            r.Out("f", path.Values);
            Landscape(r, f);
        });
        all.Add("classic/adam_quadratic", r =>
        {
            Quadratic f = new(r.In("A"), -r.In("b"));
            double[] betas = [.. r.Case.Attr("betas").EnumerateArray().Select(b => b.GetDouble())];
            DescentPath path = GradientDescent.Minimize(
                f.Value, r.In("x0"),
                p => new Adam(p, r.Case.Number("lr"), betas[0], betas[1], r.Case.Number("eps")), Steps(r));
            r.Out("x", path.Points);
            r.Out("f", path.Values);
            r.Out("optimum", f.StationaryPoint);
            r.Out("distance", path.DistanceTo(f.StationaryPoint));
        });
    }

    private static DescentOptions Steps(CaseRun r) => new() { MaxSteps = r.Case.Int("steps") };

    private static void Landscape(CaseRun r, Quadratic f)
    {
        r.Out("eigenvalues", f.Eigenvalues);
        r.Out("max_rate", Tensor.Scalar(f.MaxRate, DType.Float64));
        r.Out("minimum", f.StationaryPoint);
        r.Out("f_min", Tensor.Scalar(f.StationaryValue, DType.Float64));
    }

    private static KernelFunction Kernel(CaseRun r) => r.Case.Text("kernel") == "rbf"
        ? new RbfKernel(r.Case.Number("gamma"))
        : new PolynomialKernel(r.Case.Number("gamma"), r.Case.Number("coef0"), r.Case.Int("degree"));

    private static void Compare(CaseRun r, Circuit circuit, string[] inputs, string[] values, string[] derivatives)
    {
        foreach (string name in values) r.Out(name, circuit.Value(name));
        foreach (string name in derivatives) r.Out("df_d" + name, circuit.Derivative(name));
        foreach (string name in inputs) r.Compare("grad.in." + name, circuit.Derivative(name));
    }
}
