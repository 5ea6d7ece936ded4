using System.Numerics;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Gemm;

/// <summary>Divides a product (or a batch of them) among threads.</summary>
/// <remarks>
/// Every chunk packs the panels of B that it needs: copied by the first tile of rows they cost little more than reading
/// them, and no thread waits for another's. Where packing transposes, chunks are made taller.
/// </remarks>
internal static unsafe class Division<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // What a panel costs, in rows of tiles: to copy it on the way, and to transpose it.
    private const double CopyRows = 3;
    private const double TransposeRows = 16;

    // The same for a row of A, which every chunk of columns reads anew.
    private const double ReadColumns = 8;

    // Chunks end at different times when something else runs on the machine: part of one is waited for.
    private const double Waiting = 0.1;
    private const int MostChunksPerThread = 4;

    private struct Work
    {
        public GemmProblem<T>* Problem;
        public GemmPlan* Plan;
        public nint Items;
        public nint Rows;
        public nint Columns;
        public nint ChunksOfRows;
        public nint ChunksOfColumns;
    }

    public static void Run(Scheduler scheduler, GemmProblem<T>* problem, GemmPlan* plan)
    {
        nint threads = scheduler.Threads;
        var work = new Work { Problem = problem, Plan = plan, Items = 1, Rows = problem->M, Columns = problem->N };
        if (problem->Batch >= 2 * threads) work.Items = Ceiling(problem->Batch, MostChunksPerThread * threads);
        else Cut(&work, threads);
        work.ChunksOfRows = Ceiling(problem->M, work.Rows);
        work.ChunksOfColumns = Ceiling(problem->N, work.Columns);
        nint chunks = Ceiling(problem->Batch, work.Items) * work.ChunksOfRows * work.ChunksOfColumns;
        scheduler.Run(&Chunk, &work, checked((int)chunks));
    }

    // Tries grids of few chunks and keeps the one whose last chunk is expected to end first.
    private static void Cut(Work* work, nint threads)
    {
        GemmProblem<T>* problem = work->Problem;
        nint tileRows = work->Plan->TileRows, tileColumns = GemmBlocks<TVec, T>.TileColumns;
        double packRows = work->Plan->Form != GemmForm.Blocks ? TransposeRows
            : !work->Plan->PackB ? 0 : problem->B.Column == 1 ? CopyRows : TransposeRows;
        double best = double.PositiveInfinity;
        for (nint high = 1; high <= MostChunksPerThread * threads; high *= 2)
        {
            nint rows = Ceiling(Ceiling(problem->M, tileRows), high) * tileRows;
            nint rowChunks = Ceiling(problem->M, rows);
            if (high > 1 && rowChunks <= high / 2) break;
            for (nint turns = 1; turns <= MostChunksPerThread; turns++)
            {
                nint wide = Ceiling(turns * threads, rowChunks * problem->Batch);
                nint columns = Ceiling(Ceiling(problem->N, tileColumns), wide) * tileColumns;
                nint chunks = rowChunks * Ceiling(problem->N, columns) * problem->Batch;
                double one = (rows + packRows) * (columns + ReadColumns);
                double time = (Ceiling(chunks, threads) + Waiting) * one;
                if (time >= best) continue;
                best = time;
                work->Rows = rows;
                work->Columns = columns;
            }
        }
    }

    private static void Chunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        GemmProblem<T>* problem = work->Problem;
        (nint rest, nint column) = Math.DivRem(chunk, work->ChunksOfColumns);
        (nint group, nint row) = Math.DivRem(rest, work->ChunksOfRows);
        nint m = row * work->Rows, n = column * work->Columns;
        nint itemEnd = Math.Min((group + 1) * work->Items, problem->Batch);
        for (nint item = group * work->Items; item < itemEnd; item++)
        {
            GemmBlocks<TVec, T>.Run(problem, work->Plan, item,
                m, Math.Min(m + work->Rows, problem->M), n, Math.Min(n + work->Columns, problem->N));
        }
    }

    private static nint Ceiling(nint a, nint b) => (a + b - 1) / b;
}
