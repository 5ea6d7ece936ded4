using System.Numerics;
using ChainRule.Kernels;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Ops;

/// <summary>
/// Softmax of rows so long that threads should share one: exponentials relative to the largest number of each block,
/// then one factor a block brings them to the row's scale.
/// </summary>
/// <remarks>Blocks depend on the length alone: the same bits for any number of threads.</remarks>
internal static unsafe class LongSoftmax
{
    // A multiple of every register; in and out fit into the second cache together.
    private const int Block = 16 * 1024;

    public static bool Suits(AxisPlan plan) => plan.Inner == 1 && plan.Length >= 2 * Block;

    public static Tensor Apply(Tensor x, AxisPlan plan)
    {
        Tensor dense = x.Dense(), y = Tensor.Empty(x.Shape, x.DType);
        Run(x.DType, dense.Pointer, y.Pointer, plan.Outer, plan.Length);
        GC.KeepAlive(dense);
        return y;
    }

    /// <summary>Softmax of <paramref name="rows"/> dense rows.</summary>
    public static void Run(DType dtype, byte* x, byte* y, int rows, int length)
    {
        if (dtype == DType.Float32) Typed((float*)x, (float*)y, rows, length);
        else Typed((double*)x, (double*)y, rows, length);
    }

    private static void Typed<T>(T* x, T* y, int rows, int length)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Run<Vec512<T>, T>(x, y, rows, length); break;
            case 256: Run<Vec256<T>, T>(x, y, rows, length); break;
            case 128: Run<Vec128<T>, T>(x, y, rows, length); break;
            default: Run<Vec1<T>, T>(x, y, rows, length); break;
        }
    }

    private static void Run<V, T>(T* x, T* y, int rows, int length)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* tail = stackalloc T[V.Count];
        for (int i = 0; i < V.Count; i++)
            tail[i] = i < length % V.Count ? T.Zero : T.CreateSaturating(double.NegativeInfinity);
        int blocks = (length + Block - 1) / Block;
        Tensor numbers = Tensor.Empty([2, rows * blocks], DType.Float64);
        double* most = numbers.Ptr<double>(), sums = most + (rows * blocks);
        Arguments<T> a = new() { X = x, Y = y, Tail = tail, Most = most, Sums = sums };
        (a.Length, a.Blocks) = (length, blocks);
        Scheduler.Current.Run(&Exponentials<V, T>, &a, rows * blocks);
        for (int row = 0; row < rows; row++) Combine(most + (row * blocks), sums + (row * blocks), blocks);
        Scheduler.Current.Run(&Finish<V, T>, &a, rows * blocks);
        GC.KeepAlive(numbers);
    }

    private static void Exponentials<V, T>(void* argument, int index)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint at = a->Place(index, out nint count);
        T sum = SoftmaxKernel.Exponentials<V, T>(a->X + at, a->Y + at, count, a->Tail, out T most);
        a->Most[index] = double.CreateTruncating(most);
        a->Sums[index] = double.CreateTruncating(sum);
    }

    // Puts each block's factor where its sum was. A block of -infinity has exponentials and a factor of 0 beside
    // others, and a factor of NaN where there is nothing else.
    private static void Combine(double* most, double* sums, int blocks)
    {
        double largest = double.NegativeInfinity, total = 0;
        for (int b = 0; b < blocks; b++) largest = Math.Max(largest, most[b]);
        for (int b = 0; b < blocks; b++) total += sums[b] * Math.Exp(most[b] - largest);
        for (int b = 0; b < blocks; b++) sums[b] = Math.Exp(most[b] - largest) / total;
    }

    private static void Finish<V, T>(void* argument, int index)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint at = a->Place(index, out nint count);
        SoftmaxKernel.Scale<V, T>(a->Y + at, count, T.CreateTruncating(a->Sums[index]));
    }

    private struct Arguments<T>
        where T : unmanaged
    {
        public T* X, Y, Tail;
        public double* Most, Sums;
        public int Length, Blocks;

        public readonly nint Place(int index, out nint count)
        {
            int begin = index % Blocks * Block;
            count = Math.Min(Block, Length - begin);
            return ((nint)(index / Blocks) * Length) + begin;
        }
    }
}
