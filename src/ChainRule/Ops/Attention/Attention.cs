using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Scaled dot-product attention: y = softmax(Q K^T * scale + bias) V over the keys, without the matrix of
        /// scores in memory.
        /// </summary>
        /// <param name="query"><c>[..., Tq, D]</c> float32 or float64.</param>
        /// <param name="key"><c>[..., Tk, D]</c> same dtype.</param>
        /// <param name="value"><c>[..., Tk, Dv]</c> same dtype.</param>
        /// <param name="mask"><c>[..., Tq, Tk]</c> Bool, or what broadcasts to it: true blocks a key for a query. A
        /// query with all keys blocked gives 0.</param>
        /// <param name="bias"><c>[..., Tq, Tk]</c> same dtype, or what broadcasts to it: added to the scores.</param>
        /// <param name="isCausal">Blocks key j for query i when j > i.</param>
        /// <param name="scale">Factor of the scores; 1 / sqrt(D) if left out.</param>
        /// <param name="dropout">Probability in [0, 1] of a weight to be dropped; the others are divided by
        /// 1 - dropout.</param>
        /// <param name="rng">Generator of what is dropped; needed where <paramref name="dropout"/> is above 0. It moves
        /// on by one word a weight, the keys of a query rounded up to groups of 32.</param>
        /// <returns><c>[..., Tq, Dv]</c> same dtype; leading dimensions broadcast.</returns>
        /// <exception cref="ShapeException">The sizes do not fit.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64; the mask is not
        /// Bool.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is outside [0, 1], or
        /// <paramref name="scale"/> is not finite.</exception>
        /// <exception cref="ArgumentNullException">There is no generator for dropout.</exception>
        /// <remarks>
        /// Source: Vaswani et al., "Attention is all you need" (2017), eq. 1; the tiles after Dao et al.,
        /// "FlashAttention" (2022). Memory grows with Tq + Tk, except under createGraph and for a bias that requires a
        /// gradient, which need the whole matrix. Differs from PyTorch: D29.
        /// </remarks>
        public static Tensor ScaledDotProductAttention(
            Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? bias = null, bool isCausal = false,
            double? scale = null, double dropout = 0, Rng? rng = null)
        {
            AttentionCall call = AttentionCall.Check(query, key, value, mask, bias, isCausal, scale, dropout, rng);
            Tensor y = Graph.Recording && bias is { RequiresGrad: true }
                ? AttentionByOperators.Apply(in call, mask, bias).Output
                : AttentionNode.Apply(call.Q, call.K, call.V, call.ScoreBias(mask, bias), call.Options);
            return call.Restore(y);
        }

        /// <summary>
        /// Scaled dot-product attention with its weights: the whole matrix softmax(Q K^T * scale + bias) is computed
        /// and returned, after dropout.
        /// </summary>
        /// <param name="query"><c>[..., Tq, D]</c> float32 or float64.</param>
        /// <param name="key"><c>[..., Tk, D]</c> same dtype.</param>
        /// <param name="value"><c>[..., Tk, Dv]</c> same dtype.</param>
        /// <param name="mask"><c>[..., Tq, Tk]</c> Bool, or what broadcasts to it: true blocks a key for a
        /// query.</param>
        /// <param name="bias"><c>[..., Tq, Tk]</c> same dtype, or what broadcasts to it: added to the scores.</param>
        /// <param name="isCausal">Blocks key j for query i when j > i.</param>
        /// <param name="scale">Factor of the scores; 1 / sqrt(D) if left out.</param>
        /// <param name="dropout">Probability in [0, 1] of a weight to be dropped.</param>
        /// <param name="rng">Generator of what is dropped; needed where <paramref name="dropout"/> is above 0.</param>
        /// <returns>Output <c>[..., Tq, Dv]</c> and weights <c>[..., Tq, Tk]</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The sizes do not fit.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64; the mask is not
        /// Bool.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropout"/> is outside [0, 1], or
        /// <paramref name="scale"/> is not finite.</exception>
        /// <exception cref="ArgumentNullException">There is no generator for dropout.</exception>
        /// <torch>none</torch>
        public static (Tensor Output, Tensor Weights) ScaledDotProductAttentionWithWeights(
            Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? bias = null, bool isCausal = false,
            double? scale = null, double dropout = 0, Rng? rng = null)
        {
            AttentionCall call = AttentionCall.Check(query, key, value, mask, bias, isCausal, scale, dropout, rng);
            (Tensor y, Tensor weights) = AttentionByOperators.Apply(in call, mask, bias);
            return (call.Restore(y), call.Restore(weights));
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Attention of three tensors of rank 4, [N, H, T, features].</summary>
    internal sealed class AttentionNode(Tensor q, Tensor k, Tensor v, AttentionSaved saved, AttentionOptions options)
        : Op(q, k, v)
    {
        private AttentionSaved? _saved = saved;

        public override string Name => "scaled_dot_product_attention";

        public static Tensor Apply(Tensor q, Tensor k, Tensor v, Tensor? bias, AttentionOptions options)
        {
            Tensor y = Empty(q, v.Dims[3]);
            AttentionSaved saved = AttentionSaved.Compute(q, k, v, bias, y, options);
            return Graph.Needs(q, k, v) ? Graph.Record(y, new AttentionNode(q, k, v, saved, options)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor q = A!, k = B!, v = C!;
            if (pass.CreateGraph)
            {
                (Tensor DQ, Tensor DK, Tensor DV) d =
                    AttentionByOperators.Gradients(q, k, v, _saved!.Bias, options, dy);
                pass.Add(q, d.DQ);
                pass.Add(k, d.DK);
                pass.Add(v, d.DV);
                return;
            }
            Tensor? dq = pass.Wants(q) ? Empty(q, q.Dims[3]) : null, dk = pass.Wants(k) ? Empty(k, k.Dims[3]) : null;
            Tensor? dv = pass.Wants(v) ? Empty(v, v.Dims[3]) : null;
            _saved!.Backward(q, k, v, dy, dq, dk, dv, add: false, options);
            if (dq is not null) pass.Add(q, dq);
            if (dk is not null) pass.Add(k, dk);
            if (dv is not null) pass.Add(v, dv);
        }

        public override void Release()
        {
            base.Release();
            _saved = null;
        }

        // Heads stay where they lie, inside of a time step or around all of them, so that they are joined without a
        // copy.
        private static Tensor Empty(Tensor like, int features)
        {
            ReadOnlySpan<int> d = like.Dims, s = like.Strides;
            if (d[1] == 1 || s[1] >= s[2]) return Tensor.Empty([d[0], d[1], d[2], features], like.DType);
            Tensor inside = Tensor.Empty([d[0], d[2], d[1], features], like.DType);
            int step = d[1] * features;
            return inside.View([d[0], d[1], d[2], features], [d[2] * step, features, step, 1]);
        }
    }

    /// <summary>What the way back needs: the result and two numbers a query.</summary>
    internal sealed class AttentionSaved
    {
        private readonly Tensor _y, _most, _inverse;

        private AttentionSaved(Tensor? bias, Tensor y)
        {
            (Bias, _y) = (bias, y);
            Shape queries = [y.Dims[0], y.Dims[1], y.Dims[2]];
            (_most, _inverse) = (Tensor.Empty(queries, y.DType), Tensor.Empty(queries, y.DType));
        }

        /// <summary>Added to the scores.</summary>
        public Tensor? Bias { get; }

        /// <summary>Fills the result.</summary>
        public static AttentionSaved Compute(
            Tensor q, Tensor k, Tensor v, Tensor? bias, Tensor y, in AttentionOptions options)
        {
            AttentionSaved saved = new(bias, y);
            AttentionTensors tensors = new()
            {
                Q = q,
                K = k,
                V = v,
                Bias = bias,
                Y = y,
                Most = saved._most,
                Inverse = saved._inverse,
            };
            AttentionKernel.Forward(in tensors, in options);
            return saved;
        }

        public void Backward(
            Tensor q, Tensor k, Tensor v, Tensor dy, Tensor? dq, Tensor? dk, Tensor? dv, bool add,
            in AttentionOptions options)
        {
            AttentionTensors tensors = new()
            {
                Q = q,
                K = k,
                V = v,
                Bias = Bias,
                Y = _y,
                Most = _most,
                Inverse = _inverse,
                DY = dy.Dims[3] > 1 && dy.Strides[3] != 1 ? dy.Dense() : dy,
                DQ = dq,
                DK = dk,
                DV = dv,
                Add = add,
            };
            AttentionKernel.Backward(in tensors, in options);
        }
    }
}
