using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Ops;

/// <summary>Pointers and sizes of both ways.</summary>
internal static unsafe partial class AttentionKernel
{
    // Weights that draw their words together.
    private const int Group = PhiloxGroup.Words;

    /// <summary>Words of one query's weights: whole groups, so that a tile begins at one.</summary>
    public static long WordsOfQuery(int keys) => (keys + Group - 1L) / Group * Group;

    private static Arguments<T> Make<T>(in AttentionTensors t, in AttentionOptions options)
        where T : unmanaged, INumber<T>
    {
        return new Arguments<T>
        {
            Q = Operand<T>.Of(t.Q),
            K = Operand<T>.Of(t.K),
            V = Operand<T>.Of(t.V),
            Bias = Operand<T>.Of(t.Bias),
            Y = Operand<T>.Of(t.Y),
            DY = Operand<T>.Of(t.DY),
            DQ = Operand<T>.Of(t.DQ),
            DK = Operand<T>.Of(t.DK),
            DV = Operand<T>.Of(t.DV),
            Most = t.Most.Ptr<T>(),
            Inverse = t.Inverse.Ptr<T>(),
            Items = (nint)t.Q.Dims[0] * t.Q.Dims[1],
            Heads = t.Q.Dims[1],
            Queries = t.Q.Dims[2],
            Keys = t.K.Dims[2],
            Features = t.Q.Dims[3],
            ValueFeatures = t.V.Dims[3],
            Words = WordsOfQuery(t.K.Dims[2]),
            Scale = T.CreateTruncating(options.Scale),
            IsCausal = options.IsCausal,
            Drops = options.Draw is not null,
            Draw = options.Draw ?? default,
            Add = t.Add,
        };
    }

    // A register loaded r lanes before the middle has 0 in the first r lanes and -infinity in the others.
    private static void SetTails<V, T>(ref Arguments<T> a, T* tails)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        new Span<T>(tails, V.Count).Clear();
        new Span<T>(tails + V.Count, V.Count).Fill(T.CreateSaturating(double.NegativeInfinity));
        a.Tails = tails;
    }

    private static void KeepAlive(in AttentionTensors t)
    {
        GC.KeepAlive(t.Q);
        GC.KeepAlive(t.K);
        GC.KeepAlive(t.V);
        GC.KeepAlive(t.Bias);
        GC.KeepAlive(t.Y);
        GC.KeepAlive(t.DY);
        GC.KeepAlive(t.DQ);
        GC.KeepAlive(t.DK);
        GC.KeepAlive(t.DV);
        GC.KeepAlive(t.Most);
        GC.KeepAlive(t.Inverse);
    }

    /// <summary>One tensor [N, H, rows, columns]; Data is null where there is none.</summary>
    private readonly struct Operand<T>
        where T : unmanaged, INumber<T>
    {
        private readonly nint _outer, _head, _row, _column;

        private Operand(Tensor t)
        {
            Data = t.Ptr<T>();
            (_outer, _head, _row, _column) = (t.Strides[0], t.Strides[1], t.Strides[2], t.Strides[3]);
        }

        public T* Data { get; }

        public static Operand<T> Of(Tensor? t) => t is null ? default : new Operand<T>(t);

        /// <summary>The rows of one item from one on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Matrix<T> Tile(Arguments<T>* a, nint item, nint row)
        {
            (nint outer, nint head) = Math.DivRem(item, a->Heads);
            return new Matrix<T>(Data + (outer * _outer) + (head * _head) + (row * _row), _row, _column);
        }
    }

    private struct Arguments<T>
        where T : unmanaged, INumber<T>
    {
        public Operand<T> Q, K, V, Bias, Y, DY, DQ, DK, DV;
        public T* Most, Inverse, Tails, Shares;
        public nint Items, Heads, Queries, Keys, Features, ValueFeatures, Tiles, Groups;
        public long Words;
        public T Scale;
        public bool IsCausal, Drops, Add;
        public DropoutDraw Draw;

        /// <summary>How many of the columns from a key on a query may look at.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly nint Allowed(nint query, nint key, nint columns) =>
            IsCausal ? Math.Clamp(query + 1 - key, 0, columns) : columns;

        /// <summary>What is added to a query's scores from a key on, or null.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T* BiasRow(Arguments<T>* a, nint item, nint query, nint key) =>
            a->Bias.Data == null ? null : a->Bias.Tile(a, item, query).Data + key;

        /// <summary>Number of the word that a weight draws.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly long Word(nint item, nint query, nint key) => (((item * Queries) + query) * Words) + key;
    }
}
