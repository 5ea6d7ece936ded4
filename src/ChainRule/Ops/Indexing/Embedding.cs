using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>What becomes of the rows of a bag.</summary>
    public enum BagMode
    {
        /// <summary>Their mean; zeros for an empty bag.</summary>
        Mean,

        /// <summary>Their sum.</summary>
        Sum,
    }

    public static partial class F
    {
        /// <summary>Rows of a table: y[..., :] = weight[x[...], :].</summary>
        /// <param name="x"><c>[...]</c> Int64 or Int32: numbers of rows.</param>
        /// <param name="weight"><c>[V, E]</c> float32 or float64.</param>
        /// <param name="paddingIdx">A row that gets no gradient; negative counts from the end.</param>
        /// <returns><c>[..., E]</c>, dtype of the table.</returns>
        /// <exception cref="ShapeException">The table has not two dimensions.</exception>
        /// <exception cref="DTypeException">x is not Int64 or Int32, or the table not float32 or float64.</exception>
        /// <exception cref="DataException">A number is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The padding is no row.</exception>
        public static Tensor Embedding(Tensor x, Tensor weight, int? paddingIdx = null)
        {
            Tensor rows = Embeddings.Rows("Embedding", x, weight, ref paddingIdx);
            Tensor flat = rows.Reshape(rows.Count);
            Tensor y = IndexSelectNode.Apply(weight, flat, 0);
            if (paddingIdx is { } padding && Graph.Needs(weight))
            {
                Tensor stored;
                using (NoGrad.Begin()) stored = IndexSelectNode.Apply(weight, flat, 0);
                y = Tensor.Where(flat.EqualTo(padding).Reshape(flat.Count, 1), stored, y);
            }
            return y.Reshape([.. x.Dims, weight.Shape[1]]);
        }

        /// <summary>Means or sums of rows of a table, one bag of rows for each row of x.</summary>
        /// <param name="x"><c>[B, T]</c> Int64 or Int32: numbers of rows.</param>
        /// <param name="weight"><c>[V, E]</c> float32 or float64.</param>
        /// <param name="mode">What becomes of the rows of a bag.</param>
        /// <param name="paddingIdx">Entries equal to it are left out, of the count as well; negative counts from the
        /// end.</param>
        /// <returns><c>[B, E]</c>, dtype of the table.</returns>
        /// <exception cref="ShapeException">x or the table has not two dimensions.</exception>
        /// <exception cref="DTypeException">x is not Int64 or Int32, or the table not float32 or float64.</exception>
        /// <exception cref="DataException">A number is out of range.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The padding is no row, or there is no such mode.</exception>
        public static Tensor EmbeddingBag(
            Tensor x, Tensor weight, BagMode mode = BagMode.Mean, int? paddingIdx = null)
        {
            Tensor rows = Embeddings.Rows("EmbeddingBag", x, weight, ref paddingIdx);
            if (x.Rank != 2)
            {
                throw new ShapeException(
                    $"EmbeddingBag: expects [B, T], or [n] with offsets, got {x.Shape}.", x.Shape);
            }
            int length = x.Shape[1];
            return Embeddings.Bags(rows, weight, x.Shape[0], i => i / length, mode, paddingIdx);
        }

        /// <summary>Means or sums of rows of a table, the bags lying one behind the other.</summary>
        /// <param name="x"><c>[n]</c> Int64 or Int32: numbers of rows.</param>
        /// <param name="offsets"><c>[B]</c> Int64 or Int32: where each bag begins; the first is 0.</param>
        /// <param name="weight"><c>[V, E]</c> float32 or float64.</param>
        /// <param name="mode">What becomes of the rows of a bag.</param>
        /// <param name="paddingIdx">Entries equal to it are left out, of the count as well; negative counts from the
        /// end.</param>
        /// <returns><c>[B, E]</c>, dtype of the table.</returns>
        /// <exception cref="ShapeException">x or the offsets have not one dimension, or the table not two.</exception>
        /// <exception cref="DTypeException">x or the offsets are not Int64 or Int32, or the table not float32 or
        /// float64.</exception>
        /// <exception cref="DataException">A number is out of range, or the offsets do not rise from 0 to
        /// n.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The padding is no row, or there is no such mode.</exception>
        public static Tensor EmbeddingBag(
            Tensor x, Tensor offsets, Tensor weight, BagMode mode = BagMode.Mean, int? paddingIdx = null)
        {
            Tensor rows = Embeddings.Rows("EmbeddingBag", x, weight, ref paddingIdx);
            long[] starts = Embeddings.Offsets(x, offsets);
            int bag = -1;
            return Embeddings.Bags(rows, weight, starts.Length, Bag, mode, paddingIdx);

            // Called for 0, 1, 2, ...
            int Bag(int entry)
            {
                while (bag + 1 < starts.Length && starts[bag + 1] <= entry) bag++;
                return bag;
            }
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Rows of tables by number: checks, and sums of them.</summary>
    internal static class Embeddings
    {
        /// <summary>The numbers of rows, checked, as dense Int64; a negative padding becomes a row.</summary>
        public static Tensor Rows(string op, Tensor x, Tensor weight, ref int? paddingIdx)
        {
            ArgumentNullException.ThrowIfNull(weight);
            Tensor rows = IndexTensor.Dense(op, "x", x);
            Elementwise.CheckType(op, weight.DType, takesIntegers: false);
            if (weight.Rank != 2)
                throw new ShapeException($"{op}: weight must be [V, E], got {weight.Shape}.", weight.Shape);
            CheckPadding(op, paddingIdx, weight.Shape[0]);
            if (paddingIdx < 0) paddingIdx += weight.Shape[0];
            IndexTensor.Check(op, "row", rows, weight.Shape[0], $"a table {weight.Shape}");
            return rows;
        }

        public static void CheckPadding(string op, int? paddingIdx, int rows)
        {
            if (paddingIdx is not { } padding || (padding >= -rows && padding < rows)) return;
            throw new ArgumentOutOfRangeException(
                nameof(paddingIdx), $"{op}: paddingIdx {padding} is no row of {rows}.");
        }

        public static long[] Offsets(Tensor x, Tensor offsets)
        {
            long[] starts = IndexTensor.Dense("EmbeddingBag", "offsets", offsets).ToArray<long>();
            if (x.Rank != 1 || offsets.Rank != 1)
            {
                throw new ShapeException(
                    $"EmbeddingBag: expects [n] with offsets [B], got {x.Shape} and {offsets.Shape}.", x.Shape,
                    offsets.Shape);
            }
            for (int i = 0; i < starts.Length; i++)
            {
                if (starts[i] >= (i == 0 ? 0 : starts[i - 1]) && starts[i] <= (i == 0 ? 0 : x.Count)) continue;
                throw new DataException(
                    "EmbeddingBag", $"offsets must rise from 0 to at most {x.Count}, got {starts[i]} at position {i}.");
            }
            if (starts.Length == 0 && x.Count > 0)
                throw new DataException("EmbeddingBag", $"{x.Count} entries but no bag to put them in.");
            return starts;
        }

        public static void CheckMode(BagMode mode)
        {
            if (mode is not (BagMode.Mean or BagMode.Sum))
                throw new ArgumentOutOfRangeException(nameof(mode), $"EmbeddingBag: {mode} is no mode of bags.");
        }

        public static Tensor Bags(
            Tensor rows, Tensor weight, int bags, Func<int, int> bagOf, BagMode mode, int? paddingIdx)
        {
            CheckMode(mode);
            long[] numbers = rows.Reshape(rows.Count).ToArray<long>();
            List<long> kept = new(numbers.Length), into = new(numbers.Length);
            double[] shares = new double[bags];
            for (int i = 0; i < numbers.Length; i++)
            {
                int bag = bagOf(i);
                if (numbers[i] == paddingIdx) continue;
                kept.Add(numbers[i]);
                into.Add(bag);
                shares[bag]++;
            }
            Tensor picked = IndexSelectNode.Apply(weight, Tensor.From([.. kept]), 0);
            Tensor sums = IndexAddNode.Apply(picked, Tensor.From([.. into]), [bags, weight.Shape[1]], 0);
            if (mode == BagMode.Sum) return sums;
            for (int b = 0; b < bags; b++) shares[b] = 1 / Math.Max(1, shares[b]);
            return sums * Tensor.From(shares, [bags, 1]).ConvertTo(weight.DType);
        }
    }
}
