using System.Runtime.CompilerServices;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Tensors;

/// <summary>Counters of the whole process are looked at here: no other test may run.</summary>
[Collection(nameof(OneAtATime))]
public sealed class BufferPoolTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void Buffer_returns_when_nothing_refers_to_its_tensor()
    {
        Settle();
        long before = BufferPool.RentedBytes;
        nint first = Make();
        Assert.True(BufferPool.RentedBytes >= before + (3 * Megabyte));
        Settle();
        Assert.Equal(before, BufferPool.RentedBytes);
        long allocations = BufferPool.Allocations;
        Assert.Equal(first, Make());                                 // the same buffer again
        Assert.Equal(allocations, BufferPool.Allocations);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static unsafe nint Make()
        {
            Tensor t = Tensor.Zeros([3, 1 << 18]);
            nint at = (nint)t.Pointer;
            GC.KeepAlive(t);
            return at;
        }
    }

    [Fact]
    public void View_keeps_the_buffer_of_its_tensor()
    {
        Tensor view = Make();
        Settle();
        for (int i = 0; i < 10; i++) _ = Tensor.Full([1 << 16], 9);
        Assert.Equal(Enumerable.Repeat(5f, 10), view.ToArray<float>());

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Tensor Make() => Tensor.Full([1 << 16], 5)[100..110];
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 80)]
    [InlineData(128, 128)]
    [InlineData(129, 160)]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData((1 << 20) + 1, (1 << 20) + (1 << 18))]
    [InlineData((7 << 17) - 1, 7 << 17)]
    [InlineData((7L << 32) + 1, 8L << 32)]
    public void Size_classes_waste_a_quarter_at_most(long bytes, long expected)
    {
        Assert.Equal(expected, BufferPool.SizeFor(bytes));
        Assert.True(bytes < 64 || BufferPool.SizeFor(bytes) <= bytes + (bytes / 4) + 16);
    }

    [Fact]
    public void Temporaries_of_three_gigabytes_leave_the_process_small()
    {
        Settle();
        BufferPool.Trim();
        Tensor live = Tensor.Ones([10, 1 << 18]);
        long before = Environment.WorkingSet, most = 0, held = 0, total = 0;
        Rng rng = new(1);
        for (int i = 0; total < 3L << 30; i++)
        {
            // Sizes grow: without giving buffers of old sizes back, those of every class would pile up.
            int count = (1 << 16) + rng.NextInt((1 << 16) * (1 + (i / 40)));
            Assert.Equal(i, Tensor.Full([count], i)[^1].Item());
            total += 4L * count;
            most = Math.Max(most, Environment.WorkingSet - before);
            held = Math.Max(held, BufferPool.RentedBytes + BufferPool.KeptBytes);
        }
        Assert.Equal(10 << 18, live.Sum().Item());
        Assert.InRange(held, 0, 300 * Megabyte);
        Assert.InRange(most, 0, 400 * Megabyte);
    }

    [Fact]
    public void Budget_follows_what_is_in_use()
    {
        Settle();
        List<Tensor> live = [];
        for (int i = 0; i < 100; i++) live.Add(Tensor.Full([1 << 20], i));               // 400 MB, all in use
        for (int i = 0; i < 200; i++) _ = Tensor.Full([1 << 20], -1);
        for (int i = 0; i < 100; i++) Assert.Equal(i, live[i][12345].Item());
        Assert.InRange(BufferPool.RentedBytes, 400 * Megabyte, 1000 * Megabyte);
        live.Clear();
        Settle();
        BufferPool.Trim();
        Assert.Equal(0, BufferPool.KeptBytes);
    }

    [Fact]
    public void Training_allocates_no_buffer_and_little_memory_once_it_runs()
    {
        Rng rng = new(1);
        Sequential model = [new Linear(8, 16, rng: rng), new Tanh(), new Linear(16, 3, rng: rng)];
        Sgd optimizer = new(model.Parameters(), 0.01, momentum: 0.9);
        Tensor x = Tensor.Randn([32, 8], rng), y = Tensor.Zeros([32], DType.Int64);
        for (int i = 0; i < 100; i++) Train();
        Settle();
        long buffers = BufferPool.Allocations, rented = BufferPool.RentedBytes, kept = BufferPool.KeptBytes;
        long managed = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Train();
        managed = GC.GetAllocatedBytesForCurrentThread() - managed;
        Assert.Equal((buffers, rented, kept), (BufferPool.Allocations, BufferPool.RentedBytes, BufferPool.KeptBytes));
        Assert.InRange(managed / 1000, 0, 6000);

        void Train()
        {
            using Step step = Step.Begin();
            optimizer.ZeroGrad();
            F.CrossEntropy(model.Forward(x), y).Backward();
            optimizer.Step();
        }
    }

    private static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
