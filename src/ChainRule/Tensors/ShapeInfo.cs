namespace ChainRule;

/// <summary>Immutable sizes with their row-major strides, shared by every tensor of that shape.</summary>
/// <remarks>
/// Interned: a training loop meets the same few dozen shapes again and again, so a new tensor costs no new array and
/// most comparisons are one of references.
/// </remarks>
internal sealed class ShapeInfo
{
    private const int Slots = 1024;
    private static readonly ShapeInfo?[] Cache = new ShapeInfo?[Slots];

    private ShapeInfo(int[] dims, int[] strides, int count, int hash)
    {
        Dims = dims;
        Strides = strides;
        Count = count;
        Hash = hash;
    }

    public static ShapeInfo Scalar { get; } = Intern([]);

    public int[] Dims { get; }

    /// <summary>Row-major strides in elements.</summary>
    public int[] Strides { get; }

    public int Count { get; }

    public int Hash { get; }

    public static ShapeInfo Intern(ReadOnlySpan<int> dims)
    {
        uint hash = (uint)dims.Length;
        foreach (int d in dims) hash = (hash * 0x9E3779B1u) + (uint)d;
        hash ^= hash >> 15;
        ref ShapeInfo? slot = ref Cache[hash % Slots];
        ShapeInfo? found = Volatile.Read(ref slot);
        if (found is not null && dims.SequenceEqual(found.Dims)) return found;
        ShapeInfo made = Make(dims, (int)hash);
        // a lost race costs one object, never a wrong answer
        Volatile.Write(ref slot, made);
        return made;
    }

    private static ShapeInfo Make(ReadOnlySpan<int> dims, int hash)
    {
        long count = 1;
        bool empty = false;
        foreach (int d in dims) empty |= d == 0;                     // Contains costs the first step 2 ms of compiling
        foreach (int d in dims)
        {
            if (d < 0)
                throw new ShapeException($"Shape: size {d} is negative in [{string.Join(", ", dims.ToArray())}].");
            count = empty ? 0 : count * d;
            if (count > int.MaxValue)
            {
                throw new ShapeException(
                    $"Shape: [{string.Join(", ", dims.ToArray())}] has more than {int.MaxValue} elements, "
                    + "the most one tensor can hold.");
            }
        }
        int[] strides = new int[dims.Length];
        int step = 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step = unchecked(step * Math.Max(dims[i], 1));           // only meaningful where there are elements
        }
        return new ShapeInfo(dims.ToArray(), strides, (int)count, hash);
    }
}
