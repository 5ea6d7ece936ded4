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

    // Bytes, for L2 caches from 512 KB.
    private const int BlockOfA = 256 * 1024;
    private const int BlockOfB = 4 * 1024 * 1024;

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
        nint m = problem.M, n = problem.N, k = problem.K, rowB = Math.Abs(problem.B.Row) * sizeof(T);
        bool adjacentB = problem.B.Column == 1;

        // A few rows times a matrix beyond the caches: 32 rows of B at a time, each read from end to end.
        bool stream = m <= 8 && adjacentB && k * n * sizeof(T) > 256 * 1024;
        nint kBlock = Part(k, stream ? 32 : 512, 1);
        return new GemmPlan
        {
            TileRows = TileRows,
            KBlock = kBlock,

            // A block of A is read once for every panel of B and takes a quarter of the L2 cache; a panel of B is read
            // from the L3 cache once for every block of A, which has enough rows to make that free.
            MBlock = BlockOfA / (kBlock * sizeof(T)),
            NBlock = stream ? n : BlockOfB / (kBlock * sizeof(T)),

            // Packing B pays when enough rows use the panel, or when its rows lie so far apart that each is a page.
            PackB = !adjacentB
                || !(m <= 8 || (m <= 64 && rowB <= 2048) || k * n * sizeof(T) <= 128 * 1024),

            // The kernel reads A where it lies as fast as packed, unless its columns are pages apart: then the lines,
            // of which a tile takes half, all fall into a few sets of the caches and are gone before the next tile.
            PackA = problem.A.Column != 1 && n > 6 * TVec.Count
                && Math.Abs(problem.A.Column) * sizeof(T) >= 16 * 1024,
        };
    }

    /// <summary>
    /// The length of equal parts, in whole units and of at most <paramref name="most"/>, that <paramref name="length"/>
    /// is cut into.
    /// </summary>
    public static nint Part(nint length, nint most, nint unit)
    {
        most = Math.Max(unit, most / unit * unit);
        nint units = (length + unit - 1) / unit, parts = Math.Max(1, (length + most - 1) / most);
        return Math.Max(1, (units + parts - 1) / parts) * unit;
    }
}
