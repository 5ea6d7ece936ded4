using System.Globalization;
using System.Text;

namespace ChainRule;

/// <summary>Where a loss that is NaN or infinite came from.</summary>
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

    /// <summary>
    /// It did not happen again when the batch was repeated, as in layers with random numbers of their own.
    /// </summary>
    Unknown,
}

/// <summary>
/// Training that cannot go on because the loss is NaN or infinite; says at which step, and which layer was the first.
/// </summary>
public sealed class TrainingException : ChainRuleException
{
    /// <summary>Makes the error; the message is built from these parts.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="batch">The batch in the epoch, from 1.</param>
    /// <param name="loss">The loss: NaN or an infinity.</param>
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

    /// <summary>The loss: NaN or an infinity.</summary>
    public double Loss { get; }

    /// <summary>Where it came from.</summary>
    public NonFiniteSource Cause { get; }

    /// <summary>
    /// First layer whose result was not finite, with its path: "model.fc2 (Linear 128 -> 10)"; null where none was.
    /// </summary>
    public string? FirstLayer { get; init; }

    /// <summary>Key of the first parameter that is not finite; null where all are.</summary>
    public string? Parameter { get; init; }

    private protected override string Describe()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture, $"Fit: the loss is {Loss} at step {Step} (epoch {Epoch}, batch {Batch}).");
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
            _ => "not found: the batch gave a finite loss when it was repeated.",
        });
        if (FirstLayer is not null) text.Append("\n  first layer: ").Append(FirstLayer);
        return text.ToString();
    }
}
