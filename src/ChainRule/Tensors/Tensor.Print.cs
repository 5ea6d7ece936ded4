using System.Globalization;
using System.Text;

namespace ChainRule;

public sealed partial class Tensor
{
    private const int PrintAll = 1000;
    private const int PrintEdge = 3;

    /// <summary>
    /// The numbers with brackets by dimension, long ones shortened in the middle, then shape and type.
    /// </summary>
    public override string ToString()
    {
        if (Count == 0) return $"[] {Shape} {DType.Text()}";
        bool shorten = Count > PrintAll;
        List<string> cells = [];
        Tensor source = ConvertTo(DType.Float64);
        Visit(source, 0, 0, shorten, (offset, _) => cells.Add(Format(source, offset)), _ => { });
        int width = cells.Max(c => c.Length);
        StringBuilder text = new();
        int next = 0;
        Write(text, source, 0, shorten, width, cells, ref next);
        return text.Append(' ').Append(Shape).Append(' ').Append(DType.Text()).ToString();
    }

    private static void Visit(Tensor t, int dim, int offset, bool shorten, Action<int, int> cell, Action<int> gap)
    {
        if (dim == t.Rank)
        {
            cell(offset, dim);
            return;
        }
        int size = t.Dims[dim];
        for (int i = 0; i < size; i++)
        {
            if (shorten && size > 2 * PrintEdge && i == PrintEdge)
            {
                gap(dim);
                i = size - PrintEdge;
            }
            Visit(t, dim + 1, offset + (i * t.Strides[dim]), shorten, cell, gap);
        }
    }

    private static void Write(
        StringBuilder text, Tensor t, int dim, bool shorten, int width, List<string> cells, ref int next)
    {
        if (dim == t.Rank)
        {
            text.Append(cells[next++].PadLeft(t.Rank == 0 ? 0 : width));
            return;
        }
        text.Append('[');
        int size = t.Dims[dim];
        for (int i = 0; i < size; i++)
        {
            if (i > 0) Separate(text, t.Rank, dim);
            if (shorten && size > 2 * PrintEdge && i == PrintEdge)
            {
                text.Append("...");
                Separate(text, t.Rank, dim);
                i = size - PrintEdge;
            }
            Write(text, t, dim + 1, shorten, width, cells, ref next);
        }
        text.Append(']');
    }

    private static void Separate(StringBuilder text, int rank, int dim)
    {
        if (dim == rank - 1) text.Append(", ");
        else text.Append(',').Append('\n', rank - 1 - dim).Append(' ', dim + 1);
    }

    private unsafe string Format(Tensor asDouble, int offset)
    {
        double value = asDouble.Ptr<double>()[offset];
        GC.KeepAlive(asDouble);
        if (DType == DType.Bool) return value != 0 ? "true" : "false";
        return DType.IsFloatingPoint()
            ? value.ToString(Math.Abs(value) is >= 1e5 or < 1e-3 && value != 0 ? "0.####e0" : "0.####", CultureInfo.InvariantCulture)
            : value.ToString("0", CultureInfo.InvariantCulture);
    }
}
