namespace ChainRule;

/// <summary>Base of every error that ChainRule raises on its own account; plain argument errors stay .NET's.</summary>
public abstract class ChainRuleException : Exception
{
    private protected ChainRuleException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
