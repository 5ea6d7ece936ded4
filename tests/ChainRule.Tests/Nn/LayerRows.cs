using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>One row a layer, or more where options change what it does. A layer without a row fails a test.</summary>
internal static class LayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "Linear",
            Make = (rng, dtype) => new Linear(3, 2, rng: rng, dtype: dtype),
            Input = [4, 3],
            Output = [4, 2],
            State = ["weight [2, 3]", "bias [2]"],
            Summary = "Linear 3 -> 2",
            Wrong = [4, 5],
            Error = """
                Linear: expects [..., 3], got [4, 5].
                  x: [4, 5] float32    weight: [2, 3] float32
                  in: model (Linear 3 -> 2)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "Linear without bias",
            Make = (rng, dtype) => new Linear(3, 2, bias: false, rng: rng, dtype: dtype),
            Input = [2, 2, 3],
            Output = [2, 2, 2],
            State = ["weight [2, 3]"],
            Summary = "Linear 3 -> 2, no bias",
        },
        .. ConvolutionLayerRows.All,
        .. AttentionLayerRows.All,
        .. PoolingLayerRows.All,
        .. NormalizationLayerRows.All,
        .. ResamplingLayerRows.All,
        .. ContainerLayerRows.All,
        new()
        {
            Name = "BatchNorm1d",
            Make = (_, dtype) => new BatchNorm1d(3, dtype: dtype),
            Input = [4, 3],
            Output = [4, 3],
            State = ["weight [3]", "bias [3]", "running_mean [3]", "running_var [3]", "num_batches_tracked []"],
            Summary = "BatchNorm1d 3",
            HasModes = true,
            Wrong = [4, 2],
            Error = """
                BatchNorm1d: expects [N, 3] or [N, 3, L], got [4, 2].
                  in: model (BatchNorm1d 3)
                  help: this layer expects [N, 3] or [N, 3, L].
                """,
        },
        new()
        {
            Name = "BatchNorm1d without parameters",
            Make = (_, dtype) =>
                new BatchNorm1d(3, eps: 0.001, momentum: 0.5, affine: false, trackRunningStats: false, dtype: dtype),
            Input = [4, 3, 5],
            Output = [4, 3, 5],
            Summary = "BatchNorm1d 3, eps 0.001, momentum 0.5, no scale and shift, no running statistics",
            SamplesMeet = "without running statistics the batch's own are used in evaluation too",
        },
        new()
        {
            Name = "BatchNorm2d",
            Make = (_, dtype) => new BatchNorm2d(2, momentum: null, dtype: dtype),
            Input = [2, 2, 3, 4],
            Output = [2, 2, 3, 4],
            State = ["weight [2]", "bias [2]", "running_mean [2]", "running_var [2]", "num_batches_tracked []"],
            Summary = "BatchNorm2d 2, plain mean",
            HasModes = true,
            Wrong = [4, 2],
            Error = """
                BatchNorm2d: expects [N, 2, H, W], got [4, 2].
                  in: model (BatchNorm2d 2, plain mean)
                  help: this layer expects [N, 2, H, W].
                """,
        },
        new()
        {
            Name = "LayerNorm",
            Make = (_, dtype) => new LayerNorm(5, dtype: dtype),
            Input = [2, 3, 5],
            Output = [2, 3, 5],
            State = ["weight [5]", "bias [5]"],
            Summary = "LayerNorm 5",
            Wrong = [5, 4],
            Error = """
                LayerNorm: expects [..., 5], got [5, 4].
                  in: model (LayerNorm 5)
                  help: this layer expects [..., 5].
                """,
        },
        new()
        {
            Name = "LayerNorm over two dimensions",
            Make = (_, dtype) => new LayerNorm([3, 4], eps: 0.001, bias: false, dtype: dtype),
            Input = [2, 3, 4],
            Output = [2, 3, 4],
            State = ["weight [3, 4]"],
            Summary = "LayerNorm 3 x 4, eps 0.001, no shift",
        },
        new()
        {
            Name = "LayerNorm without parameters",
            Make = (_, dtype) => new LayerNorm(5, affine: false, dtype: dtype),
            Input = [2, 5],
            Output = [2, 5],
            Summary = "LayerNorm 5, no scale and shift",
        },
        new()
        {
            Name = "Dropout",
            Make = (rng, _) => new Dropout(0.25, rng),
            Input = [6, 7],
            Output = [6, 7],
            Summary = "Dropout 0.25",
            HasModes = true,
        },
        new()
        {
            Name = "Rnn",
            Make = (rng, dtype) => new Rnn(3, 2, rng: rng, dtype: dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 2],
            State = ["weight_ih_l0 [2, 3]", "weight_hh_l0 [2, 2]", "bias_ih_l0 [2]", "bias_hh_l0 [2]"],
            Summary = "Rnn 3 -> 2",
            Wrong = [2, 3],
            Error = """
                Rnn: expects [N, T, 3], got [2, 3].
                  in: model (Rnn 3 -> 2)
                  help: this layer expects [N, T, 3].
                """,
        },
        new()
        {
            Name = "Rnn with every option",
            Make = (rng, dtype) => new Rnn(
                2, 2, layers: 2, bidirectional: true, dropout: 0.5, RnnActivation.Relu, bias: false, rng: rng,
                dtype: dtype),
            Input = [2, 3, 2],
            Output = [2, 3, 4],
            State =
            [
                "weight_ih_l0 [2, 2]", "weight_hh_l0 [2, 2]", "weight_ih_l0_reverse [2, 2]",
                "weight_hh_l0_reverse [2, 2]", "weight_ih_l1 [2, 4]", "weight_hh_l1 [2, 2]",
                "weight_ih_l1_reverse [2, 4]", "weight_hh_l1_reverse [2, 2]",
            ],
            Summary = "Rnn 2 -> 2, 2 layers, bidirectional, dropout 0.5, no bias, relu",
            HasModes = true,
        },
        new()
        {
            Name = "Lstm",
            Make = (rng, dtype) => new Lstm(3, 2, layers: 2, dropout: 0.25, rng: rng, dtype: dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 2],
            State =
            [
                "weight_ih_l0 [8, 3]", "weight_hh_l0 [8, 2]", "bias_ih_l0 [8]", "bias_hh_l0 [8]",
                "weight_ih_l1 [8, 2]", "weight_hh_l1 [8, 2]", "bias_ih_l1 [8]", "bias_hh_l1 [8]",
            ],
            Summary = "Lstm 3 -> 2, 2 layers, dropout 0.25",
            HasModes = true,
            Wrong = [2, 4, 5],
            Error = """
                Lstm: expects [N, T, 3], got [2, 4, 5].
                  in: model (Lstm 3 -> 2, 2 layers, dropout 0.25)
                  help: this layer expects [N, T, 3].
                """,
        },
        new()
        {
            Name = "Gru",
            Make = (rng, dtype) => new Gru(3, 2, bidirectional: true, rng: rng, dtype: dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 4],
            State =
            [
                "weight_ih_l0 [6, 3]", "weight_hh_l0 [6, 2]", "bias_ih_l0 [6]", "bias_hh_l0 [6]",
                "weight_ih_l0_reverse [6, 3]", "weight_hh_l0_reverse [6, 2]", "bias_ih_l0_reverse [6]",
                "bias_hh_l0_reverse [6]",
            ],
            Summary = "Gru 3 -> 2, bidirectional",
            Wrong = [4, 5, 2],
            Error = """
                Gru: expects [N, T, 3], got [4, 5, 2].
                  in: model (Gru 3 -> 2, bidirectional)
                  help: this layer expects [N, T, 3].
                """,
        },
        new()
        {
            Name = "Flatten",
            Make = (_, _) => new Flatten(),
            Input = [2, 3, 2, 2],
            Output = [2, 12],
            Summary = "Flatten",
        },
        new()
        {
            Name = "Flatten some",
            Make = (_, _) => new Flatten(1, 2),
            Input = [2, 3, 2, 2],
            Output = [2, 6, 2],
            Summary = "Flatten dims 1 to 2",
        },
        Plain("Identity", () => new Identity(), "Identity"),
        Plain("Sigmoid", () => new Sigmoid(), "Sigmoid"),
        Plain("Tanh", () => new Tanh(), "Tanh"),
        Plain("Relu", () => new Relu(), "Relu"),
        Plain("LeakyRelu", () => new LeakyRelu(), "LeakyRelu 0.01"),
        Plain("Elu", () => new Elu(0.5), "Elu 0.5"),
        Plain("Gelu", () => new Gelu(), "Gelu"),
        Plain("Gelu tanh", () => new Gelu(GeluForm.Tanh), "Gelu tanh"),
        Plain("Softplus", () => new Softplus(), "Softplus"),
        Plain("Softplus sharp", () => new Softplus(2, 10), "Softplus beta 2, threshold 10"),
        Plain("Selu", () => new Selu(), "Selu"),
        Plain("Silu", () => new Silu(), "Silu"),
        Plain("Mish", () => new Mish(), "Mish"),
        Plain("Hardtanh", () => new Hardtanh(-0.5), "Hardtanh -0.5 to 1"),
        Plain("Hardsigmoid", () => new Hardsigmoid(), "Hardsigmoid"),
        Plain("Hardswish", () => new Hardswish(), "Hardswish"),
        Plain("Softsign", () => new Softsign(), "Softsign"),
        Plain("Threshold", () => new Threshold(0.25, -1), "Threshold 0.25, else -1"),
        new()
        {
            Name = "Glu",
            Make = (_, _) => new Glu(1),
            Input = [2, 4, 3],
            Output = [2, 2, 3],
            Summary = "Glu dim 1",
            Wrong = [2, 3],
            Error = """
                glu: dim 1 of [2, 3] has size 3, which does not make two halves.
                  in: model (Glu dim 1)
                """,
        },
        new()
        {
            Name = "PRelu",
            Make = (_, dtype) => new PRelu(3, dtype: dtype),
            Input = [2, 3, 2],
            Output = [2, 3, 2],
            State = ["weight [3]"],
            Summary = "PRelu 3 slopes",
            Wrong = [2, 4, 2],
            Error = """
                PRelu: weight must be [1] or [4], got [3].
                  x: [2, 4, 2] float32    weight: [3] float32
                  in: model (PRelu 3 slopes)
                  help: this layer expects [N, 3, ...].
                """,
        },
        new()
        {
            Name = "PRelu, one slope",
            Make = (_, dtype) => new PRelu(dtype: dtype),
            Input = [5],
            Output = [5],
            State = ["weight [1]"],
            Summary = "PRelu 1 slope",
        },
        new()
        {
            Name = "Maxout",
            Make = (rng, dtype) => new Maxout(3, 2, 4, rng: rng, dtype: dtype),
            Input = [2, 3],
            Output = [2, 2],
            State = ["weight [8, 3]", "bias [8]"],
            Summary = "Maxout 3 -> 2, 4 pieces",
            Wrong = [2, 4],
            Error = """
                Maxout: expects [..., 3], got [2, 4].
                  x: [2, 4] float32    weight: [8, 3] float32
                  in: model (Maxout 3 -> 2, 4 pieces)
                  help: this layer expects [..., 3].
                """,
        },
        Plain("Softmax", () => new Softmax(), "Softmax dim -1"),
        new()
        {
            Name = "LogSoftmax",
            Make = (_, _) => new LogSoftmax(0),
            Input = [2, 3],
            Output = [2, 3],
            Summary = "LogSoftmax dim 0",
            SamplesMeet = "it is taken over the batch",
        },
        Plain("Lambda", () => new Lambda("square", x => x * x), "Lambda square"),
        new()
        {
            Name = "Sequential",
            Make = (rng, dtype) => new Sequential(
                new Linear(3, 4, rng: rng, dtype: dtype), new Tanh(), new Linear(4, 2, rng: rng, dtype: dtype)),
            Input = [5, 3],
            Output = [5, 2],
            State = ["0.weight [4, 3]", "0.bias [4]", "2.weight [2, 4]", "2.bias [2]"],
            Summary = "Sequential",
            Wrong = [5, 4],
            Error = """
                Linear: expects [..., 3], got [5, 4].
                  x: [5, 4] float32    weight: [4, 3] float32
                  in: model.0 (Linear 3 -> 4) <- model (Sequential)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "Residual",
            Make = (rng, dtype) => new Residual(new Linear(3, 3, rng: rng, dtype: dtype)),
            Input = [2, 3],
            Output = [2, 3],
            State = ["body.weight [3, 3]", "body.bias [3]"],
            Summary = "Residual",
        },
        new()
        {
            Name = "Residual with shortcut",
            Make = (rng, dtype) => new Residual(
                new Linear(3, 2, rng: rng, dtype: dtype), new Linear(3, 2, bias: false, rng: rng, dtype: dtype)),
            Input = [2, 3],
            Output = [2, 2],
            State = ["body.weight [2, 3]", "body.bias [2]", "shortcut.weight [2, 3]"],
            Summary = "Residual with shortcut",
        },
    ];

    public static LayerRow ByName(string name) => All.Single(r => r.Name == name);

    // A layer without parameters that keeps the shape.
    private static LayerRow Plain(string name, Func<Layer> make, string summary) =>
        new() { Name = name, Make = (_, _) => make(), Input = [2, 3], Output = [2, 3], Summary = summary };
}
