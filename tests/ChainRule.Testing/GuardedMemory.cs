using System.Runtime.InteropServices;

namespace ChainRule.Testing;

/// <summary>
/// Native memory between two pages without access: [guard][writable pages][guard]. Where the system has no such pages
/// there
/// are canaries only.
/// </summary>
internal sealed unsafe partial class GuardedMemory
{
    private const byte Canary = 0xA5;
    private const int LinuxPrivateAnonymous = 0x22;
    private const int MacPrivateAnonymous = 0x1002;

    private readonly nint _all;
    private readonly nuint _bytes;
    private bool _freed;

    /// <summary>At least <paramref name="payload"/> writable bytes.</summary>
    public GuardedMemory(long payload)
    {
        nint page = Environment.SystemPageSize;
        nint inner = (nint)Math.Max(1, (payload + page - 1) / page) * page;
        _bytes = (nuint)(inner + (2 * page));
        _all = Reserve(_bytes);
        Start = (byte*)_all + page;
        End = Start + inner;
        new Span<byte>(Start, checked((int)inner)).Fill(Canary);
        Protected = Forbid(_all, (nuint)page) && Forbid((nint)End, (nuint)page);
    }

    ~GuardedMemory() => Free();

    /// <summary>True where touching a byte outside stops the process.</summary>
    public bool Protected { get; }

    /// <summary>First writable byte, the first of a page.</summary>
    public byte* Start { get; }

    /// <summary>First byte behind the writable ones, the first of a page.</summary>
    public byte* End { get; }

    /// <summary>
    /// Position of the first byte that is no longer a canary in [from, to), counted from <paramref name="from"/>; -1 if
    /// none.
    /// </summary>
    public int FirstTouched(byte* from, byte* to)
    {
        int found = new Span<byte>(from, checked((int)(to - from))).IndexOfAnyExcept(Canary);
        GC.KeepAlive(this);
        return found;
    }

    public void Free()
    {
        if (_freed) return;
        _freed = true;
        if (OperatingSystem.IsWindows()) _ = Windows.VirtualFree(_all, 0, Windows.Release);
        else if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) _ = Unix.Unmap(_all, _bytes);
        else NativeMemory.AlignedFree((void*)_all);
        GC.SuppressFinalize(this);
    }

    private static nint Reserve(nuint bytes)
    {
        nint found;
        if (OperatingSystem.IsWindows()) found = Windows.VirtualAlloc(0, bytes, Windows.ReserveAndCommit,
            Windows.ReadWrite);
        else if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            found = Unix.Map(0, bytes, 3, OperatingSystem.IsLinux() ? LinuxPrivateAnonymous : MacPrivateAnonymous, -1,
                0);
        else found = (nint)NativeMemory.AlignedAlloc(bytes, (nuint)Environment.SystemPageSize);
        return found is 0 or -1 ? throw new OutOfMemoryException($"GuardedTensor: the system gives no {bytes} bytes.")
            : found;
    }

    private static bool Forbid(nint page, nuint bytes)
    {
        if (OperatingSystem.IsWindows()) return Windows.VirtualProtect(page, bytes, Windows.NoAccess, out _) != 0;
        return (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) && Unix.Protect(page, bytes, 0) == 0;
    }

    private static partial class Unix
    {
        [LibraryImport("libc", EntryPoint = "mmap")]
        public static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        public static partial int Protect(nint address, nuint length, int protection);

        [LibraryImport("libc", EntryPoint = "munmap")]
        public static partial int Unmap(nint address, nuint length);
    }

    private static partial class Windows
    {
        public const uint ReserveAndCommit = 0x3000, Release = 0x8000, ReadWrite = 4, NoAccess = 1;

        [LibraryImport("kernel32")]
        public static partial nint VirtualAlloc(nint address, nuint length, uint type, uint protection);

        [LibraryImport("kernel32")]
        public static partial int VirtualProtect(nint address, nuint length, uint protection, out uint before);

        [LibraryImport("kernel32")]
        public static partial int VirtualFree(nint address, nuint length, uint type);
    }
}
