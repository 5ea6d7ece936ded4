using System.Numerics;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Tests.Kernels;

public sealed unsafe class GemmTests
{
    private delegate void Kernel<T>(in GemmProblem<T> problem)
        where T : unmanaged;

    private static readonly int[] Edges =
        [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 50, 63, 64, 65, 97];

    [Fact]
    public void Float_products_of_random_shapes_equal_the_reference() => RandomShapes<float>(Gemm.Run, 1000);

    [Fact]
    public void Double_products_of_random_shapes_equal_the_reference() => RandomShapes<double>(Gemm.Run, 500);

    [Fact]
    public void Small_products_of_random_shapes_equal_the_reference()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            int m = random.Next(1, 40), n = random.Next(1, 36), k = random.Next(40);
            (Layout a, Layout b) = (RandomLayout(random), RandomLayout(random));
            Layout c = random.Next(2) == 0 ? Layout.Plain : Layout.Padded;
            string what = $"seed {seed}: {m}x{n}x{k}, {a} {b} {c}";
            Compare<float>(Gemm.Run, random, m, n, k, 1, a, b, c, what);
            Compare<double>(Gemm.Run, random, m, n, k, 1, a, b, c, what);
        }
    }

    [Fact]
    public void Float_product_deeper_and_wider_than_a_block_equals_the_reference() => Large<float>(Gemm.Run);

    [Fact]
    public void Double_product_deeper_and_wider_than_a_block_equals_the_reference() => Large<double>(Gemm.Run);

    [Theory]
    [InlineData(Layout.Plain, Layout.Plain)]
    [InlineData(Layout.Plain, Layout.Transposed)]
    [InlineData(Layout.Transposed, Layout.Plain)]
    [InlineData(Layout.Transposed, Layout.Transposed)]
    public void Product_has_the_same_bits_for_any_number_of_threads(Layout a, Layout b)
    {
        (int M, int N, int K, int Batch)[] shapes =
            [(70, 50, 90, 5), (300, 500, 401, 1), (513, 30, 64, 1), (5, 3000, 70, 1), (64, 64, 64, 9),
                (50, 700, 300, 1), (4200, 110, 9, 1), (1, 3000, 300, 1), (16, 701, 300, 1), (5000, 3, 90, 1)];
        foreach ((int m, int n, int k, int batch) in shapes)
        {
            byte[][] results = new byte[4][];
            for (int threads = 1; threads <= 4; threads++)
            {
                results[threads - 1] = Threads.On(threads, () =>
                {
                    using var test = new Case<float>(new Random(7), m, n, k, batch, a, b, Layout.Plain);
                    GemmProblem<float> problem = test.Problem();
                    problem.RowBias = test.RowBias.Data;
                    Gemm.Run(problem);
                    return System.Runtime.InteropServices.MemoryMarshal.AsBytes(test.C.Span).ToArray();
                });
            }
            for (int i = 1; i < 4; i++)
                KernelAssert.SameBits<byte>(results[0], results[i], $"{m}x{n}x{k}, {i + 1} threads");
        }
    }

    [Fact]
    public void Relu_lets_NaN_pass_and_clears_negative_numbers()
    {
        float* a = stackalloc float[] { 1, -1, float.NaN };
        float* b = stackalloc float[] { 2 };
        float* c = stackalloc float[] { 9, 9, 9 };
        Gemm.Run(new GemmProblem<float>(3, 1, 1, new(a, 1), new(b, 1), new(c, 1)) { Relu = true });
        Assert.Equal([2, 0, float.NaN], new Span<float>(c, 3).ToArray());
    }

    [Fact]
    public void Product_over_nothing_is_zero_and_of_nothing_touches_nothing()
    {
        float* c = stackalloc float[] { 5, 6, 7, 8 };
        Gemm.Run(new GemmProblem<float>(0, 2, 3, new(null, 3), new(null, 2), new(c, 2)));
        Gemm.Run(new GemmProblem<float>(2, 0, 3, new(null, 3), new(null, 0), new(c, 0)));
        Assert.Equal([5, 6, 7, 8], new Span<float>(c, 4).ToArray());
        float* bias = stackalloc float[] { 1, -2 };
        Gemm.Run(new GemmProblem<float>(2, 2, 0, new(null, 0), new(null, 2), new(c, 2)) { Accumulate = true });
        Assert.Equal([5, 6, 7, 8], new Span<float>(c, 4).ToArray());
        var empty = new GemmProblem<float>(2, 2, 0, new(null, 0), new(null, 2), new(c, 2));
        Gemm.Run(empty with { ColumnBias = bias, Relu = true });
        Assert.Equal([1, 0, 1, 0], new Span<float>(c, 4).ToArray());
    }

    private static void RandomShapes<T>(Kernel<T> kernel, int cases)
        where T : unmanaged, INumber<T>
    {
        for (int seed = 0; seed < cases; seed++)
        {
            var random = new Random(seed);
            int m = Size(random), n = Size(random), k = random.Next(12) == 0 ? 0 : Size(random),
                batch = random.Next(4) == 0 ? random.Next(1, 5) : 1;
            Layout a = RandomLayout(random), b = RandomLayout(random), c = RandomLayout(random);
            Compare(kernel, random, m, n, k, batch, a, b, c, $"seed {seed}: {m}x{n}x{k} batch {batch}, {a} {b} {c}");
        }
    }

    private static void Large<T>(Kernel<T> kernel)
        where T : unmanaged, INumber<T>
    {
        int seed = 0;
        (int M, int N, int K)[] shapes =
            [(3, 1100, 801), (410, 47, 390), (205, 530, 770), (20, 700, 385), (600, 500, 30),
                (150, 2200, 512), (4100, 110, 9), (1, 700, 300), (300, 1, 400), (300, 5, 400), (30, 101, 403),
                (1, 4200, 19)];
        foreach ((int m, int n, int k) in shapes)
        {
            foreach (Layout a in new[] { Layout.Plain, Layout.Transposed })
            {
                foreach (Layout b in new[] { Layout.Plain, Layout.Transposed })
                    Compare(kernel, new Random(seed++), m, n, k, 1, a, b, Layout.Padded, $"{m}x{n}x{k} {a} {b}");
            }
        }
    }

    private static void Compare<T>(
        Kernel<T> kernel, Random random, int m, int n, int k, int batch, Layout a, Layout b, Layout c, string what)
        where T : unmanaged, INumber<T>
    {
        using var test = new Case<T>(random, m, n, k, batch, a, b, c);
        GemmProblem<T> problem = test.Problem();
        problem.Accumulate = random.Next(2) == 0;
        problem.Relu = random.Next(3) == 0;
        if (random.Next(2) == 0) problem.RowBias = test.RowBias.Data;
        if (random.Next(2) == 0) problem.ColumnBias = test.ColumnBias.Data;
        if (random.Next(3) == 0) problem.A = new Matrix<T>(problem.A.Data, problem.A.Row, problem.A.Column);
        if (random.Next(3) == 0) problem.B = new Matrix<T>(problem.B.Data, problem.B.Row, problem.B.Column);

        using var expected = new GuardedMemory<T>(test.C.Length);
        test.C.Span.CopyTo(expected.Span);
        kernel(problem);
        problem.C = new Matrix<T>(expected.Data + (problem.C.Data - test.C.Data), problem.C.Row, problem.C.Column,
            problem.C.Batch);
        GemmReference.Run(problem);

        // All of C's memory is compared: what lies between its rows must not change either.
        KernelAssert.Close<T>(expected.Span, test.C.Span, k, what);
        test.C.AssertIntact();
    }

    private static int Size(Random random) =>
        random.Next(4) == 0 ? random.Next(1, 130) : Edges[random.Next(Edges.Length)];

    private static Layout RandomLayout(Random random) => (Layout)random.Next(5);

    public enum Layout
    {
        Plain,
        Transposed,
        Padded,
        Strided,
        Backward,
    }

    private sealed class Case<T> : IDisposable
        where T : unmanaged, INumber<T>
    {
        private readonly GuardedMemory<T> a;
        private readonly GuardedMemory<T> b;
        private readonly Matrix<T> matrixA;
        private readonly Matrix<T> matrixB;
        private readonly Matrix<T> matrixC;
        private readonly int m;
        private readonly int n;
        private readonly int k;
        private readonly int batch;

        public Case(Random random, int m, int n, int k, int batch, Layout layoutA, Layout layoutB, Layout layoutC)
        {
            (this.m, this.n, this.k, this.batch) = (m, n, k, batch);
            (a, matrixA) = Make(m, k, batch, layoutA, random);
            (b, matrixB) = Make(k, n, batch, layoutB, random);
            (C, matrixC) = Make(m, n, batch, layoutC, random);
            RowBias = new GuardedMemory<T>(m);
            ColumnBias = new GuardedMemory<T>(n);
            KernelAssert.Fill(RowBias.Span, random);
            KernelAssert.Fill(ColumnBias.Span, random);
        }

        public GuardedMemory<T> C { get; }

        public GuardedMemory<T> RowBias { get; }

        public GuardedMemory<T> ColumnBias { get; }

        public GemmProblem<T> Problem() => new(m, n, k, matrixA, matrixB, matrixC) { Batch = batch };

        public void Dispose()
        {
            a.Dispose();
            b.Dispose();
            C.Dispose();
            RowBias.Dispose();
            ColumnBias.Dispose();
        }

        // The memory ends with the matrix's last element, so that its end is the guard page.
        private static (GuardedMemory<T> Memory, Matrix<T> Matrix) Make(
            int rows, int columns, int batch, Layout layout, Random random)
        {
            (nint row, nint column) = layout switch
            {
                Layout.Plain => (columns, 1),
                Layout.Transposed => (1, rows),
                Layout.Padded => (columns + 5, 1),
                Layout.Strided => ((3 * columns) + 2, 3),
                _ => (-columns, 1),
            };
            nint item = (Math.Max(0, rows - 1) * Math.Abs(row)) + (Math.Max(0, columns - 1) * column) + 1;
            var memory = new GuardedMemory<T>(rows == 0 || columns == 0 ? 0 : item * batch);
            KernelAssert.Fill(memory.Span, random);
            T* first = row < 0 ? memory.Data - (row * Math.Max(0, rows - 1)) : memory.Data;
            return (memory, new Matrix<T>(first, row, column, item));
        }
    }
}
