using System.Diagnostics;

namespace ChainRule.Fuzz;

/// <summary>Ends the process when one read never ends; the file it was reading stays where it is.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly Timer _timer;
    private long _begun;

    public Watchdog(TimeSpan limit, string path) => _timer = new Timer(_ =>
    {
        long begun = Interlocked.Read(ref _begun);
        if (begun == 0 || Stopwatch.GetElapsedTime(begun) < limit) return;
        Console.Error.WriteLine($"{path} is not read within {limit.TotalSeconds:0} s");
        Environment.Exit(1);
    }, null, limit, TimeSpan.FromSeconds(1));

    public void Begin() => Interlocked.Exchange(ref _begun, Stopwatch.GetTimestamp());

    public void End() => Interlocked.Exchange(ref _begun, 0);

    public void Dispose() => _timer.Dispose();
}
