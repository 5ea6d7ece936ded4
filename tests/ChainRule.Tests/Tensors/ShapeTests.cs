using ChainRule.Tests.Errors;

namespace ChainRule.Tests.Tensors;

public sealed class ShapeTests
{
    [Fact]
    public void Sizes_are_read_from_both_ends()
    {
        Shape s = [2, 3, 4];
        Assert.Equal((3, 24), (s.Rank, s.Count));
        Assert.Equal((2, 4, 4, 2), (s[0], s[-1], s[^1], s[^3]));
        Assert.Equal([2, 3, 4], s.Dims.ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-4)]
    public void Dimension_out_of_range_names_the_range(int dim) => ErrorSnapshot.Throws<ShapeException>(
        $"Shape: dim {dim} is out of range for rank 3; use -3 to 2.", () => _ = Shape.Create([2, 3, 4])[dim]);

    [Fact]
    public void Index_just_past_the_end_is_out_of_range()
    {
        Shape s = [2, 3, 4];
        Assert.Throws<ShapeException>(() => s[^0]);
        Assert.Throws<ShapeException>(() => s[^4]);
        ErrorSnapshot.Throws<ShapeException>(
            "Shape: dim 0 is out of range for rank 0; a single number has no dimensions.", () => _ = default(Shape)[0]);
    }

    [Fact]
    public void Deconstruction_gives_the_sizes()
    {
        int d0;
        Shape.Create([7]).Deconstruct(out d0);
        Assert.Equal(7, d0);
        var (a, b) = Shape.Create([1, 2]);
        Assert.Equal((1, 2), (a, b));
        var (c, d, e) = Shape.Create([1, 2, 3]);
        Assert.Equal((1, 2, 3), (c, d, e));
        var (n, channels, h, w) = Shape.Create([1, 2, 3, 4]);
        Assert.Equal((1, 2, 3, 4), (n, channels, h, w));
        var (f, g, i, j, k) = Shape.Create([1, 2, 3, 4, 5]);
        Assert.Equal((1, 2, 3, 4, 5), (f, g, i, j, k));
    }

    [Fact]
    public void Deconstruction_into_another_rank_is_refused() => ErrorSnapshot.Throws<ShapeException>(
        "Shape: [2, 3] has 2 dimensions and cannot be taken apart into 3.",
        () => { var (_, _, _) = Shape.Create([2, 3]); });

    [Fact]
    public void Equal_sizes_are_equal_shapes()
    {
        Shape a = [2, 3], b = new[] { 2, 3 }, c = [3, 2], d = [2, 3, 1];
        Assert.True(a == b && !(a != b) && a.Equals((object)b));
        Assert.True(a != c && a != d && !a.Equals("[2, 3]"));
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.Equal(default, Shape.Create([]));
        Assert.Single(new HashSet<Shape> { a, b });
    }

    [Fact]
    public void Shapes_that_share_a_cache_slot_stay_apart()
    {
        // More shapes than the cache has slots: some push others out, and all must still compare by their sizes.
        Shape[] first = [.. Enumerable.Range(0, 5000).Select(i => Shape.Create([i, 2]))];
        Shape[] second = [.. Enumerable.Range(0, 5000).Select(i => Shape.Create([i, 2]))];
        for (int i = 0; i < 5000; i++)
        {
            Assert.Equal(first[i], second[i]);
            Assert.Equal(first[i].GetHashCode(), second[i].GetHashCode());
            Assert.Equal(2 * i, second[i].Count);
        }
        Assert.True(Tensor.Zeros([2, 2]).Shape == first[2]);
    }

    [Fact]
    public void Shapes_made_by_many_threads_are_right()
    {
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                int a = i % 97, b = i % 89;
                Shape s = [a, b];
                if (s.Count != a * b || s[0] != a || s[1] != b)
                    throw new InvalidOperationException($"{s} for [{a}, {b}]");
            }
        });
    }

    [Fact]
    public void Language_counts_the_sizes_and_not_the_elements()
    {
        Shape s = [2, 3];
        int[] spread = [.. s, 9];
        Assert.Equal([2, 3, 9], spread);
        Assert.True(s is [2, 3]);
        Assert.True(s is [_, var last] && last == 3);
        Assert.False(s is [_]);
        Assert.Equal([2, 3], s.ToArray());
        Assert.Equal([2, 3], s.ToList());
        Assert.Equal([3, 2], s.Reverse());
        Assert.Equal(2, s.Count());
        Assert.Equal(5, s.Sum());
        Assert.Equal(2, ((IReadOnlyCollection<int>)s).Count);
        Assert.Equal(3, ((IReadOnlyList<int>)s)[1]);
        Assert.Equal(s, [2, 3]);
        List<int> loop = [];
        foreach (int d in s) loop.Add(d);
        Assert.Equal([2, 3], loop);
    }

    [Fact]
    public void Shape_without_sizes_is_a_single_number()
    {
        Shape s = [];
        Assert.Equal((0, 1, "[]"), (s.Rank, s.Count, s.ToString()));
        Assert.Equal("[32, 64]", Shape.Create([32, 64]).ToString());
    }

    [Fact]
    public void Zero_size_makes_any_other_sizes_possible()
    {
        Assert.Equal(0, Shape.Create([0, int.MaxValue, int.MaxValue]).Count);
        Assert.Equal(0, Shape.Create([int.MaxValue, int.MaxValue, 0]).Count);
        Assert.Equal(0, Tensor.Zeros([0, int.MaxValue]).Sum().Item());
        Assert.Equal(int.MaxValue, Shape.Create([int.MaxValue, 1]).Count);
    }

    [Fact]
    public void Impossible_sizes_are_named()
    {
        ErrorSnapshot.Throws<ShapeException>("Shape: size -1 is negative in [2, -1].", () => Shape.Create([2, -1]));
        ErrorSnapshot.Throws<ShapeException>("Shape: size -1 is negative in [0, -1].", () => Shape.Create([0, -1]));
        ErrorSnapshot.Throws<ShapeException>(
            "Shape: [65536, 65536, 1] has more than 2147483647 elements, the most one tensor can hold.",
            () => Shape.Create([65536, 65536, 1]));
        ErrorSnapshot.Throws<ShapeException>(
            "Shape: [2147483647, 2147483647, 2147483647] has more than 2147483647 elements, "
            + "the most one tensor can hold.",
            () => Shape.Create([int.MaxValue, int.MaxValue, int.MaxValue]));
        Assert.Throws<ArgumentNullException>(() => (Shape)(int[])null!);
    }
}
