using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Takes whole slices along a dimension, in the order of the index and as often as they are
        /// named.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="index"><c>[K]</c> Int64 or Int32: positions along the dimension; a single number counts as
        /// <c>[1]</c>.</param>
        /// <returns>Shape of this tensor with K along <paramref name="dim"/>. The gradients of a slice taken several
        /// times add up, in the order of the index.</returns>
        /// <exception cref="ShapeException">The index has more than one dimension, there is no such dimension, or this
        /// tensor is a single number and K is not 1.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        public Tensor IndexSelect(int dim, Tensor index)
        {
            Tensor positions = IndexTensor.Vector("index_select", index);
            AxisPlan plan = AxisPlan.For("index_select", Shape, dim);
            if (Rank == 0 && positions.Count != 1)
            {
                throw new ShapeException(
                    $"index_select: from a single number one position can be taken, got {positions.Count}.",
                    index.Shape);
            }
            IndexTensor.Check("index_select", "index", positions, plan.Length, $"dim {plan.Dim} of {Shape}");
            return Rank == 0 ? this : IndexSelectNode.Apply(this, positions, plan.Dim);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class IndexSelectNode(Tensor x, Tensor index, int dim) : Op(x, index)
    {
        public override string Name => "index_select";

        /// <summary>Selection by positions that are known to be in range.</summary>
        public static Tensor Apply(Tensor x, Tensor index, int dim)
        {
            AxisPlan plan = AxisPlan.For("index_select", x.Shape, dim);
            Tensor dense = x.Dense();
            Tensor y = Tensor.Empty([.. x.Dims[..dim], index.Count, .. x.Dims[(dim + 1)..]], x.DType);
            IndexRows.Copy(dense, index, plan, y);
            return Graph.Needs(x) ? Graph.Record(y, new IndexSelectNode(x, index, dim)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            if (pass.CreateGraph)
            {
                pass.Add(A, IndexAddNode.Apply(dy, B!, A!.Shape, dim));
                return;
            }
            // Straight into the gradient: a table of embeddings is large, and few of its rows were used.
            Tensor target = pass.Target(A!, out bool accumulate);
            if (!accumulate) target.Fill(0);
            IndexRows.Add(dy.Dense(), B!, AxisPlan.For(Name, A!.Shape, dim), target);
        }
    }

    /// <summary>Zeros with slices added at the positions of the index: the gradient of a selection, as an
    /// operation.</summary>
    internal sealed class IndexAddNode(Tensor source, Tensor index, int dim) : Op(source, index)
    {
        public override string Name => "index_add";

        public static Tensor Apply(Tensor source, Tensor index, Shape shape, int dim)
        {
            Tensor y = Tensor.Empty(shape, source.DType);
            y.Fill(0);
            IndexRows.Add(source.Dense(), index, AxisPlan.For("index_add", shape, dim), y);
            return Graph.Needs(source) ? Graph.Record(y, new IndexAddNode(source, index, dim)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, IndexSelectNode.Apply(dy, B!, dim));
        }
    }
}
