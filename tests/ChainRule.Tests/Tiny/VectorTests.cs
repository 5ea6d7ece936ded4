using ChainRule.Kernels;

namespace ChainRule.Tests.Tiny;

/// <summary>The same few sums on every vector width: what all kernels stand on.</summary>
public sealed unsafe class VectorTests
{
    [Fact]
    public void Vector_arithmetic_equals_scalar_arithmetic_at_every_width()
    {
        AssertLanes<Vec1<float>>();
        AssertLanes<Vec128<float>>();
        AssertLanes<Vec256<float>>();
        AssertLanes<Vec512<float>>();
    }

    [Fact]
    public void LoadPartial_fills_the_other_lanes_with_zero()
    {
        float* source = stackalloc float[] { 3, 4 };
        float* target = stackalloc float[Vec256<float>.Count];
        Vec256<float>.Store(target, Partial<Vec256<float>>(source, 2));
        Assert.Equal([3, 4, 0, 0, 0, 0, 0, 0], new ReadOnlySpan<float>(target, 8).ToArray());
    }

    private static V Partial<V>(float* source, int count) where V : struct, ISimdVec<V, float> =>
        V.LoadPartial(source, count);

    private static void AssertLanes<V>() where V : struct, ISimdVec<V, float>
    {
        float* x = stackalloc float[V.Count];
        float* y = stackalloc float[V.Count];
        for (int i = 0; i < V.Count; i++) x[i] = i - 1.5f;
        V a = V.Load(x);
        V.Store(y, V.Select(V.Less(a, V.Zero), -a, V.Fma(a, a, V.Const(0.25)) / V.Const(2)));
        for (int i = 0; i < V.Count; i++)
            Assert.Equal(x[i] < 0 ? -x[i] : ((x[i] * x[i]) + 0.25f) / 2, y[i]);
        Assert.Equal(V.Count * (V.Count - 4) / 2f, V.Sum(a));
    }
}
