namespace ChainRule.Tests.Operators;

/// <summary>Einstein summation against the sum over all letters; products of vectors, and diagonals.</summary>
internal static class EinsumRows
{
    private const string Help =
        "\n  help: letters name dimensions, \"...\" stands for any; ',' between operands, \"->\" before the result. "
        + "(Parameter 'equation')";

    public static OpRow[] All { get; } =
    [
        new OpRow("einsum")
        {
            Covers = [nameof(Tensor.Einsum)],
            Loose = 16,
            LooseGradient = 4,
            NoExtremes = "products of extremes overflow on the way, in whatever order",
            NoSpecials = "an infinity times the 0 of another operand is met in another order of summing",
            Cases =
            [
                Case("ij,jk->ik", [2, 3], [3, 4]), Case("ij,jk", [2, 3], [3, 4]), Case("ij,kj->ki", [2, 3], [4, 3]),
                Case("bij,bjk->bik", [2, 3, 4], [2, 4, 5]), Case("bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]),
                Case("bqhd,bkhd->bhqk", [2, 3, 2, 4], [2, 5, 2, 4]), Case("i,i->", [5], [5]), Case("i,i", [5], [5]),
                Case("i,j->ij", [3], [4]), Case("i,j->ji", [3], [4]), Case("bi,bi->b", [3, 4], [3, 4]),
                Case("ij,ij->ij", [2, 3], [2, 3]), Case("ij,ji->", [2, 3], [3, 2]), Case("ij,j->i", [2, 3], [3]),
                Case("ii", [3, 3]), Case("ii->i", [3, 3]), Case("iji->j", [2, 3, 2]),
                Case("iij,jkk->ik", [2, 2, 3], [3, 2, 2]), Case("iii->i", [3, 3, 3]), Case("ij->ji", [2, 3]),
                Case("ba", [2, 3]), Case("ij->", [2, 3]), Case("aB", [2, 3]), Case("ijk->k", [2, 3, 4]),
                Case("->", [[]]), Case(",->", [], []), Case(",ij->ji", [], [2, 3]),
                Case(" i j , j k -> i k ", [2, 3], [3, 2]), Case("ijk,il->jkl", [2, 3, 4], [2, 5]),
                Case("abcd,cdef->abef", [2, 3, 2, 3], [2, 3, 2, 2]), Case("abcd,bdea->ce", [2, 3, 2, 2], [3, 2, 2, 2]),
                Case("ij,k->k", [2, 3], [4]), Case("ij,ik,il->jkl", [2, 3], [2, 2], [2, 4]),
                Case("ij,jk,kl->il", [2, 3], [3, 4], [4, 2]), Case("ij,jk,kl,lm->im", [2, 3], [3, 4], [4, 2], [2, 3]),
                Case("i,j,k->kji", [2], [3], [4]), Case("ab,bc,ca->", [2, 3], [3, 4], [4, 2]),
                Case("bn,anm,bm->ba", [2, 3], [4, 3, 5], [2, 5]),
                Case("...ij,...jk->...ik", [2, 1, 2, 3], [4, 3, 2]), Case("...ij,jk->...ik", [2, 2, 3], [3, 2]),
                Case("...i->...", [2, 3, 4]), Case("...i->i", [2, 3, 4]), Case("i...,i...", [3, 2], [3, 1]),
                Case("...,...", [2, 1], [3]), Case("...ii->...i", [2, 3, 3]), Case("...a,b...->...ba", [3, 2], [4, 3]),
                Case("ij,jk->ik", [2, 1], [3, 4]), Case("ij,ij->i", [2, 1], [1, 3]),
                Case("bij,bjk->bik", [1, 2, 3], [4, 3, 2]), Case("ij,jk->ik", [0, 3], [3, 2]),
                Case("ij,jk->ik", [2, 0], [0, 3]), Case("ij->i", [2, 0]), Case("bij,bjk->bik", [2, 0, 3], [2, 3, 0]),
            ],
            Large = [Case("bij,bkj->bik", [4, 90, 80], [4, 100, 80]) with { Reference = null }],
            Errors =
            [
                Wrong("i1->i", "einsum: unexpected '1', at position 1 of \"i1->i\"."),
                Wrong("i.j->i", "einsum: '.' where only \"...\" is possible, at position 1 of \"i.j->i\"."),
                Wrong("...i...->i", "einsum: a second \"...\" in one place, at position 4 of \"...i...->i\"."),
                Wrong("i-j", "einsum: '-' without '>', at position 1 of \"i-j\"."),
                Wrong("i->i->i", "einsum: a second \"->\", at position 4 of \"i->i->i\"."),
                Wrong("i->i,i", "einsum: the result is one term, but there is a ',', at position 4 of \"i->i,i\"."),
                Wrong("ij->ik", "einsum: 'k' of the result is in no operand, at position 5 of \"ij->ik\"."),
                Wrong("ij->ii", "einsum: 'i' stands twice in the result, at position 5 of \"ij->ii\"."),
                ErrorInput.Argument("operands", () => Tensor.Einsum("ij,jk->ik", Tensor.Zeros([2, 3])),
                    "einsum: \"ij,jk->ik\" takes 2 operands, got 1. (Parameter 'operands')"),
                ErrorInput.Shape("rank", () => Tensor.Einsum("ij->i", Tensor.Zeros([2, 3, 4])),
                    "einsum: operand 0 is [2, 3, 4], but \"ij->i\" gives it 2 dimensions."),
                ErrorInput.Shape("rank with dots", () => Tensor.Einsum("...ij->...", Tensor.Zeros([2])),
                    "einsum: operand 0 is [2], but \"...ij->...\" gives it 2 dimensions or more."),
                ErrorInput.Shape("sizes", () => Tensor.Einsum("ij,jk->ik", Tensor.Zeros([2, 3]), Tensor.Zeros([4, 5])),
                    "einsum: 'j' is 3 in operand 0 and 4 in operand 1."),
                ErrorInput.Shape("sizes of dots",
                    () => Tensor.Einsum("...i,...i->...", Tensor.Zeros([2, 5]), Tensor.Zeros([3, 5])),
                    "einsum: a dimension of ... is 2 in operand 0 and 3 in operand 1."),
                ErrorInput.Shape("diagonal", () => Tensor.Einsum("ii->i", Tensor.Zeros([2, 3])),
                    "einsum: 'i' is 2 and 3 in operand 0, [2, 3]."),
                ErrorInput.DType("types", () =>
                    Tensor.Einsum("i,i->", Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64)),
                    "einsum: types differ: float32 (operand 0) and float64 (operand 1).\n"
                    + "  help: convert one of them with To(DType); there is no implicit conversion."),
                ErrorInput.DType("integers", () => Tensor.Einsum("i->", Tensor.From(1L)),
                    "einsum: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["tensor/einsum"],
        },
        Vectors("outer", nameof(Tensor.Outer), "i,j->ij", (a, b) => a.Outer(b), ([3], [4]), ([1], [1]), ([0], [2])) with
        {
            Types = OpRow.Numbers,
            Large = [new([new In(300), new In(400)], t => t[0].Outer(t[1]))],
        },
        Vectors("dot", nameof(Tensor.Dot), "i,i->", (a, b) => a.Dot(b), ([5], [5]), ([1], [1]), ([0], [0])) with
        {
            Loose = 16,
            NoExtremes = "squares of extremes overflow",
            Serial = "a single row of a product",
        },
        ShapeRows.Row("diagonal", nameof(Tensor.Diagonal), "a view computes nothing",
        [
            .. from shape in new int[][] { [3, 3], [2, 4], [4, 2], [1, 1], [0, 2] }
               from offset in new[] { 0, 1, -1, 3, -9, int.MinValue }
               select ShapeRows.One($"offset {offset}", shape, x => x.Diagonal(offset), r => Of(r, offset, 0, 1)),
            ShapeRows.One("of a batch", [2, 3, 4], x => x.Diagonal(1, -2, -1), r => Of(r, 1, 1, 2)),
            ShapeRows.One("dims exchanged", [2, 3, 4], x => x.Diagonal(1, 2, 0), r => Of(r, 1, 2, 0)),
        ]) with
        {
            NoScalar = "there is no matrix: an error input",
            Errors =
            [
                ErrorInput.Shape("vector", () => Tensor.Zeros([3]).Diagonal(),
                    "diagonal: dim 1 is out of range for rank 1; use -1 to 0."),
                ErrorInput.Shape("one dimension", () => Tensor.Zeros([3, 3]).Diagonal(0, 1, -1),
                    "diagonal: dim1 and dim2 are both dimension 1 of [3, 3]; two different ones are needed."),
            ],
        },
    ];

    private static OpRow Vectors(
        string name, string covers, string equation, Func<Tensor, Tensor, Tensor> call,
        params (int[] A, int[] B)[] shapes) => new(name)
        {
            Covers = [covers],
            NoScalar = "vectors only: an error input",
            Cases = [.. shapes.Select(s => new OpCase([new In(s.A), new In(s.B)], t => call(t[0], t[1]),
                r => Sum(equation, r)))],
            Errors = [ErrorInput.Shape("matrix", () => call(Tensor.Zeros([2, 3]), Tensor.Zeros([3])),
                $"{name}: needs two vectors, got [2, 3] and [3].")],
        };

    private static ErrorInput Wrong(string equation, string text) =>
        ErrorInput.Argument(equation, () => Tensor.Einsum(equation, Tensor.Zeros([2, 2])), text + Help);

    private static OpCase Case(string equation, params int[][] shapes) =>
        new([.. shapes.Select(s => new In(s))], t => Tensor.Einsum(equation, t), r => Sum(equation, r))
        {
            Label = equation,
        };

    private static Nd Of(Nd x, int offset, int rows, int columns)
    {
        int up = Math.Max(offset, 0), down = offset < 0 ? (int)Math.Min(-(long)offset, 99) : 0;
        int length = Math.Max(0, Math.Min(x.Dims[rows] - down, x.Dims[columns] - up));
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(d => d != rows && d != columns)];
        return Nd.Make([.. others.Select(d => x.Dims[d]), length], at =>
        {
            int[] from = new int[x.Rank];
            for (int i = 0; i < others.Length; i++) from[others[i]] = at[i];
            (from[rows], from[columns]) = (at[^1] + down, at[^1] + up);
            return x[from];
        });
    }

    // One loop over all letters; digits stand for the dimensions of "...", counted from the last.
    private static Nd Sum(string equation, Nd[] x)
    {
        string[] sides = equation.Replace(" ", "").Split("->");
        string[] terms = [.. sides[0].Split(',').Select((t, i) => Spread(t, x[i].Rank - t.Replace("...", "").Length))];
        int most = terms.SelectMany(t => t).Where(char.IsDigit).Select(c => '9' - c + 1).DefaultIfEmpty(0).Max();
        string result = sides.Length > 1 ? Spread(sides[1], most) : Spread("...", most) + string.Concat(
            sides[0].Where(char.IsLetter).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        Dictionary<char, int> sizes = [];
        for (int i = 0; i < x.Length; i++)
        {
            for (int d = 0; d < x[i].Rank; d++)
            {
                int known = sizes.GetValueOrDefault(terms[i][d], 1);
                sizes[terms[i][d]] = known == 1 ? x[i].Dims[d] : known;
            }
        }
        char[] summed = [.. sizes.Keys.Except(result)];
        int[] counts = [.. summed.Select(c => sizes[c])];
        return Nd.Make([.. result.Select(c => sizes[c])], at =>
        {
            double sum = 0;
            for (int n = 0; n < Nd.Product(counts); n++)
            {
                int[] rest = Nd.Unravel(n, counts);
                int At(char c) => result.Contains(c) ? at[result.IndexOf(c)] : rest[Array.IndexOf(summed, c)];
                double product = 1;
                for (int i = 0; i < x.Length; i++)
                    product *= x[i][[.. terms[i].Select((c, d) => x[i].Dims[d] == 1 ? 0 : At(c))]];
                sum += product;
            }
            return sum;
        });
    }

    private static string Spread(string term, int count) =>
        term.Replace("...", string.Concat(Enumerable.Range(0, count).Select(i => (char)('9' - count + 1 + i))));
}
