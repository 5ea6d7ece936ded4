namespace ChainRule.Kernels.Scheduling;

/// <summary>
/// Runs all chunks in the caller, in order: for one thread, the browser, and tests that compare with it.
/// </summary>
internal sealed unsafe class SerialScheduler : Scheduler
{
    public static readonly SerialScheduler Instance = new();

    private SerialScheduler()
    {
    }

    public override int Threads => 1;

    public override void Run(delegate*<void*, int, void> body, void* argument, int chunks)
    {
        for (int i = 0; i < chunks; i++) body(argument, i);
    }
}
