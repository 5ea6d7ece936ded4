using System.Numerics;
using System.Runtime.InteropServices;

namespace ChainRule;

/// <summary>Native buffers by size class, aligned to a cache line, padded, kept for reuse.</summary>
/// <remarks>
/// Four classes per power of two waste at most a quarter. Fresh pages cost the operating system 15 times more than a
/// buffer used before (docs of the engine study), so nothing is given back but under pressure.
/// </remarks>
internal static unsafe class BufferPool
{
    /// <summary>Kernels may read (never write) this far past the end of a buffer.</summary>
    public const int Padding = 128;

    private const int Alignment = 64;
    private const int Classes = 256;
    private const long FirstBudget = 256L << 20;

    private static readonly Stack<nint>[] Free = MakeStacks();
    private static readonly Lock Gate = new();
    private static long s_rented;
    private static long s_kept;
    private static long s_budget = FirstBudget;

    /// <summary>Bytes in use by tensors that have not been collected.</summary>
    public static long RentedBytes => Volatile.Read(ref s_rented);

    /// <summary>Bytes that wait for reuse.</summary>
    public static long KeptBytes => Volatile.Read(ref s_kept);

    public static nint Rent(long bytes)
    {
        int index = ClassOf(bytes, out long size);
        nint found = TryTake(index, size);
        if (found != 0) return found;
        if (Volatile.Read(ref s_rented) + size > Volatile.Read(ref s_budget))
        {
            Collect();
            found = TryTake(index, size);
            if (found != 0) return found;
        }
        Interlocked.Add(ref s_rented, size);
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)size + Padding, Alignment);
        }
        catch (OutOfMemoryException)
        {
            Trim();
            return (nint)NativeMemory.AlignedAlloc((nuint)size + Padding, Alignment);
        }
    }

    public static void Return(nint buffer, long bytes)
    {
        int index = ClassOf(bytes, out long size);
        lock (Gate) Free[index].Push(buffer);
        Interlocked.Add(ref s_rented, -size);
        Interlocked.Add(ref s_kept, size);
    }

    /// <summary>Gives every waiting buffer back to the operating system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            foreach (Stack<nint> stack in Free)
            {
                while (stack.TryPop(out nint buffer)) NativeMemory.AlignedFree((void*)buffer);
            }
            Interlocked.Exchange(ref s_kept, 0);
        }
    }

    private static nint TryTake(int index, long size)
    {
        nint buffer;
        lock (Gate)
        {
            if (!Free[index].TryPop(out buffer)) return 0;
        }
        Interlocked.Add(ref s_rented, size);
        Interlocked.Add(ref s_kept, -size);
        return buffer;
    }

    // The collector sees a few bytes per tensor and has no reason to hurry; the pool knows the megabytes behind them.
    private static void Collect()
    {
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        if (Volatile.Read(ref s_rented) > Volatile.Read(ref s_budget) / 2)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Volatile.Write(ref s_budget, Math.Max(FirstBudget, 2 * Volatile.Read(ref s_rented)));
    }

    private static int ClassOf(long bytes, out long size)
    {
        long need = Math.Max(bytes, 64);
        int log = 63 - BitOperations.LeadingZeroCount((ulong)(need - 1));
        long quarter = Math.Max(1L << (log - 2), 16);
        long steps = (need - 1 - (1L << log)) / quarter;             // 0..3: which quarter above 2^log
        size = (1L << log) + ((steps + 1) * quarter);
        return (log * 4) + (int)steps;
    }

    private static Stack<nint>[] MakeStacks()
    {
        Stack<nint>[] stacks = new Stack<nint>[Classes];
        for (int i = 0; i < Classes; i++) stacks[i] = new Stack<nint>();
        return stacks;
    }
}
