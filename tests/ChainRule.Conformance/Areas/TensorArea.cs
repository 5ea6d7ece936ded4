using System.Text.Json;

namespace ChainRule.Conformance;

/// <summary>Elementwise operations, reductions, products, shapes, indexing.</summary>
internal static class TensorArea
{
    public static void AddTo(Dictionary<string, Action<CaseRun>> all)
    {
        void Add(string op, Action<CaseRun> run) => all.Add("tensor/" + op, run);
        void Unary(string op, Func<Tensor, Tensor> f) => Add(op, r => r.Out("y", f(r.In("x"))));
        void Shaped(string op, Func<CaseRun, Tensor, Tensor> f) => Add(op, r => r.Out("y", f(r, r.In("x"))));
        void Binary(string op, Func<Tensor, Tensor, Tensor> f) => Add(op, r => r.Out("y", f(r.In("a"), r.In("b"))));

        Add("add", r => r.Out("y", r.In("a") + Scaled(r)));
        Add("sub", r => r.Out("y", r.In("a") - Scaled(r)));
        Binary("mul", (a, b) => a * b);
        Binary("div", (a, b) => a / b);
        Binary("maximum", (a, b) => a.Maximum(b));
        Binary("minimum", (a, b) => a.Minimum(b));
        Binary("matmul", (a, b) => a.MatMul(b));
        Unary("neg", x => -x);
        Unary("exp", x => x.Exp());
        Unary("log", x => x.Log());
        Unary("log1p", x => x.Log1p());
        Unary("expm1", x => x.Expm1());
        Unary("sqrt", x => x.Sqrt());
        Unary("abs", x => x.Abs());
        Unary("sin", x => x.Sin());
        Unary("cos", x => x.Cos());
        Unary("tanh", x => x.Tanh());
        Unary("sigmoid", x => x.Sigmoid());
        Unary("erf", x => x.Erf());
        Unary("floor", x => x.Floor());
        Unary("ceil", x => x.Ceiling());
        Unary("round", x => x.Round());
        Unary("trunc", x => x.Truncate());
        Unary("reciprocal", x => x.Reciprocal());
        Unary("rsqrt", x => x.Rsqrt());
        Unary("sign", x => x.Sign());
        Unary("tan", x => x.Tan());
        Unary("softplus", x => x.Softplus());
        Add("pow", Pow);
        Shaped("clamp", (r, x) => x.Clamp(r.Case.NumberOrNull("min"), r.Case.NumberOrNull("max")));
        Shaped("logsumexp", (r, x) => x.LogSumExp(Dims(r), r.Case.Bool("keepdim")));
        Shaped("var", (r, x) => x.Var(Dims(r), r.Case.Bool("unbiased") ? 1 : 0, r.Case.Bool("keepdim")));
        Shaped("std", (r, x) => x.Std(Dims(r), r.Case.Bool("unbiased") ? 1 : 0, r.Case.Bool("keepdim")));
        Shaped("prod", (r, x) =>
            r.Case.IsNull("dim") ? Whole(r, x.Prod()) : x.Prod(r.Case.Int("dim"), r.Case.Bool("keepdim")));
        Shaped("argmax", (r, x) =>
            r.Case.IsNull("dim") ? Whole(r, x.ArgMax()) : x.ArgMax(r.Case.Int("dim"), r.Case.Bool("keepdim")));
        Shaped("argmin", (r, x) =>
            r.Case.IsNull("dim") ? Whole(r, x.ArgMin()) : x.ArgMin(r.Case.Int("dim"), r.Case.Bool("keepdim")));
        Add("max", r => Extremum(r, x => x.Max(), x => x.Max(r.Case.Int("dim"), r.Case.Bool("keepdim"))));
        Add("min", r => Extremum(r, x => x.Min(), x => x.Min(r.Case.Int("dim"), r.Case.Bool("keepdim"))));
        Shaped("norm", (r, x) => x.Norm(r.Case.Number("p"), Dims(r), r.Case.Bool("keepdim")));
        Shaped("roll", Roll);
        Shaped("tril", (r, x) => x.Tril(r.Case.Int("diagonal")));
        Shaped("triu", (r, x) => x.Triu(r.Case.Int("diagonal")));
        Add("sort", r => Ordered(r, r.In("x").Sort(r.Case.Int("dim"), r.Case.Bool("descending"))));
        Add("topk", r =>
            Ordered(r, r.In("x").TopK(r.Case.Int("k"), r.Case.Int("dim"), r.Case.Bool("largest"))));
        Add("einsum", r => r.Out("y", Tensor.Einsum(r.Case.Text("equation"), Factors(r))));
        Shaped("cumsum", (r, x) => x.Cumsum(r.Case.Int("dim")));
        Shaped("flip", (r, x) => x.Flip(r.Case.Ints("dims")));
        Shaped("gather", (r, x) => x.Gather(r.Case.Int("dim"), r.In("index")));
        Shaped("index_select", (r, x) => x.IndexSelect(r.Case.Int("dim"), r.In("index")));
        Shaped("scatter_add", (r, x) => x.ScatterAdd(r.Case.Int("dim"), r.In("index"), r.In("src")));
        Shaped("masked_fill", (r, x) => x.MaskedFill(r.MaskOrNull("mask")!, r.Case.Number("value")));
        Shaped("one_hot", (r, x) => Tensor.OneHot(x, r.Case.Int("num_classes")));
        Shaped("pad", Pad);
        Add("split", Split);
        Add("where", r => r.Out("y", Tensor.Where(r.MaskOrNull("cond")!, r.In("a"), r.In("b"))));
        Shaped("sum", (r, x) => x.Sum(Dims(r), r.Case.Bool("keepdim")));
        Shaped("mean", (r, x) => x.Mean(Dims(r), r.Case.Bool("keepdim")));
        Shaped("transpose", (r, x) => x.Transpose(r.Case.Int("dim0"), r.Case.Int("dim1")));
        Shaped("permute", (r, x) => x.Permute(r.Case.Ints("dims")));
        Shaped("reshape", (r, x) => x.Reshape(r.Case.Ints("shape")));
        Shaped("flatten", (r, x) => x.Flatten(r.Case.Int("start_dim"), r.Case.Int("end_dim")));
        Shaped("expand", (r, x) => x.Expand(ExpandSizes(x, r.Case.Ints("sizes"))));
        Shaped("squeeze", (r, x) => x.Squeeze(r.Case.IsNull("dim") ? null : r.Case.Int("dim")));
        Shaped("unsqueeze", (r, x) => x.Unsqueeze(r.Case.Int("dim")));
        Shaped("slice", (r, x) => x[[.. r.Case.Attr("slices").EnumerateArray().Select(Entry)]]);
        Add("concat", r => r.Out("y", Tensor.Concat(Parts(r), r.Case.Int("dim"))));
        Add("stack", r => r.Out("y", Tensor.Stack(Parts(r), r.Case.Int("dim"))));
    }

