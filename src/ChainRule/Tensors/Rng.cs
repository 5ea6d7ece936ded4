using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>
/// Counter-based random numbers: number <c>k</c> of a (seed, stream) pair is a fixed function of the three, so runs
/// repeat, streams are independent and the state is three integers.
/// </summary>
/// <remarks>
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011), Philox4x32 with ten
/// rounds. An instance is not safe for use by several threads at once; give each its own stream.
/// </remarks>
public sealed class Rng
{
    private readonly uint[] _block = new uint[4];
    private int _left;

    /// <summary>A generator at the start of its stream.</summary>
    /// <param name="seed">Key of the generator.</param>
    /// <param name="stream">Which of the 2^64 independent streams of that key.</param>
    public Rng(ulong seed, ulong stream = 0)
        : this(new RngState(seed, stream, 0))
    {
    }

    /// <summary>A generator that goes on from a saved state.</summary>
    /// <param name="state">State from <see cref="State"/>.</param>
    public Rng(RngState state) => State = state;

    /// <summary>Where the generator stands; setting it jumps there.</summary>
    public RngState State
    {
        get => new(Seed, Stream, (BlockNumber * 4) - (ulong)_left);
        set
        {
            (Seed, Stream) = (value.Seed, value.Stream);
            BlockNumber = value.Position / 4;
            _left = 0;
            int skip = (int)(value.Position % 4);
            if (skip == 0) return;
            Refill();
            _left = 4 - skip;
        }
    }

    /// <summary>Key of the generator.</summary>
    public ulong Seed { get; private set; }

    /// <summary>Stream of the generator.</summary>
    public ulong Stream { get; private set; }

    private ulong BlockNumber { get; set; }

    /// <summary>The four 32-bit words of one counter value: the function everything else rests on.</summary>
    /// <param name="seed">Key.</param>
    /// <param name="stream">Upper half of the counter.</param>
    /// <param name="block">Lower half of the counter.</param>
    /// <param name="words">Receives four words.</param>
    public static void Philox(ulong seed, ulong stream, ulong block, Span<uint> words)
    {
        (uint c0, uint c1, uint c2, uint c3) = ((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32));
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        words[3] = c3;
        (words[0], words[1], words[2]) = (c0, c1, c2);
    }

    /// <summary>A uniform 32-bit number.</summary>
    public uint NextUInt32()
    {
        if (_left == 0) Refill();
        return _block[4 - _left--];
    }

    /// <summary>
    /// The next words, as <see cref="NextUInt32"/> would give them one by one, at several times its speed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Fill(Span<uint> target)
    {
        int done = 0;
        while (_left > 0 && done < target.Length) target[done++] = NextUInt32();
        uint* group = stackalloc uint[PhiloxGroup.Words];
        for (; done <= target.Length - PhiloxGroup.Words; done += PhiloxGroup.Words)
        {
            PhiloxGroup.Fill(Seed, Stream, BlockNumber, group);
            BlockNumber += PhiloxGroup.Blocks;
            for (int i = 0; i < PhiloxGroup.Words; i++) target[done + i] = group[(8 * (i % 4)) + (i / 4)];
        }
        while (done < target.Length) target[done++] = NextUInt32();
    }

    /// <summary>A uniform 64-bit number.</summary>
    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>Uniform in [0, 1), a multiple of 2^-24.</summary>
    public float NextFloat() => FloatOf(NextUInt32());

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform among 0, 1, ..., <paramref name="bound"/> - 1, without bias.</summary>
    /// <param name="bound">How many values, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        uint range = (uint)bound;
        uint reject = unchecked(0u - range) % range;                 // 2^32 mod range (Lemire 2019)
        while (true)
        {
            ulong product = (ulong)NextUInt32() * range;
            if ((uint)product >= reject) return (int)(product >> 32);
        }
    }

    /// <summary>A number of the standard normal distribution (Box and Muller 1958, the cosine half).</summary>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts items into a random order, every order equally likely (Fisher and Yates).</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="items">Items, reordered in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A generator for a part of the work, independent of this one, which moves on by two words.</summary>
    public Rng Split() => new(Seed, NextUInt64() | 1UL << 63);

    /// <summary>What <see cref="NextFloat"/> makes of a word.</summary>
    internal static float FloatOf(uint word) => (word >> 8) * (1f / (1 << 24));

    private void Refill()
    {
        Philox(Seed, Stream, BlockNumber, _block);
        BlockNumber++;
        _left = 4;
    }
}

/// <summary>All that a generator remembers.</summary>
/// <param name="Seed">Key.</param>
/// <param name="Stream">Stream of that key.</param>
/// <param name="Position">32-bit words drawn so far.</param>
public readonly record struct RngState(ulong Seed, ulong Stream, ulong Position);
