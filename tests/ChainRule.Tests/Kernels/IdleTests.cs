using ChainRule.Kernels.Scheduling;

namespace ChainRule.Tests.Kernels;

/// <summary>Looks at the processor time of every worker of the process, so it runs alone.</summary>
[Collection(nameof(OneAtATime))]
public sealed unsafe class IdleTests
{
    [LinuxFact]
    public void Workers_that_are_idle_for_50_ms_use_no_processor_time()
    {
        Scheduler scheduler = Scheduler.Create(4);
        int done = 0;
        for (int round = 0; round < 1000; round++) scheduler.Run(&Count, &done, 64);
        Assert.Equal(64_000, done);
        Thread.Sleep(50);
        Dictionary<string, long> before = Workers();
        Thread.Sleep(300);
        Dictionary<string, long> after = Workers();
        scheduler.Retire();

        Assert.True(before.Count >= 3);
        // A worker that only looked for work would use all of the 30 ticks; one more may fall on either reading.
        Assert.All(before.Keys.Intersect(after.Keys), id => Assert.InRange(after[id] - before[id], 0, 1));
    }

    // Ticks of 10 ms by thread, of the workers of all schedulers.
    private static Dictionary<string, long> Workers()
    {
        Dictionary<string, long> found = [];
        foreach (string folder in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                string name = File.ReadAllText(Path.Combine(folder, "comm"));        // its first 15 letters
                if (!name.StartsWith("ChainRule worke", StringComparison.Ordinal)) continue;
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');    // the name holds blanks
                found[folder] = long.Parse(fields[11]) + long.Parse(fields[12]);
            }
            catch (IOException)
            {
                // the thread has ended meanwhile
            }
        }
        return found;
    }

    private static void Count(void* counter, int chunk) => Interlocked.Increment(ref *(int*)counter);

    /// <summary>A fact about threads as Linux shows them.</summary>
    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "reads the times of threads in /proc";
    }
}
