using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Which connections an initialiser counts: those into one output, or those out of one input.</summary>
public enum Fan
{
    /// <summary>Inputs of one output: keeps the size of what flows forward.</summary>
    In,

    /// <summary>Outputs of one input: keeps the size of gradients.</summary>
    Out,
}

/// <summary>Start values of parameters.</summary>
/// <remarks>
/// A layer made without a generator takes the next stream of a process-wide default with seed <see
/// cref="DefaultSeed"/>: a program that makes its layers in the same order begins with the same weights every time.
/// Pass an <see cref="Rng"/> where layers are made by several threads, or where a part must not depend on what was made
/// before it.
/// </remarks>
public static class Init
{
    // Keeps these streams apart from those that a program numbers 0, 1, 2 under the same seed.
    private const ulong FirstStream = 0x494E4954UL << 32;

    private static readonly Lock Gate = new();
    private static ulong s_seed;
    private static ulong s_made;

    /// <summary>
    /// Seed of the generators of layers that are made without one; 0 at first. Setting it starts the streams afresh.
    /// </summary>
    /// <torch>torch.manual_seed</torch>
    public static ulong DefaultSeed
    {
        get
        {
            lock (Gate) return s_seed;
        }
        set
        {
            lock (Gate) (s_seed, s_made) = (value, 0);
        }
    }

    /// <summary>A generator for a layer that was given none: the next stream of the default.</summary>
    /// <torch>none</torch>
    public static Rng NextRng()
    {
        lock (Gate) return new Rng(s_seed, FirstStream + s_made++);
    }

    /// <summary>Zeros: for biases.</summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="dtype">Float32 or Float64.</param>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) =>
        Tensor.Zeros(shape, Tensor.NeedFloat(dtype, "Init.Zeros"));

    /// <summary>Ones: for scales.</summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="dtype">Float32 or Float64.</param>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) =>
        Tensor.Ones(shape, Tensor.NeedFloat(dtype, "Init.Ones"));

    /// <summary>One number everywhere.</summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="value">The number.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    public static Tensor Constant(Shape shape, double value, DType dtype = DType.Float32) =>
        Tensor.Full(shape, value, Tensor.NeedFloat(dtype, "Init.Constant"));

    /// <summary>Uniform in [-bound, bound).</summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="bound">Half the width, 0 or more.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative or not finite.</exception>
    public static Tensor Uniform(Shape shape, double bound, Rng? rng = null, DType dtype = DType.Float32)
    {
        OptionCheck.NotNegative("Init.Uniform", nameof(bound), bound);
        return Tensor.Rand(shape, rng ?? NextRng(), -bound, bound, Tensor.NeedFloat(dtype, "Init.Uniform"));
    }

    /// <summary>Normal distribution.</summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="std">Standard deviation, 0 or more.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="std"/> is negative, or a number is not
    /// finite.</exception>
    public static Tensor Normal(Shape shape, double std, Rng? rng = null, double mean = 0, DType dtype = DType.Float32)
    {
        OptionCheck.NotNegative("Init.Normal", nameof(std), std);
        OptionCheck.Finite("Init.Normal", nameof(mean), mean);
        return Tensor.Randn(shape, rng ?? NextRng(), mean, std, Tensor.NeedFloat(dtype, "Init.Normal"));
    }

    /// <summary>
    /// Normal distribution without its tails: numbers more than 2 standard deviations from the mean are drawn again.
    /// </summary>
    /// <param name="shape"><c>...</c></param>
    /// <param name="std">Standard deviation before the cut, 0 or more; after it, 0.8796 of that.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="std"/> is negative, or a number is not
    /// finite.</exception>
    /// <torch>torch.nn.init.trunc_normal_</torch>
    public static Tensor TruncatedNormal(
        Shape shape, double std, Rng? rng = null, double mean = 0, DType dtype = DType.Float32)
    {
        OptionCheck.NotNegative("Init.TruncatedNormal", nameof(std), std);
        OptionCheck.Finite("Init.TruncatedNormal", nameof(mean), mean);
        Tensor.NeedFloat(dtype, "Init.TruncatedNormal");
        rng ??= NextRng();
        double[] values = new double[shape.Count];
        foreach (ref double v in values.AsSpan())
        {
            double z = rng.NextNormal();
            while (Math.Abs(z) > 2) z = rng.NextNormal();
            v = mean + (std * z);
        }
        return Tensor.From(values, shape).ConvertTo(dtype, kept: true);
    }

