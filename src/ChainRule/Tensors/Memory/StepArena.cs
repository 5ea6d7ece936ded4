using System.Runtime.InteropServices;

namespace ChainRule;

/// <summary>Memory handed out by moving a pointer and taken back all at once.</summary>
internal sealed unsafe class StepArena : Storage
{
    private const int Alignment = 64;
    private const long FirstBlock = 1L << 20;
    private const long LargestGrowth = 256L << 20;

    private readonly List<(nint Block, long Bytes)> _blocks = [];
    private nint _next;
    private nint _end;
    private long _used;

    ~StepArena() => FreeBlocks();

    /// <summary>Bytes handed out since the last reset.</summary>
    public long UsedBytes => _used;

    /// <summary>
    /// How many pieces of memory the arena has; one from the second step on, unless a step needs more.
    /// </summary>
    public int BlockCount => _blocks.Count;

    public byte* Take(long bytes)
    {
        nint size = (nint)((bytes + BufferPool.Padding + Alignment - 1) & ~(Alignment - 1L));
        if (_next + size > _end) AddBlock(size);
        nint found = _next;
        _next += size;
        _used += size;
        return (byte*)found;
    }

    /// <summary>
    /// Starts again. After a step that needed several blocks the next one gets a single block of their size.
    /// </summary>
    public void Reset()
    {
        Generation++;
        if (_blocks.Count > 1)
        {
            long bytes = _used + (_used / 8);
            FreeBlocks();
            AddBlock((nint)bytes);
        }
        else if (_blocks.Count == 1)
        {
            _next = _blocks[0].Block;
        }
        _used = 0;
    }

    // Blocks double within the first step, up to a size that costs little where it stays half empty.
    private void AddBlock(nint size)
    {
        long growth = _blocks.Count == 0 ? FirstBlock : Math.Min(2 * _blocks[^1].Bytes, LargestGrowth);
        long bytes = Math.Max(size, growth);
        nint block = BufferPool.AllocateOrCollect(bytes);
        _blocks.Add((block, bytes));
        (_next, _end) = (block, block + (nint)bytes);
    }

    private void FreeBlocks()
    {
        foreach ((nint block, _) in _blocks) NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
        (_next, _end) = (0, 0);
    }
}
