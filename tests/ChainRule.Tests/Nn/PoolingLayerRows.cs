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
            Summary = "AvgPool2d 3x3, stride 2, padding 1, ceil, without padding in the count",
        },
        new()
        {
            Name = "MaxPool1d",
            Make = (_, _) => new MaxPool1d(3, stride: 2, padding: 1),
            Input = [2, 2, 7],
            Output = [2, 2, 4],
            Summary = "MaxPool1d 3, stride 2, padding 1",
            Wrong = [2, 2, 7, 1],
            Error = """
                MaxPool1d: expects [N, C, L], got [2, 2, 7, 1].
                  in: model (MaxPool1d 3, stride 2, padding 1)
                  help: this layer expects [N, C, L].
                """,
        },
        Plain("MaxPool3d", () => new MaxPool3d((1, 2, 2)), [1, 2, 2, 4, 5], [1, 2, 2, 2, 2], "MaxPool3d 1x2x2"),
        Plain("AvgPool1d", () => new AvgPool1d(2, divisor: 3), [2, 2, 5], [2, 2, 2], "AvgPool1d 2, divisor 3"),
        Plain(
            "AvgPool3d", () => new AvgPool3d(2, stride: (1, 2, 2)), [1, 1, 3, 4, 5], [1, 1, 2, 2, 2],
            "AvgPool3d 2x2x2, stride 1x2x2"),
        new()
        {
            Name = "LpPool1d",
            Make = (_, _) => new LpPool1d(2, 3, ceilMode: true),
            Input = [2, 2, 7],
            Output = [2, 2, 3],
            Summary = "LpPool1d 3, ceil, p 2",
            Wrong = [7],
            Error = """
                LpPool1d: expects [N, C, L], got [7].
                  in: model (LpPool1d 3, ceil, p 2)
                  help: this layer expects [N, C, L].
                """,
        },
        Plain("LpPool2d", () => new LpPool2d(3, 2), [1, 2, 4, 5], [1, 2, 2, 2], "LpPool2d 2x2, p 3"),
        Plain("LpPool3d", () => new LpPool3d(2, 2), [1, 1, 2, 4, 5], [1, 1, 1, 2, 2], "LpPool3d 2x2x2, p 2"),
        new()
        {
            Name = "LogSumExpPool1d",
            Make = (_, _) => new LogSumExpPool1d(3, stride: 2, r: 2.5),
            Input = [2, 2, 7],
            Output = [2, 2, 3],
            Summary = "LogSumExpPool1d 3, stride 2, r 2.5",
            Wrong = [1, 1, 2],
            Error = """
                LogSumExpPool1d: window 3 is larger than the padded sequence 2 of [1, 1, 2].
                  in: model (LogSumExpPool1d 3, stride 2, r 2.5)
                """,
        },
        Plain("LogSumExpPool2d", () => new LogSumExpPool2d(2), [1, 2, 4, 5], [1, 2, 2, 2], "LogSumExpPool2d 2x2"),
        Plain(
            "LogSumExpPool3d", () => new LogSumExpPool3d(2), [1, 1, 2, 4, 5], [1, 1, 1, 2, 2],
            "LogSumExpPool3d 2x2x2"),
        new()
        {
            Name = "AdaptiveAvgPool2d",
            Make = (_, _) => new AdaptiveAvgPool2d((1, 3)),
            Input = [2, 2, 4, 5],
            Output = [2, 2, 1, 3],
            Summary = "AdaptiveAvgPool2d 1x3",
            Wrong = [4, 5],
            Error = """
                AdaptiveAvgPool2d: expects [N, C, H, W], got [4, 5].
                  in: model (AdaptiveAvgPool2d 1x3)
                  help: this layer expects [N, C, H, W].
                """,
        },
        Plain("AdaptiveAvgPool1d", () => new AdaptiveAvgPool1d(4), [2, 2, 6], [2, 2, 4], "AdaptiveAvgPool1d 4"),
        Plain(
            "AdaptiveAvgPool3d", () => new AdaptiveAvgPool3d((2, 1, -1)), [1, 2, 3, 4, 5], [1, 2, 2, 1, 5],
            "AdaptiveAvgPool3d 2x1x-1"),
        Plain("AdaptiveMaxPool1d", () => new AdaptiveMaxPool1d(4), [2, 2, 6], [2, 2, 4], "AdaptiveMaxPool1d 4"),
        Plain(
            "AdaptiveMaxPool2d", () => new AdaptiveMaxPool2d(3), [2, 2, 4, 5], [2, 2, 3, 3],
            "AdaptiveMaxPool2d 3x3"),
        Plain(
            "AdaptiveMaxPool3d", () => new AdaptiveMaxPool3d(2), [1, 2, 3, 4, 5], [1, 2, 2, 2, 2],
            "AdaptiveMaxPool3d 2x2x2"),
        new()
        {
            Name = "GlobalAvgPool",
            Make = (_, _) => new GlobalAvgPool(),
            Input = [2, 3, 4, 5],
            Output = [2, 3],
            Summary = "GlobalAvgPool",
            Wrong = [2, 3],
            Error = """
                GlobalAvgPool: expects [N, C, d1, ...], got [2, 3].
                  in: model (GlobalAvgPool)
                  help: this layer expects [N, C, d1, ...].
                """,
        },
        new()
        {
            Name = "GlobalMaxPool",
            Make = (_, _) => new GlobalMaxPool(),
            Input = [2, 3, 7],
            Output = [2, 3],
            Summary = "GlobalMaxPool",
            Wrong = [2, 3, 0],
            Error = """
                GlobalMaxPool: there are no positions to pool over in [2, 3, 0].
                  in: model (GlobalMaxPool)
                """,
        },
        new()
        {
            Name = "KMaxPool",
            Make = (_, _) => new KMaxPool(3),
            Input = [2, 2, 7],
            Output = [2, 2, 3],
            Summary = "KMaxPool 3",
            Wrong = [1, 1, 2],
            Error = """
                KMaxPool: [1, 1, 2] has 2 numbers a row, fewer than k = 3.
                  in: model (KMaxPool 3)
                """,
        },
        Plain(
            "KMaxPool of a stack", () => new KMaxPool(2, 1, 3), [2, 2, 7], [2, 2, 5],
            "KMaxPool 2 or more, layer 1 of 3"),
        new()
        {
            Name = "SubSampling2d",
            Make = (_, dtype) => new SubSampling2d(2, dtype: dtype),
            Input = [2, 2, 4, 5],
            Output = [2, 2, 2, 2],
            State = ["weight [2]", "bias [2]"],
            Summary = "SubSampling2d 2, 2x2",
            Wrong = [2, 3, 4, 5],
            Error = """
                SubSampling2d: weight must be [3] for [2, 3, 4, 5], got [2].
                  in: model (SubSampling2d 2, 2x2)
                  help: this layer expects [N, 2, H, W].
                """,
        },
    ];

    private static LayerRow Plain(string name, Func<Layer> make, int[] input, int[] output, string summary) =>
        new() { Name = name, Make = (_, _) => make(), Input = input, Output = output, Summary = summary };
}
