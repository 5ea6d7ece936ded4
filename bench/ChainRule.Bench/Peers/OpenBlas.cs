using System.Runtime.InteropServices;

namespace ChainRule.Bench;

/// <summary>Matrix products of OpenBLAS.</summary>
internal static unsafe partial class OpenBlas
{
    private const int RowMajor = 101, Plain = 111, Transposed = 112;

    /// <summary>What it is built for, or null with the reason why it is not there.</summary>
    public static string? Find(out string reason) =>
        NativePeer.IsThere(NativePeer.OpenBlas, "libopenblas0-pthread", out reason)
            ? Marshal.PtrToStringUTF8(Config())!.Trim()
            : null;

    [LibraryImport(NativePeer.OpenBlas, EntryPoint = "openblas_set_num_threads")]
    public static partial void SetThreads(int threads);

    /// <summary>c[m, n] = a * b, all row-major without gaps; a transposed operand lies in memory transposed.</summary>
    public static void Multiply(bool transA, bool transB, int m, int n, int k, float* a, float* b, float* c) =>
        Sgemm(
            RowMajor, transA ? Transposed : Plain, transB ? Transposed : Plain, m, n, k,
            1, a, transA ? m : k, b, transB ? k : n, 0, c, n);

    /// <summary>The same in float64.</summary>
    public static void Multiply(bool transA, bool transB, int m, int n, int k, double* a, double* b, double* c) =>
        Dgemm(
            RowMajor, transA ? Transposed : Plain, transB ? Transposed : Plain, m, n, k,
            1, a, transA ? m : k, b, transB ? k : n, 0, c, n);

    [LibraryImport(NativePeer.OpenBlas, EntryPoint = "openblas_get_config")]
    private static partial nint Config();

    [LibraryImport(NativePeer.OpenBlas, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transA, int transB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb,
        float beta, float* c, int ldc);

    [LibraryImport(NativePeer.OpenBlas, EntryPoint = "cblas_dgemm")]
    private static partial void Dgemm(
        int order, int transA, int transB, int m, int n, int k, double alpha, double* a, int lda, double* b, int ldb,
        double beta, double* c, int ldc);
}
