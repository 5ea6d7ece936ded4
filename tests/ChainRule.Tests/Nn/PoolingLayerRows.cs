using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Pooling.</summary>
internal static class PoolingLayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "MaxPool2d",
            Make = (_, _) => new MaxPool2d(2),
            Input = [2, 2, 4, 6],
            Output = [2, 2, 2, 3],
            Summary = "MaxPool2d 2x2",
            Wrong = [4, 6],
            Error = """
                MaxPool2d: expects [N, C, H, W], got [4, 6].
                  in: model (MaxPool2d 2x2)
                  help: this layer expects [N, C, H, W].
                """,
        },
        new()
        {
            Name = "MaxPool2d with every option",
            Make = (_, _) => new MaxPool2d(3, stride: 2, padding: 1, dilation: (1, 2), ceilMode: true),
            Input = [1, 1, 6, 8],
            Output = [1, 1, 4, 4],
            Summary = "MaxPool2d 3x3, stride 2, padding 1, dilation 1x2, ceil",
        },
        new()
        {
            Name = "AvgPool2d",
            Make = (_, _) => new AvgPool2d((2, 3)),
            Input = [2, 2, 4, 6],
            Output = [2, 2, 2, 2],
            Summary = "AvgPool2d 2x3",
            Wrong = [1, 1, 1, 1],
            Error = """
                AvgPool2d: window 2x3 is larger than the padded image 1x1 of [1, 1, 1, 1].
                  in: model (AvgPool2d 2x3)
                """,
        },
        new()
        {
            Name = "AvgPool2d with every option",
            Make = (_, _) => new AvgPool2d(3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false),
            Input = [1, 1, 6, 8],
            Output = [1, 1, 4, 5],
            Summary = "AvgPool2d 3x3, stride 2, padding 1, ceil, image only",
        },
    ];
}
