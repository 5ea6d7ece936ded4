using System.Buffers;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Sorting;

/// <summary>Which numbers of a run are wanted, and in which order.</summary>
/// <param name="Count">How many, the first in the order.</param>
/// <param name="Descending">The largest first.</param>
/// <param name="ByPlace">Those chosen, in the order in which they stand.</param>
internal readonly record struct SortOrder(int Count, bool Descending, bool ByPlace = false);

/// <summary>
/// Sorts the runs along the middle of [outer, length, inner], or the first of each: values and places. Runs are shared
/// among threads, each is sorted by one.
/// </summary>
/// <remarks>
/// Stable: equal numbers keep their order in either direction. NaN is larger than all numbers, as in
/// <see cref="SortKey"/>. A long run goes byte by byte over its keys (radix sort from the lowest digit), a short one
/// through the library's introspective sort.
/// </remarks>
internal static unsafe class RowSort
{
    private const int Grain = 8 * 1024;

    /// <summary>As many are kept sorted by insertion, from the first number of a run to the last.</summary>
    private const int Few = 32;

    /// <summary>Entries a digit from which clearing and adding up the counts of a radix sort pays.</summary>
    private const int RadixLength = 16;

    /// <summary>Sorts runs of elements of a type; both results are dense [outer, order.Count, inner].</summary>
    public static void Run(
        DType dtype, byte* x, byte* values, long* indices, int outer, int length, int inner, SortOrder order)
    {
        switch (dtype)
        {
            case DType.Float32: Run<float, SortEntry32>(x, values, indices, outer, length, inner, order); break;
            case DType.Float64: Run<double, SortEntry64>(x, values, indices, outer, length, inner, order); break;
            case DType.Int64: Run<long, SortEntry64>(x, values, indices, outer, length, inner, order); break;
            case DType.Int32: Run<int, SortEntry32>(x, values, indices, outer, length, inner, order); break;
            default: Run<byte, SortEntry32>(x, values, indices, outer, length, inner, order); break;
        }
    }

