namespace ChainRule.Data;

/// <summary>
/// Iris, built in: 150 flowers, four measures in centimetres, three species; the customary split into 120 for training
/// and 30 for test.
/// </summary>
/// <remarks>
/// Source: Fisher 1936, "The use of multiple measurements in taxonomic problems"; the split and its order are those of
/// the TensorFlow tutorials' files <c>iris_training.csv</c> and <c>iris_test.csv</c>.
/// </remarks>
public static class Iris
{
    /// <summary>Number of training rows, the first of the 150.</summary>
    public const int TrainCount = 120;

    /// <summary>Number of test rows, the last of the 150.</summary>
    public const int TestCount = 30;

    /// <summary>Number of measures of a flower.</summary>
    public const int FeatureCount = 4;

    /// <summary>Names of the measures, all in centimetres.</summary>
    public static IReadOnlyList<string> FeatureNames { get; } =
        ["sepal length", "sepal width", "petal length", "petal width"];

    /// <summary>Names of the species.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["setosa", "versicolor", "virginica"];

    /// <summary>All rows: measures and species.</summary>
    /// <returns>Features <c>[150, 4]</c> row-major in centimetres, and classes <c>[150]</c>; new arrays.</returns>
    public static (float[] Features, int[] Classes) Rows()
    {
        const int count = TrainCount + TestCount;
        var features = new float[count * FeatureCount];
        var classes = new int[count];
        for (int i = 0; i < count; i++)
        {
            var row = Table.Slice(i * (FeatureCount + 1), FeatureCount + 1);
            for (int j = 0; j < FeatureCount; j++) features[i * FeatureCount + j] = row[j] / 10f;
            classes[i] = row[FeatureCount];
        }
        return (features, classes);
    }

    /// <summary>The training and the test part as tensors.</summary>
    /// <returns>Inputs <c>[120, 4]</c> and <c>[30, 4]</c> float32 in centimetres, targets <c>[120]</c> and <c>[30]</c>
    /// int64.</returns>
    public static (TensorDataset Train, TensorDataset Test) Load()
    {
        var (features, classes) = Rows();
        const int split = TrainCount * FeatureCount;
        return (Part(features.AsSpan(0, split), classes.AsSpan(0, TrainCount)),
            Part(features.AsSpan(split), classes.AsSpan(TrainCount)).HeldOut());
    }

    private static TensorDataset Part(ReadOnlySpan<float> features, ReadOnlySpan<int> classes)
    {
        var targets = new long[classes.Length];
        for (int i = 0; i < targets.Length; i++) targets[i] = classes[i];
        return new TensorDataset(Tensor.From(features, [classes.Length, FeatureCount]), Tensor.From(targets));
    }

