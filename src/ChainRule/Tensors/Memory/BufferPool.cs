using System.Numerics;
using System.Runtime.InteropServices;

namespace ChainRule;

/// <summary>Native buffers by size class, aligned to a cache line, padded, kept for reuse.</summary>
/// <remarks>
/// Four classes per power of two waste at most a quarter. Fresh pages cost the operating system 15 times more than a
/// buffer used before (docs of the engine study), so buffers are given back only where their sum, used and waiting,
/// would pass the budget: what was in use after the last collection, and half of it or 32 MB more. A collection of
/// young objects takes some 0.1 ms; the batches of a small network fill 32 MB in some hundred steps.
/// </remarks>
internal static unsafe class BufferPool
{
    /// <summary>Kernels may read (never write) this far past the end of a buffer.</summary>
    public const int Padding = 128;

    private const int Alignment = 64;
    private const int Classes = 256;
    private const long LeastRoom = 32L << 20;

    [ThreadStatic]
    private static long t_asked;

    private static readonly Stack<nint>[] Free = MakeStacks();
    private static readonly long[] LastUse = new long[Classes];
    private static readonly Lock Gate = new();
    private static long s_rented;
    private static long s_kept;
    private static long s_allocations;
    private static long s_clock;
    private static long s_budget = LeastRoom;

    /// <summary>Bytes in use by tensors that have not been collected.</summary>
    public static long RentedBytes => Volatile.Read(ref s_rented);

    /// <summary>Bytes that wait for reuse.</summary>
    public static long KeptBytes => Volatile.Read(ref s_kept);

    /// <summary>How often memory was asked of the operating system.</summary>
    public static long Allocations => Volatile.Read(ref s_allocations);

    /// <summary>Bytes that this thread has asked for so far, given back or not.</summary>
    public static long AskedByThread => t_asked;

    /// <summary>Bytes beside those in use that may wait for a collection.</summary>
    public static long RoomFor(long live) => Math.Max(LeastRoom, live / 2);

    public static nint Rent(long bytes)
    {
        t_asked += bytes;
        int index = ClassOf(bytes, out long size);
        if (TryTake(index, size, out nint found)) return found;
        if (Volatile.Read(ref s_rented) + size > Volatile.Read(ref s_budget))
        {
            Collect();
            if (TryTake(index, size, out found)) return found;
        }
        MakeRoom(size);
        nint made = AllocateOrCollect(size + Padding);
        lock (Gate) s_rented += size;
        return made;
    }

    public static void Return(nint buffer, long bytes)
    {
        int index = ClassOf(bytes, out long size);
        lock (Gate)
        {
            Free[index].Push(buffer);
            s_rented -= size;
            s_kept += size;
        }
    }

    /// <summary>Gives every waiting buffer back to the operating system; what is in use now sets the budget.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            for (int index = 0; index < Classes; index++)
            {
                while (Free[index].Count > 0) Release(index);
            }
            SetBudget();
        }
    }

    /// <summary>Memory from the operating system; where it has none, waiting buffers are given up first.</summary>
    public static nint AllocateOrCollect(long bytes)
    {
        Interlocked.Increment(ref s_allocations);
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        }
        catch (OutOfMemoryException)
        {
            Collect();
            Trim();
            return (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        }
    }

    private static bool TryTake(int index, long size, out nint buffer)
    {
        lock (Gate)
        {
            LastUse[index] = ++s_clock;
            if (!Free[index].TryPop(out buffer)) return false;
            s_rented += size;
            s_kept -= size;
            return true;
        }
    }

    // Sizes that nobody asks for any more make room first.
    private static void MakeRoom(long size)
    {
        lock (Gate)
        {
            while (s_kept > 0 && s_rented + s_kept + size > s_budget)
            {
                int oldest = -1;
                for (int index = 0; index < Classes; index++)
                {
                    if (Free[index].Count > 0 && (oldest < 0 || LastUse[index] < LastUse[oldest])) oldest = index;
                }
                Release(oldest);
            }
        }
    }

    private static void Release(int index)
    {
        NativeMemory.AlignedFree((void*)Free[index].Pop());
        s_kept -= SizeOf(index);
    }

    // The collector sees a few bytes per tensor and has no reason to hurry; the pool knows the megabytes behind them.
    // Generation 1, not 0: a batch that was alive during one collection is found dead by the next, and never grows old
    // enough to need a collection of everything.
    private static void Collect()
    {
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        // Half of the room still taken or more: what filled it is alive or old.
        if (Volatile.Read(ref s_rented) > Volatile.Read(ref s_budget) - (LeastRoom / 2))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        SetBudget();
    }

    private static void SetBudget()
    {
        long live = Volatile.Read(ref s_rented);
        Volatile.Write(ref s_budget, live + RoomFor(live));
    }

    /// <summary>Bytes of the buffer that a request gets.</summary>
    public static long SizeFor(long bytes)
    {
        ClassOf(bytes, out long size);
        return size;
    }

    private static int ClassOf(long bytes, out long size)
    {
        long need = Math.Max(bytes, 64);
        int log = 63 - BitOperations.LeadingZeroCount((ulong)(need - 1));
        int index = (log * 4) + (int)((need - 1 - (1L << log)) / QuarterOf(log));
        size = SizeOf(index);
        return index;
    }

    // Class 4 log + q holds sizes up to 2^log and q + 1 quarters of that.
    private static long SizeOf(int index) => (1L << (index / 4)) + (((index % 4) + 1) * QuarterOf(index / 4));

    private static long QuarterOf(int log) => Math.Max(1L << (log - 2), 16);

    private static Stack<nint>[] MakeStacks()
    {
        Stack<nint>[] stacks = new Stack<nint>[Classes];
        for (int i = 0; i < Classes; i++) stacks[i] = new Stack<nint>();
        return stacks;
    }
}
