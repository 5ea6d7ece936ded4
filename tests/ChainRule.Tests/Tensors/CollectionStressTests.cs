using ChainRule.Nn;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Tensors;

/// <summary>
/// Operators under a collector that never rests, beside a thread that overwrites every buffer that comes back. Memory
/// used after the last use of its tensor shows as NaN only if a collection falls into the kernel: passing is no proof.
/// </summary>
[Collection(nameof(OneAtATime))]
public sealed class CollectionStressTests
{
    private const int Side = 700;

    [Fact]
    public void Results_are_the_same_bits_under_constant_collection()
    {
        // Only code that the compiler has optimised forgets a tensor before the end of its method.
        for (int i = 0; i < 100; i++) Work(8);
        Thread.Sleep(300);
        double[] expected = Work();
        bool stop = false;
        Thread collector = new(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        Thread vandal = new(() =>
        {
            int[] sizes = [1, 8, 16, 24, 64, 192, 256, 384, 512, 576, 1024, 1536, 2304];
            while (!Volatile.Read(ref stop))
            {
                foreach (int size in sizes) Tensor.EmptyKept([size], DType.Float32).Fill(double.NaN);
                for (int i = 0; i < 3; i++) Tensor.EmptyKept([Side, Side], DType.Float32).Fill(double.NaN);
            }
        });
        collector.Start();
        vandal.Start();
        try
        {
            DateTime end = DateTime.UtcNow.AddSeconds(1.5);
            int rounds = 0;
            for (; rounds < 5 || DateTime.UtcNow < end; rounds++) Assert.Equal(expected, Work());
        }
        finally
        {
            Volatile.Write(ref stop, true);
            collector.Join();
            vandal.Join();
        }
    }

    // A little of every family of operators, forwards and backwards, outside a step: each result has a buffer of its
    // own.
    private static double[] Work(int side = Side)
    {
        Rng rng = new(1);
        Tensor x = Tensor.Randn([2, 3, 8, 8], rng);
        Sequential model =
        [
            new Conv2d(3, 4, 3, padding: 1, rng: rng), new Relu(), new MaxPool2d(2),
            new Conv2d(4, 4, 3, padding: 1, rng: rng),
            new Tanh(), new AvgPool2d(2), new Flatten(), new Linear(16, 6, rng: rng), new LogSoftmax(),
        ];
        Tensor y = model.Forward(x), target = Tensor.From(1L, 4L);
        Tensor loss = F.NllLoss(y, target) + F.CrossEntropy(y[.., 1..].Contiguous() * 2, target)
            + y.T.MatMul(y).Exp().Mean();
        Tensor z = Tensor.Concat([y, y.Flip(1) * y.Max(1, keepDim: true).Values], 1).Permute(1, 0).Reshape(6, 4);
        Tensor more = z.Softmax(1).Sum(0).Var(0) + z.IndexSelect(0, target).Sum()
            + Tensor.Where(z.Less(z * 0), z, z * 2).Mean();
        (loss + more).Backward();
        List<double> results = [loss.Item(), more.Item()];
        foreach (Parameter p in model.Parameters()) results.AddRange(p.Grad!.To(DType.Float64).ToArray<double>());
        Tensor v = Tensor.Arange(0, 8, dtype: DType.Float64);
        results.AddRange(Autograd.Hvp(t => (t.Sin() * t.Cumsum(0)).Sum(), v, v / 8).ToArray<double>());
        // Copies that only a kernel looks into, and kernels long enough for a collection to fall into.
        using NoGrad.Scope _ = NoGrad.Begin();
        Tensor wide = Tensor.Rand([side, side], rng), turned = wide.T;
        Tensor compared = turned.Less(wide).To(DType.Float32);
        foreach (Tensor t in new[] { turned.Exp(), turned.Sum(0), turned.Softmax(1), compared, turned.Cumsum(0) })
            results.Add(t.Sum().Item());
        return [.. results];
    }
}
