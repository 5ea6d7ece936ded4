using ChainRule.Kernels.Convolution;

namespace ChainRule.Ops;

/// <summary>Sizes of a convolution for the kernel, and as the tensors have them.</summary>
internal sealed record ConvolutionSizes(ConvolutionShape Kernel, Shape X, Shape Weight, Shape Y)
{
    private static readonly ConvolutionSizes?[] Cache = new ConvolutionSizes?[64];

    /// <summary>The sizes, made once for a network that meets them at every step.</summary>
    public static ConvolutionSizes Of(in ConvolutionShape kernel, Shape x, Shape weight, Shape y)
    {
        ref ConvolutionSizes? slot = ref Cache[(uint)((x.GetHashCode() * 31) + weight.GetHashCode()) % 64];
        ConvolutionSizes? found = Volatile.Read(ref slot);
        if (found is not null && found.X == x && found.Weight == weight && found.Kernel == kernel) return found;
        ConvolutionSizes made = new(kernel, x, weight, y);
        Volatile.Write(ref slot, made);
        return made;
    }
}

/// <summary>
/// A convolution and its two gradients, of any number of dimensions. All three are linear in both operands, and the
/// gradients of each are the two others: that is all there is to derivatives of any order.
/// </summary>
internal static unsafe class Convolutions
{
    /// <summary>y = x * w + bias, or max(0, x * w + bias).</summary>
    public static Tensor Forward(
        ConvolutionSizes s, Tensor x, Tensor weight, Tensor? bias = null, bool relu = false)
    {
        Tensor y = Tensor.Empty(s.Y, x.DType), dx = x.Dense(), dw = weight.Dense();
        Tensor? db = bias?.Dense();
        if (x.DType == DType.Float32)
        {
            Convolution.Forward(
                s.Kernel, dx.Ptr<float>(), dw.Ptr<float>(), db is null ? null : db.Ptr<float>(), y.Ptr<float>(),
                relu);
        }
        else
        {
            Convolution.Forward(
                s.Kernel, dx.Ptr<double>(), dw.Ptr<double>(), db is null ? null : db.Ptr<double>(), y.Ptr<double>(),
                relu);
        }
        Keep(dx, dw, db);
        if (!Graph.Needs(x, weight, bias)) return y;
        return Graph.Record(y, new ConvolutionNode(s, x, weight, bias, relu ? y : null));
    }

    /// <summary>Gradient of x from that of y; a transposed convolution.</summary>
    public static Tensor Data(ConvolutionSizes s, Tensor dy, Tensor weight)
    {
        Tensor dx = Tensor.Empty(s.X, dy.DType), y = dy.Dense(), w = weight.Dense();
        if (dy.DType == DType.Float32)
            Convolution.BackwardData(s.Kernel, y.Ptr<float>(), w.Ptr<float>(), dx.Ptr<float>());
        else Convolution.BackwardData(s.Kernel, y.Ptr<double>(), w.Ptr<double>(), dx.Ptr<double>());
        Keep(y, w);
        return Graph.Needs(dy, weight) ? Graph.Record(dx, new ConvolutionDataNode(s, dy, weight)) : dx;
    }

    /// <summary>Gradient of the weights.</summary>
    public static Tensor Weights(ConvolutionSizes s, Tensor x, Tensor dy)
    {
        Tensor dw = Tensor.Empty(s.Weight, x.DType);
        WeightsInto(s, x, dy, dw, accumulate: false);
        return Graph.Needs(x, dy) ? Graph.Record(dw, new ConvolutionWeightsNode(s, x, dy)) : dw;
    }

    /// <summary>Gradient of the weights, written or added to memory that is there.</summary>
    public static void WeightsInto(ConvolutionSizes s, Tensor x, Tensor dy, Tensor target, bool accumulate)
    {
        Tensor image = x.Dense(), y = dy.Dense();
        if (x.DType == DType.Float32)
            Convolution.BackwardWeights(s.Kernel, image.Ptr<float>(), y.Ptr<float>(), target.Ptr<float>(), accumulate);
        else
        {
            Convolution.BackwardWeights(
                s.Kernel, image.Ptr<double>(), y.Ptr<double>(), target.Ptr<double>(), accumulate);
        }
        Keep(image, y, target);
    }

    /// <summary>Gradient of the bias, written or added to memory that is there.</summary>
    public static void BiasInto(ConvolutionSizes s, Tensor dy, Tensor target, bool accumulate)
    {
        Tensor y = dy.Dense();
        if (dy.DType == DType.Float32)
            Convolution.BackwardBias(s.Kernel, y.Ptr<float>(), target.Ptr<float>(), accumulate);
        else Convolution.BackwardBias(s.Kernel, y.Ptr<double>(), target.Ptr<double>(), accumulate);
        Keep(y, target);
    }

    // Memory is returned when the collector sees no further use of a tensor: this is that use.
    private static void Keep(Tensor a, Tensor b, Tensor? c = null)
    {
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
    }
}

internal sealed class ConvolutionNode(
    ConvolutionSizes sizes, Tensor x, Tensor weight, Tensor? bias, Tensor? rectified) : Op(x, weight, bias)
{
    // The result, where a rectifier is part of the operation: it tells where the gradient passes.
    private Tensor? _rectified = rectified;

    public override string Name => _rectified is null ? "conv" : "conv_relu";

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        Tensor x = A!, weight = B!;
        Tensor? bias = C;
        if (pass.CreateGraph)
        {
            if (_rectified is not null) dy = FusedRelu.Graph(dy, _rectified);
            if (pass.Wants(x)) pass.Add(x, Convolutions.Data(sizes, dy, weight));
            if (pass.Wants(weight)) pass.Add(weight, Convolutions.Weights(sizes, x, dy));
            if (pass.Wants(bias)) pass.Add(bias, dy.Transpose(0, 1).Flatten(1).Sum(1));
            return;
        }
        Tensor dense;
        if (_rectified is not null)
        {
            dense = FusedRelu.Backward(this, dy, _rectified, bias, pass);
        }
        else
        {
            dense = dy.Dense();
            if (pass.Wants(bias)) Convolutions.BiasInto(sizes, dense, pass.Target(bias!, out bool add), add);
        }
        if (pass.Wants(x)) pass.Add(x, Convolutions.Data(sizes, dense, weight), fresh: true);
        if (pass.Wants(weight)) Convolutions.WeightsInto(sizes, x, dense, pass.Target(weight, out bool add), add);
    }

    public override void Release()
    {
        base.Release();
        _rectified = null;
    }
}

internal sealed class ConvolutionDataNode(ConvolutionSizes sizes, Tensor dy, Tensor weight) : Op(dy, weight)
{
    public override string Name => "conv_data";

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        if (pass.Wants(A)) pass.Add(A, Convolutions.Forward(sizes, dy, B!));
        if (!pass.Wants(B)) return;
        if (pass.CreateGraph) pass.Add(B, Convolutions.Weights(sizes, dy, A!));
        else Convolutions.WeightsInto(sizes, dy, A!, pass.Target(B!, out bool add), add);
    }
}

internal sealed class ConvolutionWeightsNode(ConvolutionSizes sizes, Tensor x, Tensor dy) : Op(x, dy)
{
    public override string Name => "conv_weights";

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        if (pass.Wants(A)) pass.Add(A, Convolutions.Data(sizes, B!, dy));
        if (pass.Wants(B)) pass.Add(B, Convolutions.Forward(sizes, A!, dy));
    }
}
