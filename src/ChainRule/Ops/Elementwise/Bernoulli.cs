using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Draws each element by itself: 1 with the probability it holds, else 0. No gradient.</summary>
        /// <param name="rng">Generator; it moves on by one word an element, rounded up to groups of 32.</param>
        /// <returns>Shape and dtype of this tensor: 1 where a uniform number, a multiple of 2^-24 in [0, 1), is below
        /// the probability; 0 for NaN.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>What is drawn follows from the generator's state and the position alone, for any number of
        /// threads.</remarks>
        public Tensor Bernoulli(Rng rng)
        {
            ArgumentNullException.ThrowIfNull(rng);
            Elementwise.CheckType("bernoulli", DType, takesIntegers: false);
            return BernoulliKernel.Run(this, rng);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>One pass: draw and compare. A comparison with <see cref="Tensor.Rand"/> is three passes, the first on
    /// one thread, and was measured ten times slower.</summary>
    internal static unsafe class BernoulliKernel
    {
        private const int Grain = 8 * 1024;

        public static Tensor Run(Tensor p, Rng rng)
        {
            Tensor dense = p.Dense(), y = Tensor.Empty(p.Shape, p.DType);
            ulong block = PhiloxGroup.Take(rng, p.Count);
            Arguments a = new()
            {
                P = dense.Pointer,
                Y = y.Pointer,
                Count = p.Count,
                Seed = rng.Seed,
                Stream = rng.Stream,
                Block = block,
            };
            if (p.DType == DType.Float32) Typed<float>(&a);
            else Typed<double>(&a);
            GC.KeepAlive(dense);
            return y;
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
            uint* words = stackalloc uint[PhiloxGroup.Words];
            T* uniform = stackalloc T[PhiloxGroup.Words];
            int end = Math.Min((index + 1) * Grain, a->Count);
            for (int begin = index * Grain; begin < end; begin += PhiloxGroup.Words)
            {
                ulong group = (ulong)(begin / PhiloxGroup.Words);
                PhiloxGroup.Fill(a->Seed, a->Stream, a->Block + (group * PhiloxGroup.Blocks), words);
                Uniform(words, uniform);
                T* p = (T*)a->P + begin, y = (T*)a->Y + begin;
                int count = Math.Min(PhiloxGroup.Words, end - begin);
                for (int i = 0; i < count; i += V.Count)
                {
                    V below = V.Less(V.Load(uniform + i), Lanes.Load<V, T>(p + i, count - i));
                    Lanes.Store(y + i, V.Select(below, V.One, V.Zero), count - i);
                }
            }
        }

        // The upper 24 bits as a fraction: exact in either type.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Uniform<T>(uint* words, T* uniform)
            where T : unmanaged, INumber<T>
        {
            const float unit = 1f / (1 << 24);
            if (typeof(T) == typeof(float))
            {
                for (int i = 0; i < PhiloxGroup.Words; i += 8)
                {
                    Vector256<int> bits = (Vector256.Load(words + i) >>> 8).AsInt32();
                    Vector256.Store(Vector256.ConvertToSingle(bits) * unit, (float*)uniform + i);
                }
                return;
            }
            for (int i = 0; i < PhiloxGroup.Words; i++) ((double*)uniform)[i] = (words[i] >> 8) * (double)unit;
        }

        private struct Arguments
        {
            public byte* P, Y;
            public int Count;
            public ulong Seed, Stream, Block;
        }
    }
}
