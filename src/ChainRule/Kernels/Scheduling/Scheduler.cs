namespace ChainRule.Kernels.Scheduling;

/// <summary>Runs the chunks of one kernel, on one thread or on several.</summary>
/// <remarks>
/// A kernel cuts its work into chunks by the shape alone, never by the number of threads, and gives every output
/// element to exactly one chunk. Which thread takes which chunk is then of no consequence, and a result has the same
/// bits whatever <see cref="Threads"/> says.
/// </remarks>
internal abstract unsafe class Scheduler
{
    private static Scheduler current = Create(Compute.DefaultThreads());

    /// <summary>The scheduler that every kernel uses; changed through <see cref="Compute.Threads"/>.</summary>
    public static Scheduler Current => Volatile.Read(ref current);

    /// <summary>The largest number of threads a region runs on, the caller's included.</summary>
    public abstract int Threads { get; }

    /// <summary>
    /// Calls <paramref name="body"/>(<paramref name="argument"/>, i) once for every i in [0, chunks) and returns when
    /// all calls have. A function pointer and a pointer to arguments on the caller's stack: a region allocates nothing.
    /// </summary>
    /// <exception cref="Exception">
    /// The first exception a chunk threw; chunks not yet begun are then skipped.
    /// </exception>
    public abstract void Run(delegate*<void*, int, void> body, void* argument, int chunks);

    /// <summary>
    /// Ends the threads of this scheduler. A later <see cref="Run"/> still works, in the caller alone.
    /// </summary>
    public virtual void Retire()
    {
    }

    /// <summary>The serial form where there is one thread, or no way to start another (the browser).</summary>
    public static Scheduler Create(int threads) =>
        threads <= 1 || OperatingSystem.IsBrowser() ? SerialScheduler.Instance : new ForkJoinScheduler(threads);

    /// <summary>Makes <paramref name="scheduler"/> the current one. Regions under way finish on the old one.</summary>
    public static void Use(Scheduler scheduler) => Interlocked.Exchange(ref current, scheduler).Retire();
}
