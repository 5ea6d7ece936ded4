using System.Text;

namespace ChainRule;

/// <summary>
/// A model or checkpoint file that cannot be used: cut short, damaged, with a lying header, or of another model. The
/// place is given by <see cref="File"/>, <see cref="Offset"/> and <see cref="Key"/> where they are known.
/// </summary>
public sealed class CheckpointException : ChainRuleException
{
    /// <summary>Makes the error; the message is built from these parts.</summary>
    /// <param name="subject">What was being done, for example <c>SafeTensors</c> or <c>LoadState</c>.</param>
    /// <param name="problem">What is wrong, with what was found and what was expected; ends with a full stop.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public CheckpointException(string subject, string problem, Exception? inner = null)
        : base(problem, inner)
    {
        Subject = subject;
        Problem = problem;
    }

    /// <summary>What was being done, for example <c>SafeTensors</c>.</summary>
    public string Subject { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The file, as it was named by the caller; null when the state did not come from one.</summary>
    public string? File { get; init; }

    /// <summary>Byte offset in the file; null when no one place is wrong.</summary>
    public long? Offset { get; init; }

    /// <summary>Key of the tensor that is wrong; null when it is not one alone.</summary>
    public string? Key { get; init; }

    private protected override string Describe()
    {
        StringBuilder text = new($"{Subject}: {Problem}");
        if (File is not null) text.Append($"\n  file: {File}");
        if (Offset is not null) text.Append($"\n  offset: {Offset}");
        return text.ToString();
    }
}
