using System.Numerics;
using ChainRule.Kernels;
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
        Tensor left = OneBatchStride(a, batch, out nint leftBatch);
        Tensor right = OneBatchStride(b, batch, out nint rightBatch);
        Multiply(
            new(left, BatchStride: leftBatch), new(right, BatchStride: rightBatch), y, batch.Count, accumulate, null,
            relu: false);
    }

    /// <summary>
    /// y = op(a) op(b) + bias, or y += op(a) op(b), of plain matrices, each read as it lies or transposed.
    /// </summary>
    /// <param name="a">Left matrix.</param>
    /// <param name="transposeA">Read it transposed.</param>
    /// <param name="b">Right matrix.</param>
    /// <param name="transposeB">Read it transposed.</param>
    /// <param name="y">Dense result.</param>
    /// <param name="accumulate">Add to what the result holds.</param>
    /// <param name="bias">One number a column, or null.</param>
    /// <param name="relu">Replace negative results by 0, last of all.</param>
    public static void Plain(
        Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor y, bool accumulate = false, Tensor? bias = null,
        bool relu = false)
    {
        if (y.Count == 0) return;
        Multiply(new(a, transposeA), new(b, transposeB), y, 1, accumulate, bias?.Dense(), relu);
    }

    /// <summary>
    /// A magnitude that no entry of op(a) op(b) exceeds, nor any sum on the way to it: the factors' largest numbers,
    /// times the terms of a sum. Infinity where that does not fit the type, and where the factors are no smaller than
    /// the product: looking at it is then as easy.
    /// </summary>
    /// <param name="a">Left matrix, dense.</param>
    /// <param name="transposeA">It was read transposed.</param>
    /// <param name="b">Right matrix, dense.</param>
    /// <param name="transposeB">It was read transposed.</param>
    public static double Bound(Tensor a, bool transposeA, Tensor b, bool transposeB)
    {
        int rows = a.Dims[transposeA ? 1 : 0], inner = a.Dims[transposeA ? 0 : 1], columns = b.Dims[transposeB ? 0 : 1];
        if ((long)a.Count + b.Count >= (long)rows * columns || !a.IsContiguous || !b.IsContiguous)
            return double.PositiveInfinity;
        // Rounding makes sums larger by (1 + 2^-24)^inner, and inner < rows * columns / (rows + columns) < 2^16 here.
        double bound = 1.01 * inner * Largest(a) * Largest(b);
        double most = a.DType == DType.Float64 ? double.MaxValue : float.MaxValue;
        return bound < most ? bound : double.PositiveInfinity;       // NaN is not below
    }

    private static double Largest(Tensor t)
    {
        double largest = VectorFold.Run(default(LargestRule), t.DType, t.Pointer, t.Count);
        GC.KeepAlive(t);
        return largest;
    }

    private static void Multiply(
        in Operand a, in Operand b, Tensor y, int batch, bool accumulate, Tensor? columnBias, bool relu)
    {
        if (y.DType == DType.Float32) Multiply<float>(a, b, y, batch, accumulate, columnBias, relu);
        else Multiply<double>(a, b, y, batch, accumulate, columnBias, relu);
    }

    private static void Multiply<T>(
        in Operand a, in Operand b, Tensor y, int batch, bool accumulate, Tensor? columnBias, bool relu)
        where T : unmanaged, INumber<T>
    {
        int m = y.Dims[^2], n = y.Dims[^1], inner = a.Tensor.Dims[a.Transposed ? ^2 : ^1];
        Matrix<T> result = new(y.Ptr<T>(), n, 1, (nint)m * n);
        Gemm.Run(new GemmProblem<T>(m, n, inner, a.Matrix<T>(), b.Matrix<T>(), result)
        {
            Batch = batch,
            Accumulate = accumulate,
            ColumnBias = columnBias is null ? null : columnBias.Ptr<T>(),
            Relu = relu,
        });
        GC.KeepAlive(a.Tensor);
        GC.KeepAlive(b.Tensor);
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

    private readonly record struct Operand(Tensor Tensor, bool Transposed = false, nint BatchStride = 0)
    {
        public Matrix<T> Matrix<T>()
            where T : unmanaged
        {
            Matrix<T> matrix = new(Tensor.Ptr<T>(), Tensor.Strides[^2], Tensor.Strides[^1], BatchStride);
            return Transposed ? matrix.Transposed : matrix;
        }
    }
}
