using System.Numerics;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Gemm;

/// <summary>Divides a product (or a batch of them) among threads.</summary>
internal static unsafe class Division<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
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
        nint tileColumns = GemmBlocks<TVec, T>.TileColumns;
        var work = new Work { Problem = problem, Plan = plan, Items = 1, Rows = problem->M, Columns = problem->N };
        if (problem->Batch >= 2 * threads)
        {
            work.Items = Ceiling(problem->Batch, 4 * threads);
        }
        else if (problem->N >= 2 * threads * tileColumns)
        {
            // Columns first: then no panel of B is packed twice.
            work.Columns = Ceiling(Ceiling(problem->N, tileColumns), threads) * tileColumns;
            if (Ceiling(problem->N, tileColumns) >= 8 * threads)
                work.Columns = Ceiling(work.Columns / tileColumns, 2) * tileColumns;
        }
        else if (problem->M >= threads * plan->TileRows)
        {
            work.Rows = Ceiling(Ceiling(problem->M, plan->TileRows), threads) * plan->TileRows;
        }
        else
        {
            work.Columns = Ceiling(Ceiling(problem->N, tileColumns), threads) * tileColumns;
        }

        work.ChunksOfRows = Ceiling(problem->M, work.Rows);
        work.ChunksOfColumns = Ceiling(problem->N, work.Columns);
        nint chunks = Ceiling(problem->Batch, work.Items) * work.ChunksOfRows * work.ChunksOfColumns;
        scheduler.Run(&Chunk, &work, checked((int)chunks));
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