    /// <summary>
    /// Uniform in [-b, b) with b = gain * sqrt(6 / (fanIn + fanOut)): keeps activations and gradients of linear layers
    /// alike in size.
    /// </summary>
    /// <param name="shape"><c>[out, in, ...]</c>: shape of a weight.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="gain">Factor for what follows: 1 for linear and sigmoid, 5/3 for tanh.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gain"/> is negative or not finite.</exception>
    /// <remarks>
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010),
    /// eq. 16.
    /// </remarks>
    public static Tensor XavierUniform(Shape shape, Rng? rng = null, double gain = 1, DType dtype = DType.Float32)
    {
        OptionCheck.NotNegative("Init.XavierUniform", nameof(gain), gain);
        Tensor.NeedFloat(dtype, "Init.XavierUniform");
        (int fanIn, int fanOut) = Fans(shape);
        return Uniform(shape, gain * Math.Sqrt(6.0 / ((double)fanIn + fanOut)), rng, dtype);
    }

    /// <summary>Normal with std = gain * sqrt(2 / (fanIn + fanOut)).</summary>
    /// <param name="shape"><c>[out, in, ...]</c>: shape of a weight.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="gain">Factor for what follows: 1 for linear and sigmoid, 5/3 for tanh.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gain"/> is negative or not finite.</exception>
    /// <remarks>Source: Glorot and Bengio (2010), eq. 12.</remarks>
    public static Tensor XavierNormal(Shape shape, Rng? rng = null, double gain = 1, DType dtype = DType.Float32)
    {
        OptionCheck.NotNegative("Init.XavierNormal", nameof(gain), gain);
        Tensor.NeedFloat(dtype, "Init.XavierNormal");
        (int fanIn, int fanOut) = Fans(shape);
        return Normal(shape, gain * Math.Sqrt(2.0 / ((double)fanIn + fanOut)), rng, dtype: dtype);
    }

    /// <summary>
    /// Uniform in [-b, b) with b = sqrt(6 / ((1 + slope^2) fan)): keeps the size of activations through ReLU and leaky
    /// ReLU.
    /// </summary>
    /// <param name="shape"><c>[out, in, ...]</c>: shape of a weight.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="negativeSlope">Slope of the leaky ReLU that follows; 0 for ReLU.</param>
    /// <param name="fan">Which connections count.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The slope is not finite, or there is no such fan.</exception>
    /// <remarks>
    /// Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), eq. 10 and 15. With slope sqrt(5) this is
    /// b = 1 / sqrt(fanIn), the start of PyTorch's linear and convolution layers, and of those here.
    /// </remarks>
    public static Tensor KaimingUniform(
        Shape shape, Rng? rng = null, double negativeSlope = 0, Fan fan = Fan.In, DType dtype = DType.Float32) =>
        Uniform(shape, Math.Sqrt(3) * KaimingStd("Init.KaimingUniform", shape, negativeSlope, fan, dtype), rng, dtype);

    /// <summary>Normal with std = sqrt(2 / ((1 + slope^2) fan)).</summary>
    /// <param name="shape"><c>[out, in, ...]</c>: shape of a weight.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="negativeSlope">Slope of the leaky ReLU that follows; 0 for ReLU.</param>
    /// <param name="fan">Which connections count.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The slope is not finite, or there is no such fan.</exception>
    /// <remarks>Source: He, Zhang, Ren and Sun (2015), eq. 10 and 15.</remarks>
    public static Tensor KaimingNormal(
        Shape shape, Rng? rng = null, double negativeSlope = 0, Fan fan = Fan.In, DType dtype = DType.Float32) =>
        Normal(shape, KaimingStd("Init.KaimingNormal", shape, negativeSlope, fan, dtype), rng, dtype: dtype);

    /// <summary>
    /// Orthogonal: the weight's outputs as rows (or its inputs as columns, where they are fewer) are at right angles to
    /// each other and of length gain, so that a square weight changes no length.
    /// </summary>
    /// <param name="shape"><c>[out, in, ...]</c>: shape of a weight; what follows out counts as one dimension.</param>
    /// <param name="rng">Generator; the next default one if left out.</param>
    /// <param name="gain">Factor for what follows: 1 for linear and tanh, sqrt 2 for ReLU.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gain"/> is negative or not finite.</exception>
    /// <remarks>
    /// Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    /// neural networks" (2014). Cost: about 2 * out * in * min(out, in) multiplications.
    /// </remarks>
    /// <torch>torch.nn.init.orthogonal_</torch>
    public static Tensor Orthogonal(Shape shape, Rng? rng = null, double gain = 1, DType dtype = DType.Float32)
    {
        (int inputs, _) = Fans(shape);
        OptionCheck.NotNegative("Init.Orthogonal", nameof(gain), gain);
        Tensor.NeedFloat(dtype, "Init.Orthogonal");
        if (shape.Count == 0) return Tensor.Zeros(shape, dtype);
        int outputs = shape[0];
        bool wide = outputs <= inputs;
        double[] rows = OrthogonalRows.Draw(Math.Min(outputs, inputs), Math.Max(outputs, inputs), rng ?? NextRng());
        foreach (ref double v in rows.AsSpan()) v *= gain;
        Tensor made = Tensor.From(rows, wide ? [outputs, inputs] : [inputs, outputs]);
        if (!wide) made = made.Transpose(0, 1);
        return made.Contiguous().Reshape(shape).ConvertTo(dtype, kept: true);
    }

    /// <summary>Connections into one output and out of one input of a weight, as PyTorch counts them.</summary>
    /// <param name="shape"><c>[out, in]</c> of a linear layer, or <c>[out, in / groups, ...]</c> of a convolution,
    /// where the kernel's elements multiply both.</param>
    /// <returns>FanIn = in * kernel elements, FanOut = out * kernel elements.</returns>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <torch>none</torch>
    public static (int FanIn, int FanOut) Fans(Shape shape)
    {
        if (shape.Rank < 2)
        {
            throw new ShapeException(
                $"Init: {shape} has no fan-in and fan-out; a weight has 2 or more dimensions.", shape);
        }
        int kernel = 1;
        foreach (int d in shape.Dims[2..]) kernel = checked(kernel * d);
        return (checked(shape[1] * kernel), checked(shape[0] * kernel));
    }

    private static double KaimingStd(string of, Shape shape, double negativeSlope, Fan fan, DType dtype)
    {
        Tensor.NeedFloat(dtype, of);
        OptionCheck.Finite(of, nameof(negativeSlope), negativeSlope);
        if (fan is not (Fan.In or Fan.Out))
            throw new ArgumentOutOfRangeException(nameof(fan), $"{of}: {fan} is no kind of fan; use In or Out.");
        (int fanIn, int fanOut) = Fans(shape);
        return Math.Sqrt(2 / (1 + (negativeSlope * negativeSlope)) / (fan == Fan.In ? fanIn : fanOut));
    }
}
