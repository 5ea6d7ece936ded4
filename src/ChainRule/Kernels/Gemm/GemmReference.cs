using System.Numerics;

namespace ChainRule.Kernels.Gemm;

/// <summary>The plain triple loop: what <see cref="Gemm"/> must compute, up to rounding.</summary>
internal static unsafe class GemmReference
{
    public static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, INumber<T>
    {
        for (nint item = 0; item < problem.Batch; item++)
        {
            Matrix<T> a = problem.A.At(item), b = problem.B.At(item), c = problem.C.At(item);
            for (nint i = 0; i < problem.M; i++)
            {
                for (nint j = 0; j < problem.N; j++)
                {
                    T sum = T.Zero;
                    for (nint k = 0; k < problem.K; k++)
                        sum += a.Data[(i * a.Row) + (k * a.Column)] * b.Data[(k * b.Row) + (j * b.Column)];
                    T* target = c.Data + (i * c.Row) + (j * c.Column);
                    if (problem.Accumulate) sum += *target;
                    if (problem.RowBias != null) sum += problem.RowBias[i];
                    if (problem.ColumnBias != null) sum += problem.ColumnBias[j];
                    *target = problem.Relu ? T.Max(sum, T.Zero) : sum;
                }
            }
        }
    }
}
