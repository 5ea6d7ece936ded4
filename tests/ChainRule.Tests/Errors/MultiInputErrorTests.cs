using System.Text;
using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Tests.Errors;

/// <summary>
/// What takes several tensors, masks, states, weights and lengths among them, with each of them wrong in turn: what is
/// said, word by word in Snapshots/.
/// </summary>
public sealed class MultiInputErrorTests
{
    private static readonly Rng Seed = new(1);

    /// <summary>Layers whose Forward takes more than one tensor.</summary>
    private static Use[] Layers =>
    [
        Of("Bilinear", new Bilinear(3, 4, 2, rng: Seed), [A("x1", 2, 3), A("x2", 2, 4)],
            (Bilinear l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("CosineSimilarity", new CosineSimilarity(), [A("x1", 2, 3), A("x2", 2, 3)],
            (CosineSimilarity l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("EmbeddingBag", new EmbeddingBag(5, 3, rng: Seed), [Class("x", 5, 6), Class("offsets", 6, 2)],
            (EmbeddingBag l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("Rnn", new Rnn(3, 2, rng: Seed), [A("x", 2, 4, 3), A("state", 1, 2, 2)],
            (Rnn l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("Gru", new Gru(3, 2, layers: 2, rng: Seed), [A("x", 2, 4, 3), A("state", 2, 2, 2)],
            (Gru l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("Lstm", new Lstm(3, 2, rng: Seed), [A("x", 2, 4, 3), A("hidden", 1, 2, 2), A("cell", 1, 2, 2)],
            (Lstm l, Tensor[] t) => l.Forward(t[0], new LstmState(t[1], t[2]))),
        Of("RnnCell", new RnnCell(3, 2, rng: Seed), [A("x", 4, 3), A("state", 4, 2)],
            (RnnCell l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("GruCell", new GruCell(3, 2, rng: Seed), [A("x", 4, 3), A("state", 4, 2)],
            (GruCell l, Tensor[] t) => l.Forward(t[0], t[1])),
        Of("LstmCell", new LstmCell(3, 2, rng: Seed), [A("x", 4, 3), A("hidden", 4, 2), A("cell", 4, 2)],
            (LstmCell l, Tensor[] t) => l.Forward(t[0], new LstmState(t[1], t[2]))),
        new("SequenceBatch", ["SequenceBatch"], [A("data", 2, 4, 3), Class("lengths", 5, 2)],
            t => _ = new SequenceBatch(t[0], t[1])),
        Of("Gru of a SequenceBatch", new Gru(3, 2, rng: Seed), [A("data", 2, 4, 3)],
            (Gru l, Tensor[] t) => l.Forward(new SequenceBatch(t[0], Tensor.Ones([2], DType.Int64)))),
        Of("MultiHeadAttention", new MultiHeadAttention(4, 2, rng: Seed),
            [A("query", 2, 3, 4), A("key", 2, 5, 4), A("value", 2, 5, 4), Mask("keyPaddingMask", 2, 5),
                Mask("mask", 3, 5), A("bias", 4, 3, 5)],
            (MultiHeadAttention l, Tensor[] t) => l.Forward(t[0], t[1], t[2], t[3], t[4], t[5])),
        Of("MultiHeadAttention with weights", new MultiHeadAttention(4, 2, kDim: 3, vDim: 5, rng: Seed),
            [A("query", 2, 3, 4), A("key", 2, 6, 3), A("value", 2, 6, 5)],
            (MultiHeadAttention l, Tensor[] t) => l.ForwardWithWeights(t[0], t[1], t[2])),
        Of("TransformerEncoderLayer", new TransformerEncoderLayer(4, 2, rng: Seed),
            [A("x", 2, 3, 4), Mask("mask", 3, 3), Mask("keyPaddingMask", 2, 3)],
            (TransformerEncoderLayer l, Tensor[] t) => l.Forward(t[0], t[1], t[2])),
        Of("TransformerDecoderLayer", new TransformerDecoderLayer(4, 2, rng: Seed),
            [A("target", 2, 3, 4), A("memory", 2, 5, 4), Mask("Target", 3, 3), Mask("Memory", 3, 5)],
            (TransformerDecoderLayer l, Tensor[] t) =>
                l.Forward(t[0], t[1], new DecoderMasks { Target = t[2], Memory = t[3] })),
    ];

    /// <summary>Losses and normalisations with what may be left out.</summary>
    private static Use[] Functions =>
    [
        new("CrossEntropy with weights", ["CrossEntropy"], [A("logits", 4, 3), Class("target", 3, 4), A("weight", 3)],
            t => F.CrossEntropy(t[0], t[1], t[2])),
        new("CrossEntropy of probabilities", ["CrossEntropy"], [A("logits", 4, 3), A("target", 4, 3), A("weight", 3)],
            t => F.CrossEntropy(t[0], t[1], t[2])),
        new("NllLoss with weights", ["NllLoss"], [A("input", 4, 3, 2), Class("target", 3, 4, 2), A("weight", 3)],
            t => F.NllLoss(t[0], t[1], t[2])),
        new("FocalLoss with weights", ["FocalLoss"], [A("logits", 4, 3), Class("target", 3, 4), A("weight", 3)],
            t => F.FocalLoss(t[0], t[1], weight: t[2])),
        new("MultiMarginLoss with weights", ["MultiMarginLoss"],
            [A("input", 4, 3), Class("target", 3, 4), A("weight", 3)],
            t => F.MultiMarginLoss(t[0], t[1], weight: t[2])),
        new("BinaryCrossEntropy with weights", ["BinaryCrossEntropy"],
            [A("probabilities", 4, 3), A("target", 4, 3), A("weight", 4, 1)],
            t => F.BinaryCrossEntropy(t[0], t[1], t[2])),
        new("BinaryCrossEntropyWithLogits with weights", ["BinaryCrossEntropyWithLogits"],
            [A("logits", 4, 3), A("target", 4, 3), A("weight", 4, 3), A("posWeight", 3)],
            t => F.BinaryCrossEntropyWithLogits(t[0], t[1], t[2], t[3])),
        new("GaussianNllLoss", ["GaussianNllLoss"], [A("input", 4, 3), A("target", 4, 3), A("variance", 4, 3)],
            t => F.GaussianNllLoss(t[0], t[1], t[2])),
        new("BatchNorm", ["BatchNorm"],
            [A("x", 4, 3), A("runningMean", 3), A("runningVar", 3), A("weight", 3), A("bias", 3)],
            t => F.BatchNorm(t[0], t[1], t[2], t[3], t[4])),
        new("LayerNorm", ["LayerNorm"], [A("x", 4, 3), A("weight", 3), A("bias", 3)],
            t => F.LayerNorm(t[0], [3], t[1], t[2])),
        new("GroupNorm", ["GroupNorm"], [A("x", 2, 4, 3), A("weight", 4), A("bias", 4)],
            t => F.GroupNorm(t[0], 2, t[1], t[2])),
        new("ScaledDotProductAttention", ["ScaledDotProductAttention"],
            [A("query", 2, 3, 4), A("key", 2, 5, 4), A("value", 2, 5, 6), Mask("mask", 3, 5), A("bias", 2, 3, 5)],
            t => F.ScaledDotProductAttention(t[0], t[1], t[2], t[3], t[4])),
        new("Conv2d", ["Conv2d"], [A("x", 1, 4, 5, 5), A("weight", 6, 2, 3, 3), A("bias", 6)],
            t => F.Conv2d(t[0], t[1], t[2], groups: 2)),
    ];

    /// <summary>Classic models.</summary>
    private static Use[] Models =>
    [
        new("Perceptron.Fit", ["Perceptron"], [A("x", 4, 2), One("y", 4)],
            t => new Perceptron(2).Fit(t[0], t[1])),
        new("Perceptron.Predict", ["Perceptron"], [A("x", 4, 2)],
            t => new Perceptron(2).Predict(t[0])),
        new("KernelRidge.Fit", ["KernelRidge"], [A("x", 4, 2), A("y", 4)],
            t => KernelRidge.Fit(t[0], t[1], new RbfKernel(1), 0.1)),
        new("KernelRidge.Predict", ["KernelRidge"], [A("x", 4, 2)], t => KernelRidge
            .Fit(Tensor.Rand([3, 2], new Rng(1)), Tensor.Ones([3]), new RbfKernel(1), 0.1)
            .Predict(t[0])),
        new("KernelFunction.Matrix", ["KernelFunction"], [A("x", 4, 2), A("z", 3, 2)],
            t => new RbfKernel(1).Matrix(t[0], t[1])),
        new("Pca.Fit", ["Pca"], [A("x", 4, 3)], t => Pca.Fit(t[0], 2)),
        new("Pca.Transform", ["Pca"], [A("x", 4, 3)],
            t => Pca.Fit(Tensor.Rand([5, 3], new Rng(1)), 2).Transform(t[0])),
        new("Pca.InverseTransform", ["Pca"], [A("z", 4, 2)],
            t => Pca.Fit(Tensor.Rand([5, 3], new Rng(1)), 2).InverseTransform(t[0])),
        new("Quadratic", ["Quadratic"], [A("matrix", 3, 3), A("linear", 3)],
            t => _ = new Quadratic(t[0], t[1])),
        new("Quadratic.Value", ["Quadratic"], [A("x", 3)],
            t => new Quadratic(Tensor.Eye(3), Tensor.Ones([3])).Value(t[0])),
        new("Circuit.Product", ["Circuit"], [A("x"), A("y"), A("z")],
            t => Circuit.Product(t[0], t[1], t[2])),
        new("Circuit.SigmoidNeuron", ["Circuit"], [A("w", 3), A("x", 2)],
            t => Circuit.SigmoidNeuron(t[0], t[1])),
        new("BootstrapBand.Of", ["BootstrapBand"], [A("predictions", 5, 3)],
            t => BootstrapBand.Of(t[0])),
        new("SignalFilter", ["SignalFilter"], [A("kernel", 3), A("x", 2, 8)],
            t => new SignalFilter(t[0]).Apply(t[1])),
        new("GradientDescent.Minimize", ["GradientDescent"], [A("start", 3)], t =>
            GradientDescent.Minimize(
                x => x.Square().Sum(), t[0], 0.1, options: new DescentOptions { MaxSteps = 2 })),
        new("LstmByHand", ["LstmByHand"],
            [A("wf", 2, 5), A("wi", 2, 5), A("wg", 2, 5), A("wo", 2, 5), A("bf", 2), A("bi", 2), A("bg", 2), A("bo", 2),
                A("x", 4, 3), A("h0", 2), A("c0", 2)],
            t => new LstmByHand(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7])
                .Run(t[8], t[9], t[10])),
        new("GruByHand", ["GruByHand"],
            [A("wz", 2, 5), A("wr", 2, 5), A("wn", 2, 5), A("bz", 2), A("br", 2), A("bn", 2), A("x", 4, 3), A("h0", 2)],
            t => new GruByHand(t[0], t[1], t[2], t[3], t[4], t[5]).Run(t[6], t[7])),
        Boltzmann("Energy", [A("v", 4, 3), A("h", 4, 2)], (r, t) => r.Energy(t[0], t[1])),
        Boltzmann("FreeEnergy", [A("v", 4, 3)], (r, t) => r.FreeEnergy(t[0])),
        Boltzmann("HiddenMean", [A("v", 4, 3)], (r, t) => r.HiddenMean(t[0])),
        Boltzmann("VisibleMean", [A("h", 4, 2)], (r, t) => r.VisibleMean(t[0])),
        Boltzmann("SampleHidden", [A("v", 4, 3), A("uniforms", 4, 2)], (r, t) => r.SampleHidden(t[0], t[1])),
        Boltzmann("SampleVisible", [A("h", 4, 2), A("noise", 4, 3)], (r, t) => r.SampleVisible(t[0], t[1])),
        Boltzmann("ContrastiveLoss", [A("v", 4, 3), A("model", 4, 3)], (r, t) => r.ContrastiveLoss(t[0], t[1])),
        Boltzmann("Gibbs", [A("v", 4, 3), A("hiddenUniforms", 2, 4, 2), A("visibleNoise", 2, 4, 3)],
            (r, t) => r.Gibbs(t[0], t[1], t[2])),
        new("DeepBeliefNet.UpPass", ["DeepBeliefNet", "BinaryRbm"], [A("v", 4, 3)],
            t => new DeepBeliefNet([3, 2, 2], Seed).UpPass(t[0])),
    ];

    [Fact]
    public void Layers_of_several_inputs_refuse_wrong_ones_with_the_approved_text() => Check("LayerInputs", Layers);

    [Fact]
    public void Functions_with_optional_tensors_refuse_wrong_ones_with_the_approved_text() =>
        Check("FunctionInputs", Functions);

    [Fact]
    public void Classic_models_refuse_wrong_inputs_with_the_approved_text() => Check("ModelInputs", Models);

    private static void Check(string page, Use[] uses)
    {
        StringBuilder text = new();
        List<string> faults = [];
        foreach (Use use in uses)
        {
            if (Record.Exception(() => use.Call([.. use.Inputs.Select(i => i.Value)])) is { } wrong)
            {
                faults.Add(
                    $"{use.Name}: the inputs held to be good are refused: {wrong.GetType().Name}: {wrong.Message}");
            }
            ErrorText errors = new(use.Name, use.Names);
            for (int i = 0; i < use.Inputs.Length; i++) EachWrong(use, errors, i);
            text.Append(errors.Page);
            faults.AddRange(errors.Faults);
        }
        SnapshotFile.Check(page, text.ToString());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static void EachWrong(Use use, ErrorText errors, int at)
    {
        Input right = use.Inputs[at];
        foreach (int[] shape in WrongInputs.Shapes([.. right.Value.Shape]))
        {
            string[] sizes = [.. shape.Except(right.Value.Shape).Select(d => $"{d}")];
            Try(Shape.Create(shape).ToString(), Tensor.Zeros(shape, right.Value.DType),
                [shape.Length == 0 ? "a single number" : $"rank {shape.Length}", .. sizes]);
        }
        foreach (DType type in WrongInputs.Types.Where(t => t != right.Value.DType))
            Try(type.Text(), Tensor.Zeros(right.Value.Shape, type), type.Text());
        if (right.Bound == 0) return;
        Try($"{right.Bound}", Tensor.Full(right.Value.Shape, right.Bound, right.Value.DType), $"{right.Bound}");
        Try("-1", Tensor.Full(right.Value.Shape, -1, right.Value.DType), "-1");

        // A message may hold another input against the wrong one, or speak of this one by its name.
        void Try(string shown, Tensor wrong, params string[] given)
        {
            Tensor[] all = [.. use.Inputs.Select(i => i.Value)];
            all[at] = wrong;
            string[] known = [shown, .. given, right.Name, .. use.Inputs.Select(i => i.Value.Shape.ToString())];
            errors.Try($"{right.Name} {shown}", () => use.Call(all), known);
        }
    }

    private static Use Of<T>(string name, T module, Input[] inputs, Action<T, Tensor[]> call)
        where T : Module => new(name, [.. Tree(module), "SequenceBatch"], inputs, t => call(module, t));

    private static Use Boltzmann(string name, Input[] inputs, Action<Rbm, Tensor[]> call)
    {
        BinaryRbm rbm = new(3, 2, Seed);
        return new("Rbm." + name, ["Rbm", "BinaryRbm"], inputs, t => call(rbm, t));
    }

    private static IEnumerable<string> Tree(Module module) =>
        [module.GetType().Name, .. module.Children.SelectMany(c => Tree(c.Module))];

    private static Input A(string name, params int[] shape) => new(name, Tensor.Full(shape, 0.5));

    private static Input One(string name, params int[] shape) => new(name, Tensor.Ones(shape));

    private static Input Mask(string name, params int[] shape) => new(name, Tensor.Zeros(shape, DType.Bool));

    private static Input Class(string name, int bound, params int[] shape) =>
        new(name, Tensor.Zeros(shape, DType.Int64), bound);

    private sealed record Input(string Name, Tensor Value, int Bound = 0);

    private sealed record Use(string Name, string[] Names, Input[] Inputs, Action<Tensor[]> Call);
}
