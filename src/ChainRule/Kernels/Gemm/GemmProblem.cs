namespace ChainRule.Kernels.Gemm;

/// <summary>
/// A matrix in memory, or a batch of them: element (i, j) of item b is Data[i * Row + j * Column + b * Batch].
/// </summary>
/// <remarks>Strides are in elements, of either sign. A transposed matrix is the same memory with its strides
/// exchanged.</remarks>
internal readonly unsafe struct Matrix<T>(T* data, nint row, nint column = 1, nint batch = 0)
    where T : unmanaged
{
    public readonly T* Data = data;
    public readonly nint Row = row;
    public readonly nint Column = column;
    public readonly nint Batch = batch;

    public Matrix<T> Transposed => new(Data, Column, Row, Batch);

    public Matrix<T> At(nint item) => new(Data + (item * Batch), Row, Column, Batch);
}

/// <summary>
/// C[M, N] = relu(A[M, K] * B[K, N] + C + rowBias + columnBias), with every term after the product optional.
/// </summary>
internal unsafe struct GemmProblem<T>
    where T : unmanaged
{
    public nint M;
    public nint N;
    public nint K;

    /// <summary>How many products; a batch stride of 0 shares an operand among them.</summary>
    public nint Batch = 1;

    public Matrix<T> A;
    public Matrix<T> B;

    /// <summary>The result: must overlap neither operand, and its items must not overlap each other.</summary>
    public Matrix<T> C;

    /// <summary>M numbers, or null.</summary>
    public T* RowBias;

    /// <summary>N numbers, or null.</summary>
    public T* ColumnBias;

    /// <summary>Adds to what C holds instead of overwriting it.</summary>
    public bool Accumulate;

    /// <summary>Replaces negative results by 0, last of all.</summary>
    public bool Relu;

    public GemmProblem(nint m, nint n, nint k, Matrix<T> a, Matrix<T> b, Matrix<T> c)
    {
        M = m;
        N = n;
        K = k;
        A = a;
        B = b;
        C = c;
    }

    /// <summary>The same product read from the other side: C^T = B^T A^T.</summary>
    public readonly GemmProblem<T> Transposed => new(N, M, K, B.Transposed, A.Transposed, C.Transposed)
    {
        Batch = Batch,
        RowBias = ColumnBias,
        ColumnBias = RowBias,
        Accumulate = Accumulate,
        Relu = Relu,
    };
}
