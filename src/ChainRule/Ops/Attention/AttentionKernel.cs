using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>What attention does besides its three inputs.</summary>
/// <param name="Scale">Factor of the scores.</param>
/// <param name="IsCausal">Key j is blocked for query i when j > i.</param>
/// <param name="Draw">Which weights are dropped, if any.</param>
internal readonly record struct AttentionOptions(double Scale, bool IsCausal, DropoutDraw? Draw);

/// <summary>Tensors of rank 4, [N, H, T, features], of any strides, that the kernels read and write.</summary>
internal readonly struct AttentionTensors
{
    public required Tensor Q { get; init; }

    public required Tensor K { get; init; }

    public required Tensor V { get; init; }

    /// <summary>Added to the scores, [N, H, Tq, Tk] with neighbouring columns; -infinity blocks.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>Result; its features are neighbours.</summary>
    public required Tensor Y { get; init; }

    /// <summary>Largest score of each query, [N, H, Tq].</summary>
    public required Tensor Most { get; init; }

    /// <summary>1 / sum of e^(score - largest) of each query, 0 where every key is blocked.</summary>
    public required Tensor Inverse { get; init; }

    /// <summary>Gradient of the result; its features are neighbours.</summary>
    public Tensor? DY { get; init; }

    public Tensor? DQ { get; init; }

    public Tensor? DK { get; init; }

    public Tensor? DV { get; init; }

    /// <summary>Adds to what the gradients hold instead of overwriting it.</summary>
    public bool Add { get; init; }
}

/// <summary>
/// softmax(Q K^T * scale + bias) V, a tile of scores at a time.
/// </summary>
/// <remarks>
/// A running maximum and sum replace the row of scores (Milakov and Gimelshein, "Online normalizer calculation for
/// softmax", 2018; Dao et al., "FlashAttention", 2022, algorithms 1 and 4). The way back computes the tiles again from
/// the two numbers kept of each query. Tiles depend on the sizes alone: the same bits for any number of threads.
/// </remarks>
internal static unsafe partial class AttentionKernel
{
    // A tile of 96 x 128 float32 scores fills the first cache; 128 is whole groups of random words.
    private const int QueryTile = 96;
    private const int KeyTile = 128;
    private const int MostLanes = 64;

    // Below as many multiply-adds a second thread costs more than it brings.
    private const double ParallelWork = 64.0 * 64 * 64;

    public static void Forward(in AttentionTensors t, in AttentionOptions options)
    {
        if (t.Y.DType == DType.Float32) Typed<float>(in t, in options);
        else Typed<double>(in t, in options);
    }

    private static void Typed<T>(in AttentionTensors t, in AttentionOptions options)
        where T : unmanaged, INumber<T>
    {
        Arguments<T> a = Make<T>(in t, in options);
        switch (SimdInfo.Width)
        {
            case 512: Divide<Vec512<T>, T>(ref a); break;
            case 256: Divide<Vec256<T>, T>(ref a); break;
            case 128: Divide<Vec128<T>, T>(ref a); break;
            default: Divide<Vec1<T>, T>(ref a); break;
        }
        KeepAlive(in t);
    }

