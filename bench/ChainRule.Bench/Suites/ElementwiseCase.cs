using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Ops;
using ChainRule.Optim;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ChainRule.Bench;

/// <summary>The sides of a case in this process.</summary>
/// <param name="Public">Through the public API, inside a step.</param>
/// <param name="Kernel">The kernel alone, on memory that is there; null for a case of several kernels.</param>
/// <param name="Primitives">TensorPrimitives, where it has the operation.</param>
/// <param name="Bytes">Bytes that must be read and written whatever the program, where memory can be the limit.</param>
internal sealed record ElementwiseSides(
    Action Public, Action? Kernel = null, Action? Primitives = null, long Bytes = 0);

/// <summary>An operation over float32 numbers, or float64 where its name says so.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Torch">Case of the PyTorch script, with <paramref name="N"/> for its size.</param>
/// <param name="N">Number of elements, or of classes.</param>
/// <param name="Text">What is computed.</param>
/// <param name="Make">Makes the operands, and the sides that use them.</param>
internal sealed unsafe record ElementwiseCase(
    string Name, string Torch, int N, string Text, Func<int, ElementwiseSides> Make)
{
    private static readonly (string Text, int N)[] Sizes = [("4k", 4 << 10), ("64k", 64 << 10), ("1m", 1 << 20)];

    public static IReadOnlyList<ElementwiseCase> All { get; } =
    [
        .. Sized("exp", n => Unary<ExpOp>(n, x => x.Exp(), (x, y) => TensorPrimitives.Exp<float>(x.Span, y.Span))),
        .. Sized("tanh", n => Unary<TanhOp>(n, x => x.Tanh(), (x, y) => TensorPrimitives.Tanh<float>(x.Span, y.Span))),
        .. Sized(
            "sigmoid",
            n => Unary<SigmoidOp>(n, x => x.Sigmoid(), (x, y) => TensorPrimitives.Sigmoid<float>(x.Span, y.Span))),
        .. Sized(
            "log",
            n => Unary<LogOp>(n, x => x.Log(), (x, y) => TensorPrimitives.Log<float>(x.Span, y.Span), 0.5f, 1.5f)),
        .. Sized("softmax", Softmax),
        .. Sized(
            "log_f64",
            n => Double<LogOp>(n, x => x.Log(), (x, y) => TensorPrimitives.Log<double>(x, y), 0.5, 1.5)),
        .. Sized(
            "log1p_f64",
            n => Double<Log1pOp>(n, x => x.Log1p(), (x, y) => TensorPrimitives.LogP1<double>(x, y), -0.5, 0.5)),
        .. Sized("sum", n => Reduction(n, x => x.Sum(), TensorPrimitives.Sum<float>)),
        .. Sized("max", n => Reduction(n, x => x.Max(), TensorPrimitives.Max<float>)),
        .. Sized("mean", n => Reduction(n, x => x.Mean(), TensorPrimitives.Average<float>)),
        .. Along("sum", (x, dim) => x.Sum(dim)),
        .. Along("max", (x, dim) => x.Amax(dim)),
        .. Along("mean", (x, dim) => x.Mean(dim)),
        .. Sized("add", Add),
        new("add_row", "add_row", 1024, "1024x1024 + a row of 1024", n => Broadcast(n, [n])),
        new("add_column", "add_column", 1024, "1024x1024 + a column of 1024", n => Broadcast(n, [n, 1])),
        new("add_channel", "add_channel", 64, "32x64x14x14 + a number for each of the 64 channels", AddChannel),
        new("adam_100k", "adam", 100_000, "one update of 100 K parameters", Adam),
        new("adam_1m", "adam", 1 << 20, "one update of 1 M parameters", Adam),
        new("adam_3m", "adam", 3_300_000, "one update of 3.3 M parameters", Adam),
        new("layer_norm", "layer_norm", 1024, "256x1024, weight and bias", n => LayerNorm(n, training: false)),
        new("layer_norm_train", "layer_norm_train", 1024, "the same, forward and backward",
            n => LayerNorm(n, training: true)),
        new("attention_64", "attention", 64, "128 heads, 64x32, forward and backward", n => Attention(n, 128, 32)),
        new("attention_1024", "attention", 1024, "4 heads, 1024x64, forward and backward", n => Attention(n, 4, 64)),
        new("max_pool", "max_pool", 0, "50x32x28x28, 2x2", _ => MaxPool(training: false)),
        new("max_pool_train", "max_pool_train", 0, "the same, forward and backward", _ => MaxPool(training: true)),
        new("max_pool_3_train", "max_pool_train", 3, "3x3, stride 2, padding 1",
            n => Pool(x => F.MaxPool2d(x, n, 2, 1))),
        new("avg_pool_train", "avg_pool_train", 0, "mean of 2x2", _ => Pool(x => F.AvgPool2d(x, 2))),
        new("avg_pool_3_train", "avg_pool_train", 3, "mean of 3x3, stride 2, padding 1",
            n => Pool(x => F.AvgPool2d(x, n, 2, 1))),
        new("cross_entropy_10", "cross_entropy", 10, "256x10 logits, forward and backward", CrossEntropy),
        new("cross_entropy_1000", "cross_entropy", 1000, "256x1000 logits, forward and backward", CrossEntropy),
    ];

    private delegate float FloatReduction(ReadOnlySpan<float> x);

    private delegate void DoubleMap(ReadOnlySpan<double> x, Span<double> y);

    private static IEnumerable<ElementwiseCase> Sized(string name, Func<int, ElementwiseSides> make) =>
        Sizes.Select(s => new ElementwiseCase($"{name}_{s.Text}", name, s.N, $"{s.N} elements", make));

    private static Action InStep(Action body) => () =>
    {
        using Step step = Step.Begin();
        body();
    };

    /// <summary>Numbers as PyTorch's script draws them: [-4, 4) unless a function wants others.</summary>
    private static (Tensor Tensor, Buffer<float> Buffer, Buffer<float> Result) Operands(
        int n, float low = -4, float high = 4)
    {
        Buffer<float> buffer = new(n), result = new(n);
        Tensor tensor = Tensor.Rand([n], new Rng(1), low, high);
        tensor.ToArray<float>().CopyTo(buffer.Span);
        return (tensor, buffer, result);
    }

    private static ElementwiseSides Unary<TOp>(
        int n, Func<Tensor, Tensor> method, Action<Buffer<float>, Buffer<float>> primitives, float low = -4,
        float high = 4)
        where TOp : unmanaged, IUnaryOp
    {
        (Tensor tensor, Buffer<float> x, Buffer<float> y) = Operands(n, low, high);
        return new ElementwiseSides(
            InStep(() => method(tensor)),
            () => VectorLoops.Map(new UnaryForward<TOp>(default), DType.Float32, (byte*)x.Data, (byte*)y.Data, n),
            () => primitives(x, y), 8L * n);
    }

    private static ElementwiseSides Softmax(int n)
    {
        (Tensor tensor, Buffer<float> x, Buffer<float> y) = Operands(n);
        return new ElementwiseSides(
            InStep(() => tensor.Softmax(0)), null, () => TensorPrimitives.SoftMax<float>(x.Span, y.Span),
            8L * n);
    }

    private static IEnumerable<ElementwiseCase> Along(string name, Func<Tensor, int, Tensor> reduce) =>
        new[] { 0, 1 }.Select(dim => new ElementwiseCase(
            $"{name}_dim{dim}", $"{name}_dim{dim}", 1024, $"1024x1024 along dim {dim}", n =>
            {
                Tensor x = Tensor.Rand([n, n], new Rng(1));
                return new ElementwiseSides(InStep(() => reduce(x, dim)), Bytes: 4L * n * n);
            }));

    private static ElementwiseSides Reduction(int n, Func<Tensor, Tensor> reduce, FloatReduction primitive)
    {
        (Tensor tensor, Buffer<float> x, Buffer<float> y) = Operands(n);
        return new ElementwiseSides(
            InStep(() => reduce(tensor)), null, () => y.Data[0] = primitive(x.Span), Bytes: 4L * n);
    }

    private static ElementwiseSides Double<TOp>(
        int n, Func<Tensor, Tensor> method, DoubleMap primitive, double low, double high)
        where TOp : unmanaged, IUnaryOp
    {
        Tensor tensor = Tensor.Rand([n], new Rng(1), low, high, DType.Float64);
        DoubleBuffer x = new(n), y = new(n);
        tensor.ToArray<double>().CopyTo(x.Span);
        return new ElementwiseSides(
            InStep(() => method(tensor)),
            () => VectorLoops.Map(new UnaryForward<TOp>(default), DType.Float64, (byte*)x.Data, (byte*)y.Data, n),
            () => primitive(x.Span, y.Span), 16L * n);
    }

    private static ElementwiseSides Broadcast(int n, int[] shape)
    {
        Tensor x = Tensor.Rand([n, n], new Rng(1)), row = Tensor.Rand(shape, new Rng(2));
        return new ElementwiseSides(InStep(() => _ = x + row), Bytes: 8L * n * n);
    }

    private static ElementwiseSides AddChannel(int channels)
    {
        Tensor x = Tensor.Rand([32, channels, 14, 14], new Rng(1)), bias = Tensor.Rand([channels, 1, 1], new Rng(2));
        return new ElementwiseSides(InStep(() => _ = x + bias), Bytes: 8L * x.Count);
    }

    private static ElementwiseSides Add(int n)
    {
        (Tensor first, Buffer<float> a, Buffer<float> y) = Operands(n);
        (Tensor second, Buffer<float> b, _) = Operands(n);
        return new ElementwiseSides(
            InStep(() => _ = first + second),
            () => VectorLoops.Map(default(AddMap), DType.Float32, (byte*)a.Data, 1, (byte*)b.Data, 1, (byte*)y.Data, n),
            () => TensorPrimitives.Add<float>(a.Span, b.Span, y.Span), 12L * n);
    }

    private static ElementwiseSides Adam(int n)
    {
        Rng rng = new(1);
        Parameter parameter = new("weight", Tensor.Rand([n], rng, -0.5, 0.5));
        Adam optimizer = new([parameter], learningRate: 1e-6);
        (parameter.Value * Tensor.Rand([n], rng, -0.5, 0.5)).Sum().Backward();
        return new ElementwiseSides(optimizer.Step, Bytes: 28L * n);      // reads four numbers, writes three
    }

    private static ElementwiseSides LayerNorm(int n, bool training)
    {
        Rng rng = new(1);
        Tensor x = Tensor.Rand([256, n], rng, -4, 4), dy = Tensor.Rand([256, n], rng, -0.5, 0.5);
        Tensor weight = Tensor.Rand([n], rng), bias = Tensor.Rand([n], rng);
        foreach (Tensor t in new[] { x, weight, bias }) t.RequiresGrad = training;
        return new ElementwiseSides(InStep(() =>
        {
            foreach (Tensor t in new[] { x, weight, bias }) t.ZeroGrad();
            Tensor y = F.LayerNorm(x, [n], weight, bias);
            if (training) y.Backward(dy);
        }));
    }

    private static ElementwiseSides Attention(int time, int heads, int features)
    {
        Rng rng = new(1);
        Tensor[] qkv = [.. Enumerable.Range(0, 3).Select(_ => Tensor.Rand([1, heads, time, features], rng, -0.5, 0.5))];
        Tensor dy = Tensor.Rand([1, heads, time, features], rng, -0.5, 0.5);
        foreach (Tensor t in qkv) t.RequiresGrad = true;
        return new ElementwiseSides(InStep(() =>
        {
            foreach (Tensor t in qkv) t.ZeroGrad();
            F.ScaledDotProductAttention(qkv[0], qkv[1], qkv[2]).Backward(dy);
        }));
    }

    private static ElementwiseSides MaxPool(bool training)
    {
        Rng rng = new(1);
        Tensor x = Tensor.Rand([50, 32, 28, 28], rng, -0.5, 0.5), dy = Tensor.Rand([50, 32, 14, 14], rng);
        x.RequiresGrad = training;
        return new ElementwiseSides(InStep(() =>
        {
            x.ZeroGrad();
            Tensor y = F.MaxPool2d(x, 2);
            if (training) y.Backward(dy);
        }));
    }

    private static ElementwiseSides Pool(Func<Tensor, Tensor> pool)
    {
        Rng rng = new(1);
        Tensor x = Tensor.Rand([50, 32, 28, 28], rng, -0.5, 0.5), dy = Tensor.Rand([50, 32, 14, 14], rng);
        x.RequiresGrad = true;
        return new ElementwiseSides(InStep(() =>
        {
            x.ZeroGrad();
            pool(x).Backward(dy);
        }));
    }

    private static ElementwiseSides CrossEntropy(int classes)
    {
        Rng rng = new(1);
        Tensor x = Tensor.Rand([256, classes], rng, -4, 4);
        x.RequiresGrad = true;
        long[] labels = new long[256];
        foreach (ref long label in labels.AsSpan()) label = rng.NextInt(classes);
        Tensor target = Tensor.From(labels);
        return new ElementwiseSides(InStep(() =>
        {
            x.ZeroGrad();
            F.CrossEntropy(x, target).Backward();
        }));
    }
}
