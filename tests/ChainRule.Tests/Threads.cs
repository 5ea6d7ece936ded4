using ChainRule.Kernels.Scheduling;

namespace ChainRule.Tests;

/// <summary>Runs work on a chosen number of threads.</summary>
internal static class Threads
{
    // The scheduler is one for the process: tests that exchange it take turns.
    private static readonly Lock SchedulerInUse = new();

    /// <summary>
    /// What <paramref name="work"/> gives on so many threads; puts the number back that was in force.
    /// </summary>
    public static T On<T>(int threads, Func<T> work)
    {
        lock (SchedulerInUse)
        {
            int before = Compute.Threads;
            Scheduler.Use(Scheduler.Create(threads));
            try
            {
                return work();
            }
            finally
            {
                Scheduler.Use(Scheduler.Create(before));
            }
        }
    }
}

/// <summary>Tests that change settings of the process and must not run beside others.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public sealed class OneAtATime;
