using System.Reflection;
using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Errors;

/// <summary>
/// Arguments that every public layer, optimiser, schedule and operator takes, by name of the parameter.
/// </summary>
internal static class GoodArguments
{
    /// <summary>Shapes of tensors that differ from [2, 4, 6], by operator and parameter.</summary>
    private static readonly Dictionary<string, int[]> Shapes = new()
    {
        ["Conv1d.weight"] = [4, 4, 3],
        ["Conv2d.x"] = [1, 4, 5, 6],
        ["Conv2d.weight"] = [4, 4, 3, 3],
        ["Conv3d.x"] = [1, 4, 3, 4, 5],
        ["Conv3d.weight"] = [4, 4, 3, 3, 3],
        ["ConvTranspose1d.weight"] = [4, 4, 3],
        ["ConvTranspose2d.x"] = [1, 4, 5, 6],
        ["ConvTranspose2d.weight"] = [4, 4, 3, 3],
        ["ConvTranspose3d.x"] = [1, 4, 3, 4, 5],
        ["ConvTranspose3d.weight"] = [4, 4, 3, 3, 3],
        ["Linear.weight"] = [3, 6],
        ["Bilinear.weight"] = [3, 6, 6],
        ["MatMul.other"] = [6, 4],
        ["Embedding.weight"] = [5, 3],
        ["EmbeddingBag.weight"] = [5, 3],
        ["EmbeddingBag.x"] = [2, 3],
        ["EmbeddingBag.offsets"] = [2],
        ["Maxout.weight"] = [8, 6],
        ["Maxout.bias"] = [8],
        ["PRelu.weight"] = [4],
        ["Dot.this"] = [6],
        ["Dot.other"] = [6],
        ["Outer.this"] = [6],
        ["Outer.other"] = [6],
        ["IndexAdd.index"] = [4],
        ["BatchNorm.runningMean"] = [4],
        ["BatchNorm.weight"] = [4],
        ["BatchNorm.bias"] = [4],
        ["BatchNorm.runningVar"] = [4],
        ["SubSampling2d.x"] = [1, 2, 4, 4],
        ["SubSampling2d.weight"] = [2],
        ["SubSampling2d.bias"] = [2],
        ["Fold.x"] = [1, 8, 9],
        ["PixelShuffle.x"] = [1, 4, 3, 3],
        ["PixelUnshuffle.x"] = [1, 4, 4, 4],
        ["CrossEntropy.logits"] = [4, 6],
        ["CrossEntropy.target"] = [4],
        ["NllLoss.logProbabilities"] = [4, 6],
        ["NllLoss.target"] = [4],
        ["FocalLoss.logits"] = [4, 6],
        ["FocalLoss.target"] = [4],
        ["MultiMarginLoss.input"] = [4, 6],
        ["MultiMarginLoss.target"] = [4],
        ["MultiLabelMarginLoss.input"] = [4, 6],
        ["MultiLabelMarginLoss.target"] = [4, 6],
        ["CosineEmbeddingLoss.input1"] = [4, 6],
        ["CosineEmbeddingLoss.input2"] = [4, 6],
        ["CosineEmbeddingLoss.target"] = [4],
        ["CtcLoss.logProbabilities"] = [2, 6, 5],
        ["CtcLoss.targets"] = [2, 2],
        ["CtcLoss.inputLengths"] = [2],
        ["CtcLoss.targetLengths"] = [2],
        ["Lstm.weightIh"] = [12, 6],
        ["Lstm.weightHh"] = [12, 3],
        ["Gru.weightIh"] = [9, 6],
        ["Gru.weightHh"] = [9, 3],
        ["Rnn.weightIh"] = [3, 6],
        ["Rnn.weightHh"] = [3, 3],
        ["IndexSelect.index"] = [3],
    };

    private static readonly string[] ImageOps =
    [
        "MaxPool2d", "AvgPool2d", "LpPool2d", "LogSumExpPool2d", "MaxPool2dWithIndices", "AdaptiveAvgPool2d",
        "AdaptiveMaxPool2d", "AdaptiveMaxPool2dWithIndices", "Unfold", "SubtractiveNorm", "DivisiveNorm",
        "LocalContrastNorm",
    ];

    private static readonly string[] VolumeOps =
    [
        "MaxPool3d", "AvgPool3d", "LpPool3d", "LogSumExpPool3d", "MaxPool3dWithIndices", "AdaptiveAvgPool3d",
        "AdaptiveMaxPool3d", "AdaptiveMaxPool3dWithIndices",
    ];

