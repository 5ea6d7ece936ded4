namespace ChainRule.Tests.Operators;

/// <summary>Recurrent layers: output and last states of a call, one behind the other.</summary>
internal static class RecurrentRows
{
    private const string NoRank0 = "a sequence has three dimensions: an error input";

    // Larger ones make a network that magnifies rounding from step to step.
    private static readonly Domain Weights = new(-0.2, 0.2);

    public static OpRow[] All { get; } =
    [
        Row(new Kind("lstm", 4, Cell: true, LstmStep, Lstm), nameof(F.Lstm)) with
        {
            Goldens = ["layer/lstm", "layer/lstm_cell"],
            Errors =
            [
                ErrorInput.Shape("rank 2", () => F.Lstm(Z(2, 3), Z(8, 3), Z(8, 2)).Output,
                    "Lstm: expects [N, T, 3], got [2, 3].\n  x: [2, 3] float32    weightIh: [8, 3] float32"),
                ErrorInput.Shape("features differ", () => F.Lstm(Z(2, 5, 4), Z(8, 3), Z(8, 2)).Output,
                    "Lstm: expects [N, T, 3], got [2, 5, 4].\n  x: [2, 5, 4] float32    weightIh: [8, 3] float32"),
                ErrorInput.Shape("recurrent weight of another kind", () => F.Lstm(Z(2, 5, 3), Z(6, 3), Z(6, 2)).Output,
                    "Lstm: weightHh must be [4 * hidden, hidden], got [6, 2]."),
                ErrorInput.Shape("weights do not fit", () => F.Lstm(Z(2, 5, 3), Z(4, 3), Z(8, 2)).Output,
                    "Lstm: weightIh must be [8, inputSize], got [4, 3]."),
                ErrorInput.Shape("bias of another size", () => F.Lstm(Z(2, 5, 3), Z(8, 3), Z(8, 2), Z(2)).Output,
                    "Lstm: biasIh must be [8], got [2]."),
                ErrorInput.Shape("cell of another size",
                    () => F.Lstm(Z(2, 5, 3), Z(8, 3), Z(8, 2), hidden: Z(2, 2), cell: Z(1, 2)).Output,
                    "Lstm: cell must be [2, 2], got [1, 2]."),
                ErrorInput.DType("weight of another type",
                    () => F.Lstm(Z(2, 5, 3), Tensor.Zeros([8, 3], DType.Float64), Z(8, 2)).Output,
                    "Lstm: weightIh is float64, x float32."),
                ErrorInput.DType("integers",
                    () => F.Lstm(Tensor.Zeros([2, 5, 3], DType.Int64), Z(8, 3), Z(8, 2)).Output,
                    "Lstm: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
        },
        Row(new Kind("gru", 3, Cell: false, GruStep, Gru), nameof(F.Gru)) with
        {
            Goldens = ["layer/gru", "layer/gru_cell"],
            Errors =
            [
                ErrorInput.Shape("recurrent weight of another kind", () => F.Gru(Z(2, 5, 3), Z(8, 3), Z(8, 2)).Output,
                    "Gru: weightHh must be [3 * hidden, hidden], got [8, 2]."),
                ErrorInput.Shape("one length too few",
                    () => F.Gru(Z(2, 5, 3), Z(6, 3), Z(6, 2), lengths: Tensor.From([5L])).Output,
                    "Gru: lengths must be [2] for [2, 5, 3], got [1]."),
                new("length beyond the steps",
                    () => F.Gru(Z(2, 5, 3), Z(6, 3), Z(6, 2), lengths: Tensor.From([5L, 6L])).Output,
                    typeof(DataException),
                    "Gru: length 6 at position [1] is out of range for sequences of 5 steps; use 0 to 5."),
                ErrorInput.DType("lengths of a floating type",
                    () => F.Gru(Z(2, 5, 3), Z(6, 3), Z(6, 2), lengths: Z(2)).Output,
                    "Gru: lengths must be int64 or int32, got float32.\n  help: convert with To(DType.Int64) first."),
            ],
        },
        Row(new Kind("rnn", 1, Cell: false, (s, h, c, u) => (Math.Tanh(s[0][u] + s[1][u]), 0), Rnn), nameof(F.Rnn)) with
        {
            Goldens = ["layer/rnn", "layer/rnn_cell"],
            Errors =
            [
                ErrorInput.Shape("recurrent weight not square", () => F.Rnn(Z(2, 5, 3), Z(4, 3), Z(4, 2)).Output,
                    "Rnn: weightHh must be [hidden, hidden], got [4, 2]."),
                ErrorInput.Range("unknown activation",
                    () => F.Rnn(Z(2, 5, 3), Z(2, 3), Z(2, 2), activation: (RnnActivation)7).Output,
                    "Rnn: activation must be Tanh or Relu, got 7. (Parameter 'activation')"),
            ],
        },
        Row(new Kind("rnn with relu", 1, Cell: false,
            (s, h, c, u) => (s[0][u] + s[1][u] <= 0 ? 0 : s[0][u] + s[1][u], 0), ReluRnn), nameof(F.Rnn)) with
        {
            NoDifferences = "kinks inside the sequence: compared with the operators instead",
        },
    ];

    private static Tensor Z(params int[] shape) => Tensor.Zeros(shape);

    private static OpRow Row(Kind kind, string covers) => new(kind.Name)
    {
        Covers = ["F." + covers],
        Loose = 32,
        LooseGradient = 16,
        ExtremeLimit = 1e30,                                         // multiplied and summed
        NoScalar = NoRank0,
        Cases =
        [
            Case(kind, new(2, 2, 1, 2)), Case(kind, new(2, 2, 1, 2) { Reverse = true }),
            Case(kind, new(2, 3, 2, 1) { Bias = false, States = false }),
            Case(kind, new(3, 3, 1, 1) { Lengths = [3, 1, 2] }),
            Case(kind, new(3, 3, 1, 1) { Lengths = [2, 0, 3], Reverse = true, States = false }),
            Case(kind, new(1, 1, 3, 2) { States = false }),
            Case(kind, new(9, 3, 5, 17)), Case(kind, new(8, 2, 3, 50) { Bias = false, Reverse = true }),
            Case(kind, new(0, 2, 2, 3)), Case(kind, new(2, 0, 2, 3)), Case(kind, new(2, 2, 0, 3)),
        ],
        Large =
        [
            Case(kind, new(40, 6, 30, 70)) with { Reference = null },
            Case(kind, new(5, 3, 30, 300) { Reverse = true }) with
            {
                Reference = null,
                Label = "fewer rows than a tile",
            },
        ],
    };

    private static OpCase Case(Kind kind, Size size)
    {
        (int n, int t, int e, int h) = size;
        int rows = kind.Gates * h;
        List<In> inputs = [new In(n, t, e), In.Of(Weights, rows, e), In.Of(Weights, rows, h)];
        int bias = size.Bias ? inputs.Count : -1;
        if (size.Bias) inputs.AddRange([new In(rows), new In(rows)]);
        int states = size.States ? inputs.Count : -1;
        if (size.States) inputs.AddRange(Enumerable.Repeat(new In(n, h), kind.Cell ? 2 : 1));
        int lengths = size.Lengths.Length > 0 ? inputs.Count : -1;
        if (lengths > 0)
        {
            In given = In.Values([n], [.. size.Lengths.Select(l => (double)l)]);
            inputs.Add(given with { Type = DType.Int64, Fixed = true });
        }
        return new OpCase(
            [.. inputs],
            x => kind.Call(new Given(
                x[0], x[1], x[2], bias < 0 ? null : x[bias], bias < 0 ? null : x[bias + 1],
                states < 0 ? null : x[states], states < 0 || !kind.Cell ? null : x[states + 1],
                lengths < 0 ? null : x[lengths], size.Reverse)),
            x => Reference(
                kind, size, x[0], x[1], x[2], bias < 0 ? null : x[bias], bias < 0 ? null : x[bias + 1],
                states < 0 ? null : x[states], states < 0 || !kind.Cell ? null : x[states + 1]))
        {
            Label = $"{(size.Bias ? "biases" : "no bias")}{(size.States ? ", states" : "")}"
                + $"{(lengths < 0 ? "" : ", lengths")}{(size.Reverse ? ", reverse" : "")}",
        };
    }

    private static Nd Reference(
        Kind kind, Size size, Nd x, Nd weightIh, Nd weightHh, Nd? biasIh, Nd? biasHh, Nd? hidden, Nd? cell)
    {
        (int samples, int steps, int inputs, int units) = size;
        double[,,] output = new double[samples, steps, units];
        double[,] lastHidden = new double[samples, units], lastCell = new double[samples, units];
        for (int n = 0; n < samples; n++)
        {
            double[] h = [.. Enumerable.Range(0, units).Select(u => hidden?[n, u] ?? 0)];
            double[] c = [.. Enumerable.Range(0, units).Select(u => cell?[n, u] ?? 0)];
            for (int step = 0; step < steps; step++)
            {
                int t = size.Reverse ? steps - 1 - step : step;
                if (size.Lengths.Length > 0 && t >= size.Lengths[n]) continue;
                double[][] ofInput = Affine(weightIh, biasIh, k => x[n, t, k], inputs);
                double[][] ofState = Affine(weightHh, biasHh, k => h[k], hidden is null && step == 0 ? 0 : units);
                (double H, double C)[] after = [.. Enumerable.Range(0, units).Select(u => kind.Step(
                    [.. ofInput, .. ofState], h, c, u))];
                (h, c) = ([.. after.Select(a => a.H)], [.. after.Select(a => a.C)]);
                for (int u = 0; u < units; u++) output[n, t, u] = h[u];
            }
            for (int u = 0; u < units; u++) (lastHidden[n, u], lastCell[n, u]) = (h[u], c[u]);
        }
        double[] all =
        [
            .. output.Cast<double>(), .. lastHidden.Cast<double>(), .. kind.Cell ? lastCell.Cast<double>() : [],
        ];
        return new Nd([all.Length], all);

        double[][] Affine(Nd weight, Nd? bias, Func<int, double> value, int size) =>
        [
            .. Enumerable.Range(0, kind.Gates).Select(g => Enumerable.Range(0, units).Select(u =>
            {
                double sum = bias?[(g * units) + u] ?? 0;
                for (int k = 0; k < size; k++) sum += weight[(g * units) + u, k] * value(k);
                return sum;
            }).ToArray()),
        ];
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static (double H, double C) LstmStep(double[][] s, double[] h, double[] c, int u)
    {
        double i = Logistic(s[0][u] + s[4][u]), f = Logistic(s[1][u] + s[5][u]);
        double g = Math.Tanh(s[2][u] + s[6][u]), o = Logistic(s[3][u] + s[7][u]);
        double cell = (f * c[u]) + (i * g);
        return (o * Math.Tanh(cell), cell);
    }

    private static (double H, double C) GruStep(double[][] s, double[] h, double[] c, int u)
    {
        double r = Logistic(s[0][u] + s[3][u]), z = Logistic(s[1][u] + s[4][u]);
        double n = Math.Tanh(s[2][u] + (r * s[5][u]));
        return (((1 - z) * n) + (z * h[u]), 0);
    }

    private static Tensor Lstm(Given g)
    {
        (Tensor output, Tensor hidden, Tensor cell) = F.Lstm(
            g.X, g.WeightIh, g.WeightHh, g.BiasIh, g.BiasHh, g.Hidden, g.Cell, g.Lengths, g.Reverse);
        return Tensor.Concat([output.Reshape(-1), hidden.Reshape(-1), cell.Reshape(-1)]);
    }

    private static Tensor Gru(Given g)
    {
        (Tensor output, Tensor hidden) = F.Gru(
            g.X, g.WeightIh, g.WeightHh, g.BiasIh, g.BiasHh, g.Hidden, g.Lengths, g.Reverse);
        return Tensor.Concat([output.Reshape(-1), hidden.Reshape(-1)]);
    }

    private static Tensor Rnn(Given g) => Rnn(g, RnnActivation.Tanh);

    private static Tensor ReluRnn(Given g) => Rnn(g, RnnActivation.Relu);

    private static Tensor Rnn(Given g, RnnActivation activation)
    {
        (Tensor output, Tensor hidden) = F.Rnn(
            g.X, g.WeightIh, g.WeightHh, g.BiasIh, g.BiasHh, g.Hidden, g.Lengths, g.Reverse, activation);
        return Tensor.Concat([output.Reshape(-1), hidden.Reshape(-1)]);
    }

    /// <summary>One unit of one step: from the affine maps of input and state, gate by gate, and the states.</summary>
    private delegate (double H, double C) StepOf(double[][] s, double[] h, double[] c, int u);

    private sealed record Kind(string Name, int Gates, bool Cell, StepOf Step, Func<Given, Tensor> Call);

    private sealed record Given(
        Tensor X, Tensor WeightIh, Tensor WeightHh, Tensor? BiasIh, Tensor? BiasHh, Tensor? Hidden, Tensor? Cell,
        Tensor? Lengths, bool Reverse);

    private sealed record Size(int Samples, int Steps, int Inputs, int Units)
    {
        public bool Bias { get; init; } = true;

        public bool States { get; init; } = true;

        public bool Reverse { get; init; }

        public int[] Lengths { get; init; } = [];
    }
}