    private static void Run<T, E>(
        byte* x, byte* values, long* indices, int outer, int length, int inner, SortOrder order)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        int runs = outer * inner;
        if (runs == 0 || order.Count == 0) return;
        Arguments<T> a = new() { X = (T*)x, Values = (T*)values, Indices = indices, Order = order };
        (a.Runs, a.Length, a.Inner, a.PerChunk) = (runs, length, inner, Math.Max(1, Grain / length));
        int chunks = (runs + a.PerChunk - 1) / a.PerChunk;
        Scheduler scheduler = (long)runs * length < 2 * Grain ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(&Chunk<T, E>, &a, chunks);
    }

    private static void Chunk<T, E>(void* argument, int chunk)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        int first = chunk * a->PerChunk, end = Math.Min(first + a->PerChunk, a->Runs), count = a->Order.Count;
        // Where only few are wanted, twice as many are held at a time and the worse half dropped again and again.
        int room = (int)Math.Min(a->Length, 2L * count);
        bool few = count <= Few && room < a->Length, some = room < a->Length - (a->Length / 4);
        if (!some) room = a->Length;
        E[] held = ArrayPool<E>.Shared.Rent(room), other = ArrayPool<E>.Shared.Rent(room);
        fixed (E* entries = held, spare = other)
        {
            for (int run = first; run < end; run++)
            {
                nint outer = run / a->Inner, column = run % a->Inner;
                T* x = a->X + (outer * a->Length * a->Inner) + column;
                nint to = (outer * count * a->Inner) + column;
                E* best = few ? Insert(x, a, entries)
                    : some ? First(x, a, entries, spare, room)
                    : All(x, a, entries, spare);
                if (a->Order.ByPlace)
                {
                    for (int i = 0; i < count; i++) best[i] = E.Of((uint)best[i].Place, best[i].Place);
                    best = Sort(best, best == entries ? spare : entries, count);
                }
                Store(x, best, a->Values + to, a->Indices + to, a->Inner, count);
            }
        }
        ArrayPool<E>.Shared.Return(held);
        ArrayPool<E>.Shared.Return(other);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E* All<T, E>(T* x, Arguments<T>* a, E* entries, E* spare)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        ulong flip = Flip<E>(a->Order);
        nint step = a->Inner;
        for (int i = 0; i < a->Length; i++) entries[i] = E.Of(SortKey.Of(x[i * step]) ^ flip, i);
        return Sort(entries, spare, a->Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E* Insert<T, E>(T* x, Arguments<T>* a, E* entries)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        ulong flip = Flip<E>(a->Order);
        nint step = a->Inner, last = a->Order.Count - 1;
        for (int i = 0; i < a->Length; i++)
        {
            E entry = E.Of(SortKey.Of(x[i * step]) ^ flip, i);
            if (i > last && !entry.Before(entries[last])) continue;
            nint at = Math.Min(i, last);
            for (; at > 0 && entry.Before(entries[at - 1]); at--) entries[at] = entries[at - 1];
            entries[at] = entry;
        }
        return entries;
    }

    // The last that is kept is the bar for all that follow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E* First<T, E>(T* x, Arguments<T>* a, E* entries, E* spare, int room)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        ulong flip = Flip<E>(a->Order);
        nint step = a->Inner;
        int held = 0, i = 0;
        for (; held < room; i++) entries[held++] = E.Of(SortKey.Of(x[i * step]) ^ flip, i);
        while (true)
        {
            E* best = Sort(entries, spare, held);
            if (i == a->Length) return best;
            if (best != entries) Exchange(ref entries, ref spare);
            held = a->Order.Count;
            E bar = entries[held - 1];
            for (; i < a->Length && held < room; i++)
            {
                E entry = E.Of(SortKey.Of(x[i * step]) ^ flip, i);
                if (entry.Before(bar)) entries[held++] = entry;
            }
        }
    }

    // A key with all bits turned is larger where it was smaller; places stay as they are.
    private static ulong Flip<E>(SortOrder order)
        where E : unmanaged, ISortEntry<E> =>
        !order.Descending ? 0 : E.Digits == 8 ? ulong.MaxValue : uint.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store<T, E>(T* x, E* best, T* values, long* indices, nint step, int count)
        where T : unmanaged
        where E : unmanaged, ISortEntry<E>
    {
        for (int i = 0; i < count; i++)
        {
            nint place = best[i].Place;
            values[i * step] = x[place * step];
            indices[i * step] = place;
        }
    }

    /// <summary>Sorts entries, with as much room to spare; returns which of the two holds the result.</summary>
    private static E* Sort<E>(E* entries, E* spare, int count)
        where E : unmanaged, ISortEntry<E>
    {
        if (count >= RadixLength * E.Digits) return Radix(entries, spare, count);
        E.Sort(new Span<E>(entries, count));
        return entries;
    }

    // Digits that all keys share are passed over. Entries come in the order of their places or are all different.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E* Radix<E>(E* entries, E* spare, int count)
        where E : unmanaged, ISortEntry<E>
    {
        int* counts = stackalloc int[8 * 256];
        new Span<int>(counts, E.Digits * 256).Clear();
        for (int i = 0; i < count; i++)
        {
            for (int d = 0; d < E.Digits; d++) counts[(d * 256) + entries[i].Digit(d)]++;
        }
        for (int d = 0; d < E.Digits; d++, counts += 256)
        {
            if (counts[entries[0].Digit(d)] == count) continue;
            int start = 0;
            for (int value = 0; value < 256; value++) (counts[value], start) = (start, start + counts[value]);
            for (int i = 0; i < count; i++)
            {
                E entry = entries[i];
                spare[counts[entry.Digit(d)]++] = entry;
            }
            Exchange(ref entries, ref spare);
        }
        return entries;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange<E>(ref E* a, ref E* b)
        where E : unmanaged
    {
        E* kept = a;
        a = b;
        b = kept;
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Values;
        public long* Indices;
        public SortOrder Order;
        public int Runs, Length, Inner, PerChunk;
    }
}
