using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>What one direction of one recurrent layer is computed from.</summary>
/// <param name="Name">Operation, for messages.</param>
/// <param name="X"><c>[N, T, inputSize]</c>.</param>
/// <param name="WeightIh"><c>[gates * hidden, inputSize]</c>.</param>
/// <param name="WeightHh"><c>[gates * hidden, hidden]</c>.</param>
/// <param name="BiasIh"><c>[gates * hidden]</c>, or null.</param>
/// <param name="BiasHh"><c>[gates * hidden]</c>, or null.</param>
/// <param name="Hidden"><c>[N, hidden]</c>: first hidden state, or null for zeros.</param>
/// <param name="Cell"><c>[N, hidden]</c>: first cell state, or null for zeros.</param>
/// <param name="Lengths"><c>[N]</c>: valid steps of each sample, or null for all.</param>
/// <param name="Reverse">From the last valid step to the first.</param>
internal sealed record RecurrentCall(
    string Name, Tensor X, Tensor WeightIh, Tensor WeightHh, Tensor? BiasIh, Tensor? BiasHh, Tensor? Hidden,
    Tensor? Cell, Tensor? Lengths, bool Reverse)
{
    /// <summary>Units of the layer.</summary>
    public int Units => WeightHh.Dims[1];

    /// <summary>Checks and computes.</summary>
    /// <returns>Outputs <c>[N, T, hidden]</c>, a view of time-major memory, and the last states.</returns>
    public (Tensor Output, Tensor Hidden, Tensor? Cell) Run<TF>()
        where TF : struct, IRecurrentFormula
    {
        Tensor? lengths = Check(TF.Gates);
        (Tensor output, Tensor hidden, Tensor? cell) = RecurrentNode<TF>.Apply(
            this with { X = X.Transpose(0, 1), Lengths = lengths });
        return (output.Transpose(0, 1), hidden, cell);
    }

    private Tensor? Check(int gates)
    {
        ArgumentNullException.ThrowIfNull(X, "x");
        ArgumentNullException.ThrowIfNull(WeightIh, "weightIh");
        ArgumentNullException.ThrowIfNull(WeightHh, "weightHh");
        Elementwise.CheckType(Name, X.DType, takesIntegers: false);
        string rows = gates == 1 ? "hidden" : $"{gates} * hidden";
        if (WeightHh.Rank != 2 || WeightHh.Dims[0] != (long)gates * WeightHh.Dims[1])
            throw new ShapeException(
                $"{Name}: weightHh must be [{rows}, hidden], got {WeightHh.Shape}.", WeightHh.Shape);
        if (WeightIh.Rank != 2 || WeightIh.Dims[0] != WeightHh.Dims[0])
        {
            throw new ShapeException(
                $"{Name}: weightIh must be [{WeightHh.Dims[0]}, inputSize], got {WeightIh.Shape}.", WeightIh.Shape);
        }
        if (X.Rank != 3 || X.Dims[2] != WeightIh.Dims[1])
        {
            throw new ShapeException(
                $"{Name}: expects [N, T, {WeightIh.Dims[1]}], got {X.Shape}.\n"
                + $"  {Elementwise.Operand("x", X)}    {Elementwise.Operand("weightIh", WeightIh)}",
                X.Shape, WeightIh.Shape);
        }
        CheckType("weightIh", WeightIh);
        CheckType("weightHh", WeightHh);
        CheckPart("biasIh", BiasIh, [WeightHh.Dims[0]]);
        CheckPart("biasHh", BiasHh, [WeightHh.Dims[0]]);
        CheckPart("hidden", Hidden, [X.Dims[0], Units]);
        CheckPart("cell", Cell, [X.Dims[0], Units]);
        if (Lengths is null) return null;
        Tensor lengths = IndexTensor.Dense(Name, "lengths", Lengths);
        if (lengths.Shape != [X.Dims[0]])
        {
            throw new ShapeException(
                $"{Name}: lengths must be [{X.Dims[0]}] for {X.Shape}, got {lengths.Shape}.", lengths.Shape, X.Shape);
        }
        IndexTensor.Check(Name, "length", lengths, X.Dims[1] + 1, $"sequences of {X.Dims[1]} steps");
        return lengths;
    }

    private void CheckPart(string name, Tensor? t, Shape shape)
    {
        if (t is null) return;
        if (t.Shape != shape)
            throw new ShapeException($"{Name}: {name} must be {shape}, got {t.Shape}.", t.Shape, X.Shape);
        CheckType(name, t);
    }

    private void CheckType(string name, Tensor t)
    {
        if (t.DType == X.DType) return;
        throw new DTypeException($"{Name}: {name} is {t.DType.Text()}, x {X.DType.Text()}.", t.DType, X.DType);
    }
}
