namespace ChainRule.Tests.Operators;

/// <summary>Operators that put elements elsewhere and compute nothing.</summary>
internal static class ShapeRows
{
    private const string View = "a view computes nothing";
    private const string Copy = "copies run on one thread";

    public static OpRow[] All { get; } =
    [
        Row("reshape", nameof(Tensor.Reshape), View,
            One("to [6]", [2, 3], x => x.Reshape(6), r => r.Reshape(6)),
            One("to [3, -1]", [2, 3, 4], x => x.Reshape(3, -1), r => r.Reshape(3, 8)),
            One("by Shape", [2, 3], x => x.Reshape(Shape.Create([3, 2])), r => r.Reshape(3, 2)),
            One("to the same", [2, 3], x => x.Reshape(2, 3), r => r),
            One("number to [1, 1]", [], x => x.Reshape(1, 1), r => r.Reshape(1, 1)),
            One("[1] to number", [1], x => x.Reshape([]), r => r.Reshape()),
            One("empty", [0, 3], x => x.Reshape(3, 0, 2), r => r.Reshape(3, 0, 2))) with
        {
            Errors =
            [
                ErrorInput.Shape("count differs", () => Tensor.Zeros([2, 3]).Reshape(4, 2),
                    "reshape: [2, 3] has 6 elements, which do not fill [4, 2]."),
                ErrorInput.Shape("-1 does not come out", () => Tensor.Zeros([2, 3]).Reshape(4, -1),
                    "reshape: [2, 3] has 6 elements, which do not fill [4, -1]."),
                ErrorInput.Shape("two -1", () => Tensor.Zeros([2, 3]).Reshape(-1, -1),
                    "reshape: only one size may be -1, got [-1, -1]."),
                ErrorInput.Shape("-1 of nothing", () => Tensor.Zeros([0, 3]).Reshape(0, -1),
                    "reshape: [0, 3] has 0 elements, which do not fill [0, -1]."),
                ErrorInput.Shape("negative sizes", () => Tensor.Zeros([2, 3]).Reshape(-2, -3),
                    "Shape: size -2 is negative in [-2, -3]."),
            ],
            Goldens = ["tensor/reshape"],
        },
        Row("flatten", nameof(Tensor.Flatten), View,
            One("all", [2, 3, 4], x => x.Flatten(), r => r.Reshape(24)),
            One("from 1", [2, 3, 4], x => x.Flatten(1), r => r.Reshape(2, 12)),
            One("0 to 1", [2, 3, 4], x => x.Flatten(0, 1), r => r.Reshape(6, 4)),
            One("-2 to -1", [2, 3, 4], x => x.Flatten(-2, -1), r => r.Reshape(2, 12)),
            One("number", [], x => x.Flatten(), r => r.Reshape(1)),
            One("empty", [2, 0, 3], x => x.Flatten(1), r => r.Reshape(2, 0))) with
        {
            Errors =
            [
                ErrorInput.Shape("wrong order", () => Tensor.Zeros([2, 3]).Flatten(1, 0),
                    "flatten: startDim 1 lies behind endDim 0 for [2, 3]."),
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2, 3]).Flatten(2),
                    "flatten: dim 2 is out of range for rank 2; use -2 to 1."),
            ],
            Goldens = ["tensor/flatten"],
        },
        Row("unsqueeze", nameof(Tensor.Unsqueeze), View,
            One("at 0", [2, 3], x => x.Unsqueeze(0), r => r.Reshape(1, 2, 3)),
            One("at 1", [2, 3], x => x.Unsqueeze(1), r => r.Reshape(2, 1, 3)),
            One("at -1", [2, 3], x => x.Unsqueeze(-1), r => r.Reshape(2, 3, 1)),
            One("number", [], x => x.Unsqueeze(0), r => r.Reshape(1)),
            One("empty", [0], x => x.Unsqueeze(-2), r => r.Reshape(1, 0))) with
        {
            Errors = [ErrorInput.Shape("no such place", () => Tensor.Zeros([2, 3]).Unsqueeze(3),
                "unsqueeze: dim 3 is out of range for rank 2; use -3 to 2.")],
            Goldens = ["tensor/unsqueeze"],
        },
        Row("squeeze", nameof(Tensor.Squeeze), View,
            One("all", [1, 3, 1, 2], x => x.Squeeze(), r => r.Reshape(3, 2)),
            One("dim 0", [1, 3, 1], x => x.Squeeze(0), r => r.Reshape(3, 1)),
            One("dim of another size", [1, 3, 1], x => x.Squeeze(1), r => r),
            One("dim -1", [1, 3, 1], x => x.Squeeze(-1), r => r.Reshape(1, 3)),
            One("number", [], x => x.Squeeze(), r => r),
            One("empty", [1, 0, 1], x => x.Squeeze(), r => r.Reshape(0))) with
        {
            Errors = [ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2, 1]).Squeeze(2),
                "squeeze: dim 2 is out of range for rank 2; use -2 to 1.")],
            Goldens = ["tensor/squeeze"],
        },
        Row("permute", nameof(Tensor.Permute), View,
            One("1 0", [2, 3], x => x.Permute(1, 0), r => r.Permute(1, 0)),
            One("2 0 1", [2, 3, 4], x => x.Permute(2, 0, 1), r => r.Permute(2, 0, 1)),
            One("0 -1 1", [2, 3, 4], x => x.Permute(0, -1, 1), r => r.Permute(0, 2, 1)),
            One("number", [], x => x.Permute(), r => r),
            One("empty", [2, 0, 3], x => x.Permute(2, 1, 0), r => r.Permute(2, 1, 0))) with
        {
            Errors =
            [
                ErrorInput.Shape("one missing", () => Tensor.Zeros([2, 3]).Permute(0),
                    "permute: [0] does not name each of the 2 dimensions of [2, 3] once."),
                ErrorInput.Shape("one twice", () => Tensor.Zeros([2, 3]).Permute(0, -2),
                    "permute: [0, -2] does not name each of the 2 dimensions of [2, 3] once."),
            ],
            Goldens = ["tensor/permute"],
        },
        Row("transpose", nameof(Tensor.Transpose), View,
            One("0 1", [2, 3], x => x.Transpose(0, 1), r => r.Permute(1, 0)),
            One("0 -1", [2, 3, 4], x => x.Transpose(0, -1), r => r.Permute(2, 1, 0)),
            One("with itself", [2, 3], x => x.Transpose(1, 1), r => r),
            One("T", [2, 3], x => x.T, r => r.Permute(1, 0)),
            One("T of a batch", [2, 3, 4], x => x.T, r => r.Permute(0, 2, 1)),
            One("empty", [0, 3], x => x.T, r => r.Permute(1, 0))) with
        {
            Covers = [nameof(Tensor.Transpose), nameof(Tensor.T)],
            NoScalar = "there are no dimensions to exchange: an error input",
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2, 3]).Transpose(0, 2),
                    "transpose: dim 2 is out of range for rank 2; use -2 to 1."),
                ErrorInput.Shape("number", () => Tensor.Scalar(1).Transpose(0, 1),
                    "transpose: dim 1 is out of range for rank 0, a single number; use -1 to 0."),
                ErrorInput.Shape("T of a vector", () => Tensor.Zeros([3]).T,
                    "T: needs at least two dimensions, got [3]."),
            ],
            Goldens = ["tensor/transpose"],
        },
        Row("movedim", nameof(Tensor.Movedim), View,
            One("first to last", [2, 3, 4], x => x.Movedim(0, -1), r => r.Permute(1, 2, 0)),
            One("last to first", [2, 3, 4], x => x.Movedim(-1, 0), r => r.Permute(2, 0, 1)),
            One("two", [2, 3, 4], x => x.Movedim([0, 2], [2, 0]), r => r.Permute(2, 1, 0)),
            One("none", [2, 3], x => x.Movedim([], []), r => r),
            One("number", [], x => x.Movedim(0, -1), r => r),
            One("empty", [0, 3], x => x.Movedim(1, 0), r => r.Permute(1, 0))) with
        {
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2, 3]).Movedim(0, 2),
                    "movedim: dim 2 is out of range for rank 2; use -2 to 1."),
                ErrorInput.Shape("one twice", () => Tensor.Zeros([2, 3]).Movedim([0, -2], [0, 1]),
                    "movedim: dim -2 is named twice for [2, 3]."),
                ErrorInput.Argument("not a place for each", () => Tensor.Zeros([2, 3]).Movedim([0], []),
                    "movedim: 1 sources for 0 destinations; give one for each. (Parameter 'source')"),
            ],
        },
        Row("expand", nameof(Tensor.Expand), View,
            One("new dimension", [3], x => x.Expand([2, 3]), r => r.To([2, 3])),
            One("size 1", [2, 1, 3], x => x.Expand([2, 4, 3]), r => r.To([2, 4, 3])),
            One("number", [], x => x.Expand([2, 2]), r => r.To([2, 2])),
            One("to the same", [2, 3], x => x.Expand([2, 3]), r => r),
            One("to nothing", [1, 3], x => x.Expand([0, 3]), r => r.To([0, 3])),
            One("empty", [0], x => x.Expand([2, 0]), r => r.To([2, 0]))) with
        {
            Errors =
            [
                ErrorInput.Shape("size changes", () => Tensor.Zeros([2, 3]).Expand([4, 3]),
                    "expand: [2, 3] does not broadcast to [4, 3]."),
                ErrorInput.Shape("rank falls", () => Tensor.Zeros([2, 3]).Expand([3]),
                    "expand: [2, 3] does not broadcast to [3]."),
            ],
            Goldens = ["tensor/expand"],
        },
        Row("slice", nameof(Tensor.Slice), View,
            One("1 to 3 of dim 0", [4, 3], x => x.Slice(0, 1, 3), r => Nd.Make([2, 3], at => r[at[0] + 1, at[1]])),
            One("from -2 of dim -1", [2, 5], x => x.Slice(-1, -2), r => Nd.Make([2, 2], at => r[at[0], at[1] + 3])),
            One("step 2", [7], x => x.Slice(0, 1, 6, 2), r => Nd.Make([3], at => r[1 + (2 * at[0])])),
            One("step beyond", [2, 3], x => x.Slice(1, 0, 3, 5), r => Nd.Make([2, 1], at => r[at[0], 0])),
            One("stop before start", [4], x => x.Slice(0, 3, 1), r => new Nd([0], [])),
            One("clipped", [4], x => x.Slice(0, -9, 9), r => r),
            One("empty", [0, 3], x => x.Slice(1, 1), r => new Nd([0, 2], []))) with
        {
            NoScalar = "there are no dimensions to slice: an error input",
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Slice(1, 0),
                    "slice: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.Shape("number", () => Tensor.Scalar(1).Slice(0, 0),
                    "slice: dim 0 is out of range for rank 0; a single number has no dimensions."),
                ErrorInput.Range("step 0", () => Tensor.Zeros([2]).Slice(0, 0, 2, 0),
                    "step ('0') must be greater than or equal to '1'. (Parameter 'step')\nActual value was 0."),
            ],
        },
        Row("index", "this[]", View,
            One("[1]", [3, 2], x => x[1], r => Nd.Make([2], at => r[1, at[0]])),
            One("[-1]", [3, 2], x => x[-1], r => Nd.Make([2], at => r[2, at[0]])),
            One("[^1, 0]", [3, 2], x => x[^1, 0], r => Nd.Scalar(r[2, 0])),
            One("[1..3]", [4, 2], x => x[1..3], r => Nd.Make([2, 2], at => r[at[0] + 1, at[1]])),
            One("[.., 1..]", [2, 3], x => x[.., 1..], r => Nd.Make([2, 2], at => r[at[0], at[1] + 1])),
            One("[..^1, ^1]", [3, 2], x => x[..^1, ^1], r => Nd.Make([2], at => r[at[0], 1])),
            One("new dimension", [2, 3], x => x[TensorIndex.NewDim, 1, TensorIndex.NewDim],
                r => Nd.Make([1, 1, 3], at => r[1, at[2]])),
            One("ellipsis", [2, 3, 4], x => x[TensorIndex.Ellipsis, 2], r => Nd.Make([2, 3], at => r[at[0], at[1], 2])),
            One("ellipsis in the middle", [2, 3, 4], x => x[1, TensorIndex.Ellipsis, 1..3],
                r => Nd.Make([3, 2], at => r[1, at[0], at[1] + 1])),
            One("slice", [7], x => x[TensorIndex.Slice(1, ^0, 3)], r => Nd.Make([2], at => r[1 + (3 * at[0])])),
            One("nothing", [], x => x[TensorIndex.Ellipsis], r => r),
            One("number, new dimension", [], x => x[TensorIndex.NewDim], r => r.Reshape(1)),
            One("empty", [0, 3], x => x[.., 1], r => new Nd([0], []))) with
        {
            Errors =
            [
                ErrorInput.Shape("too many", () => Tensor.Zeros([2])[0, 0],
                    "slice: 2 indices for [2], which has 1 dimensions."),
                ErrorInput.Shape("outside", () => Tensor.Zeros([2, 3])[0, 3],
                    "slice: position 3 is outside dim 1 of [2, 3], which has 3 positions."),
                ErrorInput.Shape("outside from the end", () => Tensor.Zeros([2, 3])[^3],
                    "slice: position ^3 is outside dim 0 of [2, 3], which has 2 positions."),
            ],
            Goldens = ["tensor/slice"],
        },
        Row("concat", nameof(Tensor.Concat), Copy,
            Several("dim 0", [[2, 3], [1, 3]], t => Tensor.Concat(t),
                r => Nd.Make([3, 3], at => at[0] < 2 ? r[0][at] : r[1][at[0] - 2, at[1]])),
            Several("dim -1", [[2, 1], [2, 2], [2, 1]], t => Tensor.Concat(t, -1), r => Nd.Make([2, 4], at =>
                at[1] < 1 ? r[0][at] : at[1] < 3 ? r[1][at[0], at[1] - 1] : r[2][at[0], 0])),
            Several("one", [[2, 3]], t => Tensor.Concat(t, 1), r => r[0]),
            Several("with an empty one", [[2, 0], [2, 2]], t => Tensor.Concat(t, 1), r => r[1]),
            Several("empty", [[0, 2], [0, 3]], t => Tensor.Concat(t, 1), r => new Nd([0, 5], []))) with
        {
            NoScalar = "there is no dimension to join along: an error input",
            Errors =
            [
                ErrorInput.Argument("nothing", () => Tensor.Concat([]),
                    "concat: there is no tensor. (Parameter 'tensors')"),
                ErrorInput.Shape("numbers", () => Tensor.Concat([Tensor.Scalar(1)]),
                    "concat: dim 0 is out of range for rank 0; a single number has no dimensions."),
                ErrorInput.Shape("sizes differ", () => Tensor.Concat([Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4])]),
                    "concat: [2, 4] (1) does not fit [2, 3] (0) along dim 0."),
                ErrorInput.DType("types differ",
                    () => Tensor.Concat([Tensor.Zeros([2]), Tensor.Zeros([2], DType.Int64)]),
                    "concat: types differ: float32 (0) and int64 (1).\n"
                    + "  help: convert one of them with To(DType); there is no implicit conversion."),
            ],
            Goldens = ["tensor/concat"],
        },
        Row("stack", nameof(Tensor.Stack), Copy,
            Several("dim 0", [[3], [3]], t => Tensor.Stack(t), r => Nd.Make([2, 3], at => r[at[0]][at[1]])),
            Several("dim 1", [[2, 3], [2, 3]], t => Tensor.Stack(t, 1),
                r => Nd.Make([2, 2, 3], at => r[at[1]][at[0], at[2]])),
            Several("dim -1", [[2], [2], [2]], t => Tensor.Stack(t, -1), r => Nd.Make([2, 3], at => r[at[1]][at[0]])),
            Several("numbers", [[], []], t => Tensor.Stack(t), r => Nd.Make([2], at => r[at[0]].Data[0])),
            Several("empty", [[0], [0]], t => Tensor.Stack(t), r => new Nd([2, 0], []))) with
        {
            Errors =
            [
                ErrorInput.Argument("nothing", () => Tensor.Stack([]),
                    "stack: there is no tensor. (Parameter 'tensors')"),
                ErrorInput.Shape("shapes differ", () => Tensor.Stack([Tensor.Zeros([2]), Tensor.Zeros([3])]),
                    "stack: shapes differ: [2] and [3]."),
                ErrorInput.Shape("no such place", () => Tensor.Stack([Tensor.Zeros([2])], 2),
                    "stack: dim 2 is out of range for rank 1; use -2 to 1."),
            ],
            Goldens = ["tensor/stack"],
        },
        Row("contiguous", nameof(Tensor.Contiguous), Copy,
            One("dense", [2, 3], x => x.Contiguous(), r => r),
            One("number", [], x => x.Contiguous(), r => r),
            One("empty", [0, 2], x => x.Contiguous(), r => r)),
        .. Enum.GetValues<DType>().Select(To),
    ];

    private static OpRow To(DType to) => Row($"to {to.Text()}", nameof(Tensor.To), "conversions run on one thread",
        One("matrix", [3, 5], x => x.To(to), r => r),
        One("number", [], x => x.To(to), r => r),
        One("empty", [0, 2], x => x.To(to), r => r)) with
    {
        Result = _ => to,
        Differentiable = to.IsFloatingPoint(),
        NoDifferences = to == DType.Float32 ? "differences drown in the rounding to float32" : null,
    };

    internal static OpRow Row(string name, string covers, string serial, params OpCase[] cases) => new(name)
    {
        Covers = [covers],
        Cases = cases,
        Serial = serial,
        Types = OpRow.Any,
        Exact = true,
    };

    internal static OpCase One(string label, int[] shape, Func<Tensor, Tensor> call, Func<Nd, Nd> reference) =>
        new([new In(shape)], t => call(t[0]), r => reference(r[0])) { Label = label };

    private static OpCase Several(
        string label, int[][] shapes,
        Func<Tensor[], Tensor> call, Func<Nd[], Nd> reference) =>
        new([.. shapes.Select(s => new In(s))], call, reference) { Label = label };
}