    // Four measures in millimetres and the species, flower by flower.
    private static ReadOnlySpan<byte> Table =>
    [
        // 120 training rows
        64, 28, 56, 22, 2,  50, 23, 33, 10, 1,  49, 25, 45, 17, 2,  49, 31, 15, 1, 0,  57, 38, 17, 3, 0,
        44, 32, 13, 2, 0,  54, 34, 15, 4, 0,  69, 31, 51, 23, 2,  67, 31, 44, 14, 1,  51, 37, 15, 4, 0,
        52, 27, 39, 14, 1,  69, 31, 49, 15, 1,  58, 40, 12, 2, 0,  54, 39, 17, 4, 0,  77, 38, 67, 22, 2,
        63, 33, 47, 16, 1,  68, 32, 59, 23, 2,  76, 30, 66, 21, 2,  64, 32, 53, 23, 2,  57, 44, 15, 4, 0,
        67, 33, 57, 21, 2,  64, 28, 56, 21, 2,  54, 39, 13, 4, 0,  61, 26, 56, 14, 2,  72, 30, 58, 16, 2,
        52, 35, 15, 2, 0,  58, 26, 40, 12, 1,  59, 30, 51, 18, 2,  54, 30, 45, 15, 1,  67, 30, 50, 17, 1,
        63, 23, 44, 13, 1,  51, 25, 30, 11, 1,  64, 32, 45, 15, 1,  68, 30, 55, 21, 2,  62, 28, 48, 18, 2,
        69, 32, 57, 23, 2,  65, 32, 51, 20, 2,  58, 28, 51, 24, 2,  51, 38, 15, 3, 0,  48, 30, 14, 3, 0,
        79, 38, 64, 20, 2,  58, 27, 51, 19, 2,  67, 30, 52, 23, 2,  51, 38, 19, 4, 0,  47, 32, 16, 2, 0,
        60, 22, 50, 15, 2,  48, 34, 16, 2, 0,  77, 26, 69, 23, 2,  46, 36, 10, 2, 0,  72, 32, 60, 18, 2,
        50, 33, 14, 2, 0,  66, 30, 44, 14, 1,  61, 28, 40, 13, 1,  50, 32, 12, 2, 0,  70, 32, 47, 14, 1,
        60, 30, 48, 18, 2,  74, 28, 61, 19, 2,  58, 27, 51, 19, 2,  62, 34, 54, 23, 2,  50, 20, 35, 10, 1,
        56, 25, 39, 11, 1,  67, 31, 56, 24, 2,  63, 25, 50, 19, 2,  64, 31, 55, 18, 2,  62, 22, 45, 15, 1,
        73, 29, 63, 18, 2,  44, 30, 13, 2, 0,  72, 36, 61, 25, 2,  65, 30, 55, 18, 2,  50, 34, 15, 2, 0,
        47, 32, 13, 2, 0,  66, 29, 46, 13, 1,  55, 35, 13, 2, 0,  77, 30, 61, 23, 2,  61, 30, 49, 18, 2,
        49, 31, 15, 1, 0,  55, 24, 38, 11, 1,  57, 29, 42, 13, 1,  60, 29, 45, 15, 1,  64, 27, 53, 19, 2,
        54, 37, 15, 2, 0,  61, 29, 47, 14, 1,  65, 28, 46, 15, 1,  56, 27, 42, 13, 1,  63, 34, 56, 24, 2,
        49, 31, 15, 1, 0,  68, 28, 48, 14, 1,  57, 28, 45, 13, 1,  60, 27, 51, 16, 1,  50, 35, 13, 3, 0,
        65, 30, 52, 20, 2,  61, 28, 47, 12, 1,  51, 35, 14, 3, 0,  46, 31, 15, 2, 0,  65, 30, 58, 22, 2,
        46, 34, 14, 3, 0,  46, 32, 14, 2, 0,  77, 28, 67, 20, 2,  59, 32, 48, 18, 1,  51, 38, 16, 2, 0,
        49, 30, 14, 2, 0,  49, 24, 33, 10, 1,  45, 23, 13, 3, 0,  58, 27, 41, 10, 1,  50, 34, 16, 4, 0,
        52, 34, 14, 2, 0,  53, 37, 15, 2, 0,  50, 36, 14, 2, 0,  56, 29, 36, 13, 1,  48, 31, 16, 2, 0,
        63, 27, 49, 18, 2,  57, 28, 41, 13, 1,  50, 30, 16, 2, 0,  63, 33, 60, 25, 2,  50, 35, 16, 6, 0,
        55, 26, 44, 12, 1,  57, 30, 42, 12, 1,  44, 29, 14, 2, 0,  48, 30, 14, 1, 0,  55, 24, 37, 10, 1,
        // 30 test rows
        59, 30, 42, 15, 1,  69, 31, 54, 21, 2,  51, 33, 17, 5, 0,  60, 34, 45, 16, 1,  55, 25, 40, 13, 1,
        62, 29, 43, 13, 1,  55, 42, 14, 2, 0,  63, 28, 51, 15, 2,  56, 30, 41, 13, 1,  67, 25, 58, 18, 2,
        71, 30, 59, 21, 2,  43, 30, 11, 1, 0,  56, 28, 49, 20, 2,  55, 23, 40, 13, 1,  60, 22, 40, 10, 1,
        51, 35, 14, 2, 0,  57, 26, 35, 10, 1,  48, 34, 19, 2, 0,  51, 34, 15, 2, 0,  57, 25, 50, 20, 2,
        54, 34, 17, 2, 0,  56, 30, 45, 15, 1,  63, 29, 56, 18, 2,  63, 25, 49, 15, 1,  58, 27, 39, 12, 1,
        61, 30, 46, 14, 1,  52, 41, 15, 1, 0,  67, 31, 47, 15, 1,  67, 33, 57, 25, 2,  64, 29, 43, 13, 1,
    ];
}
