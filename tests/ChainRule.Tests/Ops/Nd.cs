namespace ChainRule.Tests.Operators;

/// <summary>
/// An array of doubles with sizes, and the few plain loops that references are written with. Slow and obvious.
/// </summary>
internal sealed class Nd
{
    public Nd(int[] dims, double[] data)
    {
        if (data.Length != Product(dims)) throw new ArgumentException(
            $"[{string.Join(", ", dims)}] is not filled by {data.Length} numbers.");
        (Dims, Data) = (dims, data);
    }

    public int[] Dims { get; }

    public double[] Data { get; }

    public int Rank => Dims.Length;

    public double this[params ReadOnlySpan<int> at] => Data[Offset(at)];

    public static Nd Scalar(double value) => new([], [value]);

    /// <summary>Every element from its index along the dimensions.</summary>
    public static Nd Make(int[] dims, Func<int[], double> element)
    {
        double[] data = new double[Product(dims)];
        for (int i = 0; i < data.Length; i++) data[i] = element(Unravel(i, dims));
        return new Nd(dims, data);
    }

    public static Nd Zip(Nd a, Nd b, Func<double, double, double> f)
    {
        int[] dims = Broadcast(a.Dims, b.Dims);
        Nd x = a.To(dims), y = b.To(dims);
        return new Nd(dims, [.. x.Data.Zip(y.Data, f)]);
    }

    /// <summary>Sizes that both broadcast to.</summary>
    public static int[] Broadcast(int[] a, int[] b)
    {
        int[] dims = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= dims.Length; i++)
        {
            int da = i <= a.Length ? a[^i] : 1, db = i <= b.Length ? b[^i] : 1;
            dims[^i] = da == 1 ? db : da;
        }
        return dims;
    }

    public Nd Map(Func<double, double> f) => new(Dims, [.. Data.Select(f)]);

    /// <summary>Broadcast to larger sizes.</summary>
    public Nd To(int[] dims) => Make(dims,
        at => Data[Offset([.. Dims.Select((d, i) => d == 1 ? 0 : at[i + dims.Length - Rank])])]);

    public Nd Reshape(params int[] dims) => new(dims, Data);

    public Nd Permute(params int[] order) => Make([.. order.Select(o => Dims[o])], at =>
    {
        int[] from = new int[Rank];
        for (int i = 0; i < Rank; i++) from[order[i]] = at[i];
        return this[from];
    });

    /// <summary>Each result from the numbers along the given dimensions (none: all), in row-major order.</summary>
    public Nd Reduce(int[] dims, bool keepDim, Func<double[], double> f)
    {
        bool[] reduced = new bool[Rank];
        foreach (int d in dims) reduced[d < 0 ? d + Rank : d] = true;
        if (dims.Length == 0) Array.Fill(reduced, true);
        int[] kept = [.. Dims.Select((d, i) => reduced[i] ? 1 : d)];
        List<double>[] groups = [.. Enumerable.Range(0, Product(kept)).Select(_ => new List<double>())];
        for (int i = 0; i < Data.Length; i++)
        {
            int[] at = Unravel(i, Dims);
            int group = 0;
            for (int d = 0; d < Rank; d++) group = (group * kept[d]) + (reduced[d] ? 0 : at[d]);
            groups[group].Add(Data[i]);
        }
        int[] result = keepDim ? kept : [.. Dims.Where((_, i) => !reduced[i])];
        return new Nd(result, [.. groups.Select(g => f([.. g]))]);
    }

    /// <summary>Each run of numbers along one dimension replaced by another of the same length.</summary>
    public Nd Along(int dim, Func<double[], double[]> f)
    {
        int d = dim < 0 ? dim + Rank : dim;
        double[] data = new double[Data.Length];
        int inner = Product(Dims[(d + 1)..]), size = Dims[d];
        for (int outer = 0; outer < Product(Dims[..d]); outer++)
        {
            for (int i = 0; i < inner; i++)
            {
                int start = (outer * size * inner) + i;
                double[] run = f([.. Enumerable.Range(0, size).Select(k => Data[start + (k * inner)])]);
                for (int k = 0; k < size; k++) data[start + (k * inner)] = run[k];
            }
        }
        return new Nd(Dims, data);
    }

    public static int Product(ReadOnlySpan<int> dims)
    {
        int product = 1;
        foreach (int d in dims) product *= d;
        return product;
    }

    public static int[] Unravel(int element, int[] dims)
    {
        int[] at = new int[dims.Length];
        for (int d = dims.Length - 1; d >= 0; d--) (element, at[d]) = Math.DivRem(element, dims[d]);
        return at;
    }

    private int Offset(ReadOnlySpan<int> at)
    {
        if (at.Length != Rank) throw new ArgumentException($"{at.Length} positions for rank {Rank}.");
        int offset = 0;
        for (int d = 0; d < Rank; d++)
        {
            if ((uint)at[d] >= (uint)Dims[d]) throw new ArgumentException(
                $"position {at[d]} is outside dim {d} of size {Dims[d]}.");
            offset = (offset * Dims[d]) + at[d];
        }
        return offset;
    }
}
