namespace ChainRule.Tests.Operators;

/// <summary>Norms of every kind of order.</summary>
internal static class NormRows
{
    private static readonly Domain OffZero = new(-3, 3, 0);

    public static OpRow[] All { get; } =
    [
        Norm("norm", OffZero, [2]) with
        {
            ExtremeLimit = 1e15,                                         // squared and summed
            Cases = [.. Everywhere(2)],
            Large = ReductionRows.Large((x, d, k) => Call(x, 2, d, k)),
            Errors =
            [
                .. ReductionRows.Errors("norm", (x, d, k) => x.Norm(2, d, k)),
                .. ElementwiseRows.NeedsReals("norm", x => x.Norm()),
                ErrorInput.Range("order NaN", () => Tensor.Zeros([2]).Norm(double.NaN),
                    "norm: p must be a number or an infinity, got NaN. (Parameter 'p')"),
                ErrorInput.Shape("nothing to choose from", () => Tensor.Zeros([2, 0]).Norm(double.PositiveInfinity, 1),
                    "norm: [2, 0] has no elements, and without any there is no norm of order Infinity."),
                ErrorInput.Shape("negative order of nothing", () => Tensor.Zeros([0]).Norm(-1.5),
                    "norm: [0] has no elements, and without any there is no norm of order -1.5."),
            ],
            Goldens = ["tensor/norm"],
        },
        Norm("norm of order 0 and 1", OffZero, [0, 1]) with
        {
            Cases = [.. Everywhere(1), .. Small(OffZero, 0)],
            Large = [.. ReductionRows.Large((x, d, k) => Call(x, 1, d, k)),
                .. ReductionRows.Large((x, d, k) => Call(x, 0, d, k))],
        },
        Norm("norm of order infinity", Domain.Positive, [double.PositiveInfinity, double.NegativeInfinity]),
        // Powers of extremes are compared where the reference has them: it does not scale.
        Norm("norm of other orders", OffZero, [3, 4.5, 1.5, 0.5, -1, -2.5]) with
        {
            LooseGradient = 8,
            NoExtremes = "the powers of the reference overflow: NormTests compares scaled ones",
        },
    ];

    private static OpRow Norm(string name, Domain domain, double[] orders) => new(name)
    {
        Covers = [nameof(Tensor.Norm)],
        Loose = 16,
        LooseGradient = 4,
        Cases = [.. orders.SelectMany(p => Small(domain, p))],
        Large = [.. orders.SelectMany(p => ReductionRows.Large((x, d, k) => Call(x, p, d, k)))],
        NoEmpty = orders.Any(p => p < 0 || double.IsInfinity(p)) ? "nothing to choose from: an error input" : null,
    };

    // Each overload has its turn.
    private static Tensor Call(Tensor x, double p, int[] dims, bool keepDim) => (p, dims.Length, keepDim) switch
    {
        (2, 0, false) => x.Norm(),
        (_, 0, false) => x.Norm(p),
        (_, 1, _) => x.Norm(p, dims[0], keepDim),
        _ => x.Norm(p, dims, keepDim),
    };

    private static IEnumerable<OpCase> Everywhere(double p) =>
        ReductionRows.Cases((x, d, k) => Call(x, p, d, k), v => Of(v, p), [[0], [3, 0], [0, 3]])
            .Select(c => c with { Inputs = [c.Inputs[0] with { Domain = OffZero }] });

    private static IEnumerable<OpCase> Small(Domain domain, double p) =>
        from c in new (int[] Shape, int[] Dims)[]
        {
            ([], []), ([5], []), ([2, 3], [0]), ([3, 17], [-1]), ([3, 4, 5], [0, 2]), ([3, 4, 5], [1]),
        }
        from keep in new[] { false, true }
        select new OpCase([In.Of(domain, c.Shape)], t => Call(t[0], p, c.Dims, keep),
            r => r[0].Reduce(c.Dims, keep, v => Of(v, p)))
        {
            Label = $"order {p} over [{string.Join(", ", c.Dims)}]{(keep ? " kept" : "")}",
        };

    private static double Of(double[] v, double p) => p switch
    {
        0 => v.Count(x => x != 0),
        double.PositiveInfinity => v.Any(double.IsNaN) ? double.NaN : v.Max(Math.Abs),
        double.NegativeInfinity => v.Any(double.IsNaN) ? double.NaN : v.Min(Math.Abs),
        _ => Math.Pow(v.Sum(x => Math.Pow(Math.Abs(x), p)), 1 / p),
    };
}
