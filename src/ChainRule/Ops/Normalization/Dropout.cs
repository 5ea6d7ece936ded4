using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>In training, sets each element to 0 with probability p and divides the others by 1 - p; otherwise
        /// returns x.</summary>
        /// <param name="x"><c>...</c> float32 or float64.</param>
        /// <param name="p">Probability in [0, 1] of an element to be dropped.</param>
        /// <param name="training">False: nothing is dropped.</param>
        /// <param name="rng">Generator; it moves on by one word an element, rounded up to groups of 32. Not needed
        /// without training.</param>
        /// <returns><c>*</c>, same dtype. The gradient passes where the element was kept, divided by 1 - p as
        /// well.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
        /// <exception cref="ArgumentNullException">There is no generator in training.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>
        /// Source: Srivastava et al., "Dropout" (2014). Which elements are kept follows from the generator's state and
        /// their position alone, for any number of threads. No mask is stored: the way back draws the same numbers
        /// again.
        /// </remarks>
        public static Tensor Dropout(Tensor x, double p, bool training, Rng? rng)
        {
            ArgumentNullException.ThrowIfNull(x);
            Elementwise.CheckType("Dropout", x.DType, takesIntegers: false);
            if (!(p >= 0 && p <= 1))
                throw new ArgumentOutOfRangeException(nameof(p), $"Dropout: p must be in [0, 1], got {p}.");
            if (!training || p == 0) return x;
            ArgumentNullException.ThrowIfNull(rng);
            return DropoutNode.Apply(x, DropoutDraw.Take(rng, p, x.Count));
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Where in the generator's stream a mask begins, and what it does.</summary>
    /// <param name="Seed">Key of the generator.</param>
    /// <param name="Stream">Its stream.</param>
    /// <param name="Block">First counter value.</param>
    /// <param name="Threshold">A word below it drops its element; 2^32 drops all.</param>
    /// <param name="Scale">Factor of the elements that stay.</param>
    internal readonly record struct DropoutDraw(ulong Seed, ulong Stream, ulong Block, ulong Threshold, double Scale)
    {
        public static DropoutDraw Take(Rng rng, double p, long count)
        {
            ulong first = PhiloxGroup.Take(rng, count), threshold = (ulong)Math.Round(p * 4294967296.0);
            return new DropoutDraw(rng.Seed, rng.Stream, first, threshold, p < 1 ? 1 / (1 - p) : 0);
        }
    }

    internal sealed class DropoutNode(Tensor x, DropoutDraw draw) : Op(x)
    {
        public override string Name => "dropout";

        public static Tensor Apply(Tensor x, DropoutDraw draw)
        {
            Tensor dense = x.Dense(), y = Tensor.Empty(x.Shape, x.DType);
            DropoutKernel.Run(dense, draw, y);
            return Graph.Needs(x) ? Graph.Record(y, new DropoutNode(x, draw)) : y;
        }

        // Linear with the same factors on the way back, so the operation is its own gradient.
        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, Apply(dy, draw), fresh: true);
        }
    }

    /// <summary>One pass: draw, compare, multiply.</summary>
    internal static unsafe class DropoutKernel
    {
        private const int Grain = 8 * 1024;

        public static void Run(Tensor x, DropoutDraw draw, Tensor y)
        {
            Arguments a = new() { X = x.Pointer, Y = y.Pointer, Count = x.Count, Draw = draw };
            if (x.DType == DType.Float32) Typed<float>(&a);
            else Typed<double>(&a);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }

        private static void Typed<T>(Arguments* a)
            where T : unmanaged, INumber<T>
        {
            delegate*<void*, int, void> body = SimdInfo.Width switch
            {
                512 => &Chunk<Vec512<T>, T>,
                256 => &Chunk<Vec256<T>, T>,
                128 => &Chunk<Vec128<T>, T>,
                _ => &Chunk<Vec1<T>, T>,
            };
            int chunks = (a->Count + Grain - 1) / Grain;
            if (chunks == 1) body(a, 0);
            else if (chunks > 1) Scheduler.Current.Run(body, a, chunks);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Chunk<V, T>(void* argument, int index)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            Arguments* a = (Arguments*)argument;
            T* kept = stackalloc T[PhiloxGroup.Words];
            V scale = V.Const(a->Draw.Scale);
            int end = Math.Min((index + 1) * Grain, a->Count);
            for (int begin = index * Grain; begin < end; begin += PhiloxGroup.Words)
            {
                Kept(in a->Draw, begin, kept);
                T* x = (T*)a->X + begin, y = (T*)a->Y + begin;
                int count = Math.Min(PhiloxGroup.Words, end - begin);
                for (int i = 0; i < count; i += V.Count)
                {
                    V v = V.Select(V.Equal(V.Load(kept + i), V.Zero), V.Zero,
                        Lanes.Load<V, T>(x + i, count - i) * scale);
                    Lanes.Store(y + i, v, count - i);
                }
            }
        }

        /// <summary>One group of 32 elements: 1 for those that stay, 0 for the others.</summary>
        /// <param name="draw">The mask.</param>
        /// <param name="first">First element, a multiple of 32.</param>
        /// <param name="kept">Receives the group.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Kept<T>(in DropoutDraw draw, long first, T* kept)
            where T : unmanaged, INumber<T>
        {
            uint* words = stackalloc uint[PhiloxGroup.Words];
            ulong block = draw.Block + ((ulong)(first / PhiloxGroup.Words) * PhiloxGroup.Blocks);
            PhiloxGroup.Fill(draw.Seed, draw.Stream, block, words);
            ulong threshold = draw.Threshold;
            if (typeof(T) == typeof(float) && threshold <= uint.MaxValue && Vector256.IsHardwareAccelerated)
            {
                Vector256<uint> least = Vector256.Create((uint)threshold), one = Vector256.Create(1f).AsUInt32();
                for (int i = 0; i < PhiloxGroup.Words; i += 8)
                    Vector256.Store(Vector256.GreaterThanOrEqual(Vector256.Load(words + i), least) & one,
                        (uint*)kept + i);
                return;
            }
            for (int i = 0; i < PhiloxGroup.Words; i++) kept[i] = words[i] >= threshold ? T.One : T.Zero;
        }

        private struct Arguments
        {
            public byte* X, Y;
            public int Count;
            public DropoutDraw Draw;
        }
    }
}
