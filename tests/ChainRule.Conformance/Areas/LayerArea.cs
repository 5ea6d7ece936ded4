using System.Text.Json;

namespace ChainRule.Conformance;

/// <summary>Layers, with PyTorch's names and layouts of parameters.</summary>
internal static class LayerArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(
            string op, Func<CaseRun, Tensor, Tensor> f) => all.Add("layer/" + op, r => r.Out("y", f(r, r.In("x"))));

        Add("linear", (r, x) => F.Linear(x, r.Param("weight")!, r.Param("bias")));
        Add("dropout", (r, x) => F.Dropout(x, r.Case.Number("p"), r.Case.Bool("training"), new Rng(0)));
        Add("layer_norm", (r, x) => F.LayerNorm(
            x, r.Case.Ints("normalized_shape"), r.Param("weight"), r.Param("bias"), r.Case.Number("eps")));
        Add("conv2d", Conv2d);
        Add("avg_pool2d", (r, x) => F.AvgPool2d(
            x, Size(r, "kernel_size"), Size(r, "stride"), Size(r, "padding"), r.Case.Bool("ceil_mode"),
            r.Case.Bool("count_include_pad"),
            r.Case.IsNull("divisor_override") ? null : r.Case.Int("divisor_override")));
        all.Add("layer/max_pool2d", r =>
        {
            (Tensor y, Tensor indices) = F.MaxPool2dWithIndices(
                r.In("x"), Size(r, "kernel_size"), Size(r, "stride"), Size(r, "padding"), Size(r, "dilation"),
                r.Case.Bool("ceil_mode"));
            r.Out("y", y);
            r.Out("indices", indices.To(DType.Int64));
        });
        foreach (int rank in new[] { 1, 2, 3 }) all.Add($"layer/batch_norm{rank}d", BatchNorm);
    }

    private static Size2 Size(CaseRun r, string attr) => new(r.Case.Ints(attr)[0], r.Case.Ints(attr)[^1]);

    private static Tensor Conv2d(CaseRun r, Tensor x)
    {
        PadMode mode = TensorArea.Mode(r.Case.Text("padding_mode"));
        Tensor weight = r.Param("weight")!;
        Size2 dilation = Size(r, "dilation"), before = new(0, 0), after = before;
        bool named = r.Case.Attr("padding").ValueKind == JsonValueKind.String;
        if (!named) before = after = Size(r, "padding");
        else if (r.Case.Text("padding") == "same")
        {
            int h = dilation.H * (weight.Shape[2] - 1), w = dilation.W * (weight.Shape[3] - 1);
            (before, after) = (new(h / 2, w / 2), new(h - (h / 2), w - (w / 2)));
        }
        Tensor images = x.Rank == 3 ? x.Unsqueeze(0) : x;
        if (before != after || mode != PadMode.Constant)
        {
            images = images.Pad([(before.H, after.H), (before.W, after.W)], mode);
            before = new(0, 0);
        }
        Tensor y = F.Conv2d(images, weight, r.Param("bias"), Size(r, "stride"), before, dilation, r.Case.Int("groups"));
        return x.Rank == 3 ? y.Squeeze(0) : y;
    }

    private static void BatchNorm(CaseRun r)
    {
        bool tracked = r.Case.Bool("track_running_stats");
        Tensor? mean = tracked ? r.Case.Stored("state_in.running_mean").Detach() : null;
        Tensor? variance = tracked ? r.Case.Stored("state_in.running_var").Detach() : null;
        bool training = r.Case.Bool("training");
        long batches = tracked ? (long)r.Case.Stored("state_in.num_batches_tracked").Item() : 0;
        if (training) batches++;
        double momentum = r.Case.NumberOrNull("momentum") ?? 1.0 / batches;
        r.Out("y", F.BatchNorm(
            r.In("x"), mean, variance, r.Param("weight"), r.Param("bias"), training || !tracked,
            momentum, r.Case.Number("eps")));
        if (!tracked) return;
        r.StateOut("running_mean", mean!);
        r.StateOut("running_var", variance!);
        r.StateOut("num_batches_tracked", Tensor.From([batches], []));
    }
}
