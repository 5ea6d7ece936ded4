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
        if (y.DType == DType.Float32)
            Typed<float>(left, leftBatch, right, rightBatch, y, batch.Count, accumulate, null, false);
        else Typed<double>(left, leftBatch, right, rightBatch, y, batch.Count, accumulate, null, false);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    /// <summary>y = relu(a * b + bias), of plain matrices; bias has one number a column or is null.</summary>
    public static void RunBiased(Tensor a, Tensor b, Tensor y, Tensor? bias, bool relu)
    {
        if (y.Count == 0) return;
        Tensor? dense = bias?.Dense();
        if (y.DType == DType.Float32) Typed<float>(a, 0, b, 0, y, 1, false, dense, relu);
        else Typed<double>(a, 0, b, 0, y, 1, false, dense, relu);
    }

    private static void Typed<T>(
        Tensor a, nint aBatch, Tensor b, nint bBatch, Tensor y, int batch, bool accumulate, Tensor? columnBias, bool relu)
        where T : unmanaged
    {
        int m = a.Shape[^2], k = a.Shape[^1], n = b.Shape[^1];
        GemmProblem<T> problem = new(
            m, n, k,
            new Matrix<T>(a.Ptr<T>(), a.Strides[^2], a.Strides[^1], aBatch),
            new Matrix<T>(b.Ptr<T>(), b.Strides[^2], b.Strides[^1], bBatch),
            new Matrix<T>(y.Ptr<T>(), n, 1, (nint)m * n))
        {
            Batch = batch,
            Accumulate = accumulate,
            ColumnBias = columnBias is null ? null : columnBias.Ptr<T>(),
            Relu = relu,
        };
        if (typeof(T) == typeof(float)) Gemm.Run(*(GemmProblem<float>*)&problem);
        else Gemm.Run(*(GemmProblem<double>*)&problem);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
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
