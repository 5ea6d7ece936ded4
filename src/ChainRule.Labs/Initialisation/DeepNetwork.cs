namespace ChainRule.Labs;

/// <summary>Equal layers one after the other, whose activations and their gradients can be looked at.</summary>
internal sealed class DeepNetwork
{
    /// <summary>A network whose weights begin by a rule, and its biases at 0.</summary>
    /// <param name="rule">How weights begin.</param>
    /// <param name="activation">What follows hidden layers.</param>
    /// <param name="depth">Number of hidden layers.</param>
    /// <param name="width">Units of each.</param>
    /// <param name="rng">Generator of the weights.</param>
    public DeepNetwork(StartRule rule, Activation activation, int depth, int width, Rng rng)
    {
        List<Layer> layers = [];
        for (int i = 0; i <= depth; i++)
        {
            Linear layer = new(i == 0 ? LabPictures.Pixels : width, i == depth ? LabPictures.Classes : width, rng: rng);
            layer.Weight.Set(rule.Weights(layer.Weight.Shape, rng));
            layer.Bias!.Set(Init.Zeros(layer.Bias.Shape));
            layers.Add(layer);
            if (i < depth) layers.Add(activation.Layer());
        }
        Model = [.. layers];
    }

    /// <summary>The layers, a linear one and its activation in turn.</summary>
    public Sequential Model { get; }

    /// <summary>What each hidden layer gives, and the gradient of the loss by it.</summary>
    /// <param name="batch">Inputs <c>[N, 784]</c> and their classes <c>[N]</c>.</param>
    public (Tensor[] Activations, Tensor[] Gradients) Look(Batch batch)
    {
        List<Tensor> hidden = [];
        Tensor x = batch.Input;
        foreach (Layer layer in Model)
        {
            x = layer.Forward(x);
            if (layer is not Linear) hidden.Add(x);
        }
        Tensor[] gradients = Autograd.Grad(F.CrossEntropy(x, batch.Target), hidden);
        return ([.. hidden], gradients);
    }

    /// <summary>Trains by plain gradient descent.</summary>
    /// <param name="batches">What to learn from; gone through as often as needed.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="steps">Number of updates.</param>
    /// <param name="each">Is called after every update.</param>
    /// <returns>The loss of each step; shorter where it was no longer a number.</returns>
    public IReadOnlyList<double> Train(DataLoader batches, double rate, int steps, Action? each = null)
    {
        Sgd optimizer = new(Model.Parameters(), rate);
        List<double> losses = [];
        while (losses.Count < steps)
        {
            foreach (Batch batch in batches)
            {
                if (losses.Count == steps) break;
                using Step step = Step.Begin();
                Tensor loss = F.CrossEntropy(Model.Forward(batch.Input), batch.Target);
                if (!double.IsFinite(loss.Item())) return losses;
                losses.Add(loss.Item());
                Model.ZeroGrad();
                loss.Backward();
                optimizer.Step();
                each?.Invoke();
            }
        }
        return losses;
    }
}
