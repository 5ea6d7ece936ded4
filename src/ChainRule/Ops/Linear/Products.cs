using ChainRule.Kernels.Gemm;

namespace ChainRule.Ops;

/// <summary>
/// Hands matrix products of tensors to the kernel: strides as they are, batches with one stride each.
/// </summary>
internal static unsafe class Products
{
    /// <summary>y = a * b, or y += a * b, over a batch; y is dense.</summary>
    public static void Run(Tensor a, Tensor b, Tensor y, Shape batch, bool accumulate)
    {
        if (y.Count == 0) return;
        Tensor left = OneBatchStride(a, batch, out nint leftBatch), right = OneBatchStride(b, batch, out nint rightBatch);
        int inner = Inner(a, false), count = batch.Count;
        if (y.DType == DType.Float32)
            Multiply(Of<float>(left, false, leftBatch), Of<float>(right, false, rightBatch), inner, y, count, accumulate, null);
        else
            Multiply(Of<double>(left, false, leftBatch), Of<double>(right, false, rightBatch), inner, y, count, accumulate, null);
        GC.KeepAlive(left);
        GC.KeepAlive(right);
    }

    /// <summary>y = op(a) op(b) + bias, or y += op(a) op(b), of plain matrices, each read as it lies or transposed.</summary>
    /// <param name="a">Left matrix.</param>
    /// <param name="transposeA">Read it transposed.</param>
    /// <param name="b">Right matrix.</param>
    /// <param name="transposeB">Read it transposed.</param>
    /// <param name="y">Dense result.</param>
    /// <param name="accumulate">Add to what the result holds.</param>
    /// <param name="bias">One number a column, or null.</param>
    public static void Plain(
        Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor y, bool accumulate = false, Tensor? bias = null)
    {
        if (y.Count == 0) return;
        Tensor? dense = bias?.Dense();
        if (y.DType == DType.Float32)
            Multiply(Of<float>(a, transposeA), Of<float>(b, transposeB), Inner(a, transposeA), y, 1, accumulate, dense);
        else Multiply(Of<double>(a, transposeA), Of<double>(b, transposeB), Inner(a, transposeA), y, 1, accumulate, dense);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    private static int Inner(Tensor a, bool transposed) => a.Dims[transposed ? ^2 : ^1];

    private static Matrix<T> Of<T>(Tensor t, bool transposed, nint batchStride = 0)
        where T : unmanaged
    {
        Matrix<T> matrix = new(t.Ptr<T>(), t.Strides[^2], t.Strides[^1], batchStride);
        return transposed ? matrix.Transposed : matrix;
    }

    private static void Multiply<T>(
        Matrix<T> a, Matrix<T> b, int inner, Tensor y, int batch, bool accumulate, Tensor? columnBias)
        where T : unmanaged
    {
        int m = y.Dims[^2], n = y.Dims[^1];
        GemmProblem<T> problem = new(m, n, inner, a, b, new Matrix<T>(y.Ptr<T>(), n, 1, (nint)m * n))
        {
            Batch = batch,
            Accumulate = accumulate,
            ColumnBias = columnBias is null ? null : columnBias.Ptr<T>(),
        };
        if (typeof(T) == typeof(float)) Gemm.Run(*(GemmProblem<float>*)&problem);
        else Gemm.Run(*(GemmProblem<double>*)&problem);
        GC.KeepAlive(y);
        GC.KeepAlive(columnBias);
    }

    // A batch that needs more than one stride (a broadcast or permuted middle dimension) is gathered first.
    private static Tensor OneBatchStride(Tensor t, Shape batch, out nint stride)
    {
        stride = 0;
        if (batch.Count == 1) return t;
        Tensor full = t.ExpandView([.. batch.Dims, t.Shape[^2], t.Shape[^1]]);
        Span<int> dims = stackalloc int[full.Rank], strides = stackalloc int[full.Rank];
        int rank = StridedCopy.Collapse(full.Dims[..^2], full.Strides[..^2], dims, strides);
        if (rank > 1)
        {
            full = full.Dense();
            stride = (nint)t.Shape[^2] * t.Shape[^1];
        }
        else
        {
            stride = rank == 1 ? strides[0] : 0;
        }
        return full;
    }
}