    /// <summary>Tensors of class numbers.</summary>
    private static readonly string[] Numbers =
    [
        "Gather.index", "ScatterAdd.index", "Scatter.index", "IndexAdd.index", "IndexSelect.index",
        "OneHot.indices", "Embedding.x", "EmbeddingBag.x", "EmbeddingBag.offsets", "CrossEntropy.target",
        "NllLoss.target", "FocalLoss.target", "MultiMarginLoss.target", "MultiLabelMarginLoss.target",
        "CtcLoss.targets", "CtcLoss.inputLengths", "CtcLoss.targetLengths",
    ];

    private static readonly string[] Masks = ["Where.condition", "MaskedFill.mask", "MaskedSelect.mask"];

    private static readonly Dictionary<string, object?> ByName = new()
    {
        ["kTop"] = 2,
        ["heads"] = 2,
        ["groups"] = 2,
        ["layers"] = 3,
        ["layer"] = 1,
        ["kernelSize"] = 3,
        ["dim"] = 1,
        ["dim0"] = 0,
        ["dim1"] = 1,
        ["source"] = 0,
        ["destination"] = 1,
        ["p"] = 0.5,
        ["dropout"] = 0.25,
        ["gamma"] = 0.5,
        ["sigma"] = 1.5,
        ["learningRate"] = 0.1,
        ["size"] = 2,
        ["numClasses"] = 7,
        ["start"] = 0,
        ["stop"] = 2,
        ["upscaleFactor"] = 2,
        ["downscaleFactor"] = 2,
        ["outputSize"] = 3,
        ["startFactor"] = 0.5,
        ["steps"] = 20L,
        ["maximum"] = 1.0,
        ["scale"] = 2.0,
        ["k"] = 2,
        ["maxLength"] = 10,
        ["min"] = -1.0,
        ["exponent"] = 3.0,
        ["validation"] = 0.25,
        ["test"] = 0.25,
    };

    /// <summary>The value for a parameter: its default where it has one.</summary>
    public static object? For(string of, ParameterInfo parameter)
    {
        string name = parameter.Name!, key = $"{of}.{name}";
        Type type = parameter.ParameterType;
        bool flat = parameter.Member is MethodInfo m && m.GetParameters().Any(p => p.Name == "offsets");
        if (flat && name == "x") return Tensor.Zeros([6], DType.Int64);
        if (type == typeof(Tensor)) return parameter.HasDefaultValue && of != "BatchNorm" ? null : Make(of, name);
        if (name is "training" && type == typeof(bool)) return true;
        if (key is "Clamp.min") return -1.0;
        if (type == typeof(Rng)) return new Rng(1);
        if (parameter.HasDefaultValue)
            return type.IsValueType && parameter.DefaultValue is null && Nullable.GetUnderlyingType(type) is null
                ? Activator.CreateInstance(type)
                : Default(parameter);
        return key switch
        {
            "LpPool1d.p" or "LpPool2d.p" or "LpPool3d.p" => 2.0,
            "Unfold.kernelSize" or "Fold.kernelSize" => new Size2(2, 2),
            "Fold.outputSize" => new Size2(4, 4),
            "LayerNorm.normalizedShape" => (Shape)new[] { 6 },
            "Expand.shape" or "Reshape.shape" => (Shape)new[] { 2, 4, 6 },
            _ when name == "shape" => (Shape)new[] { 4, 6 },
            "UpsampleTo.size" => (Shape)new[] { 9 },
            "GroupNorm.groups" => 2,
            "ByGroup.groups" => new[] { 0, 1, 2, 3, 4, 5, 6, 7 },
            "RandomAffine.shear" => 5.0,
            _ => Value(name, type),
        };
    }

    /// <summary>The tensor whose method is called.</summary>
    public static Tensor Subject(string of) => Make(of, "this");

    /// <summary>What a message may call it besides its name.</summary>
    public static string[] AlsoCalled(string of) => of switch
    {
        "Multiply" => ["mul"],
        "Subtract" => ["sub"],
        "Divide" => ["div"],
        "EqualTo" => ["equal"],
        _ when of.EndsWith("WithIndices", StringComparison.Ordinal) => [of[..^"WithIndices".Length]],
        _ => ["Init", "Init." + of],
    };

    private static object? Default(ParameterInfo parameter)
    {
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return type.IsEnum && parameter.DefaultValue is { } value ? Enum.ToObject(type, value) : parameter.DefaultValue;
    }

