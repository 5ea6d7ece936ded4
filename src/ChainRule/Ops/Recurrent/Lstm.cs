using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Long short-term memory over whole sequences, one layer in one direction. With the gates
    /// [i; f; g; o] = W_ih x_t + b_ih + W_hh h_(t-1) + b_hh: c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g),
    /// h_t = sigmoid(o) tanh(c_t).
    /// </summary>
    /// <param name="x"><c>[N, T, inputSize]</c> float32 or float64.</param>
    /// <param name="weightIh"><c>[4 * hidden, inputSize]</c> same dtype; rows in the order i, f, g, o.</param>
    /// <param name="weightHh"><c>[4 * hidden, hidden]</c> same dtype.</param>
    /// <param name="biasIh"><c>[4 * hidden]</c> same dtype, or null for none.</param>
    /// <param name="biasHh"><c>[4 * hidden]</c> same dtype, or null for none.</param>
    /// <param name="hidden"><c>[N, hidden]</c> same dtype: h before the first step; zeros if left out.</param>
    /// <param name="cell"><c>[N, hidden]</c> same dtype: c before the first step; zeros if left out.</param>
    /// <param name="lengths"><c>[N]</c> Int64 or Int32: how many steps of each sample are valid, from the first; all of
    /// them if left out. What stands beyond has no influence.</param>
    /// <param name="reverse">True: from each sample's last valid step to its first.</param>
    /// <returns>Output: h_t of every step, <c>[N, T, hidden]</c>, zeros beyond the lengths. Hidden and Cell: the states
    /// after each sample's last step in the direction of the sweep, <c>[N, hidden]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="DataException">A length is below 0 or above T.</exception>
    /// <remarks>
    /// Source: Hochreiter and Schmidhuber, "Long short-term memory" (1997); forget gate: Gers, Schmidhuber and Cummins,
    /// "Learning to forget" (2000). Time-major memory behind <paramref name="x"/> is read without a copy. Differs from
    /// PyTorch: D30 (batch first).
    /// </remarks>
    public static (Tensor Output, Tensor Hidden, Tensor Cell) Lstm(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null,
        Tensor? hidden = null, Tensor? cell = null, Tensor? lengths = null, bool reverse = false)
    {
        RecurrentCall call = new("Lstm", x, weightIh, weightHh, biasIh, biasHh, hidden, cell, lengths, reverse);
        (Tensor output, Tensor lastHidden, Tensor? lastCell) = call.Run<LstmFormula>();
        return (output, lastHidden, lastCell!);
    }
}
