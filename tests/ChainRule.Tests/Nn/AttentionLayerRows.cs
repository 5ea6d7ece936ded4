using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Layers of transformers that take one tensor.</summary>
internal static class AttentionLayerRows
{
    private static readonly string[] EncoderState =
    [
        "self_attn.in_proj_weight [12, 4]", "self_attn.in_proj_bias [12]", "self_attn.out_proj.weight [4, 4]",
        "self_attn.out_proj.bias [4]", "linear1.weight [3, 4]", "linear1.bias [3]", "linear2.weight [4, 3]",
        "linear2.bias [4]", "norm1.weight [4]", "norm1.bias [4]", "norm2.weight [4]", "norm2.bias [4]",
    ];

    public static LayerRow[] All { get; } =
    [
        new()
        {
            Name = "TransformerEncoderLayer",
            Make = (rng, dtype) => new TransformerEncoderLayer(
                4, 2, new() { FeedForward = 3, Dropout = 0 }, rng, dtype),
            Input = [2, 3, 4],
            Output = [2, 3, 4],
            State = EncoderState,
            Summary = "TransformerEncoderLayer 4, 2 heads, feed-forward 3, dropout 0",
            Wrong = [2, 3, 5],
            Error = """
                TransformerEncoderLayer: expects [N, T, 4], got [2, 3, 5].
                  in: model (TransformerEncoderLayer 4, 2 heads, feed-forward 3, dropout 0)
                  help: this layer expects [N, T, 4].
                """,
        },
        new()
        {
            Name = "TransformerEncoderLayer with every option",
            Make = (rng, dtype) => new TransformerEncoderLayer(
                4, 2,
                new()
                {
                    FeedForward = 3,
                    Dropout = 0.25,
                    Activation = FeedForwardActivation.Gelu,
                    LayerNormEps = 0.001,
                    NormFirst = true,
                    Bias = false,
                },
                rng, dtype),
            Input = [2, 3, 4],
            Output = [2, 3, 4],
            State =
            [
                "self_attn.in_proj_weight [12, 4]", "self_attn.out_proj.weight [4, 4]", "linear1.weight [3, 4]",
                "linear2.weight [4, 3]", "norm1.weight [4]", "norm2.weight [4]",
            ],
            Summary = "TransformerEncoderLayer 4, 2 heads, feed-forward 3, dropout 0.25, gelu, eps 0.001, norm first, "
                + "no bias",
            HasModes = true,
        },
        new()
        {
            Name = "TransformerEncoder",
            Make = (rng, dtype) =>
            {
                TransformerOptions options = new() { FeedForward = 3, Dropout = 0 };
                return new TransformerEncoder(
                    [new(4, 2, options, rng, dtype), new(4, 2, options, rng, dtype)], new LayerNorm(4, dtype: dtype));
            },
            Input = [2, 3, 4],
            Output = [2, 3, 4],
            State =
            [
                .. EncoderState.Select(s => "layers.0." + s), .. EncoderState.Select(s => "layers.1." + s),
                "norm.weight [4]", "norm.bias [4]",
            ],
            Summary = "TransformerEncoder, 2 layers",
        },
        new()
        {
            Name = "SinusoidalPositions",
            Make = (_, dtype) => new SinusoidalPositions(3, 10, dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 3],
            Summary = "SinusoidalPositions 3, up to 10",
            Wrong = [2, 11, 3],
            Error = """
                SinusoidalPositions: expects [N, T, 3] with T up to 10, got [2, 11, 3].
                  in: model (SinusoidalPositions 3, up to 10)
                  help: this layer expects [N, T, 3] with T up to 10.
                """,
        },
        new()
        {
            Name = "LearnedPositions",
            Make = (rng, dtype) => new LearnedPositions(3, 10, rng, dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 3],
            State = ["weight [10, 3]"],
            Summary = "LearnedPositions 3, up to 10",
        },
    ];
}
