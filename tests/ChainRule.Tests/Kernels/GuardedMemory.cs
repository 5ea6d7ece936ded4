using System.Runtime.InteropServices;

namespace ChainRule.Tests.Kernels;

/// <summary>
/// Numbers in native memory that end where a page without access begins (on Linux): reading or writing one past the end
/// stops the process. Before the first number lie canaries, which <see cref="AssertIntact"/> inspects.
/// </summary>
internal sealed unsafe partial class GuardedMemory<T> : IDisposable
    where T : unmanaged
{
    private const byte Canary = 0xA5;
    private readonly byte* memory;
    private readonly nint bytes;

    public GuardedMemory(long length)
    {
        Length = checked((int)length);
        nint page = Environment.SystemPageSize;
        nint payload = Length * sizeof(T);
        bytes = ((payload + 64 + page - 1) / page * page) + page;
        if (OperatingSystem.IsLinux())
        {
            memory = (byte*)Native.Map(0, (nuint)bytes, 3, 0x22, -1, 0);
            if (memory == (byte*)-1 || Native.Protect((nint)(memory + bytes - page), (nuint)page, 0) != 0)
                throw new OutOfMemoryException($"No guarded memory of {bytes} bytes to be had.");
        }
        else
        {
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)page);
        }
        new Span<byte>(memory, checked((int)(bytes - page))).Fill(Canary);
        Data = (T*)(memory + bytes - page - payload);
    }

    public T* Data { get; }

    public int Length { get; }

    public Span<T> Span => new(Data, Length);

    public void AssertIntact()
    {
        int before = checked((int)((byte*)Data - memory));
        Assert.Equal(-1, new Span<byte>(memory, before).IndexOfAnyExcept(Canary));
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) _ = Native.Unmap((nint)memory, (nuint)bytes);
        else NativeMemory.AlignedFree(memory);
    }
}

internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "mmap")]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint length);
}