    private static void Divide<V, T>(ref Arguments<T> arguments)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* tails = stackalloc T[2 * MostLanes];
        SetTails<V, T>(ref arguments, tails);
        arguments.Tiles = (arguments.Queries + QueryTile - 1) / QueryTile;
        fixed (Arguments<T>* p = &arguments) Run(&ForwardTile<V, T>, p, p->Items * p->Tiles, p);
    }

    private static void Run<T>(delegate*<void*, int, void> body, void* argument, nint chunks, Arguments<T>* a)
        where T : unmanaged, INumber<T>
    {
        double work = (double)a->Items * a->Queries * a->Keys * (a->Features + a->ValueFeatures);
        if (chunks > 1 && work >= ParallelWork)
        {
            Scheduler.Current.Run(body, argument, checked((int)chunks));
            return;
        }
        for (int i = 0; i < chunks; i++) body(argument, i);
    }

    private static void ForwardTile<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        (nint item, nint tile) = Math.DivRem((nint)chunk, a->Tiles);
        nint first = tile * QueryTile, rows = Math.Min(QueryTile, a->Queries - first);
        T* scores = Scratch.Rent<T>(ScratchUse.AttentionScores, QueryTile * KeyTile);
        T* most = a->Most + (item * a->Queries) + first, sums = a->Inverse + (item * a->Queries) + first;
        new Span<T>(most, (int)rows).Fill(T.CreateSaturating(double.NegativeInfinity));
        new Span<T>(sums, (int)rows).Clear();
        Matrix<T> q = a->Q.Tile(a, item, first), y = a->Y.Tile(a, item, first);
        nint end = a->IsCausal ? Math.Min(a->Keys, first + rows) : a->Keys;
        for (nint key = 0; key < end; key += KeyTile)
        {
            nint columns = Math.Min(KeyTile, end - key);
            Matrix<T> s = new(scores, KeyTile);
            Multiply<V, T>(rows, columns, a->Features, q, a->K.Tile(a, item, key).Transposed, s, false);
            for (nint row = 0; row < rows; row++)
            {
                nint allowed = a->Allowed(first + row, key, columns);
                T* of = scores + (row * KeyTile);
                T* bias = Arguments<T>.BiasRow(a, item, first + row, key);
                T shrink = Weights<V, T>(a, of, bias, allowed, most + row, sums + row);
                Clear<V, T>(of, allowed, columns);
                if (a->Drops) Drop<V, T>(a, of, item, first + row, key, columns);
                if (key > 0 && shrink != T.One) Scale<V, T>(y.Data + (row * y.Row), a->ValueFeatures, shrink);
            }
            Multiply<V, T>(rows, a->ValueFeatures, columns, s, a->V.Tile(a, item, key), y, key > 0);
        }
        for (nint row = 0; row < rows; row++)
        {
            T* of = y.Data + (row * y.Row);
            if (end == 0) new Span<T>(of, (int)a->ValueFeatures).Clear();
            // A query with all keys blocked looks at nothing: its result is 0.
            if (sums[row] == T.Zero) most[row] = T.Zero;
            else sums[row] = T.One / sums[row];
            Scale<V, T>(of, a->ValueFeatures, sums[row]);
        }
    }

    /// <summary>
    /// Scores become e^(score - largest so far); the largest and the sum of a query move on. Returns the factor for
    /// what was computed with the old largest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Weights<V, T>(Arguments<T>* a, T* s, T* bias, nint count, T* most, T* sum)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (count == 0) return T.One;
        V scale = V.Broadcast(a->Scale), largest = V.Const(double.NegativeInfinity);
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V score = V.Load(s + i) * scale;
            if (bias != null) score += V.Load(bias + i);
            V.Store(s + i, score);
            largest = V.Max(largest, score);
        }
        if (i < count)
        {
            int rest = (int)(count - i);
            V score = V.LoadPartial(s + i, rest) * scale;
            if (bias != null) score += V.LoadPartial(bias + i, rest);
            score += V.Load(a->Tails + V.Count - rest);
            V.Store(s + i, score);
            largest = V.Max(largest, score);
        }
        T before = *most, now = T.Max(before, V.MaxLane(largest));
        if (T.IsNegativeInfinity(now)) now = T.Zero;
        V shift = V.Broadcast(now), total = V.Zero;
        for (i = 0; i < count; i += V.Count)
        {
            V e = V.Exp(V.Load(s + i) - shift);
            V.Store(s + i, e);
            total += e;
        }
        T shrink = before == now
            ? T.One
            : T.CreateTruncating(Math.Exp(double.CreateTruncating(before) - double.CreateTruncating(now)));
        *most = now;
        *sum = (*sum * shrink) + V.Sum(total);
        return shrink;
    }

    // Sets the columns that a query may not look at to 0, from the end of the last register on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear<V, T>(T* s, nint allowed, nint columns)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint from = (allowed + V.Count - 1) / V.Count * V.Count;
        for (; from < columns; from += V.Count) V.Store(s + from, V.Zero);
    }

    // Sets dropped weights to 0 and scales the others up; whole groups, whose ends nobody reads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Drop<V, T>(Arguments<T>* a, T* weights, nint item, nint query, nint key, nint columns)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* kept = stackalloc T[Group];
        V scale = V.Const(a->Draw.Scale);
        for (nint begin = 0; begin < columns; begin += Group)
        {
            DropoutKernel.Kept(in a->Draw, a->Word(item, query, key + begin), kept);
            nint count = Math.Min(Group, columns - begin);
            for (nint i = 0; i < count; i += V.Count)
                V.Store(weights + begin + i, V.Load(weights + begin + i) * V.Load(kept + i) * scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<V, T>(T* y, nint count, T factor)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V f = V.Broadcast(factor);
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count) V.Store(y + i, V.Load(y + i) * f);
        int rest = (int)(count - i);
        if (rest > 0) V.StorePartial(y + i, V.LoadPartial(y + i, rest) * f, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<V, T>(
        nint m, nint n, nint k, Matrix<T> a, Matrix<T> b, Matrix<T> c, bool accumulate)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> =>
        Gemm.Run<V, T>(new GemmProblem<T>(m, n, k, a, b, c) { Accumulate = accumulate });
}
