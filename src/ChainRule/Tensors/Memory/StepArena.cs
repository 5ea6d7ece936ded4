using System.Runtime.InteropServices;

namespace ChainRule;

/// <summary>Memory handed out by moving a pointer and taken back all at once.</summary>
internal sealed unsafe class StepArena : Storage
{
    private const int Alignment = 64;
    private const long FirstBlock = 1L << 20;

    private readonly List<(nint Block, long Bytes)> _blocks = [];
    private nint _next;
    private nint _end;
    private long _used;

    ~StepArena() => FreeBlocks();

    /// <summary>Bytes handed out since the last reset.</summary>
    public long UsedBytes => _used;

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
            FreeBlocks();
            AddBlock((nint)(_used + (_used / 8)));
        }
        else if (_blocks.Count == 1)
        {
            _next = _blocks[0].Block;
        }
        _used = 0;
    }

    private void AddBlock(nint size)
    {
        long bytes = Math.Max(Math.Max(size, FirstBlock), _blocks.Count == 0 ? 0 : _blocks[^1].Bytes);
        nint block = (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
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
