using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>
/// A linear map along one dimension whose results are each a weighted sum of neighbouring entries: a matrix with a
/// band. Averages of cells, interpolation and blurring are such maps, and so are their gradients, by
/// <see cref="Transposed"/>.
/// </summary>
internal sealed unsafe class Band
{
    private const int Grain = 16 * 1024;

    private readonly int[] _first;                                   // column of a row's first weight
    private readonly int[] _start;                                   // of a row's weights; one more than rows
    private readonly double[] _weights;
    private readonly float[] _single;
    private Band? _transposed;

    private Band(int columns, int[] first, int[] start, double[] weights)
    {
        (Columns, _first, _start, _weights) = (columns, first, start, weights);
        _single = [.. weights.Select(w => (float)w)];
    }

    /// <summary>Length of the dimension after the map.</summary>
    public int Rows => _first.Length;

    /// <summary>Length of the dimension before it.</summary>
    public int Columns { get; }

    /// <summary>The map of gradients.</summary>
    public Band Transposed => _transposed ??= Transpose();

    /// <summary>A band from the first column and the weights of each row; they must lie within the columns.</summary>
    public static Band Of(int rows, int columns, Func<int, (int First, double[] Weights)> row)
    {
        int[] first = new int[rows], start = new int[rows + 1];
        List<double> weights = [];
        for (int r = 0; r < rows; r++)
        {
            (first[r], double[] own) = row(r);
            weights.AddRange(own);
            start[r + 1] = weights.Count;
        }
        return new Band(columns, first, start, [.. weights]);
    }

    /// <summary>y[o, r, i] = sum over k of weight[r, k] x[o, first[r] + k, i]; overwrites y.</summary>
    public void Apply<T>(T* x, T* y, int outer, int inner)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Apply(x, y, outer, inner, &Chunk<Vec512<T>, T>); break;
            case 256: Apply(x, y, outer, inner, &Chunk<Vec256<T>, T>); break;
            case 128: Apply(x, y, outer, inner, &Chunk<Vec128<T>, T>); break;
            default: Apply(x, y, outer, inner, &Chunk<Vec1<T>, T>); break;
        }
    }

    private void Apply<T>(T* x, T* y, int outer, int inner, delegate*<void*, int, void> body)
        where T : unmanaged, INumber<T>
    {
        int runs = outer * Rows;
        fixed (int* first = _first, start = _start)
        fixed (float* single = _single)
        fixed (double* weights = _weights)
        {
            Arguments<T> a = new()
            {
                X = x,
                Y = y,
                First = first,
                Start = start,
                Weights = typeof(T) == typeof(float) ? (T*)single : (T*)weights,
                Rows = Rows,
                Columns = Columns,
                Inner = inner,
                Runs = runs,
                PerChunk = Math.Max(1, Grain / Math.Max(1, inner)),
            };
            int chunks = (runs + a.PerChunk - 1) / a.PerChunk;
            bool small = (long)runs * inner < 2 * Grain;
            (small ? SerialScheduler.Instance : Scheduler.Current).Run(body, &a, chunks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chunk<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        var a = (Arguments<T>*)argument;
        nint inner = a->Inner;
        int end = Math.Min((chunk + 1) * a->PerChunk, a->Runs);
        for (int run = chunk * a->PerChunk; run < end; run++)
        {
            int row = run % a->Rows, taps = a->Start[row + 1] - a->Start[row];
            T* x = a->X + ((((nint)(run / a->Rows) * a->Columns) + a->First[row]) * inner);
            T* y = a->Y + (run * inner), w = a->Weights + a->Start[row];
            nint i = 0;
            for (; i <= inner - V.Count; i += V.Count)
            {
                V sum = V.Zero;
                for (nint k = 0; k < taps; k++) sum = V.Fma(V.Broadcast(w[k]), V.Load(x + (k * inner) + i), sum);
                V.Store(y + i, sum);
            }
            for (; i < inner; i++)
            {
                T sum = T.Zero;
                for (nint k = 0; k < taps; k++) sum += w[k] * x[(k * inner) + i];
                y[i] = sum;
            }
        }
    }

    // The rows that read a column are neighbours where first and last columns never step back, as in all our bands;
    // what lies between them and does not read it gets the weight 0.
    private Band Transpose()
    {
        (int Low, int High)[] span = new (int, int)[Columns];
        Array.Fill(span, (int.MaxValue, -1));
        for (int r = 0; r < Rows; r++)
        {
            for (int k = _start[r]; k < _start[r + 1]; k++)
            {
                ref (int Low, int High) s = ref span[_first[r] + k - _start[r]];
                s = (Math.Min(s.Low, r), r);
            }
        }
        Band t = Of(Columns, Rows, c =>
        {
            (int low, int high) = span[c];
            return high < 0 ? (0, []) : (low, [.. Enumerable.Range(low, high - low + 1).Select(r => Weight(r, c))]);
        });
        t._transposed = this;
        return t;
    }

    private double Weight(int row, int column)
    {
        int k = column - _first[row];
        return k >= 0 && k < _start[row + 1] - _start[row] ? _weights[_start[row] + k] : 0;
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Y, Weights;
        public int* First, Start;
        public int Rows, Columns, Inner, Runs, PerChunk;
    }
}
