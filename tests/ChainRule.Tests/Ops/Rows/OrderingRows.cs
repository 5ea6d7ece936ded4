namespace ChainRule.Tests.Operators;

/// <summary>Sorted elements, the first of them, and where they stood.</summary>
internal static class OrderingRows
{
    public static OpRow[] All { get; } =
    [
        .. Both("sort", nameof(Tensor.Sort), null, (x, d, _, down) => x.Sort(d, down)),
        Places("argsort", (x, d, _, down) => x.ArgSort(d, down), null, byPlace: false) with
        {
            Covers = [nameof(Tensor.ArgSort)],
        },
        .. Both("topk", nameof(Tensor.TopK), 2, (x, d, k, down) => x.TopK(k, d, down)),
        Places("topk unsorted indices", (x, d, k, down) => x.TopK(k, d, down, sorted: false).Indices, 2, byPlace: true),
    ];

    private static OpRow[] Both(
        string name, string covers, int? count,
        Func<Tensor, int, int, bool, (Tensor Values, Tensor Indices)> call)
    {
        OpRow places = Places(name + " indices", (x, d, k, down) => call(x, d, k, down).Indices, count, false);
        return
        [
            places with
            {
                Name = name,
                Covers = [covers],
                Differentiable = true,
                Result = t => t,
                Cases = Cases((x, d, k, down) => call(x, d, k, down).Values, count, (v, order) => v[order]),
                Large = Large((x, d, k, down) => call(x, d, k, down).Values, count),
                Errors =
                [
                    ErrorInput.Shape("no such dimension", () => call(Tensor.Zeros([2, 3]), 2, 1, false).Values,
                        $"{name}: dim 2 is out of range for rank 2; use -2 to 1."),
                    .. count is null ? Array.Empty<ErrorInput>() :
                    [
                        ErrorInput.Shape("more than there are", () => Tensor.Zeros([2, 3]).TopK(4).Values,
                            "topk: k = 4 is more than the 3 elements of [2, 3] along dim 1."),
                        ErrorInput.Range("negative k", () => Tensor.Zeros([2]).TopK(-1).Values,
                            "topk: k must be 0 or more, got -1. (Parameter 'k')"),
                    ],
                ],
                Goldens = ["tensor/" + name],
            },
            places with { Covers = [covers] },
        ];
    }

    private static OpRow Places(
        string name, Func<Tensor, int, int, bool, Tensor> call, int? count, bool byPlace) => new(name)
        {
            Covers = [nameof(Tensor.TopK)],
            Types = OpRow.Any,
            Exact = true,
            Differentiable = false,
            Result = _ => DType.Int64,
            Cases = Cases(call, count, (_, order) => order, byPlace),
            Large = Large(call, count),
        };

    private static OpCase[] Cases(
        Func<Tensor, int, int, bool, Tensor> call, int? count, Func<double[], int, double> element,
        bool byPlace = false) =>
    [
        .. from c in new (int[] Shape, int Dim)[]
           {
               ([], 0), ([1], 0), ([5], 0), ([2, 3], 0), ([2, 3], -1), ([3, 4, 5], 1), ([2, 67], 1), ([67, 2], 0),
               ([0, 3], 1), ([3, 0], 1), ([19], 0),
           }
           from down in new[] { false, true }
           let size = c.Shape.Length == 0 ? 1 : c.Shape[c.Dim < 0 ? c.Dim + c.Shape.Length : c.Dim]
           let k = Math.Min(size, count ?? size)
           select new OpCase([new In(c.Shape)], t => call(t[0], c.Dim, k, down), r =>
               c.Shape.Length == 0 ? Nd.Scalar(element(r[0].Data, 0)) : First(r[0], c.Dim, k, down, element, byPlace))
           {
               Label = $"{k} along {c.Dim}{(down ? " descending" : "")}",
           },
    ];

    private static OpCase[] Large(Func<Tensor, int, int, bool, Tensor> call, int? count) =>
    [
        .. new (int[] Shape, int Dim)[] { ([401, 701], 0), ([701, 401], 1), ([53, 61, 89], 1), ([40, 4000], 1) }
            .Select(c => new OpCase([new In(c.Shape)], t => call(t[0], c.Dim, count ?? 7, true))
            {
                Label = $"along {c.Dim}",
            }),
    ];

    // A stable sort of the positions by their numbers, NaN above all; the two zeros are equal.
    private static Nd First(
        Nd x, int dim, int count, bool down, Func<double[], int, double> element, bool byPlace)
    {
        int d = dim < 0 ? dim + x.Rank : dim;
        int[] dims = [.. x.Dims];
        dims[d] = count;
        Nd sorted = x.Along(d, v =>
        {
            IEnumerable<int> places = Enumerable.Range(0, v.Length);
            Comparer<double> order = Comparer<double>.Create((a, b) => double.IsNaN(a) || double.IsNaN(b)
                ? double.IsNaN(a).CompareTo(double.IsNaN(b))
                : a < b ? -1 : a > b ? 1 : 0);
            places = down ? places.OrderByDescending(i => v[i], order) : places.OrderBy(i => v[i], order);
            if (byPlace) places = [.. places.Take(count).Order(), .. places.Skip(count)];
            return [.. places.Select(i => element(v, i))];
        });
        return Nd.Make(dims, at => sorted[at]);
    }
}
