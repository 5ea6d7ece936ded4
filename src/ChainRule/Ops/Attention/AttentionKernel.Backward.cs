using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Ops;

/// <summary>The way back: weights again, tile by tile, and five products a tile.</summary>
internal static unsafe partial class AttentionKernel
{
    // Few items are cut into groups of keys, so that many threads have work; each group sums dQ in a place of its own.
    private const int LeastChunks = 16;

    /// <summary>Gradients of those inputs for which there is a tensor.</summary>
    public static void Backward(in AttentionTensors t, in AttentionOptions options)
    {
        if (t.Y.DType == DType.Float32) BackwardTyped<float>(in t, in options);
        else BackwardTyped<double>(in t, in options);
    }

    private static void BackwardTyped<T>(in AttentionTensors t, in AttentionOptions options)
        where T : unmanaged, INumber<T>
    {
        Arguments<T> a = Make<T>(in t, in options);
        a.Tiles = (a.Keys + KeyTile - 1) / KeyTile;
        a.Groups = Math.Clamp(LeastChunks / Math.Max(1, a.Items), 1, Math.Max(1, a.Tiles));
        Tensor? shares = null, sum = null;
        if (a.Groups > 1 && t.DQ is not null)
        {
            shares = Tensor.Empty([(int)a.Groups, .. t.Q.Dims], t.Q.DType);
            a.Shares = shares.Ptr<T>();
        }
        switch (SimdInfo.Width)
        {
            case 512: DivideBackward<Vec512<T>, T>(ref a); break;
            case 256: DivideBackward<Vec256<T>, T>(ref a); break;
            case 128: DivideBackward<Vec128<T>, T>(ref a); break;
            default: DivideBackward<Vec1<T>, T>(ref a); break;
        }
        if (shares is not null)
        {
            sum = Tensor.Empty(t.Q.Shape, t.Q.DType);
            SumLoops.Run(a.Shares, sum.Ptr<T>(), 1, (int)a.Groups, t.Q.Count);
            for (nint item = 0; item < a.Items; item++)
            {
                Matrix<T> target = a.DQ.Tile(&a, item, 0);
                T* from = sum.Ptr<T>() + (item * a.Queries * a.Features);
                for (nint row = 0; row < a.Queries; row++, from += a.Features)
                {
                    Span<T> to = new(target.Data + (row * target.Row), (int)a.Features);
                    for (int i = 0; i < to.Length; i++) to[i] = a.Add ? to[i] + from[i] : from[i];
                }
            }
        }
        GC.KeepAlive(shares);
        GC.KeepAlive(sum);
        KeepAlive(in t);
    }

