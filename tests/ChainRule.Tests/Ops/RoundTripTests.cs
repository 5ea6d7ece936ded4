using FsCheck;
using FsCheck.Fluent;

namespace ChainRule.Tests.Operators;

/// <summary>Pairs of operators that undo each other, and batches of products, for random shapes.</summary>
public sealed class RoundTripTests
{
    private static readonly Gen<int[]> Dims = Gen.Choose(1, 4).ListOf().Select(d => d.Take(4).ToArray());

    /// <summary>A shape of at least one dimension, and one of its dimensions.</summary>
    private static readonly Gen<(int[] Dims, int Dim)> Along =
        from dims in Dims.Where(d => d.Length > 0)
        from dim in Gen.Choose(0, dims.Length - 1)
        select (dims, dim);

    [Fact]
    public void Split_and_concat_give_the_tensor_back() => Check(
        from a in Along
        from size in Gen.Choose(1, 5)
        select (a.Dims, a.Dim, size),
        c =>
        {
            Tensor x = Numbers(c.Dims);
            TensorAssert.SameBits(x, Tensor.Concat(x.Split(c.size, c.Dim), c.Dim));
            TensorAssert.SameBits(x, Tensor.Concat(x.Chunk(c.size, c.Dim), c.Dim));
            Tensor[] slices = [.. x.Split(1, c.Dim).Select(s => s.Squeeze(c.Dim))];
            TensorAssert.SameBits(x, Tensor.Stack(slices, c.Dim));
        });

    [Fact]
    public void Slice_of_a_padded_tensor_gives_the_tensor_back() => Check(
        from a in Along
        from before in Gen.Choose(0, 3)
        from after in Gen.Choose(0, 3)
        select (a.Dims, a.Dim, before, after),
        c =>
        {
            Tensor x = Numbers(c.Dims);
            (int, int)[] pads = [.. c.Dims.Skip(c.Dim).Select((_, i) => i == 0 ? (c.before, c.after) : (0, 0))];
            Tensor back = x.Pad(pads, 7).Slice(c.Dim, c.before, c.before + c.Dims[c.Dim]);
            TensorAssert.SameBits(x, back.Contiguous());
        });

    [Fact]
    public void Flip_twice_and_transpose_twice_give_the_tensor_back() => Check(
        from a in Along
        from other in Gen.Choose(0, a.Dims.Length - 1)
        select (a.Dims, a.Dim, other),
        c =>
        {
            Tensor x = Numbers(c.Dims);
            TensorAssert.SameBits(x, x.Flip(c.Dim).Flip(c.Dim).Contiguous());
            TensorAssert.SameBits(x, x.Transpose(c.Dim, c.other).Transpose(c.Dim, c.other));
            TensorAssert.SameBits(x, x.Unsqueeze(c.Dim).Squeeze(c.Dim));
        });

    [Fact]
    public void Pixel_shuffle_and_unshuffle_undo_each_other() => Check(
        from n in Gen.Choose(1, 3)
        from c in Gen.Choose(1, 3)
        from r in Gen.Choose(1, 3)
        from h in Gen.Choose(1, 4)
        select (n, c, r, h),
        p =>
        {
            Tensor x = Numbers([p.n, p.c * p.r * p.r, p.h, 2]);
            TensorAssert.SameBits(x, F.PixelUnshuffle(F.PixelShuffle(x, p.r), p.r));
        });

    // Windows that tile the image cover every pixel once.
    [Fact]
    public void Fold_of_tiles_gives_the_image_back() => Check(
        from c in Gen.Choose(1, 3)
        from h in Gen.Choose(1, 3)
        from w in Gen.Choose(1, 3)
        from rows in Gen.Choose(1, 3)
        select (c, h, w, rows),
        p =>
        {
            Tensor x = Numbers([2, p.c, p.h * p.rows, p.w * 2]);
            Tensor columns = F.Unfold(x, (p.h, p.w), stride: (p.h, p.w));
            TensorAssert.SameBits(x, F.Fold(columns, (p.h * p.rows, p.w * 2), (p.h, p.w), stride: (p.h, p.w)));
        });

    [Fact]
    public void Gather_takes_back_what_scatter_put_at_different_places() => Check(
        from a in Along
        from order in Gen.Shuffle(Enumerable.Range(0, a.Dims[a.Dim]).ToArray())
        select (a.Dims, a.Dim, order),
        c =>
        {
            Tensor x = Numbers(c.Dims);
            int[] row = [.. c.Dims.Select((_, d) => d == c.Dim ? c.order.Length : 1)];
            Tensor index = Tensor.From([.. c.order.Select(i => (long)i)], row).Expand(x.Shape).Contiguous();
            Tensor put = Tensor.Zeros(x.Shape, DType.Float64).ScatterAdd(c.Dim, index, x);
            TensorAssert.SameBits(x, put.Gather(c.Dim, index));
        });

    // The gradient of an operand that one product of a batch shares is the sum over those products.
    [Fact]
    public void Gradient_of_a_matrix_shared_by_a_batch_is_the_sum_over_the_batch() => Check(
        from n in Gen.Choose(1, 4)
        from rows in Gen.Choose(1, 5)
        from inner in Gen.Choose(1, 5)
        from cols in Gen.Choose(1, 5)
        select (n, rows, inner, cols),
        p =>
        {
            Tensor a = Leaf(Numbers([2, 1, p.rows, p.inner])), b = Leaf(Numbers([p.n, p.inner, p.cols]));
            Shape batchA = [2, p.n, p.rows, p.inner], batchB = [2, p.n, p.inner, p.cols];
            Tensor wholeA = Leaf(a.Expand(batchA).Contiguous()), wholeB = Leaf(b.Expand(batchB).Contiguous());
            Tensor y = a.MatMul(b), whole = wholeA.MatMul(wholeB), dy = Numbers([2, p.n, p.rows, p.cols]) * 0.5 - 1;
            Tensor[] got = Autograd.Grad(y, [a, b], dy), all = Autograd.Grad(whole, [wholeA, wholeB], dy);
            TensorAssert.Close(all[0].Sum(1, keepDim: true), got[0], new Tolerance(1e-12, 1e-12), "gradient of a");
            TensorAssert.Close(all[1].Sum(0), got[1], new Tolerance(1e-12, 1e-12), "gradient of b");
        });

    private static Tensor Leaf(Tensor t)
    {
        Tensor leaf = t.Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static void Check<T>(Gen<T> cases, Action<T> law) =>
        Prop.ForAll(cases.ToArbitrary(), law).Check(Config.QuickThrowOnFailure);

    private static Tensor Numbers(int[] dims) =>
        Tensor.Arange(0, Nd.Product(dims), dtype: DType.Float64).Reshape(dims) * 0.25 - 1;
}
