namespace ChainRule.Training;

/// <summary>What training lowers: the mean loss of a batch.</summary>
/// <param name="output"><c>[N, ...]</c> what the model gave.</param>
/// <param name="target"><c>[N, ...]</c> what it should have given.</param>
/// <returns><c>[]</c> mean over the samples.</returns>
/// <remarks><code>LossFunction loss = (output, target) => F.CrossEntropy(output, target);</code></remarks>
public delegate Tensor LossFunction(Tensor output, Tensor target);
