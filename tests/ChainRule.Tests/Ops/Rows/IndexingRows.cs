namespace ChainRule.Tests.Operators;

/// <summary>Operators that choose elements by number or mask, and those that rearrange with copies.</summary>
internal static class IndexingRows
{
    private const string Copy = "copies run on one thread";

    public static OpRow[] All { get; } =
    [
        new OpRow("gather")
        {
            Covers = [nameof(Tensor.Gather)],
            Types = OpRow.Any,
            Exact = true,
            Cases =
            [
                Gather([4], 0, [3]), Gather([2, 3], 0, [3, 3]), Gather([2, 3], 1, [2, 5]), Gather([2, 3], -1, [1, 2]),
                Gather([3, 4, 5], 1, [2, 6, 5]),
                Gather([3, 4, 5], 0, [4, 4, 2]), Gather([], 0, []), Gather([2, 3], 0, [0, 3]),
                Gather([0, 3], 1, [0, 2]), Gather([5, 19], 0, [7, 19]),
            ],
            Large = [Gather([300, 301], 0, [299, 301]), Gather([300, 301], 1, [300, 280])],
            Errors =
            [
                ErrorInput.Shape("index of another rank", () => Tensor.Zeros([2, 3]).Gather(0, Tensor.From(0L)),
                    "gather: index [1] does not fit [2, 3]: ranks must be equal, and sizes at most the tensor's but "
                    + "along dim 0."),
                ErrorInput.Shape("index too large",
                    () => Tensor.Zeros([2, 3]).Gather(0, Tensor.Zeros([2, 4], DType.Int64)),
                    "gather: index [2, 4] does not fit [2, 3]: ranks must be equal, and sizes at most the tensor's "
                    + "but along dim 0."),
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Gather(1, Tensor.From(0L)),
                    "gather: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.DType("index of reals", () => Tensor.Zeros([2]).Gather(0, Tensor.Zeros([1])),
                    "gather: index must be int64 or int32, got float32.\n"
                    + "  help: convert with To(DType.Int64) first."),
                Outside("index outside", () => Tensor.Zeros([2, 3]).Gather(0, Tensor.From(new[,] { { 0L, 1, 2 } })),
                    "gather: index 2 at position [0, 2] is out of range for dim 0 of [2, 3]; use 0 to 1."),
            ],
            Goldens = ["tensor/gather"],
        },
        new OpRow("scatter_add")
        {
            Covers = [nameof(Tensor.ScatterAdd)],
            Types = OpRow.Numbers,
            Loose = 4,
            Cases =
            [
                Scatter([4], 0, [3], [3]), Scatter([2, 3], 0, [3, 3], [3, 3]), Scatter([2, 3], 1, [2, 5], [2, 5]),
                Scatter([2, 3], -1, [1, 2], [2, 4]),
                Scatter([3, 4, 5], 1, [2, 6, 5], [2, 6, 5]), Scatter([], 0, [], []), Scatter([2, 3], 0, [0, 3], [0, 3]),
                Scatter([5, 19], 0, [7, 19], [7, 19]),
            ],
            Large = [Scatter([300, 301], 1, [300, 280], [300, 280])],
            Errors =
            [
                ErrorInput.Shape("source too small",
                    () => Tensor.Zeros([3]).ScatterAdd(0, Tensor.From(0L, 1L), Tensor.Zeros([1])),
                    "scatter_add: source [1] must be at least as large as index [2] on every dimension."),
                ErrorInput.Shape("index of another rank",
                    () => Tensor.Zeros([2, 3]).ScatterAdd(0, Tensor.From(0L), Tensor.Zeros([1])),
                    "scatter_add: index [1] does not fit [2, 3]: ranks must be equal, and sizes at most the tensor's "
                    + "but along dim 0."),
                ErrorInput.DType("types differ",
                    () => Tensor.Zeros([2]).ScatterAdd(0, Tensor.From(0L), Tensor.From(1L)),
                    "scatter_add: source is int64, the tensor float32."),
                ErrorInput.DType("Bool", () => Tensor.From(true).ScatterAdd(0, Tensor.From(0L), Tensor.From(true)),
                    "scatter_add: needs numbers, got bool.\n  help: convert with To(DType.Float32) first."),
                Outside("index outside", () => Tensor.Zeros([2]).ScatterAdd(0, Tensor.From(-1L), Tensor.Zeros([1])),
                    "scatter_add: index -1 at position [0] is out of range for dim 0 of [2]; use 0 to 1."),
            ],
            Goldens = ["tensor/scatter_add"],
        },
        new OpRow("index_select")
        {
            Covers = [nameof(Tensor.IndexSelect)],
            Types = OpRow.Any,
            Exact = true,
            NoScalar = "there are no dimensions to select from: an error input",
            Cases = [Select([4], 0, 6), Select([2, 3], 0, 3), Select([2, 3], -1, 5), Select([3, 4, 5], 1, 2),
                Select([2, 3], 0, 0), Select([0, 3], 1, 2), Select([5, 19], 0, 7)],
            Large = [Select([300, 301], 0, 400), Select([301, 300], 1, 400)],
            Errors =
            [
                ErrorInput.Shape("index of rank 2",
                    () => Tensor.Zeros([2]).IndexSelect(0, Tensor.Zeros([1, 1], DType.Int64)),
                    "index_select: the index must be [K], got [1, 1]."),
                ErrorInput.Shape("number", () => Tensor.Scalar(1).IndexSelect(0, Tensor.From(0L, 0L)),
                    "index_select: from a single number one position can be taken, got 2."),
                ErrorInput.DType("index of reals", () => Tensor.Zeros([2]).IndexSelect(0, Tensor.Zeros([1])),
                    "index_select: index must be int64 or int32, got float32.\n"
                    + "  help: convert with To(DType.Int64) first."),
                Outside("index outside", () => Tensor.Zeros([2, 3]).IndexSelect(1, Tensor.From(0L, 3L)),
                    "index_select: index 3 at position [1] is out of range for dim 1 of [2, 3]; use 0 to 2."),
            ],
            Goldens = ["tensor/index_select"],
        },
        new OpRow("one_hot")
        {
            Covers = [nameof(Tensor.OneHot)],
            Types = [DType.Float32],
            Differentiable = false,
            Serial = "ones are set on one thread",
            Cases =
            [
                .. new int[][] { [], [5], [2, 3], [0] }
                    .Select(s => new OpCase([In.Indices(4, s)], t => Tensor.OneHot(t[0], 4, DType.Float32),
                        r => Nd.Make([.. s, 4], at => r[0][at[..^1]] == at[^1] ? 1 : 0))),
                new([In.Indices(3, 5)], t => Tensor.OneHot(t[0], dtype: DType.Float32),
                    r => Nd.Make([5, 3], at => r[0][at[0]] == at[1] ? 1 : 0)) { Label = "classes counted" },
            ],
            Errors =
            [
                ErrorInput.DType("reals", () => Tensor.OneHot(Tensor.Zeros([2])),
                    "one_hot: indices must be int64 or int32, got float32.\n"
                    + "  help: convert with To(DType.Int64) first."),
                ErrorInput.Range("nothing to count", () => Tensor.OneHot(Tensor.Zeros([0], DType.Int64)),
                    "one_hot: numClasses is -1; give the number of classes, or -1 where there are class numbers. "
                    + "(Parameter 'numClasses')"),
                Outside("class outside", () => Tensor.OneHot(Tensor.From(0L, 4L), 4),
                    "one_hot: class 4 at position [1] is out of range for 4 classes; use 0 to 3."),
            ],
            Goldens = ["tensor/one_hot"],
        },
        new OpRow("masked_fill")
        {
            Covers = [nameof(Tensor.MaskedFill)],
            Types = OpRow.Any,
            Exact = true,
            Cases = [Filled([5], [5]), Filled([], []), Filled([2, 3], [3]), Filled([2, 3], [2, 1]), Filled([2, 3], []),
                Filled([0, 3], [3])],
            Large = [Filled([70_001], [70_001])],
            Errors =
            [
                ErrorInput.DType("mask of numbers", () => Tensor.Zeros([2]).MaskedFill(Tensor.Zeros([2]), 1),
                    "masked_fill: the mask must be bool, got float32."),
                ErrorInput.Shape("mask larger", () => Tensor.Zeros([2]).MaskedFill(Tensor.Zeros([3, 2], DType.Bool), 1),
                    "masked_fill: the mask [3, 2] does not broadcast to [2]."),
            ],
            Goldens = ["tensor/masked_fill"],
        },
        ShapeRows.Row("flip", nameof(Tensor.Flip), Copy,
            ShapeRows.One("dim 0", [4], x => x.Flip(0), r => Nd.Make([4], at => r[3 - at[0]])),
            ShapeRows.One("dim -1", [2, 3], x => x.Flip(-1), r => Nd.Make([2, 3], at => r[at[0], 2 - at[1]])),
            ShapeRows.One("both", [2, 3], x => x.Flip(0, 1), r => Nd.Make([2, 3], at => r[1 - at[0], 2 - at[1]])),
            ShapeRows.One("none", [2, 3], x => x.Flip(), r => r),
            ShapeRows.One("number", [], x => x.Flip(), r => r),
            ShapeRows.One("empty", [0, 2], x => x.Flip(0, 1), r => r)) with
        {
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Flip(1),
                    "flip: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.Shape("dimension named twice", () => Tensor.Zeros([2, 3]).Flip(1, -1),
                    "flip: dim -1 is named twice for [2, 3]."),
            ],
            Goldens = ["tensor/flip"],
        },
        ShapeRows.Row("pad", nameof(Tensor.Pad), Copy,
            ShapeRows.One("columns", [2, 3], x => x.Pad([(1, 2)], 1), r => Padded(r, [(0, 0), (1, 2)], 1)),
            ShapeRows.One("both", [2, 3], x => x.Pad([(1, 0), (0, 2)]), r => Padded(r, [(1, 0), (0, 2)], 0)),
            ShapeRows.One("images", [2, 1, 3, 2], x => x.Pad([(1, 1), (2, 0)]),
                r => Padded(r, [(0, 0), (0, 0), (1, 1), (2, 0)], 0)),
            ShapeRows.One("none", [2], x => x.Pad([]), r => r),
            ShapeRows.One("number", [], x => x.Pad([]), r => r),
            ShapeRows.One("empty", [0, 2], x => x.Pad([(1, 1), (0, 1)], 1), r => Padded(r, [(1, 1), (0, 1)], 1))) with
        {
            Errors =
            [
                ErrorInput.Shape("too many pairs", () => Tensor.Zeros([2]).Pad([(1, 1), (1, 1)]),
                    "pad: 2 pairs for [2], which has 1 dimensions."),
                ErrorInput.Range("negative", () => Tensor.Zeros([2]).Pad([(1, -1)]),
                    "pad: (1, -1) for dim 0 has a negative count; cut with Slice. (Parameter 'pads')"),
            ],
            Goldens = ["tensor/pad"],
        },
        ShapeRows.Row("pad by own values", nameof(Tensor.Pad), "slices are copied whole, of which small cases have few",
            [.. from mode in new[] { PadMode.Reflect, PadMode.Replicate, PadMode.Circular }
                from c in new (int[] Shape, (int, int)[] Pads)[]
                {
                    ([5], [(2, 1)]), ([3, 4], [(0, 0), (1, 3)]), ([3, 4], [(2, 0), (1, 1)]),
                    ([2, 0, 3], [(0, 0), (0, 0), (1, 2)]),
                }
                select ShapeRows.One($"{mode}", c.Shape, x => x.Pad(c.Pads, mode), r => Mirrored(r, c.Pads, mode)),
             ShapeRows.One("number", [], x => x.Pad([], PadMode.Reflect), r => r)]) with
        {
            Errors =
            [
                ErrorInput.Shape("too far", () => Tensor.Zeros([3]).Pad([(3, 0)], PadMode.Reflect),
                    "pad: Reflect can add at most 2 entries at either side of dim 0 of [3], asked for (3, 0)."),
                ErrorInput.Shape("nothing to repeat", () => Tensor.Zeros([0]).Pad([(1, 0)], PadMode.Replicate),
                    "pad: Replicate can add at most 0 entries at either side of dim 0 of [0], asked for (1, 0)."),
                ErrorInput.Shape("too many pairs", () => Tensor.Zeros([2]).Pad([(1, 1), (1, 1)], PadMode.Circular),
                    "pad: 2 pairs for [2], which has 1 dimensions."),
            ],
        },
        ShapeRows.Row("split", nameof(Tensor.Split), "views compute nothing",
            ShapeRows.One("first of 2", [5, 2], x => x.Split(2)[0], r => Nd.Make([2, 2], at => r[at])),
            ShapeRows.One("rest", [5, 2], x => x.Split(2)[^1], r => Nd.Make([1, 2], at => r[4, at[1]])),
            ShapeRows.One("sizes", [2, 5], x => x.Split([1, 3, 1], -1)[1],
                r => Nd.Make([2, 3], at => r[at[0], at[1] + 1])),
            ShapeRows.One("empty piece", [3], x => x.Split([3, 0])[1], r => new Nd([0], [])),
            ShapeRows.One("joined again", [2, 5], x => Tensor.Concat(x.Split(2, 1), 1), r => r),
            ShapeRows.One("empty", [0, 2], x => x.Split(1)[0], r => r)) with
        {
            NoScalar = "there is no dimension to cut: an error input",
            Errors =
            [
                ErrorInput.Shape("number", () => Tensor.Scalar(1).Split(1)[0],
                    "split: dim 0 is out of range for rank 0; a single number has no dimensions."),
                ErrorInput.Shape("sizes do not add up", () => Tensor.Zeros([3]).Split([1, 1])[0],
                    "split: sizes [1, 1] do not add up to 3, dim 0 of [3]."),
                ErrorInput.Range("size 0", () => Tensor.Zeros([3]).Split(0)[0],
                    "split: the size of a piece must be at least 1, got 0. (Parameter 'size')"),
            ],
            Goldens = ["tensor/split"],
        },
        ShapeRows.Row("chunk", nameof(Tensor.Chunk), "views compute nothing",
            ShapeRows.One("first of 2", [5, 2], x => x.Chunk(2)[0], r => Nd.Make([3, 2], at => r[at])),
            ShapeRows.One("last of 2", [2, 5], x => x.Chunk(2, 1)[1], r => Nd.Make([2, 2], at => r[at[0], at[1] + 3])),
            ShapeRows.One("more than there are", [2], x => x.Chunk(5)[1], r => Nd.Make([1], at => r[1])),
            ShapeRows.One("empty", [0, 2], x => x.Chunk(3)[0], r => r)) with
        {
            NoScalar = "there is no dimension to cut: an error input",
            Errors =
            [
                ErrorInput.Range("no pieces", () => Tensor.Zeros([3]).Chunk(0)[0],
                    "chunk: the number of pieces must be at least 1, got 0. (Parameter 'chunks')"),
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([3]).Chunk(2, 1)[0],
                    "chunk: dim 1 is out of range for rank 1; use -1 to 0."),
            ],
        },
    ];

    private static ErrorInput Outside(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(DataException), text);

    private static int Dim(int dim, int[] shape) => dim < 0 ? dim + shape.Length : dim;

    private static OpCase Gather(int[] shape, int dim, int[] index)
    {
        int d = Dim(dim, shape), bound = shape.Length == 0 ? 1 : shape[d];
        return new OpCase([new In(shape), In.Indices(Math.Max(1, bound), index)], t => t[0].Gather(dim, t[1]),
            r => Nd.Make(index, at =>
        {
            int[] from = [.. at];
            if (from.Length > 0) from[d] = (int)r[1][at];
            return r[0][from];
        }))
        {
            Label = $"along {dim}",
        };
    }

    private static OpCase Scatter(int[] shape, int dim, int[] index, int[] source)
    {
        int d = Dim(dim, shape), bound = shape.Length == 0 ? 1 : shape[d];
        return new OpCase([new In(shape), In.Indices(bound, index), new In(source)],
            t => t[0].ScatterAdd(dim, t[1], t[2]), r =>
        {
            Nd y = r[0].Map(v => v);
            for (int i = 0; i < r[1].Data.Length; i++)
            {
                int[] at = Nd.Unravel(i, index), to = [.. at];
                if (to.Length > 0) to[d] = (int)r[1].Data[i];
                int flat = 0;
                for (int k = 0; k < to.Length; k++) flat = (flat * shape[k]) + to[k];
                y.Data[flat] += r[2][at];
            }
            return y;
        })
        {
            Label = $"along {dim}",
        };
    }

    private static OpCase Select(int[] shape, int dim, int count)
    {
        int d = Dim(dim, shape);
        int[] result = [.. shape[..d], count, .. shape[(d + 1)..]];
        return new OpCase([new In(shape), In.Indices(shape[d], count)], t => t[0].IndexSelect(dim, t[1]),
            r => Nd.Make(result, at =>
            r[0][[.. at[..d], (int)r[1][at[d]], .. at[(d + 1)..]]]))
        {
            Label = $"{count} along {dim}",
        };
    }

    private static OpCase Filled(int[] shape, int[] mask) =>
        new([new In(shape), In.Mask(mask)], t => t[0].MaskedFill(t[1], 1), r =>
    {
        Nd m = r[1].To(shape);
        return Nd.Make(shape, at => m[at] != 0 ? 1 : r[0][at]);
    });

    private static Nd Padded(Nd x, (int Before, int After)[] pads, double value) =>
        Nd.Make([.. x.Dims.Select((d, i) => d + pads[i].Before + pads[i].After)], at =>
        {
            int[] from = [.. at.Select((a, i) => a - pads[i].Before)];
            return from.Zip(x.Dims).All(p => p.First >= 0 && p.First < p.Second) ? x[from] : value;
        });

    private static Nd Mirrored(Nd x, (int Before, int After)[] pads, PadMode mode)
    {
        return Nd.Make([.. x.Dims.Select((d, i) => d + pads[i].Before + pads[i].After)], at =>
            x[[.. at.Select((a, i) => Inside(a - pads[i].Before, x.Dims[i]))]]);

        int Inside(int at, int size) => mode switch
        {
            PadMode.Replicate => Math.Clamp(at, 0, size - 1),
            PadMode.Circular => ((at % size) + size) % size,
            _ => at < 0 ? -at : at >= size ? (2 * size) - 2 - at : at,
        };
    }
}
