using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>
/// What a formula may ask of its numbers. One formula written over <typeparamref name="TSelf"/> runs as a vector loop,
/// as a scalar loop and, with tensors for numbers, as a graph that can be differentiated again.
/// </summary>
/// <remarks>
/// Comparisons give a mask: all bits set where true. A mask is only good for <see cref="Select"/>, <see cref="And"/>
/// and <see cref="Or"/>. Single-field wrapper structs with operators compile to the same instructions as hand-written
/// <c>Vector512</c> code (docs/decisions/0002).
/// </remarks>
internal interface IVec<TSelf>
    where TSelf : struct, IVec<TSelf>
{
    static abstract TSelf operator +(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a, TSelf b);
    static abstract TSelf operator *(TSelf a, TSelf b);
    static abstract TSelf operator /(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a);

    static abstract TSelf Const(double value);

    /// <summary>a * b + c, in one rounding where the machine has it.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Abs(TSelf x);
    static abstract TSelf Sqrt(TSelf x);
    static abstract TSelf Floor(TSelf x);
    static abstract TSelf Ceiling(TSelf x);
    static abstract TSelf Truncate(TSelf x);

    /// <summary>Nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The smaller; NaN if either is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger; NaN if either is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Less(TSelf a, TSelf b);
    static abstract TSelf LessOrEqual(TSelf a, TSelf b);
    static abstract TSelf Equal(TSelf a, TSelf b);
    static abstract TSelf And(TSelf mask, TSelf other);
    static abstract TSelf Or(TSelf mask, TSelf other);
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    static abstract TSelf Exp(TSelf x);
    static abstract TSelf Expm1(TSelf x);
    static abstract TSelf Log(TSelf x);
    static abstract TSelf Log1p(TSelf x);
    static abstract TSelf Tanh(TSelf x);
    static abstract TSelf Sigmoid(TSelf x);
    static abstract TSelf Erf(TSelf x);
    static abstract TSelf Sin(TSelf x);
    static abstract TSelf Cos(TSelf x);

    static virtual TSelf Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSelf.Const(0);
    }

    static virtual TSelf One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSelf.Const(1);
    }
}

/// <summary>A vector (or a scalar) of numbers of one type in a register.</summary>
internal unsafe interface ISimdVec<TSelf, T> : IVec<TSelf>
    where TSelf : struct, ISimdVec<TSelf, T>
    where T : unmanaged
{
    static abstract int Count { get; }
    static abstract TSelf Broadcast(T value);
    static abstract TSelf Load(T* source);
    static abstract void Store(T* target, TSelf value);

    /// <summary>
    /// Smaller operand in one instruction, for clamps: a constant goes first, a NaN second comes out.
    /// </summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    /// <summary>Larger operand in one instruction, for clamps: a constant goes first, a NaN second comes out.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The bit pattern moved up by <paramref name="count"/>, a constant below the width of a lane.</summary>
    static abstract TSelf ShiftLeft(TSelf x, int count);

    /// <summary>A mask, set where the bit of that number is set in the pattern (0 is the lowest).</summary>
    static abstract TSelf TestBit(TSelf x, int bit);

    /// <summary>
    /// x * 2^n for integral n of at most 252 (float32) or 2044 (float64) in magnitude and |x| in [1/4, 4]: rounded
    /// once, infinite where too large. NaN in x comes out.
    /// </summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf x, TSelf n);

    /// <summary>floor(log2 |x|), subnormal numbers included; -inf for 0, +inf for infinities, NaN for NaN.</summary>
    static abstract TSelf Exponent(TSelf x);

    /// <summary>
    /// x divided by the power of two that brings it into [0.75, 1.5), subnormal numbers included; 1 for 0 and +inf,
    /// NaN for numbers below 0 and NaN.
    /// </summary>
    static abstract TSelf Mantissa(TSelf x);

    /// <summary>Magnitude of the first, sign of the second.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Sum of the lanes, halves folded onto each other: a fixed order for a given width.</summary>
    static abstract T Sum(TSelf x);

    /// <summary>Four sums side by side, each with the bits of <see cref="Sum"/>.</summary>
    static abstract void Sums(TSelf a, TSelf b, TSelf c, TSelf d, T* target);

    /// <summary>The numbers at even places of a followed by b.</summary>
    static abstract TSelf Even(TSelf a, TSelf b);

    /// <summary>The numbers at odd places of a followed by b.</summary>
    static abstract TSelf Odd(TSelf a, TSelf b);

    static abstract T MaxLane(TSelf x);
    static abstract T MinLane(TSelf x);

    /// <summary>One bit a lane, lane 0 lowest: set where the mask is set.</summary>
    static abstract ulong Bits(TSelf mask);

    /// <summary>The first <paramref name="count"/> numbers; the other lanes are 0.</summary>
    static virtual TSelf LoadPartial(T* source, int count)
    {
        T* lanes = stackalloc T[TSelf.Count];
        for (int i = 0; i < TSelf.Count; i++) lanes[i] = i < count ? source[i] : default;
        return TSelf.Load(lanes);
    }

    static virtual void StorePartial(T* target, TSelf value, int count)
    {
        T* lanes = stackalloc T[TSelf.Count];
        TSelf.Store(lanes, value);
        for (int i = 0; i < count; i++) target[i] = lanes[i];
    }
}
