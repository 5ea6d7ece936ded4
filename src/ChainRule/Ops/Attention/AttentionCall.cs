namespace ChainRule.Ops;

/// <summary>The operands of a call, checked and brought to rank 4, [N, H, T, features].</summary>
internal readonly struct AttentionCall
{
    private readonly Shape _batch;

    private AttentionCall(Shape batch, Tensor q, Tensor k, Tensor v, AttentionOptions options) =>
        (_batch, Q, K, V, Options) = (batch, q, k, v, options);

    public Tensor Q { get; }

    public Tensor K { get; }

    public Tensor V { get; }

    public AttentionOptions Options { get; }

    public static AttentionCall Check(
        Tensor q, Tensor k, Tensor v, Tensor? mask, Tensor? bias, bool isCausal, double? scale, double dropout,
        Rng? rng)
    {
        ArgumentNullException.ThrowIfNull(q);
        ArgumentNullException.ThrowIfNull(k);
        ArgumentNullException.ThrowIfNull(v);
        Elementwise.CheckType(Name, q.DType, takesIntegers: false);
        CheckType(q, "key", k);
        CheckType(q, "value", v);
        string operands = $"{Elementwise.Operand("query", q)}    {Elementwise.Operand("key", k)}    "
            + Elementwise.Operand("value", v);
        if (q.Rank < 2 || k.Rank < 2 || v.Rank < 2)
            throw new ShapeException($"{Name}: expects [..., T, features] each.\n  {operands}", q.Shape, k.Shape);
        if (q.Dims[^1] != k.Dims[^1])
        {
            throw new ShapeException(
                $"{Name}: query has {q.Dims[^1]} features, key {k.Dims[^1]}; they must be equal.\n  {operands}",
                q.Shape, k.Shape);
        }
        if (k.Dims[^2] != v.Dims[^2])
        {
            throw new ShapeException(
                $"{Name}: there are {k.Dims[^2]} keys and {v.Dims[^2]} values; they must be equal.\n  {operands}",
                k.Shape, v.Shape);
        }
        Shape batch = Batch(Batch(Leading(q), Leading(k), operands), Leading(v), operands);
        Shape scores = [.. batch.Dims, q.Dims[^2], k.Dims[^2]];
        CheckScoreBias(Name, q, mask, bias, scores);
        return new AttentionCall(batch, Rank4(q, batch), Rank4(k, batch), Rank4(v, batch),
            OptionsOf(Name, scores, q.Dims[^1], isCausal, scale, dropout, rng));
    }

    /// <summary>Options for scores of a shape; draws the words of the dropped weights.</summary>
    public static AttentionOptions OptionsOf(
        string name, Shape scores, int features, bool isCausal, double? scale, double dropout, Rng? rng)
    {
        OptionCheck.That(name, nameof(dropout), dropout, dropout is >= 0 and <= 1, "0 to 1");
        OptionCheck.Finite(name, nameof(scale), scale ?? 0);
        if (dropout > 0) ArgumentNullException.ThrowIfNull(rng);
        long words = AttentionKernel.WordsOfQuery(scores.Dims[^1]);
        foreach (int d in scores.Dims[..^1]) words *= d;
        DropoutDraw? draw = dropout > 0 ? DropoutDraw.Take(rng!, dropout, words) : null;
        return new AttentionOptions(scale ?? 1 / Math.Sqrt(features), isCausal, draw);
    }

    /// <summary>Mask and bias as one tensor [N, H, Tq, Tk] to add to the scores; null without either.</summary>
    public Tensor? ScoreBias(Tensor? mask, Tensor? bias)
    {
        Tensor? sum = ScoreBias(mask, bias, [.. _batch.Dims, Q.Dims[2], K.Dims[2]], Q.DType);
        if (sum is null || _batch.Rank == 2) return sum;
        ReadOnlySpan<int> d = Q.Dims;
        return _batch.Rank < 2
            ? sum.View([d[0], d[1], d[2], K.Dims[2]], [.. new int[2 - _batch.Rank], .. sum.Strides])
            : sum.Reshape(d[0], d[1], d[2], K.Dims[2]);
    }

    /// <summary>A mask or a bias as it broadcasts to scores of rank 4; null for none.</summary>
    public Tensor? OfScores(Tensor? t)
    {
        if (t is null || t.Rank < 4 || _batch.Rank <= 2) return t;
        ReadOnlySpan<int> last = t.Dims[^3..];
        return t.Expand([.. _batch.Dims[..^1], .. last]).Reshape(Q.Dims[0], last[0], last[1], last[2]);
    }

    /// <summary>Mask and bias as one tensor to add to scores of a shape; null without either.</summary>
    public static Tensor? ScoreBias(Tensor? mask, Tensor? bias, Shape scores, DType dtype)
    {
        if (mask is null && bias is null) return null;
        using NoGrad.Scope noGrad = NoGrad.Begin();
        Tensor sum = mask is null
            ? bias!
            : Tensor.Where(mask, Tensor.Scalar(double.NegativeInfinity, dtype), bias ?? Tensor.Scalar(0, dtype));
        // Only the keys must lie side by side; what is broadcast over items and queries stays so.
        int keys = scores.Dims[^1];
        sum = sum.Rank == 0 ? sum.ExpandView([keys]) : sum.ExpandView([.. sum.Dims[..^1], keys]);
        return sum.Dense().ExpandView(scores);
    }

    /// <summary>A result with the leading dimensions of the call.</summary>
    public Tensor Restore(Tensor t) => _batch.Rank == 2 ? t : t.Reshape([.. _batch.Dims, t.Dims[2], t.Dims[3]]);

    private const string Name = "ScaledDotProductAttention";

    private static Shape Leading(Tensor t) => Shape.Create(t.Dims[..^2]);

    private static Tensor Rank4(Tensor t, Shape batch)
    {
        if (Leading(t) != batch) t = t.Expand([.. batch.Dims, t.Dims[^2], t.Dims[^1]]);
        return t.Rank switch
        {
            4 => t,
            3 => t.Reshape(1, t.Dims[0], t.Dims[1], t.Dims[2]),
            2 => t.Reshape(1, 1, t.Dims[0], t.Dims[1]),
            _ => t.Reshape(Shape.Create(t.Dims[..^3]).Count, t.Dims[^3], t.Dims[^2], t.Dims[^1]),
        };
    }

    private static Shape Batch(Shape a, Shape b, string operands)
    {
        int[] dims = new int[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= dims.Length; i++)
        {
            int da = i <= a.Rank ? a.Dims[^i] : 1, db = i <= b.Rank ? b.Dims[^i] : 1;
            if (da != db && da != 1 && db != 1)
                throw new ShapeException($"{Name}: leading sizes {da} and {db} do not broadcast.\n  {operands}", a, b);
            dims[^i] = da == 1 ? db : da;
        }
        return dims;
    }

    /// <summary>Checks that mask and bias are of the right types and broadcast to the scores.</summary>
    public static void CheckScoreBias(string name, Tensor q, Tensor? mask, Tensor? bias, Shape scores)
    {
        if (mask is not null && mask.DType != DType.Bool)
            throw new DTypeException($"{name}: the mask must be bool, got {mask.DType.Text()}.", mask.DType);
        CheckScores(name, "mask", mask, scores);
        if (bias is not null) CheckType(q, "bias", bias, name);
        CheckScores(name, "bias", bias, scores);
    }

    private static void CheckScores(string name, string what, Tensor? t, Shape scores)
    {
        if (t is null) return;
        bool fits = t.Rank <= scores.Rank;
        for (int i = 1; fits && i <= t.Rank; i++) fits = t.Dims[^i] == 1 || t.Dims[^i] == scores.Dims[^i];
        if (!fits)
            throw new ShapeException($"{name}: the {what} {t.Shape} does not broadcast to {scores}.", t.Shape, scores);
    }

    private static void CheckType(Tensor q, string what, Tensor t, string name = Name)
    {
        if (t.DType != q.DType)
            throw new DTypeException($"{name}: {what} is {t.DType.Text()}, query {q.DType.Text()}.", t.DType, q.DType);
    }
}
