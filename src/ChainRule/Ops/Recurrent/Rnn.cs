using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Simple recurrent network over whole sequences, one layer in one direction:
    /// h_t = f(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh).
    /// </summary>
    /// <param name="x"><c>[N, T, inputSize]</c> float32 or float64.</param>
    /// <param name="weightIh"><c>[hidden, inputSize]</c> same dtype.</param>
    /// <param name="weightHh"><c>[hidden, hidden]</c> same dtype.</param>
    /// <param name="biasIh"><c>[hidden]</c> same dtype, or null for none.</param>
    /// <param name="biasHh"><c>[hidden]</c> same dtype, or null for none.</param>
    /// <param name="hidden"><c>[N, hidden]</c> same dtype: h before the first step; zeros if left out.</param>
    /// <param name="lengths"><c>[N]</c> Int64 or Int32: how many steps of each sample are valid, from the first;
    /// all of them if left out. What stands beyond has no influence.</param>
    /// <param name="reverse">True: from each sample's last valid step to its first.</param>
    /// <param name="activation">The function f.</param>
    /// <returns>Output: h_t of every step, <c>[N, T, hidden]</c>, zeros beyond the lengths. Hidden: the state after
    /// each sample's last step in the direction of the sweep, <c>[N, hidden]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="DataException">A length is below 0 or above T.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="activation"/> is none of the enum.</exception>
    /// <remarks>
    /// Source: Elman, "Finding structure in time" (1990). Time-major memory behind <paramref name="x"/> is read
    /// without a copy. Differs from PyTorch: D30 (batch first).
    /// </remarks>
    /// <torch>torch.rnn_tanh, torch.rnn_relu</torch>
    public static (Tensor Output, Tensor Hidden) Rnn(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null,
        Tensor? hidden = null, Tensor? lengths = null, bool reverse = false,
        RnnActivation activation = RnnActivation.Tanh)
    {
        RecurrentCall call = new("Rnn", x, weightIh, weightHh, biasIh, biasHh, hidden, null, lengths, reverse);
        (Tensor output, Tensor last, _) = activation switch
        {
            RnnActivation.Tanh => call.Run<TanhRnnFormula>(),
            RnnActivation.Relu => call.Run<ReluRnnFormula>(),
            _ => throw new ArgumentOutOfRangeException(
                nameof(activation), $"Rnn: activation must be Tanh or Relu, got {activation}."),
        };
        return (output, last);
    }
}

/// <summary>What a simple recurrent network applies to the sum of its affine maps.</summary>
public enum RnnActivation
{
    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>Rectifier.</summary>
    Relu,
}
