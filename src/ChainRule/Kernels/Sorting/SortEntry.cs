using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ChainRule.Kernels.Sorting;

/// <summary>
/// A number of a row and its place there: entries in increasing order are the row in the order that is wanted, equal
/// numbers in that of their places. No two entries of a row are equal.
/// </summary>
internal interface ISortEntry<TSelf>
    where TSelf : unmanaged, ISortEntry<TSelf>
{
    /// <summary>Bytes of a key.</summary>
    static abstract int Digits { get; }

    /// <summary>The place in the row.</summary>
    int Place { get; }

    static abstract TSelf Of(ulong key, int place);

    /// <summary>A byte of the key, 0 the lowest.</summary>
    int Digit(int which);

    bool Before(TSelf other);

    /// <summary>Puts few entries into increasing order.</summary>
    static abstract void Sort(Span<TSelf> entries);
}

/// <summary>A key of 32 bits above the place: one number to compare.</summary>
internal readonly struct SortEntry32 : ISortEntry<SortEntry32>
{
    private readonly ulong _bits;

    private SortEntry32(ulong bits) => _bits = bits;

    public static int Digits => 4;

    public int Place => (int)_bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SortEntry32 Of(ulong key, int place) => new((key << 32) | (uint)place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Digit(int which) => (byte)(_bits >> (32 + (8 * which)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Before(SortEntry32 other) => _bits < other._bits;

    public static void Sort(Span<SortEntry32> entries) => MemoryMarshal.Cast<SortEntry32, ulong>(entries).Sort();
}

/// <summary>A key of 64 bits and the place beside it.</summary>
internal readonly struct SortEntry64 : ISortEntry<SortEntry64>, IComparable<SortEntry64>
{
    private readonly ulong _key;

    private SortEntry64(ulong key, int place) => (_key, Place) = (key, place);

    public static int Digits => 8;

    public int Place { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SortEntry64 Of(ulong key, int place) => new(key, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Digit(int which) => (byte)(_key >> (8 * which));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Before(SortEntry64 other) => _key < other._key || (_key == other._key && Place < other.Place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompareTo(SortEntry64 other) => Before(other) ? -1 : other.Before(this) ? 1 : 0;

    public static void Sort(Span<SortEntry64> entries) => entries.Sort();
}

/// <summary>Numbers as unsigned keys in the same order: NaN behind all others, both zeros equal.</summary>
internal static class SortKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of<T>(T x)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            float value = Unsafe.BitCast<T, float>(x) + 0f;              // -0 + 0 is 0
            uint bits = BitConverter.SingleToUInt32Bits(value);
            return float.IsNaN(value) ? uint.MaxValue : bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
        }
        if (typeof(T) == typeof(double))
        {
            double value = Unsafe.BitCast<T, double>(x) + 0.0;
            ulong bits = BitConverter.DoubleToUInt64Bits(value);
            return double.IsNaN(value) ? ulong.MaxValue : bits ^ ((ulong)((long)bits >> 63) | 0x8000_0000_0000_0000);
        }
        if (typeof(T) == typeof(long)) return (ulong)Unsafe.BitCast<T, long>(x) ^ 0x8000_0000_0000_0000;
        if (typeof(T) == typeof(int)) return (uint)Unsafe.BitCast<T, int>(x) ^ 0x8000_0000;
        return Unsafe.BitCast<T, byte>(x);
    }
}
