namespace ChainRule.Tests.Errors;

/// <summary>What each error type looks like with all that it can say.</summary>
public sealed class ExceptionSnapshotTests
{
    /// <summary>One error, or more, of each type, and its text.</summary>
    public static (ChainRuleException Error, string Text)[] All { get; } =
    [
        (In(new ShapeException("MatMul: inner sizes differ: 64 (a, dim 1) and 128 (b, dim 0).\n  a: [32, 64] float32    b: [128, 10] float32", [32, 64], [128, 10])
        {
            Help = "this layer expects [..., 128]; layers.1 (Relu) produced [32, 64].",
        }, "model.layers.2 (Linear 128 -> 10)", "model (Sequential)"),
            """
            MatMul: inner sizes differ: 64 (a, dim 1) and 128 (b, dim 0).
              a: [32, 64] float32    b: [128, 10] float32
              in: model.layers.2 (Linear 128 -> 10) <- model (Sequential)
              help: this layer expects [..., 128]; layers.1 (Relu) produced [32, 64].
            """),
        (new DTypeException("add: types differ: float32 (a) and int64 (b).", DType.Float32, DType.Int64) { Help = "convert one of them with To(DType)." },
            """
            add: types differ: float32 (a) and int64 (b).
              help: convert one of them with To(DType).
            """),
        (new DeviceException("add: a lies on cpu, b on gpu:0."), "add: a lies on cpu, b on gpu:0."),
        (In(new GradException("Backward: the graph of mul was released."), "model (Sequential)"),
            """
            Backward: the graph of mul was released.
              in: model (Sequential)
            """),
        (new DataException("IDX", "the header promises 10 images, the file holds 9.") { File = "train-images", Offset = 16, Unpacked = true, Help = "fetch it again." },
            """
            IDX: the header promises 10 images, the file holds 9.
              file: train-images
              offset: 16 (of the unpacked content)
              help: fetch it again.
            """),
        (new DataException("CSV", "'abc' is not a number.") { File = "iris.csv", Row = 7, Column = "width", ColumnNumber = 2 },
            """
            CSV: 'abc' is not a number.
              file: iris.csv
              at: row 7, column 2 'width'
            """),
    ];

    public static TheoryData<int> Numbers { get; } = [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Error_says_what_where_and_what_to_do(int number) => Assert.Equal(All[number].Text, All[number].Error.Message);

    private static T In<T>(T error, params string[] layers)
        where T : ChainRuleException
    {
        foreach (string layer in layers) error.AddLayer(layer);
        return error;
    }
}