    /// <summary>The dims a reduction names; empty for all, and for a single number, which may name its dim 0.</summary>
    public static int[] Dims(CaseRun r) => r.Case.IsNull("dim") || r.In("x").Rank == 0 ? [] : r.Case.Ints("dim");

    private static void Pow(CaseRun r)
    {
        Tensor? a = r.InOrNull("a"), b = r.InOrNull("b");
        r.Out("y", a is null ? Tensor.Pow(r.Case.Number("base"), b!)
            : b is null ? a.Pow(r.Case.Number("exponent"))
            : a.Pow(b));
    }

    // The file names pairs from the last dimension, the operator from the first.
    private static Tensor Pad(CaseRun r, Tensor x)
    {
        int[] pad = r.Case.Ints("pad");
        (int Before, int After)[] pairs = [.. pad.Chunk(2).Reverse().Select(p => (p[0], p[1]))];
        // A negative count cuts.
        for (int i = 0; i < pairs.Length; i++)
        {
            int dim = x.Rank - pairs.Length + i;
            x = x.Slice(dim, Math.Max(0, -pairs[i].Before), x.Shape[dim] - Math.Max(0, -pairs[i].After));
            pairs[i] = (Math.Max(0, pairs[i].Before), Math.Max(0, pairs[i].After));
        }
        PadMode mode = Mode(r.Case.Text("mode"));
        return mode == PadMode.Constant ? x.Pad(pairs, r.Case.Number("value")) : x.Pad(pairs, mode);
    }

