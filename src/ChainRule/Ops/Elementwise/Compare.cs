using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>a &lt; b, element by element, with broadcasting. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        public Tensor Less(Tensor other) => Comparison.Apply<LessMap>("less", this, other);

        /// <summary>a &lt;= b, element by element, with broadcasting. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        public Tensor LessEqual(Tensor other) => Comparison.Apply<LessEqualMap>("less_equal", this, other);

        /// <summary>a &gt; b, element by element, with broadcasting. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        public Tensor Greater(Tensor other) => Comparison.Apply<GreaterMap>("greater", this, other);

        /// <summary>a &gt;= b, element by element, with broadcasting. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        public Tensor GreaterEqual(Tensor other) => Comparison.Apply<GreaterEqualMap>("greater_equal", this, other);

        /// <summary>a = b, element by element, with broadcasting; NaN equals nothing. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        /// <torch>torch.eq</torch>
        public Tensor EqualTo(Tensor other) => Comparison.Apply<EqualMap>("equal", this, other);

        /// <summary>a != b, element by element, with broadcasting; NaN differs from everything. No gradient.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, Bool.</returns>
        public Tensor NotEqual(Tensor other) => Comparison.Apply<EqualMap>("not_equal", this, other).LogicalNot();
    }
}

namespace ChainRule.Ops
{
    /// <summary>Comparisons: two numbers in, one byte out.</summary>
    internal static unsafe class Comparison
    {
        private const nint Grain = 32 * 1024;

        public static Tensor Apply<TF>(string name, Tensor a, Tensor b)
            where TF : unmanaged, IMap2
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            Elementwise.CheckSameType(name, a, b);
            Shape shape = Broadcasting.ShapeOf(name, a, b);
            Tensor x = Run(a, shape, out int aStep), y = Run(b, shape, out int bStep);
            Tensor result = Tensor.Empty(shape, DType.Bool);
            Arguments arguments = new()
            {
                A = x.Pointer,
                B = y.Pointer,
                Result = result.Pointer,
                AStep = aStep,
                BStep = bStep,
                Count = result.Count,
            };
            switch (a.DType)
            {
                case DType.Float32: Typed<TF, float>(&arguments); break;
                case DType.Float64: Typed<TF, double>(&arguments); break;
                case DType.Int64: Typed<TF, long>(&arguments); break;
                case DType.Int32: Typed<TF, int>(&arguments); break;
                default: Divide(&arguments, &Chunk<TF, Vec1<byte>, byte>); break;
            }
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            return result;
        }

        /// <summary>A number to compare with, as a tensor; rounded for integers so that the comparison's answer
        /// stays.</summary>
        public static Tensor Number(Tensor x, Func<double, double> round, double value) =>
            Tensor.Scalar(x.DType.IsFloatingPoint() ? value : round(value), x.DType);

        // One number repeated, or dense elements.
        private static Tensor Run(Tensor t, Shape shape, out int step)
        {
            step = t.Count == 1 ? 0 : 1;
            return step == 0 || t.Shape == shape ? t.Dense() : t.ExpandView(shape).Dense();
        }

        private static void Typed<TF, T>(Arguments* arguments)
            where TF : unmanaged, IMap2
            where T : unmanaged, INumber<T>
        {
            switch (SimdInfo.Width)
            {
                case 512: Divide(arguments, &Chunk<TF, Vec512<T>, T>); break;
                case 256: Divide(arguments, &Chunk<TF, Vec256<T>, T>); break;
                case 128: Divide(arguments, &Chunk<TF, Vec128<T>, T>); break;
                default: Divide(arguments, &Chunk<TF, Vec1<T>, T>); break;
            }
        }

        private static void Divide(Arguments* arguments, delegate*<void*, int, void> chunk)
        {
            int chunks = (int)((arguments->Count + Grain - 1) / Grain);
            if (chunks == 1) chunk(arguments, 0);
            else if (chunks > 1) Scheduler.Current.Run(chunk, arguments, chunks);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Chunk<TF, V, T>(void* argument, int index)
            where TF : unmanaged, IMap2
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            Arguments* p = (Arguments*)argument;
            TF f = default;
            T* a = (T*)p->A, b = (T*)p->B;
            byte* result = p->Result;
            bool aRuns = p->AStep != 0, bRuns = p->BStep != 0;
            V av = V.Broadcast(*a), bv = V.Broadcast(*b);
            nint begin = index * Grain, end = Math.Min(begin + Grain, p->Count);
            for (nint i = begin; i < end; i += V.Count)
            {
                int n = (int)Math.Min(V.Count, end - i);
                if (n == V.Count)
                {
                    if (aRuns) av = V.Load(a + i);
                    if (bRuns) bv = V.Load(b + i);
                }
                else
                {
                    if (aRuns) av = V.LoadPartial(a + i, n);
                    if (bRuns) bv = V.LoadPartial(b + i, n);
                }
                ulong bits = V.Bits(f.Map(av, bv));
                byte* target = result + i;
                // Eight bits become eight bytes, the lowest first: seven copies by a product, the eighth by a shift.
                for (; n >= 8; n -= 8, bits >>= 8, target += 8)
                    *(ulong*)target = (((bits & 0x7F) * 0x02040810204081) & 0x0101010101010101) | ((bits & 0x80) << 49);
                for (int lane = 0; lane < n; lane++) target[lane] = (byte)((bits >> lane) & 1);
            }
        }

        private struct Arguments
        {
            public byte* A, B, Result;
            public int AStep, BStep;
            public nint Count;
        }
    }

    internal readonly struct LessMap : IMap2
    {
        public V Map<V>(V a, V b)
            where V : struct, IVec<V> => V.Less(a, b);
    }

    internal readonly struct LessEqualMap : IMap2
    {
        public V Map<V>(V a, V b)
            where V : struct, IVec<V> => V.LessOrEqual(a, b);
    }

    internal readonly struct GreaterMap : IMap2
    {
        public V Map<V>(V a, V b)
            where V : struct, IVec<V> => V.Less(b, a);
    }

    internal readonly struct GreaterEqualMap : IMap2
    {
        public V Map<V>(V a, V b)
            where V : struct, IVec<V> => V.LessOrEqual(b, a);
    }

    internal readonly struct EqualMap : IMap2
    {
        public V Map<V>(V a, V b)
            where V : struct, IVec<V> => V.Equal(a, b);
    }
}
