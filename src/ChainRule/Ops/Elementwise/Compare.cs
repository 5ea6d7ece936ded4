using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
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
        public static Tensor Apply<TF>(string name, Tensor a, Tensor b)
            where TF : unmanaged, IMap2
        {
            ArgumentNullException.ThrowIfNull(a);
            ArgumentNullException.ThrowIfNull(b);
            Elementwise.CheckSameType(name, a, b);
            Shape shape = Broadcasting.ShapeOf(name, a, b);
            Tensor x = a.Shape == shape ? a.Dense() : a.ExpandView(shape).Dense();
            Tensor y = b.Shape == shape ? b.Dense() : b.ExpandView(shape).Dense();
            Tensor result = Tensor.Empty(shape, DType.Bool);
            switch (a.DType)
            {
                case DType.Float32: Typed<TF, float>(x.Ptr<float>(), y.Ptr<float>(), result.Pointer, result.Count); break;
                case DType.Float64: Typed<TF, double>(x.Ptr<double>(), y.Ptr<double>(), result.Pointer, result.Count); break;
                case DType.Int64: Typed<TF, long>(x.Ptr<long>(), y.Ptr<long>(), result.Pointer, result.Count); break;
                case DType.Int32: Typed<TF, int>(x.Ptr<int>(), y.Ptr<int>(), result.Pointer, result.Count); break;
                default: Loop<TF, Vec1<byte>, byte>(x.Pointer, y.Pointer, result.Pointer, result.Count); break;
            }
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            return result;
        }

        private static void Typed<TF, T>(T* a, T* b, byte* result, nint count)
            where TF : unmanaged, IMap2
            where T : unmanaged, INumber<T>
        {
            switch (SimdInfo.Width)
            {
                case 512: Loop<TF, Vec512<T>, T>(a, b, result, count); break;
                case 256: Loop<TF, Vec256<T>, T>(a, b, result, count); break;
                case 128: Loop<TF, Vec128<T>, T>(a, b, result, count); break;
                default: Loop<TF, Vec1<T>, T>(a, b, result, count); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Loop<TF, V, T>(T* a, T* b, byte* result, nint count)
            where TF : unmanaged, IMap2
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            TF f = default;
            for (nint i = 0; i < count; i += V.Count)
            {
                int n = (int)Math.Min(V.Count, count - i);
                ulong bits = n == V.Count
                    ? V.Bits(f.Map(V.Load(a + i), V.Load(b + i)))
                    : V.Bits(f.Map(V.LoadPartial(a + i, n), V.LoadPartial(b + i, n)));
                for (int lane = 0; lane < n; lane++) result[i + lane] = (byte)((bits >> lane) & 1);
            }
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
