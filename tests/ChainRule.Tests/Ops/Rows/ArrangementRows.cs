namespace ChainRule.Tests.Operators;

/// <summary>Operators that shift, cut off or repeat what is there.</summary>
internal static class ArrangementRows
{
    private const string Copy = "copies run on one thread";

    public static OpRow[] All { get; } =
    [
        ShapeRows.Row("roll", nameof(Tensor.Roll), Copy,
        [
            .. from c in new (int[] Shape, int[] Shifts, int[] Dims)[]
               {
                   ([5], [2], [0]), ([5], [-1], [-1]), ([4, 3], [1], [0]), ([4, 3], [-2], [1]),
                   ([4, 3], [9, -4], [0, 1]), ([3, 4, 5], [1], [1]), ([3, 4, 5], [2, -1], [0, 2]),
                   ([3, 4, 5], [1, 1, 3], [0, 1, -1]), ([2, 3], [1, 1], [1, 1]), ([2, 3], [0, 3], [0, 1]),
                   ([1, 4], [7], [0]), ([2, 0], [1, 1], [0, 1]), ([], [], []),
               }
               select ShapeRows.One($"by [{string.Join(", ", c.Shifts)}] along [{string.Join(", ", c.Dims)}]", c.Shape,
                   x => c.Dims.Length == 1 ? x.Roll(c.Shifts[0], c.Dims[0]) : x.Roll(c.Shifts, c.Dims),
                   r => Rolled(r, c.Shifts, c.Dims)),
            .. from c in new (int[] Shape, int Shift)[] { ([], 3), ([5], 2), ([2, 3], 4), ([2, 3, 2], -5), ([0, 2], 1) }
               select ShapeRows.One($"all by {c.Shift}", c.Shape, x => x.Roll(c.Shift),
                   r => r.Rank == 0 ? r
                       : Rolled(r.Reshape(r.Data.Length), [c.Shift], [0]).Reshape(c.Shape)),
        ]) with
        {
            Errors =
            [
                ErrorInput.Shape("no such dimension", () => Tensor.Zeros([2]).Roll(1, 1),
                    "roll: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.Argument("a shift too many", () => Tensor.Zeros([2]).Roll([1, 1], [0]),
                    "roll: 2 shifts for 1 dimensions; give one for each. (Parameter 'shifts')"),
            ],
            Goldens = ["tensor/roll"],
        },
        Triangle("tril", nameof(Tensor.Tril), (x, d) => x.Tril(d), (row, column, d) => column - row <= d),
        Triangle("triu", nameof(Tensor.Triu), (x, d) => x.Triu(d), (row, column, d) => column - row >= d),
        ShapeRows.Row("repeat", nameof(Tensor.Repeat), Copy,
        [
            .. from c in new (int[] Shape, int[] Counts)[]
               {
                   ([3], [2]), ([2, 3], [2, 1]), ([2, 3], [1, 3]), ([2, 3], [2, 1, 2]), ([], [3]), ([], []), ([2], [0]),
                   ([0, 2], [2, 2]), ([2, 3], [1, 1]),
               }
               select ShapeRows.One($"[{string.Join(", ", c.Counts)}]", c.Shape, x => x.Repeat(c.Counts), r =>
                   Nd.Make([.. c.Counts.Select((n, i) => n * (i < c.Counts.Length - r.Rank ? 1
                       : r.Dims[i - c.Counts.Length + r.Rank]))],
                       at => r[[.. r.Dims.Select((d, i) => at[i + c.Counts.Length - r.Rank] % d)]])),
        ]) with
        {
            Errors =
            [
                ErrorInput.Shape("too few counts", () => Tensor.Zeros([2, 3]).Repeat(2),
                    "repeat: [2] has fewer counts than [2, 3] has dimensions."),
                ErrorInput.Range("negative", () => Tensor.Zeros([2]).Repeat(-1),
                    "repeat: a count is negative: -1. (Parameter 'counts')"),
            ],
        },
        ShapeRows.Row("repeat_interleave", nameof(Tensor.RepeatInterleave), Copy,
        [
            .. from c in new (int[] Shape, int Count, int Dim)[]
               {
                   ([3], 2, 0), ([2, 3], 3, 0), ([2, 3], 2, -1), ([2, 3], 1, 1), ([2, 3], 0, 1), ([0, 3], 2, 1),
               }
               select ShapeRows.One($"{c.Count} along {c.Dim}", c.Shape, x => x.RepeatInterleave(c.Count, c.Dim), r =>
               {
                   int d = c.Dim < 0 ? c.Dim + r.Rank : c.Dim;
                   return Nd.Make([.. r.Dims.Select((n, i) => i == d ? n * c.Count : n)],
                       at => r[[.. at.Select((a, i) => i == d ? a / c.Count : a)]]);
               }),
        ]) with
        {
            NoScalar = "there is no dimension to repeat along: an error input",
            Errors =
            [
                ErrorInput.Shape("number", () => Tensor.Scalar(1).RepeatInterleave(2, 0),
                    "repeat_interleave: dim 0 is out of range for rank 0; a single number has no dimensions."),
                ErrorInput.Range("negative", () => Tensor.Zeros([2]).RepeatInterleave(-1, 0),
                    "repeat_interleave: the count is negative: -1. (Parameter 'count')"),
            ],
        },
        ShapeRows.Row("unbind", nameof(Tensor.Unbind), "views compute nothing",
            ShapeRows.One("first", [3, 2], x => x.Unbind()[0], r => Nd.Make([2], at => r[0, at[0]])),
            ShapeRows.One("last", [2, 3], x => x.Unbind(-1)[2], r => Nd.Make([2], at => r[at[0], 2])),
            ShapeRows.One("numbers", [3], x => x.Unbind()[1], r => Nd.Scalar(r[1])),
            ShapeRows.One("stacked again", [2, 3, 2], x => Tensor.Stack(x.Unbind(1), 1), r => r),
            ShapeRows.One("empty", [2, 0], x => x.Unbind()[1], r => new Nd([0], []))) with
        {
            NoScalar = "there is no dimension to cut: an error input",
            Errors = [ErrorInput.Shape("number", () => Tensor.Scalar(1).Unbind()[0],
                "unbind: dim 0 is out of range for rank 0; a single number has no dimensions.")],
        },
    ];

