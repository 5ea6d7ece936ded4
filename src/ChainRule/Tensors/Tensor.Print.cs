using System.Globalization;
using System.Text;

namespace ChainRule;

public sealed partial class Tensor
{
    private const int PrintAll = 1000;
    private const int PrintEdge = 3;
    private const int PrintWidth = 100;

    /// <summary>
    /// The numbers with brackets by dimension, then shape and type: <c>[[1, 2], [3, 4]] [2, 2] float32</c>. All numbers
    /// have the same count of decimals, at most four; above 1000 elements each dimension shows its first and last
    /// three.
    /// </summary>
    public override string ToString()
    {
        if (Count == 0) return $"[] {Shape} {DType.Text()}";
        bool shorten = Count > PrintAll;
        List<int> offsets = [];
        Collect(offsets, 0, 0, shorten);
        string[] cells = Format(offsets);
        int width = Rank == 0 ? 0 : cells.Max(c => c.Length);
        StringBuilder text = new();
        int next = 0;
        Write(text, 0, shorten, width, cells, ref next);
        return text.Append(' ').Append(Shape).Append(' ').Append(DType.Text()).ToString();
    }

    // Where the elements to be shown lie, in row-major order.
    private void Collect(List<int> offsets, int dim, int offset, bool shorten)
    {
        if (dim == Rank)
        {
            offsets.Add(offset);
            return;
        }
        int size = Dims[dim];
        for (int i = 0; i < size; i++)
        {
            if (shorten && size > 2 * PrintEdge && i == PrintEdge) i = size - PrintEdge;
            Collect(offsets, dim + 1, offset + (i * Strides[dim]), shorten);
        }
    }

    private void Write(StringBuilder text, int dim, bool shorten, int width, string[] cells, ref int next)
    {
        if (dim == Rank)
        {
            text.Append(cells[next++].PadLeft(width));
            return;
        }
        text.Append('[');
        int size = Dims[dim], shown = 0;
        for (int i = 0; i < size; i++)
        {
            if (i > 0) Separate(text, dim, width, ++shown);
            if (shorten && size > 2 * PrintEdge && i == PrintEdge)
            {
                text.Append("...");
                Separate(text, dim, width, ++shown);
                i = size - PrintEdge;
            }
            Write(text, dim + 1, shorten, width, cells, ref next);
        }
        text.Append(']');
    }

    private void Separate(StringBuilder text, int dim, int width, int shown)
    {
        int lines = Rank - 1 - dim;
        int perLine = Math.Max(1, (PrintWidth - Rank) / (width + 2));
        if (lines > 0) text.Append(',').Append('\n', lines).Append(' ', dim + 1);
        else if (shown % perLine == 0) text.Append(",\n").Append(' ', Rank);
        else text.Append(", ");
    }

    private unsafe string[] Format(List<int> offsets)
    {
        string[] cells = new string[offsets.Count];
        double[] numbers = new double[DType.IsFloatingPoint() ? cells.Length : 0];
        byte* first = Pointer;
        for (int i = 0; i < cells.Length; i++)
        {
            int at = offsets[i];
            switch (DType)
            {
                case DType.Float32: numbers[i] = ((float*)first)[at]; break;
                case DType.Float64: numbers[i] = ((double*)first)[at]; break;
                case DType.Int64: cells[i] = ((long*)first)[at].ToString(CultureInfo.InvariantCulture); break;
                case DType.Int32: cells[i] = ((int*)first)[at].ToString(CultureInfo.InvariantCulture); break;
                case DType.UInt8: cells[i] = first[at].ToString(CultureInfo.InvariantCulture); break;
                default: cells[i] = first[at] != 0 ? "true" : "false"; break;
            }
        }
        GC.KeepAlive(this);
        if (numbers.Length > 0) NumberText.Format(numbers, cells);
        return cells;
    }
}
