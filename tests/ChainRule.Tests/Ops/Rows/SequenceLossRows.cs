namespace ChainRule.Tests.Operators;

/// <summary>The loss of label sequences, compared with the sum over every path there is.</summary>
internal static class SequenceLossRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("ctc_loss")
        {
            Covers = ["F." + nameof(F.CtcLoss)],
            Loose = 16,
            LooseGradient = 4,
            ExtremeLimit = 1e30,
            Cases =
            [
                .. from r in Enum.GetValues<Reduction>() select
                    Labels([3, 5, 3], 0, r, [5, 4, 2], [2, 1, 0], 1, 2, 1, 0, 0, 0),
                Labels([2, 4, 3], 2, Reduction.Mean, [4, 3], [2, 2], 1, 1, 0, 1),            // the same label twice
                Labels([1, 5, 3], 1, Reduction.None, [5], [3], 0, 2, 0),
                Labels([1, 3, 2], 0, Reduction.None, [3], [3], 1, 1, 1),                     // does not fit
                Labels([0, 3, 2], 0, Reduction.Sum, [], []),
            ],
            Large = [Long()],
            NoScalar = "samples, frames and classes: an error input",
            NoSpecials = "logarithms of probabilities: what they may be is tested apart",
            Errors =
            [
                ErrorInput.Shape("a sample without a dimension of its own",
                    () => Call(Tensor.Zeros([4, 3]), Tensor.From(1L), Tensor.From(4L), Tensor.From(1L)),
                    "CtcLoss: logProbabilities must be [N, T, C], got [4, 3]."),
                ErrorInput.Shape("targets of another batch",
                    () => Call(Logs, Tensor.Zeros([3, 2], DType.Int64), Tensor.From(4L, 4L), Tensor.From(1L, 1L)),
                    "CtcLoss: targets must be [2, S], a row a sample, got [3, 2]."),
                ErrorInput.Shape("one length too many",
                    () => Call(Logs, Ones, Tensor.From(4L, 4L, 4L), Tensor.From(1L, 1L)),
                    "CtcLoss: inputLengths must be [2], one number a sample, got [3]."),
                ErrorInput.DType("lengths of reals",
                    () => Call(Logs, Ones, Tensor.Zeros([2]), Tensor.From(1L, 1L)),
                    "CtcLoss: inputLengths must be int64 or int32, got float32.\n"
                    + "  help: convert with To(DType.Int64) first."),
                new("more frames than there are", () => Call(Logs, Ones, Tensor.From(4L, 5L), Tensor.From(1L, 1L)),
                    typeof(DataException), "CtcLoss: inputLengths[1] is 5; expected 0 to 4."),
                new("more labels than there are", () => Call(Logs, Ones, Tensor.From(4L, 4L), Tensor.From(1L, 3L)),
                    typeof(DataException), "CtcLoss: targetLengths[1] is 3; expected 0 to 2."),
                new("a blank among the labels",
                    () => Call(Logs, Tensor.Zeros([2, 2], DType.Int64), Tensor.From(4L, 4L), Tensor.From(1L, 1L)),
                    typeof(DataException),
                    "CtcLoss: label 0 at position [0, 0] is no label; use 0 to 2 without the blank 0."),
                ErrorInput.Range("blank that is no class",
                    () => F.CtcLoss(Logs, Ones, Tensor.From(4L, 4L), Tensor.From(1L, 1L), blank: 3),
                    "CtcLoss: blank is 3; expected a class, 0 to 2. (Parameter 'blank')"),
            ],
            Goldens = ["loss/ctc"],
        },
    ];

    private static Tensor Logs => Tensor.Zeros([2, 4, 3]);

    private static Tensor Ones => Tensor.Ones([2, 2], DType.Int64);

    private static Tensor Call(Tensor logs, Tensor targets, Tensor frames, Tensor labels) =>
        F.CtcLoss(logs, targets, frames, labels);

    private static OpCase Labels(
        int[] shape, int blank, Reduction reduction, int[] frames, int[] counts, params double[] labels)
    {
        In Numbers(int[] dims, IEnumerable<double> values) =>
            In.Values(dims, [.. values]) with { Type = DType.Int64, Fixed = true };
        int samples = shape[0], width = samples == 0 ? 1 : labels.Length / samples;
        return new OpCase(
            [
                In.Of(new Domain(-3, -0.1), shape), Numbers([samples, width], labels),
                Numbers([samples], frames.Select(n => (double)n)), Numbers([samples], counts.Select(n => (double)n)),
            ],
            t => F.CtcLoss(t[0], t[1], t[2], t[3], blank, zeroInfinity: true, reduction),
            r =>
            {
                Nd losses = Nd.Make([samples], at =>
                {
                    int[] wanted = [.. labels.Skip(at[0] * width).Take(counts[at[0]]).Select(v => (int)v)];
                    double total = Paths(r[0], at[0], frames[at[0]], shape[2], blank, wanted);
                    return double.IsNegativeInfinity(total) ? 0 : -total;
                });
                return reduction == Reduction.Mean
                    ? LossRows.Reduce(new Nd([samples], [.. losses.Data.Select((v, i) => v / Math.Max(counts[i], 1))]),
                        reduction)
                    : LossRows.Reduce(losses, reduction);
            })
        {
            Label = $"{reduction}, blank {blank}",
        };
    }

    // Logarithm of the probability of all paths that spell the labels.
    private static double Paths(Nd logs, int sample, int frames, int classes, int blank, int[] wanted)
    {
        List<double> found = [];
        int[] path = new int[frames];
        for (int number = 0; number < (int)Math.Pow(classes, frames); number++)
        {
            int rest = number;
            for (int t = 0; t < frames; t++) (rest, path[t]) = Math.DivRem(rest, classes);
            int[] spelled = [.. path.Where((c, t) => c != blank && (t == 0 || path[t - 1] != c))];
            if (spelled.SequenceEqual(wanted)) found.Add(path.Select((c, t) => logs[sample, t, c]).Sum());
        }
        double most = found.Count == 0 ? double.NegativeInfinity : found.Max();
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(found.Sum(v => Math.Exp(v - most)));
    }

    private static OpCase Long()
    {
        const int Samples = 5, Frames = 90, Length = 20;
        double[] labels = [.. Enumerable.Range(0, Samples * Length).Select(i => 1.0 + (i * 7 % 11))];
        int[] frames = [90, 90, 60, 41, 90], counts = [20, 10, 20, 20, 0];
        return Labels([Samples, Frames, 12], 0, Reduction.Mean, frames, counts, labels) with { Reference = null };
    }
}
