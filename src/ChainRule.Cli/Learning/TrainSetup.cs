using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>What a training starts from: the data, in batches, and a network with fresh weights.</summary>
internal sealed record TrainSetup
{
    // Streams of the seed: what is random in one place does not move when another place draws more.
    private const ulong WeightStream = 1, OrderStream = 2, SplitStream = 3;

    /// <summary>Every setting, those that depend on the data included.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The data and what they mean.</summary>
    public required Material Material { get; init; }

    /// <summary>Batches to learn from.</summary>
    public required DataLoader Loader { get; init; }

    /// <summary>Samples kept aside to find the best epoch; null for none.</summary>
    public required Dataset? Validation { get; init; }

    /// <summary>How the network is built.</summary>
    public required ModelOptions Options { get; init; }

    /// <summary>The network.</summary>
    public required Layer Model { get; init; }

    /// <summary>Loads the data and builds the network.</summary>
    public static TrainSetup Of(Recipe recipe, DataFolder folder)
    {
        Material material = Load(recipe, folder);
        Dataset train = material.Train;
        Dataset? validation = null;
        if (recipe.ValidationOf(train.Count) is > 0 and var share)
            (train, validation) = train.Split(share, new Rng(recipe.Seed, SplitStream));
        recipe = recipe.For(train.Count);
        ModelOptions options = recipe.ModelFor(material);
        return new TrainSetup
        {
            Recipe = recipe,
            Material = material,
            Loader = new DataLoader(train, recipe.Batch!.Value, shuffle: true, new Rng(recipe.Seed, OrderStream),
                transforms: Transforms(material.Pixels), prefetch: material.IsPictures ? 2 : 0),
            Validation = validation,
            Options = options,
            Model = options.Build(new Rng(recipe.Seed, WeightStream)),
        };
    }

    /// <summary>Batches to measure on: no larger than those of training, which have been paid for.</summary>
    public DataLoader MeasuringLoader(Dataset samples) =>
        new(samples, Math.Min(Loader.BatchSize, samples.Count), transforms: Loader.Transforms);

    /// <summary>What is done to inputs on their way to the network.</summary>
    public static IReadOnlyList<Transform> Transforms(InputScaling? scaling) => scaling is { } pixels
        ? [new Standardize([.. pixels.Mean.Select(v => (float)v)], [.. pixels.Std.Select(v => (float)v)])]
        : [];

    /// <summary>The loss of the task: classes or a number.</summary>
    public static LossFunction LossFor(IReadOnlyList<string>? classes) => classes is null
        ? (output, target) => F.MseLoss(output, target)
        : (output, target) => F.CrossEntropy(output, target);

    private static Material Load(Recipe recipe, DataFolder folder) =>
        DataNames.IsPictures(recipe.Data)
            ? MaterialLoader.Pictures(recipe.Data, recipe.Samples, PixelsFor(recipe), folder)
        : recipe.Data == DataNames.Iris ? MaterialLoader.Flowers(recipe.Samples)
        : MaterialLoader.Table(recipe.Data, recipe.Csv, recipe.Samples);

    // A linear classifier learns from pixels of 0 to 1 as the textbooks have it, with a rate of 0.5.
    private static InputScaling? PixelsFor(Recipe recipe) =>
        recipe.Network == NetworkKind.Softmax ? new InputScaling([0], [255]) : null;
}
