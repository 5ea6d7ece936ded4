using System.Globalization;
using System.Text;

namespace ChainRule;

/// <summary>Where a loss or a gradient that is NaN or infinite came from.</summary>
public enum NonFiniteSource
{
    /// <summary>The batch's input holds NaN or an infinity.</summary>
    Input,

    /// <summary>The update of the step before made a parameter NaN or infinite.</summary>
    Parameter,

    /// <summary>A layer gave NaN or an infinity for finite inputs and parameters.</summary>
    Layer,

    /// <summary>The model's output was finite; the loss function or its target was not.</summary>
    Loss,

    /// <summary>The loss was finite; an operation made a gradient NaN or infinite in the backward pass.</summary>
    Gradient,

    /// <summary>
    /// It did not happen again when the batch was repeated, as in layers with random numbers of their own.
    /// </summary>
    Unknown,
}

/// <summary>
/// Training that cannot go on because the loss or a gradient is NaN or infinite; says at which step, which layer and
/// operation were the first, and on which samples.
/// </summary>
public sealed class TrainingException : ChainRuleException
{
    /// <summary>Makes the error; the message is built from these parts.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="batch">The batch in the epoch, from 1.</param>
    /// <param name="loss">The loss: NaN or an infinity, or a number where a gradient is.</param>
    /// <param name="source">Where it came from.</param>
    public TrainingException(long step, int epoch, int batch, double loss, NonFiniteSource source)
        : base("the loss is not finite.")
    {
        (Step, Epoch, Batch, Loss) = (step, epoch, batch, loss);
        Cause = source;
    }

    /// <summary>The step, from 1, over all calls of Fit.</summary>
    public long Step { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The batch in its epoch, from 1.</summary>
    public int Batch { get; }

    /// <summary>The loss: NaN or an infinity, or a number where a gradient is.</summary>
    public double Loss { get; }

    /// <summary>Where it came from.</summary>
    public NonFiniteSource Cause { get; }

    /// <summary>
    /// First layer whose result was not finite, with its path: "model.fc2 (Linear 128 -> 10)"; null where none was.
    /// </summary>
    public string? FirstLayer { get; init; }

    /// <summary>
    /// First operation whose result was not finite though all it was computed from was, or whose backward made such a
    /// gradient: "log"; null where it is not known or says nothing, as for an input that was not finite.
    /// </summary>
    public string? Operation { get; init; }

    /// <summary>True where it happened in the backward pass.</summary>
    public bool InBackward => Cause == NonFiniteSource.Gradient;

    /// <summary>
    /// Places in the data set of the samples that it came from; those of the whole batch where that cannot be told, and
    /// none where it was a parameter.
    /// </summary>
    public IReadOnlyList<int> Samples { get; init; } = [];

    /// <summary>Key of the first parameter that is not finite; null where all are.</summary>
    public string? Parameter { get; init; }

    private protected override string Describe()
    {
        StringBuilder text = new();
        string what = double.IsFinite(Loss) ? "a gradient is not finite" : string.Create(
            CultureInfo.InvariantCulture, $"the loss is {Loss}");
        text.Append(CultureInfo.InvariantCulture, $"Fit: {what} at step {Step} (epoch {Epoch}, batch {Batch}).");
        text.Append("\n  source: ").Append(Cause switch
        {
            NonFiniteSource.Input => "the batch's input holds NaN or an infinity.",
            NonFiniteSource.Parameter => Step == 1
                ? $"parameter {Parameter} held NaN or an infinity before the first step."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the update of step {Step - 1} left NaN or an infinity in parameter {Parameter}."),
            NonFiniteSource.Layer => "a layer gave NaN or an infinity for finite inputs and parameters.",
            NonFiniteSource.Loss => "the model's output is finite; the loss function or the target is not.",
            NonFiniteSource.Gradient => string.Create(
                CultureInfo.InvariantCulture, $"the backward pass; the loss, {Loss:g4}, is finite."),
            _ when double.IsFinite(Loss) => "not found: the gradients of the batch alone are finite.",
            _ => "not found: the batch gave a finite loss when it was repeated.",
        });
        if (FirstLayer is not null) text.Append("\n  first layer: ").Append(FirstLayer);
        if (Operation is not null)
            text.Append("\n  first operation: ").Append(InBackward ? "backward of " : "").Append(Operation);
        if (Samples.Count > 0)
        {
            const int most = 8;
            text.Append("\n  samples: ").AppendJoin(", ", Samples.Take(most));
            if (Samples.Count > most) text.Append(CultureInfo.InvariantCulture, $" and {Samples.Count - most} more");
        }
        return text.ToString();
    }
}
