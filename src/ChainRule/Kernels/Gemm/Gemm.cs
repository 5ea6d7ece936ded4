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
    // Below about 72^3 multiply-adds a second thread costs more than it brings (measured: 0.75x at 64, 1.4x at 100).
    private const double ParallelWork = 72.0 * 72 * 72;

    // Bytes, for L2 caches from 512 KB.
    private const int BlockOfA = 256 * 1024;
    private const int BlockOfB = 4 * 1024 * 1024;

    // With more columns than these, a vector of them is full enough.
    private const int MostDotColumns = 12;

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
        if (given.M == 0 || given.N == 0 || given.Batch == 0) return;
        if (GemmSmall<TVec, T>.Takes(given) && !DotsOfRows(given) && !DotsOfColumns(given))
        {
            GemmSmall<TVec, T>.Run(given);
            return;
        }
        GemmProblem<T> problem = given;
        GemmPlan plan = Plan<TVec, T>(ref problem);
        Scheduler scheduler = Scheduler.Current;
        if (scheduler.Threads == 1 || (double)problem.M * problem.N * problem.K * problem.Batch < ParallelWork)
        {
            for (nint item = 0; item < problem.Batch; item++)
                GemmBlocks<TVec, T>.Run(&problem, &plan, item, 0, problem.M, 0, problem.N);
        }
        else
        {
            Division<TVec, T>.Run(scheduler, &problem, &plan);
        }
    }

    // Chooses the form, and which side of the product is called A.
    private static GemmPlan Plan<TVec, T>(ref GemmProblem<T> problem)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged, INumber<T>
    {
        if (DotsOfColumns(problem)) problem = problem.Transposed;
        else if (!DotsOfRows(problem)) return PlanBlocks<TVec, T>(ref problem);
        return new GemmPlan { Form = GemmForm.Dots, TileRows = TileRows };
    }

    private static bool DotsOfRows<T>(in GemmProblem<T> problem)
        where T : unmanaged => problem.B.Row == 1 && DotsPay<T>(problem.M, problem.K);

    private static bool DotsOfColumns<T>(in GemmProblem<T> problem)
        where T : unmanaged =>
        problem.N < problem.M && problem.N <= MostDotColumns && problem.A.Column == 1
        && DotsPay<T>(problem.N, problem.K);

    // Adding up the lanes of a dot product costs as much as several steps of it; and more than a few rows find four
    // columns of B in the L1 cache, or had better use packed panels.
    private static bool DotsPay<T>(nint rows, nint depth)
        where T : unmanaged =>
        rows <= (4 * depth * sizeof(T) <= 32 * 1024 ? 32 : 16) && depth >= (rows == 1 ? 16 : 12 * rows);

    private static GemmPlan PlanBlocks<TVec, T>(ref GemmProblem<T> problem)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged, INumber<T>
    {
        // The kernels want the columns of C adjacent.
        if (problem.N == 1 || (problem.C.Column != 1 && problem.C.Row == 1)) problem = problem.Transposed;
        nint m = problem.M, n = problem.N, k = problem.K, rowB = Math.Abs(problem.B.Row) * sizeof(T);
        bool adjacentB = problem.B.Column == 1;

        // A few rows times a matrix beyond the caches: 32 rows of B at a time, each read from end to end.
        bool stream = m <= 8 && adjacentB && k * n * sizeof(T) > 256 * 1024;
        nint kBlock = Part(k, stream ? 32 : 512, 1);
        return new GemmPlan
        {
            Form = m == 1 && adjacentB && problem.C.Column == 1 ? GemmForm.Row : GemmForm.Blocks,
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
