namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Moves a dimension to another place; the others keep their order; a view.</summary>
    /// <param name="source">Where it is; negative counts from the end.</param>
    /// <param name="destination">Where it goes; negative counts from the end.</param>
    /// <returns>The sizes in the new order.</returns>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    public Tensor Movedim(int source, int destination) => Movedim([source], [destination]);

    /// <summary>Moves dimensions to other places; the others keep their order; a view.</summary>
    /// <param name="source">Where they are, each at most once; negative counts from the end.</param>
    /// <param name="destination">Where they go, each place at most once; negative counts from the end.</param>
    /// <returns>The sizes in the new order.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
    /// <exception cref="ArgumentException">There are not as many sources as destinations.</exception>
    public Tensor Movedim(ReadOnlySpan<int> source, ReadOnlySpan<int> destination)
    {
        if (source.Length != destination.Length)
        {
            throw new ArgumentException(
                $"movedim: {source.Length} sources for {destination.Length} destinations; give one for each.",
                nameof(source));
        }
        int count = Math.Max(1, Rank);
        int[] order = new int[count];
        Array.Fill(order, -1);
        bool[] moved = new bool[count];
        for (int i = 0; i < source.Length; i++)
        {
            int from = Shape.ResolveDim(source[i], "movedim"), to = Shape.ResolveDim(destination[i], "movedim");
            if (moved[from]) throw Twice(source[i]);
            if (order[to] >= 0) throw Twice(destination[i]);
            (order[to], moved[from]) = (from, true);
        }
        if (Rank == 0) return this;
        int next = 0;
        for (int to = 0; to < count; to++)
        {
            if (order[to] >= 0) continue;
            while (moved[next]) next++;
            order[to] = next++;
        }
        return Permute(order);

        ShapeException Twice(int dim) => new($"movedim: dim {dim} is named twice for {Shape}.", Shape);
    }
}
