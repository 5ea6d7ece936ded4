namespace ChainRule.Testing;

/// <summary>A check that failed; the message says where, what was expected and what came.</summary>
public sealed class CheckFailedException : Exception
{
    /// <summary>A failure with its text.</summary>
    /// <param name="message">Where, what was expected, what came.</param>
    public CheckFailedException(string message)
        : base(message)
    {
    }

    /// <summary>A failure that another error caused.</summary>
    /// <param name="message">Where, what was expected, what came.</param>
    /// <param name="inner">The error underneath.</param>
    public CheckFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
