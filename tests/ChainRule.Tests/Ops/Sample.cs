namespace ChainRule.Tests.Operators;

/// <summary>A case made of numbers: its inputs as tensors, and the same numbers for the reference.</summary>
internal sealed class Sample
{
    private Sample(OpRow row, OpCase @case, DType dtype, Tensor[] tensors)
    {
        (Row, Case, DType, Tensors) = (row, @case, dtype, tensors);
        Values = [.. tensors.Select(ValuesOf)];
    }

    public OpRow Row { get; }

    public OpCase Case { get; }

    public DType DType { get; }

    public Tensor[] Tensors { get; }

    public Nd[] Values { get; }

    /// <summary>Allowed distance between result and reference.</summary>
    public Tolerance Tolerance
    {
        get
        {
            DType result = Row.Result(DType);
            return Row.Exact ? Tolerance.Exact : Tolerance.For(result).Times(Row.Loose);
        }
    }

    public static Sample Make(OpRow row, OpCase @case, DType dtype)
    {
        Rng rng = new(SeedOf(row, @case));
        int[] order = [.. Enumerable.Range(0, @case.Inputs.Sum(i => Nd.Product(i.Shape)))];
        rng.Shuffle(order.AsSpan());
        Tensor[] tensors = new Tensor[@case.Inputs.Length];
        int next = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            In input = @case.Inputs[i];
            double[] values = new double[Nd.Product(input.Shape)];
            for (int k = 0; k < values.Length; k++, next++)
            {
                double share = (order[next] + 0.3 + (0.4 * rng.NextDouble())) / order.Length;
                values[k] = input.Given?[k] ?? Number(input, input.Type ?? dtype, share, order[next]);
            }
            tensors[i] = Tensor.From(values, input.Shape).ConvertTo(input.Type ?? dtype, kept: true);
        }
        return new Sample(row, @case, dtype, tensors);
    }

    /// <summary>The same case with other tensors; their numbers are the reference's.</summary>
    public Sample With(Tensor[] tensors) => new(Row, Case, DType, tensors);

    /// <summary>The same case with one input replaced.</summary>
    public Sample With(int input, Tensor tensor)
    {
        Tensor[] tensors = [.. Tensors];
        tensors[input] = tensor;
        return With(tensors);
    }

    public Tensor Run() => Case.Call(Tensors);

    /// <summary>The reference's answer, converted to the element type of the result as the operator must.</summary>
    public Nd Expected() => Case.Reference!(Values).Map(v => Convert(v, DType, Row.Result(DType)));

    /// <summary>Runs the operator and compares shape, type and every number with the reference.</summary>
    public void CompareWithReference(Tolerance tolerance, bool signOfZero)
    {
        Tensor y = Run();
        Nd expected = Expected();
        if (y.DType != Row.Result(DType))
            throw new CheckFailedException($"result: expected {Row.Result(DType).Text()}, got {y.DType.Text()}.");
        TensorAssert.Close(expected.Dims, expected.Data, y, tolerance, signOfZero: signOfZero);
    }

    /// <summary>Gradients of all inputs of floating type that have one.</summary>
    public Tensor[] Gradients(bool createGraph = false) => GradChecks.Gradients(Function, Variables(), createGraph);

    /// <summary>The inputs that gradients are taken for.</summary>
    public Tensor[] Variables() => [.. Tensors.Where((t, i) => IsVariable(i))];

    /// <summary>
    /// The call as a function of <see cref="Variables"/> only, the others held fixed in the variables' type.
    /// </summary>
    public Tensor Function(Tensor[] variables)
    {
        int next = 0;
        DType type = variables.Length == 0 ? DType : variables[0].DType;
        return Case.Call([.. Tensors.Select((t, i) =>
            IsVariable(i) ? variables[next++] : Case.Inputs[i].Type is null ? t.ConvertTo(type) : t)]);
    }

    public static ulong SeedOf(OpRow row, OpCase @case)
    {
        ulong hash = 14695981039346656037;                           // FNV-1a: the same in every process
        foreach (char c in row.Name + "/" + @case) hash = unchecked((hash ^ c) * 1099511628211);
        return hash;
    }

    // Floating point goes to the nearest end of an integer type, integers keep their low bits.
    private static double Convert(double v, DType from, DType to) => (to, from.IsFloatingPoint()) switch
    {
        (DType.Float32, _) => (float)v,
        (DType.Float64, _) => v,
        (DType.Int64, _) => (long)v,
        (DType.Int32, true) => (int)v,
        (DType.Int32, false) => unchecked((int)(long)v),
        (DType.UInt8, true) => double.IsNaN(v) ? 0 : (byte)Math.Clamp(v, 0, 255),
        (DType.UInt8, false) => unchecked((byte)(long)v),
        _ => v != 0 ? 1 : 0,
    };

    private static double Number(In input, DType type, double share, int rank)
    {
        if (input.Bound > 0) return rank % input.Bound;
        double value = input.Domain.At(share);
        return type switch
        {
            DType.Float32 or DType.Float64 => value,
            DType.UInt8 => Math.Round(Math.Abs(value) * 3),
            DType.Bool => rank % 2,
            _ => Math.Round(value * 3),
        };
    }

    private static Nd ValuesOf(Tensor t) => new(t.Dims.ToArray(), t.ToDoubles());

    private bool IsVariable(int input) => Tensors[input].DType.IsFloatingPoint() && !Case.Inputs[input].NoGrad;
}
