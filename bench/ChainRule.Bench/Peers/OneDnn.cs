using System.Runtime.InteropServices;

namespace ChainRule.Bench;

/// <summary>
/// oneDNN's C interface: its matrix product, and what a convolution needs (<see cref="OneDnnConvolution"/>).
/// </summary>
/// <remarks>Descriptors are memory that only the library looks into: see <see cref="OneDnnConvolution"/> for their
/// sizes.</remarks>
internal static unsafe partial class OneDnn
{
    /// <summary>Its version, or null with the reason why it is not there.</summary>
    public static string? Find(out string reason)
    {
        if (!NativePeer.IsThere(NativePeer.OneDnn, "libdnnl2", out reason)) return null;
        int* version = GetVersion();
        return $"{version[0]}.{version[1]}.{version[2]}";
    }

    /// <summary>Whether its convolutions can be called: version 3 replaced that part of the interface.</summary>
    public static bool HasConvolution => GetVersion()[0] == 2;

    /// <summary>Threads of the calls that this thread makes.</summary>
    public static void SetThreads(int threads)
    {
        if (!NativePeer.IsThere(NativePeer.OpenMp, "libgomp1", out string reason))
            throw new InvalidOperationException($"oneDNN's threads cannot be set: {reason}.");
        SetOpenMpThreads(threads);
    }

    /// <summary>c[m, n] = a * b, all row-major without gaps; a transposed operand lies in memory transposed.</summary>
    public static void Multiply(bool transA, bool transB, int m, int n, int k, float* a, float* b, float* c) =>
        Check(
            Sgemm(
                transA ? (byte)'T' : (byte)'N', transB ? (byte)'T' : (byte)'N', m, n, k,
                1, a, transA ? m : k, b, transB ? k : n, 0, c, n),
            "dnnl_sgemm");

    /// <exception cref="InvalidOperationException">The library refused.</exception>
    public static void Check(int status, string call)
    {
        if (status != 0) throw new InvalidOperationException($"{call} answered with status {status}.");
    }

    [LibraryImport(NativePeer.OpenMp, EntryPoint = "omp_set_num_threads")]
    private static partial void SetOpenMpThreads(int threads);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_version")]
    private static partial int* GetVersion();

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_sgemm")]
    private static partial int Sgemm(
        byte transA, byte transB, long m, long n, long k, float alpha, float* a, long lda, float* b, long ldb,
        float beta, float* c, long ldc);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_engine_create")]
    public static partial int CreateEngine(out nint engine, int kind, nuint index);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_engine_destroy")]
    public static partial int DestroyEngine(nint engine);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_stream_create")]
    public static partial int CreateStream(out nint stream, nint engine, uint flags);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_stream_wait")]
    public static partial int Wait(nint stream);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_stream_destroy")]
    public static partial int DestroyStream(nint stream);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_memory_desc_init_by_tag")]
    public static partial int Describe(void* descriptor, int rank, long* sizes, int type, int tag);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_memory_desc_equal")]
    public static partial int AreEqual(void* left, void* right);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_memory_create")]
    public static partial int CreateMemory(out nint memory, void* descriptor, nint engine, void* handle);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_memory_destroy")]
    public static partial int DestroyMemory(nint memory);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_convolution_forward_desc_init")]
    public static partial int DescribeForward(
        void* operation, int kind, int algorithm, void* x, void* w, void* bias, void* y, long* strides, long* before,
        long* after);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_convolution_backward_data_desc_init")]
    public static partial int DescribeData(
        void* operation, int algorithm, void* dx, void* w, void* dy, long* strides, long* before, long* after);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_convolution_backward_weights_desc_init")]
    public static partial int DescribeWeights(
        void* operation, int algorithm, void* x, void* dw, void* bias, void* dy, long* strides, long* before,
        long* after);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_desc_create")]
    public static partial int Plan(out nint plan, void* operation, nint attributes, nint engine, nint forwardHint);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_reorder_primitive_desc_create")]
    public static partial int PlanReorder(
        out nint plan, void* from, nint fromEngine, void* to, nint toEngine, nint attributes);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_desc_query_md")]
    public static partial void* DescriptorOf(nint plan, int what, int index);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_desc_destroy")]
    public static partial int DestroyPlan(nint plan);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_create")]
    public static partial int CreatePrimitive(out nint primitive, nint plan);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_execute")]
    public static partial int Execute(nint primitive, nint stream, int count, Argument* arguments);

    [LibraryImport(NativePeer.OneDnn, EntryPoint = "dnnl_primitive_destroy")]
    public static partial int DestroyPrimitive(nint primitive);

    /// <summary>An operand of a primitive: its role and its memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Argument
    {
        public int Role;
        public nint Memory;
    }
}
