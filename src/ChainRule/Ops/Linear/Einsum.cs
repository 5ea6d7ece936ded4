using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Einstein summation: products of elements whose dimensions carry letters, summed over the letters that the
        /// result does not have. <c>Einsum("bij,bjk->bik", a, b)</c> is a batch of matrix products.
        /// </summary>
        /// <param name="equation">The letters of each operand, with ',' between them, and after "->" those of the
        /// result. A letter twice in an operand takes its diagonal; "..." stands for any dimensions, which broadcast
        /// from the last. Without "->" the result has those of "...", then the letters that occur once, in alphabetical
        /// order with capitals first. Blanks are passed over.</param>
        /// <param name="operands"><c>...</c> float32 or float64, all of one dtype. Dimensions of one letter have equal
        /// sizes, or 1.</param>
        /// <returns>The sizes of the letters of the result, in their order.</returns>
        /// <exception cref="ArgumentException">The equation is malformed, or has another number of
        /// operands.</exception>
        /// <exception cref="ShapeException">An operand has not the rank that the equation says, or sizes of a letter
        /// differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <remarks>
        /// Operands are contracted in pairs, each a batch of matrix products of views where their order allows; of more
        /// than two, the pair that shrinks most goes first (the greedy order of Smith and Gray, "opt_einsum", 2018).
        /// </remarks>
        public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands)
        {
            ArgumentNullException.ThrowIfNull(equation);
            foreach (Tensor operand in operands) ArgumentNullException.ThrowIfNull(operand, nameof(operands));
            EinsumEquation e = EinsumEquation.For(equation, operands);
            Elementwise.CheckType("einsum", operands[0].DType, takesIntegers: false);
            for (int i = 1; i < operands.Length; i++)
            {
                if (operands[i].DType == operands[0].DType) continue;
                throw new DTypeException(
                    $"einsum: types differ: {operands[0].DType.Text()} (operand 0) and {operands[i].DType.Text()} "
                    + $"(operand {i}).", operands[0].DType, operands[i].DType)
                {
                    Help = "convert one of them with To(DType); there is no implicit conversion.",
                };
            }
            return Contraction.Of(e, operands);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>A tensor whose dimensions have labels, each at most once.</summary>
    internal readonly record struct Labelled(Tensor Tensor, int[] Labels)
    {
        /// <summary>Size along a label; 1 where the tensor has not got it.</summary>
        public int Size(int label) => Array.IndexOf(Labels, label) is >= 0 and int at ? Tensor.Dims[at] : 1;

        /// <summary>The labels put into another order; a view.</summary>
        public Tensor In(int[] order)
        {
            int[] dims = new int[order.Length];
            for (int i = 0; i < order.Length; i++) dims[i] = Array.IndexOf(Labels, order[i]);
            return order.AsSpan().SequenceEqual(Labels) ? Tensor : Tensor.Permute(dims);
        }

        /// <summary>Summed over the labels that are not wanted.</summary>
        public Labelled Only(Predicate<int> wanted)
        {
            List<int> dims = [];
            for (int i = 0; i < Labels.Length; i++)
            {
                if (!wanted(Labels[i])) dims.Add(i);
            }
            return dims.Count == 0 ? this : new(Tensor.Sum([.. dims]), Array.FindAll(Labels, wanted));
        }
    }

    /// <summary>Einstein summation by sums, permutations and matrix products, all of them operators.</summary>
    internal static class Contraction
    {
        public static Tensor Of(EinsumEquation e, ReadOnlySpan<Tensor> operands)
        {
            List<Labelled> left = [];
            for (int i = 0; i < operands.Length; i++) left.Add(Diagonals(operands[i], e.Operands[i], i));
            Broadcast(left);
            while (left.Count > 1)
            {
                (int first, int second) = left.Count == 2 ? (0, 1) : Cheapest(left, e.Result);
                Labelled a = left[first], b = left[second];
                left.RemoveAt(second);
                left.RemoveAt(first);
                left.Add(Pair(a, b, Wanted(left, e.Result)));
            }
            Labelled last = left[0].Only(label => e.Result.Contains(label));
            return last.In(e.Result);
        }

        // Whatever the result or another operand still needs.
        private static Predicate<int> Wanted(List<Labelled> others, int[] result) =>
            label => result.Contains(label) || others.Exists(o => o.Labels.Contains(label));

        // A label that stands twice in one operand becomes its diagonal, in the last place.
        private static Labelled Diagonals(Tensor x, int[] labels, int operand)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                int again = Array.IndexOf(labels, labels[i], i + 1);
                if (again < 0) continue;
                if (x.Dims[i] != x.Dims[again])
                {
                    throw new ShapeException(
                        $"einsum: {EinsumEquation.Text(labels[i])} is {x.Dims[i]} and {x.Dims[again]} in operand "
                        + $"{operand}, {x.Shape}.", x.Shape);
                }
                x = x.Diagonal(0, i, again);
                labels = [.. labels[..i], .. labels[(i + 1)..again], .. labels[(again + 1)..], labels[i]];
                i = -1;
            }
            return new(x, labels);
        }

        // A size of 1 beside a larger one needs no label: what lacks a label broadcasts along it.
        private static void Broadcast(List<Labelled> all)
        {
            for (int i = 0; i < all.Count; i++)
            {
                Labelled t = all[i];
                foreach (int label in t.Labels)
                {
                    int size = t.Size(label), other = all.FindIndex(o => o.Size(label) > 1 || o.Size(label) == 0);
                    if (other < 0 || all[other].Size(label) == size) continue;
                    if (size != 1)
                    {
                        throw new ShapeException(
                            $"einsum: {EinsumEquation.Text(label)} is {all[other].Size(label)} in operand {other} and "
                            + $"{size} in operand {i}.", all[other].Tensor.Shape, t.Tensor.Shape);
                    }
                    t = new(t.Tensor.Squeeze(Array.IndexOf(t.Labels, label)), Array.FindAll(t.Labels, l => l != label));
                }
                all[i] = t;
            }
        }

        private static (int First, int Second) Cheapest(List<Labelled> all, int[] result)
        {
            (int, int) best = (0, 1);
            (double Growth, double Work) least = (double.PositiveInfinity, 0);
            for (int i = 0; i < all.Count; i++)
            {
                for (int j = i + 1; j < all.Count; j++)
                {
                    Labelled a = all[i], b = all[j];
                    List<Labelled> others = [.. all];
                    others.RemoveAt(j);
                    others.RemoveAt(i);
                    Predicate<int> wanted = Wanted(others, result);
                    double size = 1, work = 1;
                    foreach (int label in a.Labels.Union(b.Labels))
                    {
                        work *= Math.Max(a.Size(label), b.Size(label));
                        if (wanted(label)) size *= Math.Max(a.Size(label), b.Size(label));
                    }
                    (double, double) cost = (size - a.Tensor.Count - b.Tensor.Count, work);
                    if (cost.CompareTo(least) < 0) (least, best) = (cost, (i, j));
                }
            }
            return best;
        }

        // [common, rows of a, summed] times [common, summed, columns of b].
        private static Labelled Pair(Labelled a, Labelled b, Predicate<int> wanted)
        {
            (Labelled first, Labelled second) = (a, b);
            a = first.Only(l => wanted(l) || second.Labels.Contains(l));
            b = second.Only(l => wanted(l) || first.Labels.Contains(l));
            int[] shared = [.. a.Labels.Intersect(b.Labels)];
            int[] common = Array.FindAll(shared, wanted), summed = [.. shared.Except(common)];
            int[] rows = [.. a.Labels.Except(shared)], columns = [.. b.Labels.Except(shared)];
            int[] labels = [.. common, .. rows, .. columns];
            if (summed.Length == 0) return new(Product(a, b, common, rows, columns), labels);
            if (rows.Length + columns.Length == 0 && common.Length > 0)
            {
                Tensor products = Product(a, b, shared, [], []);
                return new Labelled(products, shared).Only(l => wanted(l));
            }
            Tensor left = Matrices(a, common, rows, summed), right = Matrices(b, common, summed, columns);
            return new(left.MatMul(right).Reshape(Sizes(labels)), labels);

            int[] Sizes(int[] of) => [.. of.Select(l => a.Labels.Contains(l) ? a.Size(l) : b.Size(l))];
        }

        // Element by element where nothing is summed: the rows of a spread over the columns of b.
        private static Tensor Product(Labelled a, Labelled b, int[] common, int[] rows, int[] columns)
        {
            Tensor left = a.In([.. common, .. rows]), right = b.In([.. common, .. columns]);
            if (columns.Length > 0) left = left.Reshape([.. left.Dims, .. columns.Select(_ => 1)]);
            if (rows.Length > 0)
            {
                int at = common.Length;
                right = right.Reshape([.. right.Dims[..at], .. rows.Select(_ => 1), .. right.Dims[at..]]);
            }
            return left * right;
        }

        // Labels that share a side of the matrix become one dimension; single ones stay views.
        private static Tensor Matrices(Labelled t, int[] common, int[] rows, int[] columns)
        {
            Tensor x = t.In([.. common, .. rows, .. columns]);
            if (rows.Length == 1 && columns.Length == 1) return x;
            int m = 1, n = 1;
            foreach (int label in rows) m *= t.Size(label);
            foreach (int label in columns) n *= t.Size(label);
            return x.Reshape([.. x.Dims[..common.Length], m, n]);
        }
    }
}
