namespace ChainRule.Ops;

/// <summary>
/// The gradient of connectionist temporal classification as a graph of operators, which can be differentiated again:
/// the same forward and backward variables as <see cref="CtcKernel"/>, a few operators a frame.
/// </summary>
internal static class CtcByOperators
{
    // Stands for the logarithm of 0: finite, so that no difference of two is NaN, and far below any sum of logarithms.
    private const double Never = -1e30;

    /// <summary>Gradient of every sample's loss, of the shape of the logarithms.</summary>
    public static Tensor Gradient(Tensor x, CtcProblem p)
    {
        if (x.Count == 0 || p.Frames == 0) return Tensor.Zeros(x.Shape, x.DType);
        int[] all = [p.Samples, p.Frames, p.States];
        Tensor classes = Tensor.From(p.Labels, [p.Samples, 1, p.States]).Expand(all);
        Tensor emission = x.Gather(2, classes);
        Tensor skips = Mask(p, x.DType, (n, s) => p.CanSkip(n, s));
        Tensor start = Mask(p, x.DType, (n, s) => s < Math.Min(p.StatesOf(n), 2));
        Tensor end = Mask(p, x.DType, (n, s) => p.FrameCounts[n] > 0 && s < p.StatesOf(n) && s >= p.StatesOf(n) - 2);
        Tensor[] alpha = new Tensor[p.Frames], beta = new Tensor[p.Frames];
        for (int t = 0; t < p.Frames; t++)
        {
            Tensor from = t == 0
                ? start
                : Join(alpha[t - 1], Shifted(alpha[t - 1], 1), Shifted(alpha[t - 1], 2) + skips);
            alpha[t] = from + Frame(emission, t);
        }
        for (int t = p.Frames - 1; t >= 0; t--)
        {
            int frame = t;
            Tensor last = Tensor.From([.. p.FrameCounts.Select(c => c == frame + 1)], [p.Samples, 1]);
            if (t == p.Frames - 1)
            {
                beta[t] = Tensor.Where(last, end, Tensor.Scalar(Never, x.DType));
                continue;
            }
            Tensor rest = beta[t + 1] + Frame(emission, t + 1);
            beta[t] = Tensor.Where(last, end, Join(rest, Shifted(rest, -1), Shifted(rest + skips, -2)));
        }
        Tensor paths = Tensor.Stack(alpha, 1) + Tensor.Stack(beta, 1);
        // Any frame of a sample would do: every path is at some state of it. The first is there for all.
        Tensor log = paths.Slice(1, 0, 1).LogSumExp(2, keepDim: true);
        Tensor possible = (log.Detach() > (Never / 2)).LogicalAnd(Within(p));
        Tensor shares = Tensor.Where(possible, paths - log, Tensor.Scalar(Never, x.DType)).Exp();
        return -Tensor.Zeros(x.Shape, x.DType).ScatterAdd(2, classes, shares);
    }

    private static Tensor Frame(Tensor x, int t) => x.Slice(1, t, t + 1).Squeeze(1);

    private static Tensor Join(Tensor a, Tensor b, Tensor c) => Tensor.Stack([a, b, c]).LogSumExp(0);

    // The states moved along by some, nothing coming in at the end.
    private static Tensor Shifted(Tensor x, int by)
    {
        int states = x.Shape[1];
        if (Math.Abs(by) >= states) return Tensor.Full(x.Shape, Never, x.DType);
        return by > 0
            ? x.Slice(1, 0, states - by).Pad([(by, 0)], Never)
            : x.Slice(1, -by, states).Pad([(0, -by)], Never);
    }

    private static Tensor Mask(CtcProblem p, DType dtype, Func<int, int, bool> open)
    {
        double[] mask = new double[p.Samples * p.States];
        for (int n = 0; n < p.Samples; n++)
        {
            for (int s = 0; s < p.States; s++) mask[(n * p.States) + s] = open(n, s) ? 0 : Never;
        }
        return Tensor.From(mask, [p.Samples, p.States]).ConvertTo(dtype, kept: true);
    }

    // Frames and states that belong to a sample.
    private static Tensor Within(CtcProblem p)
    {
        bool[] within = new bool[p.Samples * p.Frames * p.States];
        int i = 0;
        for (int n = 0; n < p.Samples; n++)
        {
            for (int t = 0; t < p.Frames; t++)
            {
                for (int s = 0; s < p.States; s++, i++) within[i] = t < p.FrameCounts[n] && s < p.StatesOf(n);
            }
        }
        return Tensor.From(within, [p.Samples, p.Frames, p.States]);
    }
}
