using System.Text.Json;
using ChainRule.Nn;

namespace ChainRule.Conformance;

/// <summary>Those of the layers that move a window over a sequence, an image or a volume.</summary>
internal static class WindowArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(
            string op, Func<CaseRun, Tensor, Tensor> f) => all.Add("layer/" + op, r => r.Out("y", f(r, r.In("x"))));

        Add("conv1d", (r, x) => Conv(r, x, (at, w, p) => F.Conv1d(
            at, w, r.Param("bias"), One(r, "stride"), p, One(r, "dilation"), r.Case.Int("groups"))));
        Add("conv2d", (r, x) => Conv(r, x, (at, w, p) => F.Conv2d(
            at, w, r.Param("bias"), Two(r, "stride"), p, Two(r, "dilation"), r.Case.Int("groups"))));
        Add("conv3d", (r, x) => Conv(r, x, (at, w, p) => F.Conv3d(
            at, w, r.Param("bias"), Three(r, "stride"), p, Three(r, "dilation"), r.Case.Int("groups"))));
        Add("conv_transpose1d", (r, x) => F.ConvTranspose1d(
            x, r.Param("weight")!, r.Param("bias"), One(r, "stride"), One(r, "padding"), One(r, "output_padding"),
            r.Case.Int("groups"), One(r, "dilation")));
        Add("conv_transpose2d", (r, x) => F.ConvTranspose2d(
            x, r.Param("weight")!, r.Param("bias"), Two(r, "stride"), Two(r, "padding"), Two(r, "output_padding"),
            r.Case.Int("groups"), Two(r, "dilation")));
        Add("conv_transpose3d", (r, x) => F.ConvTranspose3d(
            x, r.Param("weight")!, r.Param("bias"), Three(r, "stride"), Three(r, "padding"),
            Three(r, "output_padding"), r.Case.Int("groups"), Three(r, "dilation")));
        Add("avg_pool1d", (r, x) => F.AvgPool1d(
            x, One(r, "kernel_size"), One(r, "stride"), One(r, "padding"), r.Case.Bool("ceil_mode"),
            r.Case.Bool("count_include_pad")));
        Add("avg_pool2d", (r, x) => F.AvgPool2d(
            x, Two(r, "kernel_size"), Two(r, "stride"), Two(r, "padding"), r.Case.Bool("ceil_mode"),
            r.Case.Bool("count_include_pad"), IntOrNull(r, "divisor_override")));
        Add("avg_pool3d", (r, x) => F.AvgPool3d(
            x, Three(r, "kernel_size"), Three(r, "stride"), Three(r, "padding"), r.Case.Bool("ceil_mode"),
            r.Case.Bool("count_include_pad"), IntOrNull(r, "divisor_override")));
        Add("lp_pool1d", (r, x) => F.LpPool1d(
            x, r.Case.Number("norm_type"), One(r, "kernel_size"), One(r, "stride"), r.Case.Bool("ceil_mode")));
        Add("lp_pool2d", (r, x) => F.LpPool2d(
            x, r.Case.Number("norm_type"), Two(r, "kernel_size"), Two(r, "stride"), r.Case.Bool("ceil_mode")));
        Add("log_sum_exp_pool", (r, x) => x.Rank == 3
            ? F.LogSumExpPool1d(x, One(r, "kernel_size"), One(r, "stride"), r.Case.Number("r"))
            : F.LogSumExpPool2d(x, Two(r, "kernel_size"), Two(r, "stride"), r.Case.Number("r")));
        Add("adaptive_avg_pool1d", (r, x) => F.AdaptiveAvgPool1d(x, Cells(r)[0]));
        Add("adaptive_avg_pool2d", (r, x) => F.AdaptiveAvgPool2d(x, (Cells(r)[0], Cells(r)[1])));
        Add("adaptive_avg_pool3d", (r, x) => F.AdaptiveAvgPool3d(x, (Cells(r)[0], Cells(r)[1], Cells(r)[2])));
        Add("lenet_subsampling", (r, x) => F.SubSampling2d(
            x, r.Param("weight")!, r.Param("bias")!, Two(r, "kernel_size")));

        Add("unfold", (r, x) => F.Unfold(
            x, Two(r, "kernel_size"), Two(r, "dilation"), Two(r, "padding"), Two(r, "stride")));
        Add("fold", (r, x) => F.Fold(
            x, Two(r, "output_size"), Two(r, "kernel_size"), Two(r, "dilation"), Two(r, "padding"), Two(r, "stride")));
        Add("upsample_nearest", (r, x) => Upsample(r, x, UpsampleMode.Nearest, false));
        Add("upsample_bilinear", (r, x) => Upsample(r, x, UpsampleMode.Linear, r.Case.Bool("align_corners")));
        Add("pixel_shuffle", (r, x) => F.PixelShuffle(x, r.Case.Int("upscale_factor")));

        AddMax("max_pool1d", (r, x) => F.MaxPool1dWithIndices(
            x, One(r, "kernel_size"), One(r, "stride"), One(r, "padding"), One(r, "dilation"),
            r.Case.Bool("ceil_mode")));
        AddMax("max_pool2d", (r, x) => F.MaxPool2dWithIndices(
            x, Two(r, "kernel_size"), Two(r, "stride"), Two(r, "padding"), Two(r, "dilation"),
            r.Case.Bool("ceil_mode")));
        AddMax("max_pool3d", (r, x) => F.MaxPool3dWithIndices(
            x, Three(r, "kernel_size"), Three(r, "stride"), Three(r, "padding"), Three(r, "dilation"),
            r.Case.Bool("ceil_mode")));
        AddMax("adaptive_max_pool1d", (r, x) => F.AdaptiveMaxPool1dWithIndices(x, Cells(r)[0]));
        AddMax("adaptive_max_pool2d", (r, x) => F.AdaptiveMaxPool2dWithIndices(x, (Cells(r)[0], Cells(r)[1])));
        AddMax("adaptive_max_pool3d", (r, x) => F.AdaptiveMaxPool3dWithIndices(
            x, (Cells(r)[0], Cells(r)[1], Cells(r)[2])));
        AddMax("kmax_pool", (r, x) => F.KMaxPoolWithIndices(x, r.Case.IsNull("k")
            ? new KMaxPool(r.Case.Int("k_top"), r.Case.Int("layer"), r.Case.Int("num_layers")).Keeps(x.Shape[2])
            : r.Case.Int("k")));

        void AddMax(string op, Func<CaseRun, Tensor, (Tensor Output, Tensor Indices)> f) => all.Add("layer/" + op, r =>
        {
            (Tensor y, Tensor indices) = f(r, r.In("x"));
            r.Out("y", y);
            r.Out("indices", indices);
        });
    }

    private static Tensor Upsample(CaseRun r, Tensor x, UpsampleMode mode, bool alignCorners) =>
        r.Case.IsNull("size")
            ? F.Upsample(
                x, [.. r.Case.Attr("scale_factor").EnumerateArray().Select(e => e.GetDouble())], mode, alignCorners)
            : F.UpsampleTo(x, r.Case.Ints("size"), mode, alignCorners);

    private static int? IntOrNull(CaseRun r, string attr) => r.Case.IsNull(attr) ? null : r.Case.Int(attr);

    // null keeps a dimension.
    private static int[] Cells(CaseRun r) =>
    [
        .. r.Case.Attr("output_size").EnumerateArray().Select(e =>
            e.ValueKind == JsonValueKind.Null ? -1 : e.GetInt32()),
    ];

    private static int One(CaseRun r, string attr) => r.Case.Ints(attr)[0];

    private static Size2 Two(CaseRun r, string attr) => new(r.Case.Ints(attr)[0], r.Case.Ints(attr)[^1]);

    private static Size3 Three(CaseRun r, string attr) =>
        new(r.Case.Ints(attr)[0], r.Case.Ints(attr)[1], r.Case.Ints(attr)[2]);

    // Without a batch: one of a single sample. An edge that is not zeros is padded first, as the layers do.
    private static Tensor Conv(CaseRun r, Tensor x, Func<Tensor, Tensor, ConvPadding, Tensor> conv)
    {
        PadMode mode = TensorArea.Mode(r.Case.Text("padding_mode"));
        Tensor weight = r.Param("weight")!;
        bool batched = x.Rank == weight.Rank;
        if (!batched) x = x.Unsqueeze(0);
        bool named = r.Case.Attr("padding").ValueKind == JsonValueKind.String;
        bool same = named && r.Case.Text("padding") == "same";
        int[] numbers = named ? new int[weight.Rank - 2] : r.Case.Ints("padding");
        ConvPadding padding = numbers.Length switch
        {
            _ when same => ConvPadding.Same,
            1 => numbers[0],
            2 => (numbers[0], numbers[1]),
            _ => (numbers[0], numbers[1], numbers[2]),
        };
        if (mode != PadMode.Constant)
        {
            int[] dilation = r.Case.Ints("dilation");
            int Total(int d) => dilation[d] * (weight.Shape[d + 2] - 1);
            x = x.Pad(
                [.. numbers.Select((n, d) => same ? (Total(d) / 2, Total(d) - (Total(d) / 2)) : (n, n))], mode);
            padding = ConvPadding.Valid;
        }
        Tensor y = conv(x, weight, padding);
        return batched ? y : y.Squeeze(0);
    }
}
