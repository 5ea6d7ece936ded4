namespace ChainRule.Tests.Operators;

/// <summary>Convolution and transposed convolution of sequences, images and volumes.</summary>
internal static class ConvolutionRows
{
    private const string NoRank0 = "there are always batch and channels";
    private const string Sums = "a sum of many products: infinities of both signs meet";

    public static OpRow[] All { get; } =
    [
        Row(
            "conv1d", "F.Conv1d",
            [
                Conv([2, 3, 7], [2, 3, 3]),
                Conv([1, 2, 9], [3, 2, 1], bias: false),
                Conv([1, 2, 10], [2, 2, 3], stride: [2], padding: [2], dilation: [2]),
                Conv([2, 4, 6], [6, 2, 3], stride: [3], padding: [1], groups: 2),
                Conv([1, 2, 8], [2, 2, 4], same: true),
                Conv([0, 2, 4], [3, 2, 3]),
            ],
            [
                new([new In(4, 8, 900), new In(16, 8, 5), new In(16)], t => F.Conv1d(t[0], t[1], t[2], padding: 2)),
                new([new In(16, 6, 3001), new In(8, 3, 3)], t => F.Conv1d(t[0], t[1], stride: 2, groups: 2)),
            ],
            [
                ErrorInput.Shape("rank", () => F.Conv1d(Tensor.Zeros([3, 5]), Tensor.Zeros([2, 3, 3])),
                    "Conv1d: expects [N, 3, L], got [3, 5].\n"
                    + "  x: [3, 5] float32    weight: [2, 3, 3] float32"),
                ErrorInput.Shape("weight", () => F.Conv1d(Tensor.Zeros([1, 3, 5]), Tensor.Zeros([3, 3, 1, 1])),
                    "Conv1d: weight must be [outChannels, inChannels / groups, kernelL], none of them 0, "
                    + "got [3, 3, 1, 1]."),
                ErrorInput.Shape(
                    "kernel", () => F.Conv1d(Tensor.Zeros([1, 1, 3]), Tensor.Zeros([1, 1, 3]), dilation: 2),
                    "Conv1d: kernel 3 (dilated: 5) is larger than the padded sequence 3 of [1, 1, 3]."),
                ErrorInput.Argument(
                    "padding", () => F.Conv1d(Tensor.Zeros([1, 1, 5]), Tensor.Zeros([1, 1, 3]), padding: (1, 2)),
                    "Conv1d: padding has 2 numbers, 1x2; expected 1. (Parameter 'padding')"),
                ErrorInput.Range(
                    "dilation", () => F.Conv1d(Tensor.Zeros([1, 1, 5]), Tensor.Zeros([1, 1, 3]), dilation: 0),
                    "Conv1d: dilation must be 1 or more, got 0. (Parameter 'dilation')"),
            ]),
        Row(
            "conv2d", "F.Conv2d",
            [
                Conv([2, 3, 5, 4], [2, 3, 3, 2]),
                Conv([1, 2, 4, 5], [3, 2, 1, 1]),
                Conv([2, 1, 6, 5], [2, 1, 3, 3], bias: false, stride: [2, 1], padding: [1, 2]),
                Conv([1, 2, 7, 7], [2, 2, 3, 2], padding: [1, 1], dilation: [2, 3]),
                Conv([2, 4, 4, 4], [6, 2, 2, 3], stride: [2, 2], padding: [1, 1], groups: 2),
                Conv([1, 3, 4, 4], [3, 1, 3, 3], bias: false, padding: [1, 1], groups: 3),
                Conv([1, 2, 5, 5], [2, 2, 1, 1], stride: [3, 3], padding: [1, 1]),
                Conv([1, 2, 5, 4], [2, 2, 2, 4], same: true, dilation: [3, 1]),
                Conv([0, 2, 4, 4], [3, 2, 3, 3]),
            ],
            [
                new([new In(4, 8, 28, 28), new In(16, 8, 5, 5), new In(16)], t =>
                    F.Conv2d(t[0], t[1], t[2], padding: 2)),
                new([new In(16, 6, 31, 29), new In(8, 3, 3, 3)], t =>
                    F.Conv2d(t[0], t[1], stride: 2, padding: 1, groups: 2)),
            ],
            [
                ErrorInput.Shape("rank", () => F.Conv2d(Tensor.Zeros([3, 5, 5]), Tensor.Zeros([2, 3, 3, 3])),
                    "Conv2d: expects [N, 3, H, W], got [3, 5, 5].\n"
                    + "  x: [3, 5, 5] float32    weight: [2, 3, 3, 3] float32"),
                ErrorInput.Shape(
                    "channels", () => F.Conv2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([2, 3, 3, 3]), groups: 2),
                    "Conv2d: expects [N, 6, H, W], got [1, 3, 5, 5].\n"
                    + "  x: [1, 3, 5, 5] float32    weight: [2, 3, 3, 3] float32    groups: 2"),
                ErrorInput.Shape(
                    "groups", () => F.Conv2d(Tensor.Zeros([1, 6, 5, 5]), Tensor.Zeros([3, 3, 3, 3]), groups: 2),
                    "Conv2d: 2 groups do not divide 3 output channels."),
                ErrorInput.Shape("weight", () => F.Conv2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([3, 3])),
                    "Conv2d: weight must be [outChannels, inChannels / groups, kernelH, kernelW], none of them 0, "
                    + "got [3, 3]."),
                ErrorInput.Shape(
                    "bias", () => F.Conv2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([2, 3, 3, 3]), Tensor.Zeros([3])),
                    "Conv2d: bias must be [2], got [3]."),
                ErrorInput.Shape("kernel", () =>
                    F.Conv2d(Tensor.Zeros([1, 1, 5, 3]), Tensor.Zeros([1, 1, 3, 3]), padding: 1, dilation: 3),
                    "Conv2d: kernel 3x3 (dilated: 7x7) is larger than the padded image 7x5 of [1, 1, 5, 3]."),
                ErrorInput.DType(
                    "types", () => F.Conv2d(Tensor.Zeros([1, 1, 5, 3]), Tensor.Zeros([1, 1, 3, 3], DType.Float64)),
                    "Conv2d: x is float32, weight float64; all must be equal."),
                ErrorInput.DType(
                    "integers", () => F.Conv2d(Tensor.Zeros([1, 1, 5, 3], DType.Int32), Tensor.Zeros([1, 1, 3, 3])),
                    "Conv2d: needs float32 or float64, got int32.\n  help: convert with To(DType.Float32) first."),
                ErrorInput.Range(
                    "stride", () => F.Conv2d(Tensor.Zeros([1, 1, 3, 3]), Tensor.Zeros([1, 1, 3, 3]), stride: (1, 0)),
                    "Conv2d: stride must be 1 or more, got 1x0. (Parameter 'stride')"),
                ErrorInput.Argument(
                    "same", () => F.Conv2d(Tensor.Zeros([1, 1, 5, 5]), Tensor.Zeros([1, 1, 3, 3]), null, (1, 2),
                        ConvPadding.Same),
                    "Conv2d: padding that keeps the size needs stride 1, got 1x2. (Parameter 'padding')"),
            ]),
        Row(
            "conv3d", "F.Conv3d",
            [
                Conv([2, 1, 3, 2, 4], [2, 1, 2, 2, 3]),
                Conv([1, 2, 3, 2, 3], [2, 2, 1, 1, 1], bias: false),
                Conv([1, 1, 4, 5, 3], [2, 1, 2, 3, 2], stride: [2, 1, 3], padding: [1, 0, 2], dilation: [1, 2, 1]),
                Conv([1, 4, 2, 3, 2], [4, 2, 2, 2, 1], groups: 2, padding: [1, 1, 0]),
                Conv([1, 1, 3, 3, 4], [2, 1, 2, 3, 4], same: true),
                Conv([0, 2, 2, 4, 4], [3, 2, 2, 3, 3]),
            ],
            [
                new([new In(2, 6, 8, 20, 20), new In(8, 6, 3, 3, 3), new In(8)], t =>
                    F.Conv3d(t[0], t[1], t[2], padding: 1)),
            ],
            [
                ErrorInput.Shape("rank", () => F.Conv3d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([2, 3, 1, 3, 3])),
                    "Conv3d: expects [N, 3, D, H, W], got [1, 3, 5, 5].\n"
                    + "  x: [1, 3, 5, 5] float32    weight: [2, 3, 1, 3, 3] float32"),
                ErrorInput.Shape("weight", () => F.Conv3d(Tensor.Zeros([1, 3, 5, 5, 5]), Tensor.Zeros([3, 3, 1, 1])),
                    "Conv3d: weight must be [outChannels, inChannels / groups, kernelD, kernelH, kernelW], none of "
                    + "them 0, got [3, 3, 1, 1]."),
                ErrorInput.Shape(
                    "kernel", () => F.Conv3d(Tensor.Zeros([1, 1, 2, 5, 5]), Tensor.Zeros([1, 1, 3, 3, 3])),
                    "Conv3d: kernel 3x3x3 is larger than the padded volume 2x5x5 of [1, 1, 2, 5, 5]."),
                ErrorInput.Range(
                    "padding", () => F.Conv3d(
                        Tensor.Zeros([1, 1, 5, 5, 5]), Tensor.Zeros([1, 1, 3, 3, 3]), padding: (0, -1, 2)),
                    "Conv3d: padding must be 0 or more, got 0x-1x2. (Parameter 'padding')"),
            ]),
        new OpRow("conv_relu")
        {
            Covers = ["F.Conv1d", "F.Conv2d", "F.Conv3d"],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases =
            [
                Conv([2, 3, 7], [2, 3, 3], activation: FusedActivation.Relu),
                Conv([2, 3, 5, 4], [2, 3, 3, 2], activation: FusedActivation.Relu),
                Conv([2, 2, 9, 9], [3, 2, 3, 3], padding: [1, 1], activation: FusedActivation.Relu),
                Conv([1, 2, 4, 5], [3, 2, 1, 1], bias: false, activation: FusedActivation.Relu),
                Conv([3, 2, 3, 3], [5, 2, 3, 3], activation: FusedActivation.Relu),
                Conv([2, 1, 3, 2, 4], [2, 1, 2, 2, 3], activation: FusedActivation.Relu),
                Conv([0, 2, 4, 4], [3, 2, 3, 3], activation: FusedActivation.Relu),
            ],
            Large =
            [
                new([new In(4, 8, 28, 28), new In(24, 8, 5, 5), new In(24)], t =>
                    F.Conv2d(t[0], t[1], t[2], padding: 2, activation: FusedActivation.Relu)),
            ],
            Loose = 4,
            LooseGradient = 8,
            Errors =
            [
                ErrorInput.Range("activation",
                    () => F.Conv2d(
                        Tensor.Zeros([1, 1, 5, 5]), Tensor.Zeros([1, 1, 3, 3]), activation: (FusedActivation)(-1)),
                    "Conv2d: there is no fused activation -1; use None or Relu. (Parameter 'activation')"),
            ],
        },
        Row(
            "conv_transpose1d", "F.ConvTranspose1d",
            [
                Transposed([2, 3, 4], [3, 2, 3]),
                Transposed([1, 2, 5], [2, 3, 1], bias: false),
                Transposed([1, 2, 4], [2, 2, 3], stride: [3], padding: [2], more: [2], dilation: [2]),
                Transposed([1, 4, 3], [4, 1, 2], stride: [2], groups: 2, more: [1]),
                Transposed([2, 2, 3], [2, 2, 3], dilation: [3], more: [2]),
                Transposed([0, 2, 4], [2, 3, 3]),
            ],
            [new([new In(8, 8, 900), new In(8, 16, 4)], t => F.ConvTranspose1d(t[0], t[1], stride: 2, padding: 1))],
            [
                ErrorInput.Shape("rank", () => F.ConvTranspose1d(Tensor.Zeros([3, 5]), Tensor.Zeros([3, 2, 3])),
                    "ConvTranspose1d: expects [N, 3, L], got [3, 5].\n"
                    + "  x: [3, 5] float32    weight: [3, 2, 3] float32"),
                ErrorInput.Shape(
                    "empty", () => F.ConvTranspose1d(Tensor.Zeros([1, 1, 2]), Tensor.Zeros([1, 1, 3]), padding: 2),
                    "ConvTranspose1d: kernel 3 with padding 2 gives an empty sequence, 0, for [1, 1, 2]."),
                ErrorInput.Range(
                    "output padding",
                    () => F.ConvTranspose1d(Tensor.Zeros([1, 1, 2]), Tensor.Zeros([1, 1, 3]), outputPadding: 1),
                    "ConvTranspose1d: outputPadding must be 0 or more, and below the stride or the dilation, got 1. "
                    + "(Parameter 'outputPadding')"),
            ]),
        Row(
            "conv_transpose2d", "F.ConvTranspose2d",
            [
                Transposed([2, 3, 2, 3], [3, 2, 3, 2]),
                Transposed([1, 2, 3, 2], [2, 3, 1, 1]),
                Transposed([1, 2, 3, 3], [2, 2, 4, 4], bias: false, stride: [2, 2], padding: [1, 1]),
                Transposed([1, 2, 2, 3], [2, 2, 3, 2], stride: [2, 3], padding: [1, 0], more: [1, 2]),
                Transposed([1, 4, 2, 2], [4, 2, 2, 2], dilation: [2, 1], groups: 2, more: [1, 0]),
                Transposed([1, 3, 3, 2], [3, 1, 3, 3], padding: [1, 1], groups: 3),
                Transposed([0, 2, 3, 3], [2, 3, 2, 2]),
            ],
            [
                new([new In(4, 16, 14, 14), new In(16, 8, 4, 4), new In(8)], t =>
                    F.ConvTranspose2d(t[0], t[1], t[2], stride: 2, padding: 1)),
                new([new In(8, 6, 21, 19), new In(6, 4, 3, 3)], t => F.ConvTranspose2d(t[0], t[1], groups: 2)),
            ],
            [
                ErrorInput.Shape(
                    "channels", () => F.ConvTranspose2d(Tensor.Zeros([1, 2, 5, 5]), Tensor.Zeros([3, 2, 3, 3])),
                    "ConvTranspose2d: expects [N, 3, H, W], got [1, 2, 5, 5].\n"
                    + "  x: [1, 2, 5, 5] float32    weight: [3, 2, 3, 3] float32"),
                ErrorInput.Shape(
                    "groups",
                    () => F.ConvTranspose2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([3, 2, 3, 3]), groups: 2),
                    "ConvTranspose2d: 2 groups do not divide 3 input channels."),
                ErrorInput.Shape("weight", () => F.ConvTranspose2d(Tensor.Zeros([1, 3, 5, 5]), Tensor.Zeros([3, 2])),
                    "ConvTranspose2d: weight must be [inChannels, outChannels / groups, kernelH, kernelW], none of "
                    + "them 0, got [3, 2]."),
                ErrorInput.Shape(
                    "bias", () => F.ConvTranspose2d(
                        Tensor.Zeros([1, 4, 5, 5]), Tensor.Zeros([4, 3, 3, 3]), Tensor.Zeros([4]), groups: 2),
                    "ConvTranspose2d: bias must be [6], got [4]."),
                ErrorInput.DType(
                    "types",
                    () => F.ConvTranspose2d(Tensor.Zeros([1, 1, 5, 3]), Tensor.Zeros([1, 1, 3, 3], DType.Float64)),
                    "ConvTranspose2d: x is float32, weight float64; all must be equal."),
                ErrorInput.DType(
                    "integers",
                    () => F.ConvTranspose2d(Tensor.Zeros([1, 1, 5, 3], DType.Int32), Tensor.Zeros([1, 1, 3, 3])),
                    "ConvTranspose2d: needs float32 or float64, got int32.\n"
                    + "  help: convert with To(DType.Float32) first."),
                ErrorInput.Range(
                    "padding",
                    () => F.ConvTranspose2d(Tensor.Zeros([1, 1, 3, 3]), Tensor.Zeros([1, 1, 3, 3]), padding: (0, -1)),
                    "ConvTranspose2d: padding must be 0 or more, got 0x-1. (Parameter 'padding')"),
            ]),
        Row(
            "conv_transpose3d", "F.ConvTranspose3d",
            [
                Transposed([2, 1, 2, 2, 3], [1, 2, 2, 1, 3]),
                Transposed([1, 2, 2, 1, 2], [2, 2, 1, 1, 1], bias: false),
                Transposed(
                    [1, 2, 2, 2, 2], [2, 1, 2, 3, 2], stride: [2, 1, 3], padding: [1, 1, 0], more: [1, 1, 2],
                    dilation: [1, 2, 1]),
                Transposed([1, 4, 2, 2, 1], [4, 1, 2, 2, 2], stride: [2, 2, 2], groups: 2),
                Transposed([0, 2, 2, 3, 3], [2, 3, 2, 2, 2]),
            ],
            [
                new([new In(2, 8, 6, 10, 10), new In(8, 4, 2, 4, 4)], t =>
                    F.ConvTranspose3d(t[0], t[1], stride: (1, 2, 2), padding: (0, 1, 1))),
            ],
            [
                ErrorInput.Shape(
                    "rank", () => F.ConvTranspose3d(Tensor.Zeros([3, 5, 5, 5]), Tensor.Zeros([3, 2, 1, 1, 1])),
                    "ConvTranspose3d: expects [N, 3, D, H, W], got [3, 5, 5, 5].\n"
                    + "  x: [3, 5, 5, 5] float32    weight: [3, 2, 1, 1, 1] float32"),
                ErrorInput.Range(
                    "stride", () => F.ConvTranspose3d(
                        Tensor.Zeros([1, 1, 3, 3, 3]), Tensor.Zeros([1, 1, 3, 3, 3]), stride: (1, 0, 1)),
                    "ConvTranspose3d: stride must be 1 or more, got 1x0x1. (Parameter 'stride')"),
            ]),
    ];

    private static OpRow Row(string name, string covers, OpCase[] cases, OpCase[] large, ErrorInput[] errors) =>
        new(name)
        {
            Covers = [covers],
            NoScalar = NoRank0,
            NoSpecials = Sums,
            NoExtremes = Sums,
            Cases = cases,
            Large = large,
            Loose = 4,
            LooseGradient = 8,
            Errors = errors,
            Goldens = ["layer/" + name],
        };

    private static OpCase Conv(
        int[] x, int[] w, bool bias = true, int[]? stride = null, int[]? padding = null, int[]? dilation = null,
        int groups = 1, bool same = false, FusedActivation activation = FusedActivation.None)
    {
        int rank = x.Length - 2;
        int[] s = stride ?? Same(rank, 1), d = dilation ?? Same(rank, 1), before = padding ?? Same(rank, 0);
        int[] after = before;
        if (same)
        {
            int[] total = [.. d.Select((step, i) => step * (w[i + 2] - 1))];
            (before, after) = ([.. total.Select(t => t / 2)], [.. total.Select(t => t - (t / 2))]);
        }
        ConvPadding p = same ? ConvPadding.Same : rank switch
        {
            1 => before[0],
            2 => (before[0], before[1]),
            _ => (before[0], before[1], before[2]),
        };
        return new OpCase(Inputs(x, w, bias ? w[0] : null), Call, Reference)
        {
            Label = Label(s, [.. before, .. same ? after : []], d, groups),
        };

        Tensor Call(Tensor[] t) => rank switch
        {
            1 => F.Conv1d(t[0], t[1], bias ? t[2] : null, s[0], p, d[0], groups, activation),
            2 => F.Conv2d(t[0], t[1], bias ? t[2] : null, (s[0], s[1]), p, (d[0], d[1]), groups, activation),
            _ => F.Conv3d(
                t[0], t[1], bias ? t[2] : null, (s[0], s[1], s[2]), p, (d[0], d[1], d[2]), groups, activation),
        };

        Nd Reference(Nd[] r)
        {
            IEnumerable<int> size = Enumerable.Range(0, rank).Select(i =>
                ((x[i + 2] + before[i] + after[i] - (d[i] * (w[i + 2] - 1)) - 1) / s[i]) + 1);
            return Nd.Make([x[0], w[0], .. size], at =>
            {
                double sum = bias ? r[2][at[1]] : 0;
                int first = at[1] / (w[0] / groups) * w[1];
                for (int tap = 0; tap < Nd.Product(w[1..]); tap++)
                {
                    int[] from = Nd.Unravel(tap, w[1..]);
                    int[] place = [.. s.Select((step, i) => (at[i + 2] * step) + (from[i + 1] * d[i]) - before[i])];
                    if (Inside(place, x)) sum += r[0][[at[0], first + from[0], .. place]] * r[1][[at[1], .. from]];
                }
                return activation == FusedActivation.Relu ? Math.Max(0, sum) : sum;
            });
        }
    }

    private static OpCase Transposed(
        int[] x, int[] w, bool bias = true, int[]? stride = null, int[]? padding = null, int[]? more = null,
        int groups = 1, int[]? dilation = null)
    {
        int rank = x.Length - 2, outputs = w[1] * groups;
        int[] s = stride ?? Same(rank, 1), d = dilation ?? Same(rank, 1);
        int[] p = padding ?? Same(rank, 0), o = more ?? Same(rank, 0);
        return new OpCase(Inputs(x, w, bias ? outputs : null), Call, Reference) { Label = Label(s, p, d, groups, o) };

        Tensor Call(Tensor[] t) => rank switch
        {
            1 => F.ConvTranspose1d(t[0], t[1], bias ? t[2] : null, s[0], p[0], o[0], groups, d[0]),
            2 => F.ConvTranspose2d(
                t[0], t[1], bias ? t[2] : null, (s[0], s[1]), (p[0], p[1]), (o[0], o[1]), groups, (d[0], d[1])),
            _ => F.ConvTranspose3d(
                t[0], t[1], bias ? t[2] : null, (s[0], s[1], s[2]), (p[0], p[1], p[2]), (o[0], o[1], o[2]), groups,
                (d[0], d[1], d[2])),
        };

        // Each output from the inputs whose taps reach it.
        Nd Reference(Nd[] r)
        {
            IEnumerable<int> size = Enumerable.Range(0, rank).Select(i =>
                ((x[i + 2] - 1) * s[i]) - (2 * p[i]) + (d[i] * (w[i + 2] - 1)) + o[i] + 1);
            return Nd.Make([x[0], outputs, .. size], at =>
            {
                double sum = bias ? r[2][at[1]] : 0;
                int group = at[1] / w[1], perGroup = w[0] / groups;
                for (int tap = 0; tap < Nd.Product(w[2..]); tap++)
                {
                    int[] from = Nd.Unravel(tap, w[2..]);
                    int[] reach = [.. p.Select((cut, i) => at[i + 2] + cut - (from[i] * d[i]))];
                    if (reach.Where((v, i) => v % s[i] != 0).Any()) continue;
                    int[] place = [.. reach.Select((v, i) => v / s[i])];
                    if (!Inside(place, x)) continue;
                    for (int c = group * perGroup; c < (group + 1) * perGroup; c++)
                        sum += r[0][[at[0], c, .. place]] * r[1][[c, at[1] % w[1], .. from]];
                }
                return sum;
            });
        }
    }

    private static int[] Same(int rank, int number) => [.. Enumerable.Repeat(number, rank)];

    private static In[] Inputs(int[] x, int[] w, int? bias) =>
        bias is { } n ? [new In(x), new In(w), new In(n)] : [new In(x), new In(w)];

    private static bool Inside(int[] place, int[] x) => !place.Where((v, i) => v < 0 || v >= x[i + 2]).Any();

    private static string Label(int[] stride, int[] padding, int[] dilation, int groups, int[]? more = null) =>
        $"stride {string.Join('x', stride)}, padding {string.Join('x', padding)}, "
        + $"dilation {string.Join('x', dilation)}, groups {groups}"
        + (more is null ? "" : $", output padding {string.Join('x', more)}");
}
