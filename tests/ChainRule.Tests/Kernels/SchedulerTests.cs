using System.Runtime.InteropServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Tests.Kernels;

public sealed unsafe class SchedulerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_calls_every_chunk_exactly_once(int threads)
    {
        Scheduler scheduler = Scheduler.Create(threads);
        int* counts = stackalloc int[300];
        for (int round = 0; round < 500; round++)
        {
            int chunks = round % 300;
            new Span<int>(counts, 300).Clear();
            scheduler.Run(&Count, counts, chunks);
            for (int i = 0; i < 300; i++) Assert.Equal(i < chunks ? 1 : 0, counts[i]);
        }
        scheduler.Retire();
    }

    [Fact]
    public void Run_after_the_workers_have_gone_to_sleep_wakes_them()
    {
        Scheduler scheduler = new ForkJoinScheduler(3);
        int* counts = stackalloc int[64];
        for (int round = 0; round < 20; round++)
        {
            new Span<int>(counts, 64).Clear();
            Thread.Sleep(2);
            scheduler.Run(&Count, counts, 64);
            for (int i = 0; i < 64; i++) Assert.Equal(1, counts[i]);
        }
        scheduler.Retire();
    }

    [Fact]
    public void Run_spreads_slow_chunks_over_no_more_threads_than_asked()
    {
        Scheduler scheduler = new ForkJoinScheduler(3);
        int* ids = stackalloc int[60];
        scheduler.Run(&SleepAndRecordThread, ids, 60);
        int distinct = new Span<int>(ids, 60).ToArray().Distinct().Count();
        Assert.InRange(distinct, 2, 3);
        scheduler.Retire();
    }

    [Fact]
    public void Run_inside_a_region_stays_on_its_thread()
    {
        var nesting = new Nesting(new ForkJoinScheduler(4));
        GCHandle handle = GCHandle.Alloc(nesting);
        nesting.Scheduler.Run(&OuterChunk, (void*)GCHandle.ToIntPtr(handle), 40);
        handle.Free();
        Assert.Equal(0, nesting.Wrong);
        Assert.Equal(40 * 7, nesting.Calls);
        nesting.Scheduler.Retire();
    }

    [Fact]
    public void Run_brings_an_exception_to_the_caller_and_works_afterwards()
    {
        Scheduler scheduler = new ForkJoinScheduler(3);
        int* counts = stackalloc int[50];
        for (int round = 0; round < 50; round++)
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => RunThrowing(scheduler));
            Assert.Equal("chunk 7", thrown.Message);
            new Span<int>(counts, 50).Clear();
            scheduler.Run(&Count, counts, 50);
            for (int i = 0; i < 50; i++) Assert.Equal(1, counts[i]);
        }
        scheduler.Retire();
    }

    [Fact]
    public void Concurrent_callers_each_get_their_own_chunks_done()
    {
        var scheduler = new ForkJoinScheduler(2);
        int failures = 0;
        var callers = new Thread[4];
        for (int t = 0; t < callers.Length; t++)
        {
            callers[t] = new Thread(() =>
            {
                int* counts = stackalloc int[40];
                for (int round = 0; round < 2000; round++)
                {
                    new Span<int>(counts, 40).Clear();
                    scheduler.Run(&Count, counts, 40);
                    for (int i = 0; i < 40; i++)
                    {
                        if (counts[i] != 1) Interlocked.Increment(ref failures);
                    }
                }
            });
            callers[t].Start();
        }
        foreach (Thread caller in callers) caller.Join();
        Assert.Equal(0, failures);
        scheduler.Retire();
    }

    [Fact]
    public void Run_on_a_retired_scheduler_still_completes()
    {
        var scheduler = new ForkJoinScheduler(3);
        int* counts = stackalloc int[10];
        new Span<int>(counts, 10).Clear();
        scheduler.Retire();
        scheduler.Run(&Count, counts, 10);
        for (int i = 0; i < 10; i++) Assert.Equal(1, counts[i]);
    }

    [Fact]
    public void Run_allocates_nothing()
    {
        Scheduler scheduler = new ForkJoinScheduler(2);
        int* counts = stackalloc int[8];
        scheduler.Run(&Count, counts, 8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) scheduler.Run(&Count, counts, 8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        scheduler.Retire();
    }

    [Fact]
    public void Create_for_one_thread_is_serial() => Assert.IsType<SerialScheduler>(Scheduler.Create(1));

    [Fact]
    public void Threads_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute.Threads = 0);

    [Fact]
    public void Threads_by_the_thousand_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute.Threads = 1025);

    [Fact]
    public void SimdBits_is_a_known_width() => Assert.Contains(Compute.SimdBits, new[] { 512, 256, 128, 0 });

    private static void RunThrowing(Scheduler scheduler) => scheduler.Run(&Throw, null, 30);

    private static void Count(void* counts, int chunk) => Interlocked.Increment(ref ((int*)counts)[chunk]);

    private static void Throw(void* ignored, int chunk)
    {
        if (chunk == 7) throw new InvalidOperationException("chunk 7");
    }

    private static void SleepAndRecordThread(void* ids, int chunk)
    {
        ((int*)ids)[chunk] = Environment.CurrentManagedThreadId;
        Thread.Sleep(1);
    }

    private static void OuterChunk(void* handle, int chunk)
    {
        var nesting = (Nesting)GCHandle.FromIntPtr((nint)handle).Target!;
        int* ids = stackalloc int[7];
        nesting.Scheduler.Run(&SleepAndRecordThread, ids, 7);
        for (int i = 0; i < 7; i++)
        {
            Interlocked.Increment(ref nesting.Calls);
            if (ids[i] != Environment.CurrentManagedThreadId) Interlocked.Increment(ref nesting.Wrong);
        }
    }

    private sealed class Nesting(ForkJoinScheduler scheduler)
    {
        public readonly ForkJoinScheduler Scheduler = scheduler;
        public int Wrong;
        public int Calls;
    }
}
