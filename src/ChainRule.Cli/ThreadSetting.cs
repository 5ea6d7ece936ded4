namespace ChainRule.Cli;

/// <summary>Sets the number of threads for as long as a command runs.</summary>
internal sealed class ThreadSetting : IDisposable
{
    private readonly int _before = Compute.Threads;

    /// <summary>Sets it; null leaves it as it is.</summary>
    public ThreadSetting(int? threads)
    {
        if (threads is { } n) Compute.Threads = n;
    }

    /// <summary>Puts back what was set before.</summary>
    public void Dispose() => Compute.Threads = _before;
}
