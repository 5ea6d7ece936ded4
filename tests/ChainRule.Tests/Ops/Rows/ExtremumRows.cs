namespace ChainRule.Tests.Operators;

/// <summary>Largest and smallest elements, and where they stand.</summary>
internal static class ExtremumRows
{
    public static OpRow[] All { get; } =
    [
        .. Both("max", "amax", "argmax", Largest, x => x.Max(), (x, d, k) => x.Max(d, k),
            (x, d, k) => Several(x, d, k, largest: true),
            x => x.ArgMax(), (x, d, k) => x.ArgMax(d, k)),
        .. Both("min", "amin", "argmin", Smallest, x => x.Min(), (x, d, k) => x.Min(d, k),
            (x, d, k) => Several(x, d, k, largest: false),
            x => x.ArgMin(), (x, d, k) => x.ArgMin(d, k)),
    ];

    private const string Empty = "nothing to choose from: an error input";

    // The first of the largest; NaN is larger than all.
    private static int Largest(double[] v)
    {
        int best = 0;
        for (int i = 1; i < v.Length; i++)
        {
            if (!double.IsNaN(v[best]) && (double.IsNaN(v[i]) || v[i] > v[best])) best = i;
        }
        return best;
    }

    private static int Smallest(double[] v)
    {
        int best = 0;
        for (int i = 1; i < v.Length; i++)
        {
            if (!double.IsNaN(v[best]) && (double.IsNaN(v[i]) || v[i] < v[best])) best = i;
        }
        return best;
    }

    private static Tensor Several(Tensor x, int[] dims, bool keepDim, bool largest) => dims.Length == 1
        ? largest ? x.Amax(dims[0], keepDim) : x.Amin(dims[0], keepDim)
        : largest ? x.Amax(dims, keepDim) : x.Amin(dims, keepDim);

    private static OpRow[] Both(
        string name, string several, string place, Func<double[], int> best,
        Func<Tensor, Tensor> all, Func<Tensor, int, bool, (Tensor Values, Tensor Indices)> along,
        Func<Tensor, int[], bool, Tensor> over,
        Func<Tensor, Tensor> placeOfAll, Func<Tensor, int, bool, Tensor> placeAlong)
    {
        OpRow values = new(name)
        {
            Covers = [name == "max" ? nameof(Tensor.Max) : nameof(Tensor.Min)],
            Types = OpRow.Numbers,
            Exact = true,
            AnyZero = true,
            NoEmpty = Empty,
            Cases = [.. OfAll(all, v => v[best(v)]), .. Along((x, d, k) => along(x, d, k).Values, v => v[best(v)])],
            Large = Large((x, d) => d is null ? all(x) : along(x, d.Value, false).Values),
            Errors = [.. Errors(name, (x, d) => along(x, d, false).Values), NothingInIt(name, all)],
            Goldens = ["tensor/" + name],
        };
        return
        [
            values,
            values with
            {
                Name = name + " indices",
                Differentiable = false,
                Result = _ => DType.Int64,
                Cases = Along((x, d, k) => along(x, d, k).Indices, v => best(v)),
                Large = Large((x, d) => along(x, d ?? 0, false).Indices),
                Errors = [],
                Goldens = [],
            },
            values with
            {
                Name = several,
                Covers = [name == "max" ? nameof(Tensor.Amax) : nameof(Tensor.Amin)],
                Cases = ReductionRows.Cases(over, v => v[best(v)], []),
                Large = ReductionRows.Large(over),
                Errors = [.. ReductionRows.Errors(several, over), NothingInIt(several, x => over(x, [], false))],
                Goldens = [],
            },
            values with
            {
                Name = place,
                Covers = [name == "max" ? nameof(Tensor.ArgMax) : nameof(Tensor.ArgMin)],
                Differentiable = false,
                Result = _ => DType.Int64,
                Cases = [.. OfAll(placeOfAll, v => best(v)), .. Along(placeAlong, v => best(v))],
                Large = Large((x, d) => d is null ? placeOfAll(x) : placeAlong(x, d.Value, false)),
                Errors = [.. Errors(place, (x, d) => placeAlong(x, d, false)), NothingInIt(place, placeOfAll)],
                Goldens = ["tensor/" + place],
            },
        ];
    }

    private static OpCase[] OfAll(Func<Tensor, Tensor> call, Func<double[], double> reference) =>
    [
        .. new int[][] { [], [1], [7], [2, 3], [3, 2, 5], [67] }
            .Select(s => new OpCase([new In(s)], t => call(t[0]),
                r => Nd.Scalar(reference(r[0].Data))) { Label = "all" }),
    ];

    private static OpCase[] Along(Func<Tensor, int, bool, Tensor> call, Func<double[], double> reference) =>
    [
        .. from c in new (int[] Shape, int Dim)[]
           {
               ([], 0), ([5], 0), ([2, 3], 0), ([2, 3], -1), ([3, 4, 5], 1), ([3, 4, 5], 0), ([2, 1, 3], 1),
               ([3, 67], 1), ([67, 3], 0), ([5, 19], 0),
           }
           from keep in new[] { false, true }
           select new OpCase([new In(c.Shape)], t => call(t[0], c.Dim, keep), r => c.Shape.Length == 0
               ? Nd.Scalar(reference(r[0].Data))
               : r[0].Reduce([c.Dim], keep, reference))
           {
               Label = $"along {c.Dim}{(keep ? " kept" : "")}",
           },
    ];

    private static OpCase[] Large(Func<Tensor, int?, Tensor> call) =>
    [
        .. new (int[] Shape, int? Dim)[] { ([140_003], 0), ([401, 701], 0), ([701, 401], 1), ([53, 61, 89], 1) }
            .Select(c => new OpCase([new In(c.Shape)], t => call(t[0], c.Dim)) { Label = $"along {c.Dim}" }),
    ];

    private static ErrorInput[] Errors(string name, Func<Tensor, int, Tensor> call) =>
    [
        ErrorInput.Shape("no such dimension", () => call(Tensor.Zeros([2, 3]), 2),
            $"{name}: dim 2 is out of range for rank 2; use -2 to 1."),
        ErrorInput.Shape("dimension of size 0", () => call(Tensor.Zeros([2, 0]), 1),
            $"{name}: [2, 0] has no elements to choose from."),
        ErrorInput.DType("Bool", () => call(Tensor.From(true), 0),
            $"{name}: needs numbers, got bool.\n  help: convert with To(DType.Float32) first."),
    ];

    private static ErrorInput NothingInIt(string name, Func<Tensor, Tensor> call) =>
        ErrorInput.Shape("empty", () => call(Tensor.Zeros([0])), $"{name}: [0] has no elements to choose from.");
}