    private static Tensor Roll(CaseRun r, Tensor x)
    {
        int[] shifts = r.Case.Ints("shifts");
        return r.Case.IsNull("dims") ? x.Roll(shifts.Sum()) : x.Roll(shifts, r.Case.Ints("dims"));
    }

    /// <summary>The pad mode of a name in the files.</summary>
    public static PadMode Mode(string name) => name switch
    {
        "constant" or "zeros" => PadMode.Constant,
        "reflect" => PadMode.Reflect,
        "replicate" => PadMode.Replicate,
        "circular" => PadMode.Circular,
        _ => throw new InvalidDataException($"unknown pad mode '{name}'."),
    };

    // The one value of all dims, with a dim of size 1 for each where they are kept.
    private static Tensor Whole(CaseRun r, Tensor value) => r.Case.Bool("keepdim")
        ? value.Reshape(Enumerable.Repeat(1, r.In("x").Rank).ToArray())
        : value;

    private static void Extremum(
        CaseRun r, Func<Tensor, Tensor> whole, Func<Tensor, (Tensor Values, Tensor Indices)> along)
    {
        if (r.Case.IsNull("dim"))
        {
            r.Out("values", Whole(r, whole(r.In("x"))));
            return;
        }
        Ordered(r, along(r.In("x")));
    }

    private static void Ordered(CaseRun r, (Tensor Values, Tensor Indices) found)
    {
        r.Out("values", found.Values);
        r.Out("indices", found.Indices);
    }

    private static Tensor[] Factors(CaseRun r)
    {
        Tensor a = r.In("a");
        Tensor? b = r.InOrNull("b"), c = r.InOrNull("c");
        return b is null ? [a] : c is null ? [a, b] : [a, b, c];
    }

    private static void Split(CaseRun r)
    {
        int[] sizes = r.Case.Ints("split_size_or_sections");
        bool even = r.Case.Attr("split_size_or_sections").ValueKind == JsonValueKind.Number;
        Tensor[] parts = even ? r.In("x").Split(sizes[0], r.Case.Int("dim"))
            : r.In("x").Split(sizes, r.Case.Int("dim"));
        for (int i = 0; i < parts.Length; i++) r.Out($"y{i}", parts[i]);
    }

    private static Tensor Scaled(CaseRun r) =>
        r.Case.Number("alpha") == 1 ? r.In("b") : r.In("b") * r.Case.Number("alpha");

    private static List<Tensor> Parts(CaseRun r)
    {
        List<Tensor> parts = [];
        for (int i = 0; r.Case.Has($"in.x{i}"); i++) parts.Add(r.In($"x{i}"));
        return parts;
    }

    private static Shape ExpandSizes(Tensor x, int[] sizes)
    {
        int extra = sizes.Length - x.Rank;
        return (int[])[.. sizes.Select((s, i) => s == -1 ? x.Shape[i - extra] : s)];
    }

    private static TensorIndex Entry(JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.Number) return entry.GetInt32();
        return TensorIndex.Slice(
            At(entry[0], Index.Start), At(entry[1], Index.End),
            entry[2].ValueKind == JsonValueKind.Null ? 1 : entry[2].GetInt32());

        static Index At(JsonElement bound, Index missing) =>
            bound.ValueKind == JsonValueKind.Null ? missing
            : bound.GetInt32() < 0 ? Index.FromEnd(-bound.GetInt32())
            : Index.FromStart(bound.GetInt32());
    }
}
