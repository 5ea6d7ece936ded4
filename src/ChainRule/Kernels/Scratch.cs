using System.Runtime.InteropServices;

namespace ChainRule.Kernels;

/// <summary>
/// What a thread's reusable buffers are for. Two uses that may be alive at once have different names.
/// </summary>
internal enum ScratchUse
{
    GemmA,
    GemmB,
    ConvolutionPanel,
    ConvolutionImage,
    ConvolutionTables,
    ConvolutionWeights,
    ConvolutionSums,
    AttentionScores,
    AttentionGradients,
    ConvolutionLanes,
    Alignment,
}

/// <summary>
/// Native 64-byte aligned memory that each thread keeps and reuses for packed panels and tables: kernels run thousands
/// of times a second and must neither allocate nor fault pages. It grows to the largest size asked and stays until the
/// thread ends.
/// </summary>
internal static unsafe class Scratch
{
    [ThreadStatic]
    private static Buffers? buffers;

    private static long total;

    /// <summary>Bytes held by all threads together.</summary>
    public static long TotalBytes => Interlocked.Read(ref total);

    /// <summary>
    /// At least <paramref name="bytes"/> bytes, contents undefined, valid until the same use is asked for again.
    /// </summary>
    public static byte* Rent(ScratchUse use, nint bytes) => (buffers ??= new Buffers()).Get((int)use, (nuint)bytes);

    public static T* Rent<T>(ScratchUse use, nint count)
        where T : unmanaged => (T*)Rent(use, count * sizeof(T));

    private sealed class Buffers
    {
        private static readonly int Uses = Enum.GetValues<ScratchUse>().Length;

        private readonly byte*[] start = new byte*[Uses];
        private readonly nuint[] size = new nuint[Uses];

        ~Buffers()
        {
            foreach (byte* memory in start) NativeMemory.AlignedFree(memory);
            foreach (nuint bytes in size) Interlocked.Add(ref total, -(long)bytes);
        }

        public byte* Get(int use, nuint bytes)
        {
            if (bytes <= size[use] && start[use] != null) return start[use];

            // A little more than asked, so that slowly growing requests do not reallocate every time.
            nuint granted = (bytes + (bytes / 8) + 4095) & ~(nuint)4095;
            NativeMemory.AlignedFree(start[use]);
            Interlocked.Add(ref total, -(long)size[use]);
            start[use] = null;
            size[use] = 0;
            start[use] = (byte*)NativeMemory.AlignedAlloc(granted, 64);
            size[use] = granted;
            Interlocked.Add(ref total, (long)granted);
            return start[use];
        }
    }
}