    private static Nd Rolled(Nd x, int[] shifts, int[] dims) => Nd.Make(x.Dims, at =>
    {
        int[] from = [.. at];
        for (int i = 0; i < dims.Length; i++)
        {
            int d = dims[i] < 0 ? dims[i] + x.Rank : dims[i], n = x.Dims[d];
            from[d] = (((from[d] - shifts[i]) % n) + n) % n;
        }
        return x[from];
    });

    private static OpRow Triangle(
        string name, string covers, Func<Tensor, int, Tensor> call, Func<int, int, int, bool> kept) =>
        ShapeRows.Row(name, covers, Copy,
        [
            .. from shape in new int[][] { [3, 3], [2, 5], [5, 2], [2, 3, 4], [2, 2, 3, 3], [1, 1], [0, 3], [2, 0, 3] }
               from diagonal in new[] { 0, 1, -1, 2, -9, int.MaxValue, int.MinValue }
               select ShapeRows.One($"diagonal {diagonal}", shape, x => call(x, diagonal),
                   r => Nd.Make(shape, at => kept(at[^2], at[^1], diagonal) ? r[at] : 0)),
        ]) with
        {
            NoScalar = "there is no matrix: an error input",
            Errors = [ErrorInput.Shape("vector", () => call(Tensor.Zeros([3]), 0),
                $"{name}: needs at least two dimensions, got [3].")],
            Goldens = ["tensor/" + name],
        };
}
