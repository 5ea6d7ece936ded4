namespace ChainRule.Labs;

/// <summary>Pictures of digits to learn from: MNIST where it is, else the digits drawn by code.</summary>
/// <param name="Train">Inputs <c>[N, 1, 28, 28]</c> uint8, targets <c>[N]</c>.</param>
/// <param name="Test">Of the same kind.</param>
/// <param name="Rows">Brings inputs to <c>[N, 784]</c> of mean 0 and deviation 1.</param>
/// <param name="Note">What they are, for the page.</param>
internal sealed record LabPictures(Dataset Train, Dataset Test, IReadOnlyList<Transform> Rows, string Note)
{
    public const int Pixels = 784, Classes = 10;

    public static LabPictures Load(LabOptions options)
    {
        DataFolder folder = options.Data ?? DataFolder.FromEnvironment();
        bool mnist = !options.Quick && folder.Locate(Mnist.Source).All(f => f.Path is not null);
        var (train, test) = mnist ? Mnist.Load(folder, download: false)
            : options.Quick ? Digits.Load(600, 200) : Digits.Load();
        var (mean, std) = mnist ? (Mnist.Mean, Mnist.Std) : (Digits.Mean, Digits.Std);
        string missing = mnist || options.Quick ? ""
            : " MNIST was not found; chainrule data fetch mnist gets it, and its figures are others.";
        string note = FormattableString.Invariant($"{train.Count:N0} to learn from and {test.Count:N0} for the test.");
        return new LabPictures(train.ToDataset(), test.ToDataset(),
            [new Standardize(255 * mean, 255 * std), new FlattenSamples()],
            $"The pictures are {(mnist ? "MNIST's" : "digits drawn by code")}: {note}{missing}");
    }
}
