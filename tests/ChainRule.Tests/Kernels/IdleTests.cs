using System.Diagnostics;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Tests.Kernels;

/// <summary>Measures processor time of the process, so it runs alone.</summary>
[Collection(nameof(OneAtATime))]
public sealed unsafe class IdleTests
{
    [Fact]
    public void Process_that_is_idle_for_50_ms_uses_no_processor_time()
    {
        Scheduler scheduler = Scheduler.Create(4);
        int done = 0;
        for (int round = 0; round < 1000; round++) scheduler.Run(&Count, &done, 64);
        Assert.Equal(64_000, done);

        // What else the test host does now and then is a few milliseconds; one spinning worker would use all of it.
        TimeSpan least = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 5 && least > TimeSpan.FromMilliseconds(20); attempt++)
        {
            Thread.Sleep(50);
            TimeSpan before = ProcessorTime();
            Thread.Sleep(300);
            TimeSpan used = ProcessorTime() - before;
            if (used < least) least = used;
        }
        scheduler.Retire();
        Assert.InRange(least, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static void Count(void* counter, int chunk) => Interlocked.Increment(ref *(int*)counter);
}
