namespace ChainRule.Tests.Operators;

/// <summary>
/// One operator: its cases and what is special about it. The eleven checks of <see cref="OpTests"/> run for each row of
/// <see cref="OpTable.All"/>; the folder's README shows how a row is written.
/// </summary>
internal sealed record OpRow(string Name)
{
    public static readonly DType[] Floats = [DType.Float32, DType.Float64];
    public static readonly DType[] Numbers = [DType.Float32, DType.Float64, DType.Int64, DType.Int32, DType.UInt8];
    public static readonly DType[] Any = [.. Numbers, DType.Bool];
    public static readonly DType[] BoolOnly = [DType.Bool];

    /// <summary>
    /// Public members this row stands for: "Sigmoid", "F.Linear", "operator +(Tensor, double)", "this[]".
    /// </summary>
    public required string[] Covers { get; init; }

    /// <summary>Small: checked against the reference, as views, by differences.</summary>
    public required OpCase[] Cases { get; init; }

    /// <summary>Large enough that the kernel forks: compared over thread counts. Needs no reference.</summary>
    public OpCase[] Large { get; init; } = [];

    /// <summary>
    /// Why there is no large case: for views and other things that compute nothing, or run on one thread.
    /// </summary>
    public string? Serial { get; init; }

    /// <summary>
    /// Formula of one element; set for operators of one input, which are then also run over lengths and special values.
    /// </summary>
    public Func<double, double>? Unary { get; init; }

    /// <summary>
    /// Formula of two elements; set for operators of two inputs, which are then also run over lengths and special
    /// values.
    /// </summary>
    public Func<double, double, double>? Binary { get; init; }

    /// <summary>Element types of the inputs that name none themselves.</summary>
    public DType[] Types { get; init; } = Floats;

    /// <summary>Element type of the result.</summary>
    public Func<DType, DType> Result { get; init; } = dtype => dtype;

    /// <summary>False where the result carries no gradient.</summary>
    public bool Differentiable { get; init; } = true;

    /// <summary>Why the gradient cannot be compared with differences in float64.</summary>
    public string? NoDifferences { get; init; }

    /// <summary>Why there is no second derivative; null where there is one.</summary>
    public string? NoSecondOrder { get; init; }

    /// <summary>Results equal the reference's to the bit, signs of zeros included: nothing is rounded.</summary>
    public bool Exact { get; init; }

    /// <summary>Zeros need not have the reference's sign under special values.</summary>
    public bool AnyZero { get; init; }

    /// <summary>Documented to give 0 where the true result is subnormal.</summary>
    public bool Flushes { get; init; }

    /// <summary>Distance allowed from the reference, in multiples of <see cref="Tolerance.For"/>.</summary>
    public double Loose { get; init; } = 1;

    /// <summary>
    /// Distance allowed between float32 and float64 gradients, in multiples of <see cref="Tolerance.ForGradient"/>.
    /// </summary>
    public double LooseGradient { get; init; } = 1;

    /// <summary>Why no case has an empty input.</summary>
    public string? NoEmpty { get; init; }

    /// <summary>Why no case has an input of rank 0.</summary>
    public string? NoScalar { get; init; }

    /// <summary>Why NaN and infinities are not tried.</summary>
    public string? NoSpecials { get; init; }

    /// <summary>Why the largest and smallest numbers are not tried.</summary>
    public string? NoExtremes { get; init; }

    /// <summary>Largest absolute value tried among the extremes: beyond it the operator promises less.</summary>
    public double ExtremeLimit { get; init; } = double.MaxValue;

    /// <summary>Wrong uses with the exact text of their errors.</summary>
    public ErrorInput[] Errors { get; init; } = [];

    /// <summary>Names of the operator's golden cases, "tensor/sigmoid"; the conformance runner computes them.</summary>
    public string[] Goldens { get; init; } = [];

    public override string ToString() => Name;

    /// <summary>Row of an operator of one input, applied element by element.</summary>
    public static OpRow Elementwise(
        string name, string covers, Func<Tensor, Tensor> call, Func<double, double> reference, Domain? domain = null)
    {
        int[][] shapes = [[], [0], [7], [3, 0, 2], [2, 3], [2, 3, 4]];
        Domain from = domain ?? Domain.Real;
        return new OpRow(name)
        {
            Covers = [covers],
            Cases = [.. shapes.Select(s => new OpCase([In.Of(from, s)], t => call(t[0]), r => r[0].Map(reference)))],
            Large = [new OpCase([In.Of(from, 70_001)], t => call(t[0]))],
            Unary = reference,
        };
    }

    /// <summary>Row of an operator of two inputs, applied element by element with broadcasting.</summary>
    public static OpRow Elementwise(
        string name, string[] covers, Func<Tensor, Tensor, Tensor> call, Func<double, double, double> reference,
        Domain? domain = null, Domain? second = null)
    {
        (int[] A, int[] B)[] shapes =
        [
            ([], []), ([5], [5]), ([0], [0]), ([2, 3], [3]), ([3], [2, 3]), ([], [2, 3]), ([2, 3], []),
            ([2, 1], [1, 3]), ([0, 3], [1, 3]),
            ([4, 1, 3], [2, 1]), ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [2, 1, 4]),
        ];
        Domain from = domain ?? Domain.Real;
        Nd Reference(Nd[] r) => Nd.Zip(r[0], r[1], reference);
        return new OpRow(name)
        {
            Covers = covers,
            Cases = [.. shapes.Select(s =>
                new OpCase([In.Of(from, s.A), In.Of(second ?? from, s.B)], t => call(t[0], t[1]), Reference))],
            Large =
            [
                new OpCase([In.Of(from, 70_001), In.Of(second ?? from, 70_001)], t => call(t[0], t[1])),
                new OpCase([In.Of(from, 2, 70_001), In.Of(second ?? from, 2, 1)], t => call(t[0], t[1])),
            ],
            Binary = reference,
        };
    }
}

/// <summary>One call: inputs, the call itself, and the same in plain loops over doubles.</summary>
internal sealed record OpCase(In[] Inputs, Func<Tensor[], Tensor> Call, Func<Nd[], Nd>? Reference = null)
{
    /// <summary>What is special about this case: an option, mostly.</summary>
    public string? Label { get; init; }

    public override string ToString() =>
        $"{(Label is null ? "" : Label + ": ")}{string.Join(" ", Inputs.Select(i => i.ToString()))}";
}

/// <summary>A wrong use and the error it must give.</summary>
internal sealed record ErrorInput(string Label, Func<Tensor> Call, Type Exception, string Text)
{
    public static ErrorInput Shape(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(ShapeException), text);

    public static ErrorInput DType(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(DTypeException), text);

    public static ErrorInput Grad(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(GradException), text);

    public static ErrorInput Argument(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(ArgumentException), text);

    public static ErrorInput Range(string label, Func<Tensor> call, string text) =>
        new(label, call, typeof(ArgumentOutOfRangeException), text);
}
