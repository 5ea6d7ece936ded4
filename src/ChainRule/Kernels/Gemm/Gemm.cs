using System.Numerics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// Matrix products for any strides, alone or in batches: what every dense layer and convolution rests on.
/// </summary>
/// <remarks>
/// Measured: 8 x 48 tiles reach 94 to 99 % of the multiply-add peak out of packed panels. Work is divided over rows,
/// columns and batch, never over k: results have the same bits for any number of threads.
/// </remarks>
internal static unsafe class Gemm
{
    // Below about 64^3 multiply-adds a second thread costs more than it brings (measured: 1.1x at 64, 0.6x at 48).
    private const double ParallelWork = 64.0 * 64 * 64;

    /// <summary>With 32 vector registers a tile has 8 rows, with 16 it has 4.</summary>
    public static nint TileRows { get; } =
        Avx512F.VL.IsSupported || AdvSimd.Arm64.IsSupported ? 8 : 4;

    public static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Run<Vec512<T>, T>(problem); break;
            case 256: Run<Vec256<T>, T>(problem); break;
            case 128: Run<Vec128<T>, T>(problem); break;
            default: Run<Vec1<T>, T>(problem); break;
        }
    }

    /// <summary>For kernels that know their vector type already.</summary>
    public static void Run<TVec, T>(in GemmProblem<T> given)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged, INumber<T>
    {
        GemmProblem<T> problem = given.C.Column != 1 && given.C.Row == 1 && given.N > 1 ? given.Transposed : given;
        nint m = problem.M, n = problem.N, k = problem.K;
        if (m == 0 || n == 0 || problem.Batch == 0) return;

        // The column stride of a single column says nothing: call it adjacent.
        if (n == 1)
        {
            problem.B = new Matrix<T>(problem.B.Data, problem.B.Row, 1, problem.B.Batch);
            problem.C = new Matrix<T>(problem.C.Data, problem.C.Row, 1, problem.C.Batch);
        }

        GemmPlan plan = Plan<TVec, T>(problem);
        Scheduler scheduler = Scheduler.Current;
        if (scheduler.Threads == 1 || (double)m * n * k * problem.Batch < ParallelWork)
        {
            for (nint item = 0; item < problem.Batch; item++)
                GemmBlocks<TVec, T>.Run(&problem, &plan, item, 0, m, 0, n);
        }
        else
        {
            Division<TVec, T>.Run(scheduler, &problem, &plan);
        }
    }

    private static GemmPlan Plan<TVec, T>(in GemmProblem<T> problem)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged, INumber<T>
    {
        // The packed block of B (KBlock x NBlock) and that of A share the L2 cache; k is cut evenly.
        nint m = problem.M, n = problem.N, k = problem.K, rowB = Math.Abs(problem.B.Row);
        nint floats = sizeof(T) / sizeof(float); // limits below are in bytes, written as numbers of floats
        bool adjacentB = problem.B.Column == 1;

        // A few rows times a matrix beyond the caches: 32 rows of B at a time, each read from end to end.
        bool stream = m <= 16 && adjacentB && k * n * floats > 64 * 1024;
        nint deepest = stream ? 32 : 384;
        nint blocks = Math.Max(1, (k + deepest - 1) / deepest);
        return new GemmPlan
        {
            TileRows = TileRows,
            KBlock = Math.Max(1, (k + blocks - 1) / blocks),
            MBlock = 192,
            NBlock = stream ? n : 10 * 3 * TVec.Count,

            // Packing B pays when enough rows use the panel, or when its rows lie so far apart that each is a page.
            PackB = !adjacentB
                || !(m <= 16 || (m <= 64 && rowB * floats <= 512) || k * n * floats <= 32 * 1024),

            // Unpacked A is read as fast as packed while its rows run along k and it fits the caches.
            PackA = (problem.A.Column != 1 && n > 6 * TVec.Count)
                || (m * k * floats > 256 * 1024 && n > 30 * TVec.Count),
        };
    }
}
