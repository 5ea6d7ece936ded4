using ChainRule.Kernels;

namespace ChainRule.Tests.Kernels;

/// <summary>
/// Every way an operand can run or stand still, at every length around the vector width and across two threads' chunks.
/// </summary>
public sealed unsafe class VectorLoopTests
{
    public static TheoryData<DType> Numbers => [DType.Float32, DType.Float64, DType.Int64, DType.Int32, DType.UInt8];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Operands_run_or_stand_still(DType dtype)
    {
        int[] lengths = [.. Enumerable.Range(0, 70), 70_001];
        foreach (int n in lengths)
        {
            double[] a = Values(n, 3, 5), b = Values(n, 7, 4), c = Values(n, 11, 3);
            using Operand x = new(n, dtype, a), y = new(n, dtype, b), z = new(n, dtype, c),
                result = new(n, dtype, new double[n]);
            for (int steps = 0; steps < 8 && n > 0; steps++)
            {
                int sa = steps & 1, sb = (steps >> 1) & 1, sc = steps >> 2;
                VectorLoops.Map(default(Formula), dtype, x.At, sa, y.At, sb, z.At, sc, result.At, n);
                double[] got = result.Read();
                for (int i = 0; i < n; i++)
                {
                    double expected = (a[i * sa] * b[i * sb]) + c[i * sc];
                    Assert.True(expected == got[i], $"{dtype} n={n} steps={sa}{sb}{sc} i={i}: {got[i]} for {expected}");
                }
            }
        }
    }

    [Fact]
    public void Result_may_take_the_place_of_an_operand()
    {
        foreach (int n in new[] { 1, 7, 64, 100, 70_000 })
        {
            Tensor target = Tensor.Arange(0, n), source = Tensor.Full([n], 2);
            VectorLoops.AddInto(source, target);
            VectorLoops.AddInto(target, target);
            Assert.Equal(Enumerable.Range(0, n).Select(i => 2f * (i + 2)), target.ToArray<float>());
        }
    }

    private static double[] Values(int n, int factor, int modulus) =>
        [.. Enumerable.Range(0, n).Select(i => (double)(i * factor % modulus))];

    private readonly struct Formula : IMap3
    {
        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => (a * b) + c;
    }

    // The numbers as the type stores them, in memory of exactly their length.
    private sealed class Operand : IDisposable
    {
        private readonly Tensor _tensor;
        private readonly int _count;

        public Operand(int count, DType dtype, double[] values)
        {
            _count = count;
            _tensor = Tensor.Full([count + 1], 99, dtype);
            if (count > 0) Tensor.From(values).To(dtype).CopyDense(_tensor[..count]);
        }

        public byte* At => _tensor.Pointer;

        public double[] Read()
        {
            double[] all = _tensor.ToDoubles();
            Assert.Equal(99, all[_count]);                           // nothing is written behind the end
            return all[.._count];
        }

        public void Dispose() => GC.KeepAlive(_tensor);
    }
}
