using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Tables of vectors, resizing, windows as columns, and dropout of channels and for SELU.</summary>
internal static class ResamplingLayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "Embedding",
            Make = (rng, dtype) => new Embedding(5, 3, rng: rng, dtype: dtype),
            Input = [2, 4],
            Bound = 5,
            Output = [2, 4, 3],
            State = ["weight [5, 3]"],
            Summary = "Embedding 5 x 3",
        },
        new()
        {
            Name = "EmbeddingBag",
            Make = (rng, dtype) => new EmbeddingBag(4, 2, BagMode.Sum, paddingIdx: -1, rng: rng, dtype: dtype),
            Input = [3, 4],
            Bound = 3,
            Output = [3, 2],
            State = ["weight [4, 2]"],
            Summary = "EmbeddingBag 4 x 2, Sum, padding 3",
        },
        Plain("Upsample", () => new Upsample(2), [1, 2, 3, 2], [1, 2, 6, 4], "Upsample by 2, Nearest"),
        Plain(
            "Upsample by lines", () => new Upsample([1.5, 2], UpsampleMode.Linear, alignCorners: true), [1, 1, 4, 3],
            [1, 1, 6, 6], "Upsample by 1.5 x 2, Linear, corners aligned"),
        Plain(
            "Upsample to a size", () => Upsample.To([5], UpsampleMode.Linear), [2, 1, 3], [2, 1, 5],
            "Upsample to [5], Linear"),
        Plain("PixelShuffle", () => new PixelShuffle(2), [1, 4, 2, 3], [1, 1, 4, 6], "PixelShuffle 2"),
        Plain("PixelUnshuffle", () => new PixelUnshuffle(2), [1, 1, 4, 6], [1, 4, 2, 3], "PixelUnshuffle 2"),
        new()
        {
            Name = "Unfold",
            Make = (_, _) => new Unfold((2, 3), padding: 1),
            Input = [1, 2, 3, 4],
            Output = [1, 12, 16],
            Summary = "Unfold 2x3, stride 1x1, padding 1x1, dilation 1x1",
            Wrong = [3, 4],
            Error = """
                Unfold: expects [N, C, H, W], got [3, 4].
                  in: model (Unfold 2x3, stride 1x1, padding 1x1, dilation 1x1)
                  help: this layer expects [N, C, H, W].
                """,
        },
        Plain(
            "Fold", () => new Fold((3, 4), 2), [1, 8, 6], [1, 2, 3, 4],
            "Fold to 3x4, 2x2, stride 1x1, padding 0x0, dilation 1x1"),
        new()
        {
            Name = "Dropout2d",
            Make = (rng, _) => new Dropout2d(0.25, rng),
            Input = [3, 6, 2, 2],
            Output = [3, 6, 2, 2],
            Summary = "Dropout2d 0.25",
            HasModes = true,
            Wrong = [3, 6, 2],
            Error = """
                Dropout2d: expects [N, C, H, W], got [3, 6, 2].
                  in: model (Dropout2d 0.25)
                  help: this layer expects [N, C, H, W].
                """,
        },
        Random("Dropout1d", rng => new Dropout1d(rng: rng), [4, 6, 2], "Dropout1d 0.5"),
        Random("Dropout3d", rng => new Dropout3d(rng: rng), [3, 6, 2, 1, 2], "Dropout3d 0.5"),
        Random("AlphaDropout", rng => new AlphaDropout(0.3, rng), [5, 6], "AlphaDropout 0.3"),
    ];

    private static LayerRow Plain(string name, Func<Layer> make, int[] input, int[] output, string summary) =>
        new() { Name = name, Make = (_, _) => make(), Input = input, Output = output, Summary = summary };

    private static LayerRow Random(string name, Func<Rng, Layer> make, int[] shape, string summary) => new()
    {
        Name = name,
        Make = (rng, _) => make(rng),
        Input = shape,
        Output = shape,
        Summary = summary,
        HasModes = true,
    };
}
