using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Normalisation by groups of channels, across channels, and of contrast.</summary>
internal static class NormalizationLayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "BatchNorm3d",
            Make = (_, dtype) => new BatchNorm3d(2, dtype: dtype),
            Input = [2, 2, 2, 1, 3],
            Output = [2, 2, 2, 1, 3],
            State = ["weight [2]", "bias [2]", "running_mean [2]", "running_var [2]", "num_batches_tracked []"],
            Summary = "BatchNorm3d 2",
            HasModes = true,
            Wrong = [2, 2, 3, 3],
            Error = """
                BatchNorm3d: expects [N, 2, D, H, W], got [2, 2, 3, 3].
                  in: model (BatchNorm3d 2)
                  help: this layer expects [N, 2, D, H, W].
                """,
        },
        new()
        {
            Name = "GroupNorm",
            Make = (_, dtype) => new GroupNorm(2, 4, dtype: dtype),
            Input = [2, 4, 3],
            Output = [2, 4, 3],
            State = ["weight [4]", "bias [4]"],
            Summary = "GroupNorm 2 of 4",
            Wrong = [2, 6, 3],
            Error = """
                GroupNorm: expects [N, 4, ...], got [2, 6, 3].
                  in: model (GroupNorm 2 of 4)
                  help: this layer expects [N, 4, ...].
                """,
        },
        new()
        {
            Name = "GroupNorm without parameters",
            Make = (_, _) => new GroupNorm(1, 2, eps: 0.1, affine: false),
            Input = [2, 2, 3, 2],
            Output = [2, 2, 3, 2],
            Summary = "GroupNorm 1 of 2, eps 0.1, no scale and shift",
        },
        new()
        {
            Name = "InstanceNorm1d",
            Make = (_, _) => new InstanceNorm1d(2),
            Input = [2, 2, 5],
            Output = [2, 2, 5],
            Summary = "InstanceNorm1d 2",
            Wrong = [2, 3, 5],
            Error = """
                InstanceNorm1d: expects [N, 2, L], got [2, 3, 5].
                  in: model (InstanceNorm1d 2)
                  help: this layer expects [N, 2, L].
                """,
        },
        new()
        {
            Name = "InstanceNorm2d",
            Make = (_, dtype) => new InstanceNorm2d(2, eps: 0.01, affine: true, dtype: dtype),
            Input = [2, 2, 3, 2],
            Output = [2, 2, 3, 2],
            State = ["weight [2]", "bias [2]"],
            Summary = "InstanceNorm2d 2, eps 0.01, scale and shift",
        },
        Plain("InstanceNorm3d", () => new InstanceNorm3d(2), [1, 2, 2, 2, 2], "InstanceNorm3d 2"),
        new()
        {
            Name = "LocalResponseNorm",
            Make = (_, _) => new LocalResponseNorm(3, alpha: 0.5),
            Input = [2, 4, 3],
            Output = [2, 4, 3],
            Summary = "LocalResponseNorm 3, alpha 0.5, beta 0.75, k 1",
            Wrong = [3],
            Error = """
                LocalResponseNorm: expects [N, C, ...], got [3].
                  in: model (LocalResponseNorm 3, alpha 0.5, beta 0.75, k 1)
                  help: this layer expects [N, C, ...].
                """,
        },
        new()
        {
            Name = "SubtractiveNorm",
            Make = (_, _) => new SubtractiveNorm(3, 1.5),
            Input = [1, 2, 4, 5],
            Output = [1, 2, 4, 5],
            Summary = "SubtractiveNorm 3x3, sigma 1.5",
            Wrong = [4, 5],
            Error = """
                SubtractiveNorm: expects [N, C, H, W], got [4, 5].
                  in: model (SubtractiveNorm 3x3, sigma 1.5)
                  help: this layer expects [N, C, H, W].
                """,
        },
        Plain(
            "DivisiveNorm", () => new DivisiveNorm(3, 1, ContrastBorder.Renormalise, 0.5), [1, 2, 4, 3],
            "DivisiveNorm 3x3, sigma 1, renormalised border, floor 0.5"),
        Plain(
            "LocalContrastNorm", () => new LocalContrastNorm(5, 1.591), [2, 1, 4, 5],
            "LocalContrastNorm 5x5, sigma 1.591"),
    ];

    // A layer without parameters that keeps the shape.
    private static LayerRow Plain(string name, Func<Layer> make, int[] shape, string summary) =>
        new() { Name = name, Make = (_, _) => make(), Input = shape, Output = shape, Summary = summary };
}
