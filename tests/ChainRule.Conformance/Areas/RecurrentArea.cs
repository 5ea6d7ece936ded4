using ChainRule.Nn;

namespace ChainRule.Conformance;

/// <summary>Recurrent layers and cells, as the layers of the framework: their keys, states and lengths.</summary>
internal static class RecurrentArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        all.Add("layer/rnn", r => Stateful(
            r, new Rnn(Inputs(r), Hidden(r), Layers(r), Both(r), 0, Activation(r), Bias(r), dtype: r.Case.Precision)));
        all.Add("layer/gru", r => Stateful(
            r, new Gru(Inputs(r), Hidden(r), Layers(r), Both(r), 0, Bias(r), dtype: r.Case.Precision)));
        all.Add("layer/lstm", r => Stateful(
            r, new Lstm(Inputs(r), Hidden(r), Layers(r), Both(r), 0, Bias(r), dtype: r.Case.Precision)));
        all.Add("layer/rnn_cell", r =>
        {
            RnnCell cell = new(Features(r), Units(r), Activation(r), Bias(r), dtype: r.Case.Precision);
            OneStep(r, cell, () => [("h", cell.Forward(r.In("x"), State(r, "h")))]);
        });
        all.Add("layer/gru_cell", r =>
        {
            GruCell cell = new(Features(r), Units(r), Bias(r), dtype: r.Case.Precision);
            OneStep(r, cell, () => [("h", cell.Forward(r.In("x"), State(r, "h")))]);
        });
        all.Add("layer/lstm_cell", r =>
        {
            LstmCell cell = new(Features(r), Units(r), Bias(r), dtype: r.Case.Precision);
            OneStep(r, cell, () =>
            {
                LstmState after = cell.Forward(r.In("x"), new LstmState(State(r, "h")!, State(r, "c")!));
                return [("h", after.Hidden), ("c", after.Cell)];
            });
        });
    }

    private static int Hidden(CaseRun r) => r.Case.Int("hidden_size");

    private static int Layers(CaseRun r) => r.Case.Int("num_layers");

    private static int Inputs(CaseRun r) => r.Case.Stored("param.weight_ih_l0").Shape[1];

    private static int Features(CaseRun r) => r.Case.Stored("param.weight_ih").Shape[1];

    private static int Units(CaseRun r) => r.Case.Stored("param.weight_hh").Shape[1];

    private static bool Both(CaseRun r) => r.Case.Bool("bidirectional");

    private static bool Bias(CaseRun r) => r.Case.Bool("bias");

    private static RnnActivation Activation(CaseRun r) =>
        r.Case.Text("nonlinearity") == "relu" ? RnnActivation.Relu : RnnActivation.Tanh;

    private static Tensor? State(CaseRun r, string name) => r.Case.Maybe("state_in." + name);

    private static void Stateful(CaseRun r, RecurrentLayer layer)
    {
        bool batchFirst = r.Case.Bool("batch_first");
        Tensor x = batchFirst ? r.In("x") : r.In("x").Transpose(0, 1);
        Tensor? h0 = State(r, "h0"), c0 = State(r, "c0");
        SequenceBatch? sequences = r.InOrNull("lengths") is { } lengths ? new(x, lengths) : null;
        OneStep(r, layer, () =>
        {
            Tensor output, hidden;
            Tensor? cell = null;
            if (layer is Lstm lstm)
            {
                LstmState? state = Start(h0, c0);
                (output, LstmState last) = sequences is null
                    ? lstm.Forward(x, state) : Plain(lstm.Forward(sequences, state));
                (hidden, cell) = (last.Hidden, last.Cell);
            }
            else if (layer is Gru gru)
            {
                (output, hidden) = sequences is null ? gru.Forward(x, h0) : Plain(gru.Forward(sequences, h0));
            }
            else
            {
                Rnn rnn = (Rnn)layer;
                (output, hidden) = sequences is null ? rnn.Forward(x, h0) : Plain(rnn.Forward(sequences, h0));
            }
            r.Out("output", batchFirst ? output : output.Transpose(0, 1));
            return cell is null ? [("h_n", hidden)] : [("h_n", hidden), ("c_n", cell)];
        });
    }

    // A state that a case leaves out is zeros.
    private static LstmState? Start(Tensor? hidden, Tensor? cell) => (hidden ?? cell) is { } given
        ? new(hidden ?? Tensor.Zeros(given.Shape, given.DType), cell ?? Tensor.Zeros(given.Shape, given.DType))
        : null;

    private static (Tensor Output, TState State) Plain<TState>((SequenceBatch Output, TState State) result) =>
        (result.Output.Data, result.State);

    // The module's parameters are its own: their gradients are compared here, those of the inputs by the runner.
    private static void OneStep(CaseRun r, Module module, Func<(string Name, Tensor Value)[]> forward)
    {
        const string prefix = "param.";
        module.LoadState(r.Case.Behind(prefix).ToDictionary(n => n, n => r.Case.Stored(prefix + n)));
        foreach ((string name, Tensor value) in forward()) r.StateOut(name, value);
        r.Back();
        foreach ((string key, Parameter parameter) in module.NamedParameters())
        {
            if (r.Case.Has("grad.param." + key)) r.Compare("grad.param." + key, parameter.Grad!.Detach());
        }
    }
}
