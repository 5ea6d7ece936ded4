namespace ChainRule.Nn;

/// <summary>Parameters of one direction of one layer of a recurrent network.</summary>
/// <param name="WeightIh">Weight of the input, <c>[gates * hiddenSize, size of the layer's input]</c>.</param>
/// <param name="WeightHh">Weight of the hidden state, <c>[gates * hiddenSize, hiddenSize]</c>.</param>
/// <param name="BiasIh">Bias of the input, <c>[gates * hiddenSize]</c>; null without biases.</param>
/// <param name="BiasHh">Bias of the hidden state, <c>[gates * hiddenSize]</c>; null without biases.</param>
public sealed record RecurrentWeights(
    Parameter WeightIh, Parameter WeightHh, Parameter? BiasIh, Parameter? BiasHh);
