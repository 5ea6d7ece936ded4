using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Convolutions in both directions.</summary>
internal static class ConvolutionLayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "Conv1d",
            Make = (rng, dtype) => new Conv1d(2, 3, 3, stride: 2, padding: 1, rng: rng, dtype: dtype),
            Input = [2, 2, 7],
            Output = [2, 3, 4],
            State = ["weight [3, 2, 3]", "bias [3]"],
            Summary = "Conv1d 2 -> 3, 3, stride 2, padding 1",
            Wrong = [2, 7],
            Error = """
                Conv1d: expects [N, 2, L], got [2, 7].
                  x: [2, 7] float32    weight: [3, 2, 3] float32
                  in: model (Conv1d 2 -> 3, 3, stride 2, padding 1)
                  help: this layer expects [N, 2, L].
                """,
        },
        new()
        {
            Name = "Conv1d that keeps the size",
            Make = (rng, dtype) => new Conv1d(
                1, 2, 4, padding: ConvPadding.Same, paddingMode: PadMode.Circular, rng: rng, dtype: dtype),
            Input = [2, 1, 5],
            Output = [2, 2, 5],
            State = ["weight [2, 1, 4]", "bias [2]"],
            Summary = "Conv1d 1 -> 2, 4, padding same Circular",
        },
        new()
        {
            Name = "Conv2d",
            Make = (rng, dtype) => new Conv2d(2, 3, 3, padding: 1, rng: rng, dtype: dtype),
            Input = [2, 2, 4, 5],
            Output = [2, 3, 4, 5],
            State = ["weight [3, 2, 3, 3]", "bias [3]"],
            Summary = "Conv2d 2 -> 3, 3x3, padding 1",
            Wrong = [2, 1, 4, 5],
            Error = """
                Conv2d: expects [N, 2, H, W], got [2, 1, 4, 5].
                  x: [2, 1, 4, 5] float32    weight: [3, 2, 3, 3] float32
                  in: model (Conv2d 2 -> 3, 3x3, padding 1)
                  help: this layer expects [N, 2, H, W].
                """,
        },
        new()
        {
            Name = "Conv2d with every option",
            Make = (rng, dtype) => new Conv2d(
                4, 2, (3, 2), stride: (2, 1), padding: (1, 0), dilation: 2, groups: 2, bias: false, rng: rng,
                dtype: dtype),
            Input = [1, 4, 6, 5],
            Output = [1, 2, 2, 3],
            State = ["weight [2, 2, 3, 2]"],
            Summary = "Conv2d 4 -> 2, 3x2, stride 2x1, padding 1x0, dilation 2, groups 2, no bias",
        },
        new()
        {
            Name = "Conv2d with another edge",
            Make = (rng, dtype) => new Conv2d(
                1, 2, 3, padding: (2, 1), paddingMode: PadMode.Reflect, rng: rng, dtype: dtype),
            Input = [2, 1, 3, 4],
            Output = [2, 2, 5, 4],
            State = ["weight [2, 1, 3, 3]", "bias [2]"],
            Summary = "Conv2d 1 -> 2, 3x3, padding 2x1 Reflect",
        },
        new()
        {
            Name = "Conv3d",
            Make = (rng, dtype) => new Conv3d(
                2, 4, (1, 2, 2), stride: (1, 2, 1), padding: (0, 1, 0), groups: 2, paddingMode: PadMode.Replicate,
                rng: rng, dtype: dtype),
            Input = [1, 2, 2, 3, 3],
            Output = [1, 4, 2, 2, 2],
            State = ["weight [4, 1, 1, 2, 2]", "bias [4]"],
            Summary = "Conv3d 2 -> 4, 1x2x2, stride 1x2x1, padding 0x1x0 Replicate, groups 2",
            Wrong = [1, 3, 2, 3, 3],
            Error = """
                Conv3d: expects [N, 2, D, H, W], got [1, 3, 2, 3, 3].
                  x: [1, 3, 2, 3, 3] float32    weight: [4, 1, 1, 2, 2] float32    groups: 2
                  in: model (Conv3d 2 -> 4, 1x2x2, stride 1x2x1, padding 0x1x0 Replicate, groups 2)
                  help: this layer expects [N, 2, D, H, W].
                """,
        },
        new()
        {
            Name = "ConvTranspose1d",
            Make = (rng, dtype) => new ConvTranspose1d(3, 2, 3, stride: 2, rng: rng, dtype: dtype),
            Input = [2, 3, 4],
            Output = [2, 2, 9],
            State = ["weight [3, 2, 3]", "bias [2]"],
            Summary = "ConvTranspose1d 3 -> 2, 3, stride 2",
            Wrong = [2, 2, 4],
            Error = """
                ConvTranspose1d: expects [N, 3, L], got [2, 2, 4].
                  x: [2, 2, 4] float32    weight: [3, 2, 3] float32
                  in: model (ConvTranspose1d 3 -> 2, 3, stride 2)
                  help: this layer expects [N, 3, L].
                """,
        },
        new()
        {
            Name = "ConvTranspose2d",
            Make = (rng, dtype) => new ConvTranspose2d(
                2, 4, 3, stride: 2, padding: 1, outputPadding: (1, 0), groups: 2, bias: false, dilation: (1, 2),
                rng: rng, dtype: dtype),
            Input = [1, 2, 3, 2],
            Output = [1, 4, 6, 5],
            State = ["weight [2, 2, 3, 3]"],
            Summary = "ConvTranspose2d 2 -> 4, 3x3, stride 2, padding 1, output padding 1x0, dilation 1x2, groups 2, "
                + "no bias",
        },
        new()
        {
            Name = "ConvTranspose3d",
            Make = (rng, dtype) => new ConvTranspose3d(1, 2, (1, 2, 2), stride: (1, 2, 2), rng: rng, dtype: dtype),
            Input = [1, 1, 2, 2, 2],
            Output = [1, 2, 2, 4, 4],
            State = ["weight [1, 2, 1, 2, 2]", "bias [2]"],
            Summary = "ConvTranspose3d 1 -> 2, 1x2x2, stride 1x2x2",
        },
    ];
}
