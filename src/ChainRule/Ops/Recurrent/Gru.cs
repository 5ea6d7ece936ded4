using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Gated recurrent unit over whole sequences, one layer in one direction: r = sigmoid(W_ir x + b_ir + W_hr h +
    /// b_hr), z = sigmoid(W_iz x + b_iz + W_hz h + b_hz), n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
    /// h_t = (1 - z) n + z h_(t-1).
    /// </summary>
    /// <param name="x"><c>[N, T, inputSize]</c> float32 or float64.</param>
    /// <param name="weightIh"><c>[3 * hidden, inputSize]</c> same dtype; rows in the order r, z, n.</param>
    /// <param name="weightHh"><c>[3 * hidden, hidden]</c> same dtype.</param>
    /// <param name="biasIh"><c>[3 * hidden]</c> same dtype, or null for none.</param>
    /// <param name="biasHh"><c>[3 * hidden]</c> same dtype, or null for none.</param>
    /// <param name="hidden"><c>[N, hidden]</c> same dtype: h before the first step; zeros if left out.</param>
    /// <param name="lengths"><c>[N]</c> Int64 or Int32: how many steps of each sample are valid, from the first; all of
    /// them if left out. What stands beyond has no influence.</param>
    /// <param name="reverse">True: from each sample's last valid step to its first.</param>
    /// <returns>Output: h_t of every step, <c>[N, T, hidden]</c>, zeros beyond the lengths. Hidden: the state after
    /// each sample's last step in the direction of the sweep, <c>[N, hidden]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="DataException">A length is below 0 or above T.</exception>
    /// <remarks>
    /// Source: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), with the reset gate
    /// after the recurrent product. Time-major memory behind <paramref name="x"/> is read without a copy. Differs from
    /// PyTorch: D30 (batch first).
    /// </remarks>
    public static (Tensor Output, Tensor Hidden) Gru(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null,
        Tensor? hidden = null, Tensor? lengths = null, bool reverse = false)
    {
        RecurrentCall call = new("Gru", x, weightIh, weightHh, biasIh, biasHh, hidden, null, lengths, reverse);
        (Tensor output, Tensor last, _) = call.Run<GruFormula>();
        return (output, last);
    }
}