    private static object? Value(string name, Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        if (inner.IsValueType && ByName.TryGetValue(name, out object? value) && value is not null)
        {
            if (inner == typeof(Size2)) return (Size2)Convert.ToInt32(value);
            if (inner == typeof(Size3)) return (Size3)Convert.ToInt32(value);
            return Convert.ChangeType(value, inner);
        }
        if (inner == typeof(int)) return 4;
        if (inner == typeof(long)) return 4L;
        if (inner == typeof(double)) return 0.5;
        if (inner == typeof(float)) return 0.5f;
        if (inner == typeof(string)) return "square";
        if (inner.IsEnum) return Enum.ToObject(inner, 0);
        if (inner == typeof(IReadOnlyList<Parameter>)) return new[] { new Parameter("p", Tensor.Ones([3])) };
        if (inner == typeof(IReadOnlyList<Tensor>)) return new[] { Tensor.Ones([2, 4]), Tensor.Ones([2, 4]) };
        if (inner == typeof(IReadOnlyList<double>)) return new[] { 2.0, 5 };
        if (inner == typeof(Dataset) && name == "sequences")
            return new SequenceDataset([Tensor.Ones([2, 3]), Tensor.Ones([1, 3])], Tensor.From(0L, 1));
        if (inner == typeof(Dataset))
            return new TensorDataset(Tensor.Ones([8, 3]), Tensor.From(0L, 1, 0, 1, 0, 1, 0, 1));
        if (inner == typeof(Func<Tensor, SampleRandom, Tensor>))
            return (Func<Tensor, SampleRandom, Tensor>)((x, _) => x);
        if (inner == typeof(IReadOnlyList<int>)) return new[] { 2, 5 };
        if (inner == typeof(Optimizer)) return new Sgd([new("p", Tensor.Ones([3]))], 0.1, momentum: 0.9);
        if (inner == typeof(Schedule))
            return new ExponentialLr(new Sgd([new("p", Tensor.Ones([3]))], 0.1, momentum: 0.9), 0.9);
        if (inner == typeof(Func<Tensor, Tensor>)) return (Func<Tensor, Tensor>)(x => x * x);
        if (inner == typeof(Func<long, double>)) return (Func<long, double>)(t => 1);
        if (inner == typeof(Layer)) return new Relu();
        if (inner == typeof(Func<NetworkBuilder, Node>))
            return (Func<NetworkBuilder, Node>)(b => b.Add("relu", new Relu(), b.Input("x")));
        if (inner == typeof(Func<NetworkBuilder, IReadOnlyList<Node>>))
            return (Func<NetworkBuilder, IReadOnlyList<Node>>)(b => [b.Add("relu", new Relu(), b.Input("x"))]);
        if (inner == typeof(IReadOnlyList<TransformerEncoderLayer>)) return new[] { new TransformerEncoderLayer(4, 2) };
        if (inner == typeof(IReadOnlyList<TransformerDecoderLayer>)) return new[] { new TransformerDecoderLayer(4, 2) };
        if (inner.IsGenericType && inner.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return Groups(inner.GetGenericArguments()[0]);
        throw new InvalidOperationException($"GoodArguments has none for {name} of type {type}.");
    }

    // A list of one parameter group with the default options of its optimiser.
    private static Array Groups(Type group)
    {
        object options = Activator.CreateInstance(group.GetGenericArguments()[0])!;
        Array groups = Array.CreateInstance(group, 1);
        IReadOnlyList<Parameter> parameters = [new Parameter("p", Tensor.Ones([3]))];
        groups.SetValue(Activator.CreateInstance(group, parameters, options), 0);
        return groups;
    }

    private static Tensor Make(string of, string name)
    {
        string key = $"{of}.{name}";
        int[] shape = Shapes.GetValueOrDefault(
            key, ImageOps.Contains(of) ? [1, 2, 6, 6] : VolumeOps.Contains(of) ? [1, 2, 4, 4, 4] : [2, 4, 6]);
        if (Masks.Contains(key) || (of.StartsWith("Logical", StringComparison.Ordinal)))
            return Tensor.Zeros(shape, DType.Bool);
        if (Numbers.Contains(key))
        {
            return key switch
            {
                "CtcLoss.targets" or "CtcLoss.targetLengths" => Tensor.Ones(shape, DType.Int64),
                "CtcLoss.inputLengths" => Tensor.Full(shape, 6, DType.Int64),
                _ => Tensor.Zeros(shape, DType.Int64),
            };
        }
        return Tensor.Full(shape, 0.5);
    }
}
