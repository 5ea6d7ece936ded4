using ChainRule.Kernels;
using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Pooling into a given number of cells.</summary>
internal static unsafe class AdaptivePooling
{
    /// <summary>Means of cells: the mean along one dimension after the other, as cells are boxes.</summary>
    public static Tensor Average(string op, Tensor x, Extent cells, int rank)
    {
        (Extent input, Extent output) = Check(op, x, cells, rank);
        Tensor y = x;
        for (int d = 3 - rank; d < 3; d++)
        {
            int dim = d - 3 + x.Rank, size = input[d], count = output[d];
            if (count == size) continue;
            y = count == 1 ? y.Mean(dim, keepDim: true) : BandNode.Apply(y, Means(size, count), dim);
        }
        return y;
    }

    public static Tensor Maximum(string op, Tensor x, Extent cells, int rank) => Maxima(op, x, cells, rank).Output;

    public static (Tensor Output, Tensor Indices) MaximumWithIndices(string op, Tensor x, Extent cells, int rank)
    {
        (Tensor y, Tensor index) = Maxima(op, x, cells, rank);
        return (y, index.ConvertTo(DType.Int64));
    }

    public static void CheckCells(string op, Extent cells, int rank)
    {
        for (int d = 3 - rank; d < 3; d++)
        {
            if (cells[d] < 1 && cells[d] != -1)
                throw Extents.Range(op, "outputSize", cells, rank, "1 or more, or -1 to keep a dimension");
        }
    }

    private static (Tensor Output, Tensor Indices) Maxima(string op, Tensor x, Extent cells, int rank)
    {
        (Extent input, Extent output) = Check(op, x, cells, rank);
        int planes = x.Shape[0] * x.Shape[1];
        Shape shape = Extents.ShapeOf(x.Shape[0], x.Shape[1], output, rank);
        Tensor index = Tensor.Empty(shape, DType.Int32), dense = x.Dense();
        if (x.DType == DType.Float32)
            Maxima<float>.OfCells(dense.Ptr<float>(), index.Ptr<int>(), planes, input, output);
        else Maxima<double>.OfCells(dense.Ptr<double>(), index.Ptr<int>(), planes, input, output);
        GC.KeepAlive(dense);
        return (new PlaneMap(x.Shape, shape, planes, input.Volume, output.Volume).Gather(x, index), index);
    }

    private static (Extent Input, Extent Output) Check(string op, Tensor x, Extent cells, int rank)
    {
        CheckCells(op, cells, rank);
        PoolingOptions.CheckInput(op, x, rank);
        Extent input = Extents.Of(x.Shape, rank);
        if (!input.Within(1))
        {
            throw new ShapeException(
                $"{op}: the {Extents.Noun(rank)} of {x.Shape} is empty: there is nothing to take a cell from.",
                x.Shape);
        }
        return (input, new(
            cells.D == -1 ? input.D : cells.D, cells.H == -1 ? input.H : cells.H, cells.W == -1 ? input.W : cells.W));
    }

    private static Band Means(int size, int cells) => Band.Of(cells, size, cell =>
    {
        (int first, int end) = Maxima<float>.Cell(cell, size, cells);
        double[] weights = new double[end - first];
        Array.Fill(weights, 1.0 / weights.Length);
        return (first, weights);
    });
}
