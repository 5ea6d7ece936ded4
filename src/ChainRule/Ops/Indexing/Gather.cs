using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Picks elements along a dimension: y[i, j, k] = x[index[i, j, k], j, k] for dim 0, and likewise for
        /// the others.</summary>
        /// <param name="dim">Dimension that the index replaces; negative counts from the end.</param>
        /// <param name="index"><c>...</c> Int64 or Int32, rank of this tensor; on the other dimensions at most its
        /// sizes.</param>
        /// <returns>Shape of <paramref name="index"/>, dtype of this tensor. The gradients of an element picked several
        /// times add up.</returns>
        /// <exception cref="ShapeException">Ranks differ, a size is too large, or there is no such
        /// dimension.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        public Tensor Gather(int dim, Tensor index) => GatherNode.Apply(this, dim, index);
    }
}

namespace ChainRule.Ops
{
    internal sealed class GatherNode(string name, Tensor x, Tensor index, int dim) : Op(x, index)
    {
        public override string Name => name;

        public static Tensor Apply(Tensor x, int dim, Tensor index)
        {
            Tensor positions = Check("gather", x, dim, index, out int at);
            if (x.Rank == 0) return x.Reshape(1).Gather(0, positions.Reshape(1)).Reshape([]);
            Tensor y = Tensor.Empty(positions.Shape, x.DType);
            GatherKernel.Gather(x, positions, at, y);
            return Graph.Needs(x) ? Graph.Record(y, new GatherNode("gather", x, positions, at)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor zeros = Tensor.Empty(A!.Shape, dy.DType);
            zeros.Fill(0);
            pass.Add(A, zeros.ScatterAdd(dim, B!, dy));
        }

        /// <summary>Checks what gather and scatter_add ask of the index; returns it dense, and the dimension.</summary>
        public static Tensor Check(string op, Tensor x, int dim, Tensor index, out int at)
        {
            Tensor positions = IndexTensor.Dense(op, "index", index);
            AxisPlan plan = AxisPlan.For(op, x.Shape, dim);
            at = plan.Dim;
            bool fits = index.Rank == x.Rank;
            for (int d = 0; fits && d < x.Rank; d++) fits = d == at || index.Dims[d] <= x.Dims[d];
            if (!fits)
            {
                throw new ShapeException(
                    $"{op}: index {index.Shape} does not fit {x.Shape}: "
                    + $"ranks must be equal, and sizes at most the tensor's but along dim {at}.",
                    x.Shape, index.Shape);
            }
            IndexTensor.Check(op, "index", positions, plan.Length, $"dim {at} of {x.Shape}");
            return positions;
        }
    }
}
