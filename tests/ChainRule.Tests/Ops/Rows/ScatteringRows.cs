namespace ChainRule.Tests.Operators;

/// <summary>Operators that write to places named by an index, or choose by a mask.</summary>
internal static class ScatteringRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("scatter")
        {
            Covers = [nameof(Tensor.Scatter)],
            Types = OpRow.Any,
            Exact = true,
            Cases =
            [
                Scatter([4], 0, [3], [3]), Scatter([2, 3], 0, [3, 3], [3, 3]), Scatter([2, 3], 1, [2, 5], [2, 5]),
                Scatter([2, 3], -1, [1, 2], [2, 4]), Scatter([3, 4, 5], 1, [2, 6, 5], [2, 6, 5]),
                Scatter([], 0, [], []), Scatter([2, 3], 0, [0, 3], [0, 3]), Scatter([5, 19], 0, [7, 19], [7, 19]),
            ],
            Large = [Scatter([300, 301], 1, [300, 280], [300, 280])],
            Errors =
            [
                ErrorInput.Shape("source too small",
                    () => Tensor.Zeros([3]).Scatter(0, Tensor.From(0L, 1L), Tensor.Zeros([1])),
                    "scatter: source [1] must be at least as large as index [2] on every dimension."),
                ErrorInput.Shape("index of another rank",
                    () => Tensor.Zeros([2, 3]).Scatter(0, Tensor.From(0L), Tensor.Zeros([1])),
                    "scatter: index [1] does not fit [2, 3]: ranks must be equal, and sizes at most the tensor's but "
                    + "along dim 0."),
                ErrorInput.DType("types differ", () => Tensor.Zeros([2]).Scatter(0, Tensor.From(0L), Tensor.From(1L)),
                    "scatter: source is int64, the tensor float32."),
                Outside("index outside", () => Tensor.Zeros([2]).Scatter(0, Tensor.From(2L), 1),
                    "scatter: index 2 at position [0] is out of range for dim 0 of [2]; use 0 to 1."),
            ],
        },
        new OpRow("scatter a number")
        {
            Covers = [nameof(Tensor.Scatter)],
            Types = OpRow.Any,
            Exact = true,
            Cases = [.. new (int[] Shape, int Dim, int[] Index)[] { ([4], 0, [3]), ([2, 3], 1, [2, 2]), ([], 0, []),
                ([2, 3], 0, [0, 3]) }.Select(Number)],
            Large = [Number(([300, 301], 1, [300, 280]))],
        },
        new OpRow("index_add")
        {
            Covers = [nameof(Tensor.IndexAdd)],
            Types = OpRow.Numbers,
            Loose = 4,
            NoScalar = "there are no dimensions to add along: an error input",
            Cases = [Added([4], 0, 6), Added([2, 3], 0, 3), Added([2, 3], -1, 5), Added([3, 4, 5], 1, 2),
                Added([2, 3], 0, 0), Added([0, 3], 1, 2), Added([5, 19], 0, 7)],
            Large = [Added([300, 301], 0, 400), Added([301, 300], 1, 400)],
            Errors =
            [
                ErrorInput.Shape("number", () => Tensor.Scalar(1).IndexAdd(1, Tensor.From(0L), Tensor.Ones([1])),
                    "index_add: dim 1 is out of range for rank 0, a single number; use -1 to 0."),
                ErrorInput.Shape("index of rank 2",
                    () => Tensor.Zeros([2]).IndexAdd(0, Tensor.Zeros([1, 1], DType.Int64), Tensor.Ones([1])),
                    "index_add: the index must be [K], got [1, 1]."),
                ErrorInput.Shape("source of another size",
                    () => Tensor.Zeros([2, 3]).IndexAdd(0, Tensor.From(0L), Tensor.Ones([2, 3])),
                    "index_add: source must be [1, 3] for 1 positions along dim 0 of [2, 3], got [2, 3]."),
                ErrorInput.DType("types differ",
                    () => Tensor.Zeros([2]).IndexAdd(0, Tensor.From(0L), Tensor.From(1L)),
                    "index_add: source is int64, the tensor float32."),
                ErrorInput.DType("Bool", () => Tensor.From(true).IndexAdd(0, Tensor.From(0L), Tensor.From(true)),
                    "index_add: needs numbers, got bool.\n  help: convert with To(DType.Float32) first."),
                Outside("index outside", () => Tensor.Zeros([2]).IndexAdd(0, Tensor.From(-1L), Tensor.Ones([1])),
                    "index_add: index -1 at position [0] is out of range for dim 0 of [2]; use 0 to 1."),
            ],
        },
        new OpRow("nonzero")
        {
            Covers = [nameof(Tensor.Nonzero)],
            Types = OpRow.Any,
            Exact = true,
            Differentiable = false,
            Result = _ => DType.Int64,
            Serial = "places are counted and found on one thread",
            Cases =
            [
                .. new (int[] Shape, double[] Values)[]
                {
                    ([5], [0, 1, 0, 1, 1]), ([3], [0, 0, 0]), ([], [1]), ([], [0]), ([0], []), ([2, 0], []),
                    ([2, 3], [1, 0, 0, 0, 1, 1]), ([2, 2, 2], [0, 1, 0, 0, 1, 0, 0, 1]),
                }
                .Select(c => new OpCase([In.Values(c.Shape, c.Values)], t => t[0].Nonzero(), r => Places(r[0]))),
            ],
        },
        new OpRow("masked_select")
        {
            Covers = [nameof(Tensor.MaskedSelect)],
            Types = OpRow.Any,
            Exact = true,
            Cases = [Selected([5], [5]), Selected([], []), Selected([2, 3], [3]), Selected([2, 1], [2, 3]),
                Selected([2, 3], []), Selected([0, 3], [3]), Selected([3], [4, 1])],
            Large = [Selected([300, 301], [300, 301])],
            Errors =
            [
                ErrorInput.DType("mask of numbers", () => Tensor.Zeros([2]).MaskedSelect(Tensor.Zeros([2])),
                    "masked_select: the mask must be bool, got float32."),
                ErrorInput.Shape("sizes", () => Tensor.Zeros([2]).MaskedSelect(Tensor.Zeros([3], DType.Bool)),
                    "masked_select: shapes do not broadcast: 2 (x, dim 0) and 3 (mask, dim 0).\n"
                    + "  x: [2] float32    mask: [3] bool"),
            ],
        },
    ];

    private static Nd Places(Nd x)
    {
        int[] flat = [.. Enumerable.Range(0, x.Data.Length).Where(i => x.Data[i] != 0)];
        return new Nd([flat.Length, x.Rank], [.. flat.SelectMany(i => Nd.Unravel(i, x.Dims)).Select(p => (double)p)]);
    }

    private static ErrorInput Outside(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(DataException), text);

    private static OpCase Scatter(int[] shape, int dim, int[] index, int[] source)
    {
        int d = Dim(dim, shape), bound = shape.Length == 0 ? 1 : shape[d];
        return new OpCase([new In(shape), In.Indices(bound, index), new In(source)],
            t => t[0].Scatter(dim, t[1], t[2]), r => Put(r[0], d, r[1], at => r[2][at]))
        {
            Label = $"along {dim}",
        };
    }

    private static OpCase Number((int[] Shape, int Dim, int[] Index) c)
    {
        int bound = c.Shape.Length == 0 ? 1 : c.Shape[c.Dim];
        return new([new In(c.Shape), In.Indices(bound, c.Index)], t => t[0].Scatter(c.Dim, t[1], 1),
            r => Put(r[0], c.Dim, r[1], _ => 1))
        {
            Label = $"along {c.Dim}",
        };
    }

    private static Nd Put(Nd x, int dim, Nd index, Func<int[], double> element)
    {
        Nd y = x.Map(v => v);
        for (int i = 0; i < index.Data.Length; i++)
        {
            int[] at = Nd.Unravel(i, index.Dims), to = [.. at];
            if (to.Length > 0) to[dim] = (int)index.Data[i];
            int flat = 0;
            for (int k = 0; k < to.Length; k++) flat = (flat * x.Dims[k]) + to[k];
            y.Data[flat] = element(at);
        }
        return y;
    }

    private static OpCase Added(int[] shape, int dim, int count)
    {
        int d = Dim(dim, shape);
        int[] source = [.. shape[..d], count, .. shape[(d + 1)..]];
        return new OpCase([new In(shape), In.Indices(shape[d], count), new In(source)],
            t => t[0].IndexAdd(dim, t[1], t[2]), r => Nd.Make(shape, at =>
            {
                double sum = r[0][at];
                for (int k = 0; k < count; k++)
                {
                    if ((int)r[1].Data[k] == at[d]) sum += r[2][[.. at[..d], k, .. at[(d + 1)..]]];
                }
                return sum;
            }))
        {
            Label = $"{count} along {dim}",
        };
    }

    private static OpCase Selected(int[] shape, int[] mask) =>
        new([new In(shape), In.Mask(mask)], t => t[0].MaskedSelect(t[1]), r =>
        {
            int[] both = Nd.Broadcast(shape, mask);
            Nd x = r[0].To(both), m = r[1].To(both);
            double[] found = [.. x.Data.Where((_, i) => m.Data[i] != 0)];
            return new Nd([found.Length], found);
        });

    private static int Dim(int dim, int[] shape) => dim < 0 ? dim + shape.Length : dim;
}
