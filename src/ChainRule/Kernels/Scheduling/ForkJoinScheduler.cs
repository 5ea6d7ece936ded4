using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace ChainRule.Kernels.Scheduling;

/// <summary>
/// A fork-join pool: the caller and up to Threads - 1 background workers claim the chunks of one region.
/// </summary>
/// <remarks>
/// <para>Chunks are claimed, not dealt out. The caller claims too and at the end waits only for chunks that a worker
/// really took, so that a worker which the operating system has descheduled costs nothing.</para>
/// <para>One word, the ticket, holds the region's number and how many chunks are unclaimed. A worker that comes late,
/// with the number of a region long over, finds either another number or a zero, and its compare-and-swap cannot touch
/// a newer region. That the count is in the same word as the number is essential: read from elsewhere it could belong
/// to the next region while the number is still the last one's.</para>
/// <para>A worker spins for a while before it sleeps, because training enters a region every few microseconds and
/// waking a sleeper takes twenty.</para>
/// </remarks>
internal sealed unsafe class ForkJoinScheduler : Scheduler
{
    // Waking a parked thread takes about 20 us; spinning a few times as long costs little and almost always suffices.
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000; // 50 us

    // True on workers always and on a caller inside a region: a region within a region runs serially.
    [ThreadStatic]
    private static bool inside;

    private readonly int threads;
    private readonly SemaphoreSlim wake = new(0);
    private readonly SemaphoreSlim finished = new(0);

    private Counters counters;
    private delegate*<void*, int, void> body;
    private void* argument;
    private int chunks;
    private Exception? failure;
    private int busy;
    private bool started;
    private volatile bool retired;

    public ForkJoinScheduler(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        this.threads = threads;
    }

    public override int Threads => threads;

    public override void Run(delegate*<void*, int, void> body, void* argument, int chunks)
    {
        // Nothing to share, already inside a region, or another user thread has the pool: the caller does it alone.
        if (chunks <= 1 || threads == 1 || inside || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int i = 0; i < chunks; i++) body(argument, i);
            return;
        }

        inside = true;
        try
        {
            Fork(body, argument, chunks);
        }
        finally
        {
            inside = false;
            Volatile.Write(ref busy, 0);
        }
    }

    public override void Retire()
    {
        retired = true;
        Interlocked.MemoryBarrier();
        Wake(int.MaxValue);
    }

    private void Fork(delegate*<void*, int, void> body, void* argument, int chunks)
    {
        if (!started && !retired) Start();
        this.body = body;
        this.argument = argument;
        this.chunks = chunks;
        failure = null;
        counters.Done = 0;
        int region = counters.Region + 1;
        Volatile.Write(ref counters.Ticket, ((long)region << 32) | (uint)chunks);
        Interlocked.Exchange(ref counters.Region, region); // full fence: the read of Sleepers below comes after
        Wake(chunks - 1);
        Work(region);
        Join(chunks);
        if (failure is { } first) ExceptionDispatchInfo.Capture(first).Throw();
    }

    /// <summary>Claims and runs chunks of a region until none is left.</summary>
    private void Work(int region)
    {
        int did = 0, total = 0;
        while (true)
        {
            long ticket = Volatile.Read(ref counters.Ticket);
            int left = (int)ticket;
            if ((int)(ticket >> 32) != region || left == 0) break;
            if (Interlocked.CompareExchange(ref counters.Ticket, ticket - 1, ticket) != ticket) continue;

            // The claim holds the region open, so these fields are this region's.
            total = chunks;
            did++;
            if (Volatile.Read(ref failure) is not null) continue;
            try
            {
                body(argument, total - left);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }

        // Whoever completes the count wakes a caller that went to sleep waiting for it.
        if (did > 0 && Interlocked.Add(ref counters.Done, did) == total
            && Interlocked.Exchange(ref counters.CallerParked, 0) == 1)
            finished.Release();
    }

    /// <summary>Waits for chunks that workers have claimed: spinning first, then asleep.</summary>
    private void Join(int total)
    {
        if (Volatile.Read(ref counters.Done) == total) return;
        long until = Stopwatch.GetTimestamp() + SpinTicks;
        while (Volatile.Read(ref counters.Done) != total)
        {
            if (Stopwatch.GetTimestamp() < until)
            {
                Thread.SpinWait(4);
                continue;
            }

            // Announce, look again, sleep. If a worker has taken the announcement back, its permit must be used up.
            Interlocked.Exchange(ref counters.CallerParked, 1);
            if (Volatile.Read(ref counters.Done) != total || Interlocked.Exchange(ref counters.CallerParked, 0) == 0)
                finished.Wait();
        }
    }

    private void Start()
    {
        started = true;
        for (int i = 1; i < threads; i++)
        {
            var thread = new Thread(static self => ((ForkJoinScheduler)self!).Serve())
            {
                IsBackground = true,
                Name = $"ChainRule worker {i}",
            };
            thread.UnsafeStart(this);
        }
    }

    /// <summary>The life of a worker: wait for a new region, work, again.</summary>
    private void Serve()
    {
        inside = true;
        int seen = 0;
        while (!retired)
        {
            long until = Stopwatch.GetTimestamp() + SpinTicks;
            int region;
            while ((region = Volatile.Read(ref counters.Region)) == seen && !retired)
            {
                if (Stopwatch.GetTimestamp() < until) Thread.SpinWait(8);
                else Park(seen);
            }

            seen = region;
            Work(region);
        }
    }

    /// <summary>Sleeps until woken, unless a region newer than <paramref name="seen"/> has begun meanwhile.</summary>
    private void Park(int seen)
    {
        // Every registration is answered by exactly one permit, or taken back by its owner: permits never pile up.
        Interlocked.Increment(ref counters.Sleepers);
        if ((Volatile.Read(ref counters.Region) == seen && !retired) || TakeSleepers(1) == 0) wake.Wait();
    }

    private void Wake(int most)
    {
        if (Volatile.Read(ref counters.Sleepers) == 0) return;
        int count = TakeSleepers(most);
        if (count > 0) wake.Release(count);
    }

    private int TakeSleepers(int most)
    {
        while (true)
        {
            int sleepers = Volatile.Read(ref counters.Sleepers);
            int take = Math.Min(sleepers, most);
            if (take == 0) return 0;
            if (Interlocked.CompareExchange(ref counters.Sleepers, sleepers - take, sleepers) == sleepers) return take;
        }
    }

    /// <summary>What several threads write, each on lines of its own (128 bytes: lines are fetched in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 7 * 128)]
    private struct Counters
    {
        [FieldOffset(1 * 128)]
        public long Ticket;

        [FieldOffset(2 * 128)]
        public int Region;

        [FieldOffset(3 * 128)]
        public int Done;

        [FieldOffset(4 * 128)]
        public int Sleepers;

        [FieldOffset(5 * 128)]
        public int CallerParked;
    }
}