    private static void DivideBackward<V, T>(ref Arguments<T> arguments)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* tails = stackalloc T[2 * MostLanes];
        SetTails<V, T>(ref arguments, tails);
        fixed (Arguments<T>* p = &arguments) Run(&BackwardGroup<V, T>, p, p->Items * p->Groups, p);
    }

    private static void BackwardGroup<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        (nint item, nint group) = Math.DivRem((nint)chunk, a->Groups);
        nint firstTile = group * a->Tiles / a->Groups, endTile = (group + 1) * a->Tiles / a->Groups;
        nint size = QueryTile * KeyTile;
        T* weights = Scratch.Rent<T>(ScratchUse.AttentionScores, size);
        T* gradients = Scratch.Rent<T>(ScratchUse.AttentionGradients, size + a->Queries), dots = gradients + size;
        if (a->Tiles > 1) Dots<V, T>(a, item, dots);

        Matrix<T> dq = a->Shares == null
            ? a->DQ.Tile(a, item, 0)
            : new(a->Shares + (((group * a->Items) + item) * a->Queries * a->Features), a->Features);
        bool addQ = a->Add && a->Shares == null;
        // A tile of queries that looks at none of the group's keys keeps these zeros.
        if (dq.Data != null && !addQ && (a->IsCausal || firstTile == endTile))
        {
            for (nint row = 0; row < a->Queries; row++)
                new Span<T>(dq.Data + (row * dq.Row), (int)a->Features).Clear();
            addQ = true;
        }
        for (nint tile = firstTile; tile < endTile; tile++)
        {
            nint key = tile * KeyTile;
            KeyGradients<V, T>(a, item, key, dq, addQ || tile > firstTile, weights, gradients, dots);
        }
    }

    // One tile of keys with every tile of queries that looks at it.
    private static void KeyGradients<V, T>(
        Arguments<T>* a, nint item, nint key, Matrix<T> dq, bool addQ, T* weights, T* gradients, T* dots)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint columns = Math.Min(KeyTile, a->Keys - key);
        Matrix<T> k = a->K.Tile(a, item, key), v = a->V.Tile(a, item, key);
        Matrix<T> dk = a->DK.Tile(a, item, key), dv = a->DV.Tile(a, item, key);
        Matrix<T> p = new(weights, KeyTile), ds = new(gradients, KeyTile);
        bool add = a->Add, needsScores = a->DQ.Data != null || a->DK.Data != null;
        nint begin = a->IsCausal ? key / QueryTile * QueryTile : 0;
        for (nint first = begin; first < a->Queries; first += QueryTile)
        {
            nint rows = Math.Min(QueryTile, a->Queries - first);
            Matrix<T> q = a->Q.Tile(a, item, first), dy = a->DY.Tile(a, item, first);
            Multiply<V, T>(rows, columns, a->Features, q, k.Transposed, p, false);
            if (needsScores) Multiply<V, T>(rows, columns, a->ValueFeatures, dy, v.Transposed, ds, false);
            for (nint row = 0; row < rows; row++)
            {
                nint query = first + row, allowed = a->Allowed(query, key, columns);
                T* ofWeights = weights + (row * KeyTile), ofGradients = gradients + (row * KeyTile);
                Recall<V, T>(a, ofWeights, Arguments<T>.BiasRow(a, item, query, key), allowed, item, query);
                Clear<V, T>(ofWeights, allowed, columns);
                if (a->Drops && needsScores) Drop<V, T>(a, ofGradients, item, query, key, columns);
                if (needsScores)
                {
                    T dot = a->Tiles > 1 ? dots[query] : Dot<V, T>(ofWeights, ofGradients, allowed);
                    ScoreGradients<V, T>(ofWeights, ofGradients, allowed, columns, dot, a->Scale);
                }
                if (a->Drops) Drop<V, T>(a, ofWeights, item, query, key, columns);
            }
            if (dv.Data != null) Multiply<V, T>(columns, a->ValueFeatures, rows, p.Transposed, dy, dv, add);
            if (dk.Data != null) Multiply<V, T>(columns, a->Features, rows, ds.Transposed, q, dk, add);
            if (dq.Data != null)
            {
                Matrix<T> target = new(dq.Data + (first * dq.Row), dq.Row, dq.Column);
                Multiply<V, T>(rows, a->Features, columns, ds, k, target, addQ);
            }
            add = true;
        }
        if (add) return;
        for (nint row = 0; row < columns; row++)
        {
            if (dk.Data != null) new Span<T>(dk.Data + (row * dk.Row), (int)a->Features).Clear();
            if (dv.Data != null) new Span<T>(dv.Data + (row * dv.Row), (int)a->ValueFeatures).Clear();
        }
    }

    // Sum of dy * y of each query: what the gradients of its weights have in common.
    private static void Dots<V, T>(Arguments<T>* a, nint item, T* dots)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Matrix<T> y = a->Y.Tile(a, item, 0), dy = a->DY.Tile(a, item, 0);
        for (nint row = 0; row < a->Queries; row++)
            dots[row] = Dot<V, T>(y.Data + (row * y.Row), dy.Data + (row * dy.Row), a->ValueFeatures);
    }

    // The same number is the sum of weight * gradient of the weight over the keys. Where one tile holds them all it is
    // taken so: rounding then leaves nothing of the gradient of a score whose weight is all the query has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot<V, T>(T* one, T* other, nint length)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sum = V.Zero;
        for (nint i = 0; i < length; i += V.Count)
        {
            int count = (int)Math.Min(V.Count, length - i);
            sum = V.Fma(Lanes.Load<V, T>(one + i, count), Lanes.Load<V, T>(other + i, count), sum);
        }
        return V.Sum(sum);
    }

    // Scores become the weights they had on the way there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Recall<V, T>(Arguments<T>* a, T* s, T* bias, nint count, nint item, nint query)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint at = (item * a->Queries) + query;
        V scale = V.Broadcast(a->Scale), most = V.Broadcast(a->Most[at]), inverse = V.Broadcast(a->Inverse[at]);
        nint i = 0;
        for (; i <= count - V.Count; i += V.Count)
        {
            V score = V.Load(s + i) * scale;
            if (bias != null) score += V.Load(bias + i);
            V.Store(s + i, V.Exp(score - most) * inverse);
        }
        if (i == count) return;
        int rest = (int)(count - i);
        V last = V.LoadPartial(s + i, rest) * scale;
        if (bias != null) last += V.LoadPartial(bias + i, rest);
        V.Store(s + i, V.Exp(last + V.Load(a->Tails + V.Count - rest) - most) * inverse);
    }

    // ds = weight * (gradient of the weight - dot) * scale; 0 where the query may not look.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradients<V, T>(T* weights, T* gradients, nint allowed, nint columns, T dot, T factor)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V common = V.Broadcast(dot), scale = V.Broadcast(factor);
        nint i = 0;
        for (; i <= allowed - V.Count; i += V.Count)
            V.Store(gradients + i, V.Load(weights + i) * (V.Load(gradients + i) - common) * scale);
        if (i < allowed)
        {
            V gradient = V.LoadPartial(gradients + i, (int)(allowed - i));
            V.Store(gradients + i, V.Load(weights + i) * (gradient - common) * scale);
            i += V.Count;
        }
        for (; i < columns; i += V.Count) V.Store(gradients + i, V.Zero);
    }
}
