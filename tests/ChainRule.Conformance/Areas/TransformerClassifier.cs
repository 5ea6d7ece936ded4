using ChainRule.Nn;

namespace ChainRule.Conformance;

/// <summary>The network of trajectory/transformer_classifier, from the layers themselves.</summary>
internal sealed class TransformerClassifier : Module
{
    private readonly Parameter _words;
    private readonly LearnedPositions _positions;
    private readonly TransformerEncoder _encoder;
    private readonly Linear _last;

    private TransformerClassifier(CaseRun r, Dictionary<string, Tensor> start)
    {
        Shape words = start["emb.weight"].Shape, positions = start["pos.weight"].Shape;
        DType dtype = r.Case.Precision;
        _words = AddModule("emb", new Table(start["emb.weight"])).Weight;
        _positions = AddModule("pos", new LearnedPositions(positions[1], positions[0], dtype: dtype));
        TransformerOptions options = new()
        {
            FeedForward = start["layers.0.linear1.bias"].Count,
            Dropout = 0,
            NormFirst = r.Case.Bool("norm_first"),
            Activation = AttentionArea.Activation(r),
        };
        _encoder = new TransformerEncoder([.. Enumerable.Range(0, r.Case.Int("layers")).Select(_ =>
            new TransformerEncoderLayer(words[1], r.Case.Int("nhead"), options, dtype: dtype))]);
        AddModule("layers", (Sequential)_encoder.Children[0].Module);
        _last = AddModule("fc", new Linear(words[1], start["fc.bias"].Count, dtype: dtype));
        LoadState(start);
    }

    public static void Run(CaseRun r)
    {
        const string start = TrajectoryArea.Start;
        TransformerClassifier model = new(r, r.Case.Behind(start).ToDictionary(n => n, n => r.Case.Stored(start + n)));
        Tensor tokens = r.Case.Stored("in.tokens"), y = r.Case.Stored("in.y");
        Tensor? lengths = r.Case.Has("in.lengths") ? r.Case.Stored("in.lengths") : null;
        TrajectoryArea.Train(r, r.Case.Stored("in.order"), Loss, model: model);

        Tensor Loss(Dictionary<string, Tensor> values, Tensor rows) => F.CrossEntropy(
            model.Forward(tokens.IndexSelect(0, rows), lengths?.IndexSelect(0, rows)), y.IndexSelect(0, rows));
    }

    private Tensor Forward(Tensor tokens, Tensor? lengths)
    {
        (int n, int time) = tokens.Shape;
        Tensor x = _words.Value.IndexSelect(0, tokens.Reshape(-1)).Reshape(n, time, -1);
        Tensor? padding = lengths is null ? null
            : Tensor.Arange(0, time, dtype: DType.Int64) >= lengths.Unsqueeze(1);
        Tensor y = _encoder.Forward(_positions.Forward(x), null, padding);
        if (padding is null) return _last.Forward(y.Mean(1));
        Tensor valid = padding.LogicalNot().To(y.DType);
        return _last.Forward((y * valid.Unsqueeze(2)).Sum(1) / valid.Sum(1, keepDim: true));
    }

    private sealed class Table : Module
    {
        public Table(Tensor start) => Weight = AddParameter("weight", start);

        public Parameter Weight { get; }
    }
}
