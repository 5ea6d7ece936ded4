using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>Moves elements between a tensor of any strides and one shaped like the index.</summary>
internal static unsafe class GatherKernel
{
    private const int Grain = 16 * 1024;
    private const int MaxRank = 16;

    /// <summary>y[i, j, k] = x[index[i, j, k], j, k], for the dimension named.</summary>
    public static void Gather(Tensor x, Tensor index, int dim, Tensor y)
    {
        delegate*<void*, int, void> body = x.DType.Size() switch
        {
            1 => &GatherRows<byte>,
            4 => &GatherRows<uint>,
            _ => &GatherRows<ulong>,
        };
        Run(x, index, dim, y.Pointer, body, parallel: true);
        GC.KeepAlive(y);
    }

    /// <summary>x[index[i, j, k], j, k] += source[i, j, k], in the order of the index.</summary>
    public static void ScatterAdd(Tensor source, Tensor index, int dim, Tensor x)
    {
        delegate*<void*, int, void> body = x.DType switch
        {
            DType.Float32 => &AddRows<float>,
            DType.Float64 => &AddRows<double>,
            DType.Int64 => &AddRows<long>,
            DType.Int32 => &AddRows<int>,
            _ => &AddRows<byte>,
        };
        // Rows meet in one place unless the index runs along them.
        Run(x, index, dim, source.Pointer, body, parallel: dim == x.Rank - 1);
        GC.KeepAlive(source);
    }

    /// <summary>x[index[i, j, k], j, k] = source[i, j, k], in the order of the index: the last stays.</summary>
    public static void Scatter(Tensor source, Tensor index, int dim, Tensor x)
    {
        delegate*<void*, int, void> body = x.DType.Size() switch
        {
            1 => &PutRows<byte>,
            4 => &PutRows<uint>,
            _ => &PutRows<ulong>,
        };
        Run(x, index, dim, source.Pointer, body, parallel: dim == x.Rank - 1);
        GC.KeepAlive(source);
    }

    private static void Run(Tensor x, Tensor index, int dim, byte* packed, delegate*<void*, int, void> body,
        bool parallel)
    {
        if (index.Count == 0) return;
        int rank = index.Rank;
        if (rank > MaxRank)
        {
            throw new ShapeException(
                $"gather: {index.Shape} has {rank} dimensions; at most {MaxRank} are possible.", index.Shape);
        }
        Arguments a = new()
        {
            X = x.Pointer,
            Index = index.Ptr<long>(),
            Packed = packed,
            Rank = rank,
            RowLength = index.Dims[^1],
            Rows = index.Count / index.Dims[^1],
            IndexStep = x.Strides[dim],
            ColumnStep = dim == rank - 1 ? 0 : x.Strides[^1],
        };
        for (int d = 0; d < rank - 1; d++)
        {
            a.Sizes[d] = index.Dims[d];
            a.Strides[d] = d == dim ? 0 : x.Strides[d];
        }
        a.RowsPerChunk = parallel && index.Count >= 2 * Grain ? Math.Max(1, Grain / a.RowLength) : a.Rows;
        int chunks = (a.Rows + a.RowsPerChunk - 1) / a.RowsPerChunk;
        if (chunks == 1) body(&a, 0);
        else Scheduler.Current.Run(body, &a, chunks);
        GC.KeepAlive(x);
        GC.KeepAlive(index);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherRows<T>(void* argument, int chunk)
        where T : unmanaged
    {
        Arguments* a = (Arguments*)argument;
        int end = Math.Min((chunk + 1) * a->RowsPerChunk, a->Rows);
        for (int row = chunk * a->RowsPerChunk; row < end; row++)
        {
            T* x = (T*)a->X + Start(a, row);
            long* index = a->Index + ((nint)row * a->RowLength);
            T* y = (T*)a->Packed + ((nint)row * a->RowLength);
            for (nint j = 0; j < a->RowLength; j++) y[j] = x[(j * a->ColumnStep) + ((nint)index[j] * a->IndexStep)];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<T>(void* argument, int chunk)
        where T : unmanaged, INumber<T>
    {
        Arguments* a = (Arguments*)argument;
        int end = Math.Min((chunk + 1) * a->RowsPerChunk, a->Rows);
        for (int row = chunk * a->RowsPerChunk; row < end; row++)
        {
            T* x = (T*)a->X + Start(a, row);
            long* index = a->Index + ((nint)row * a->RowLength);
            T* source = (T*)a->Packed + ((nint)row * a->RowLength);
            for (nint j = 0; j < a->RowLength; j++)
                x[(j * a->ColumnStep) + ((nint)index[j] * a->IndexStep)] += source[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PutRows<T>(void* argument, int chunk)
        where T : unmanaged
    {
        Arguments* a = (Arguments*)argument;
        int end = Math.Min((chunk + 1) * a->RowsPerChunk, a->Rows);
        for (int row = chunk * a->RowsPerChunk; row < end; row++)
        {
            T* x = (T*)a->X + Start(a, row);
            long* index = a->Index + ((nint)row * a->RowLength);
            T* source = (T*)a->Packed + ((nint)row * a->RowLength);
            for (nint j = 0; j < a->RowLength; j++)
                x[(j * a->ColumnStep) + ((nint)index[j] * a->IndexStep)] = source[j];
        }
    }

    private static nint Start(Arguments* a, int row)
    {
        nint start = 0;
        for (int d = a->Rank - 2; d >= 0; d--)
        {
            start += (nint)(row % a->Sizes[d]) * a->Strides[d];
            row /= a->Sizes[d];
        }
        return start;
    }

    private struct Arguments
    {
        public byte* X, Packed;
        public long* Index;
        public int Rank, RowLength, Rows, RowsPerChunk;
        public nint IndexStep, ColumnStep;
        public fixed int Sizes[MaxRank];
        public fixed int Strides[MaxRank];
    }
}
