using System.Globalization;
using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>A class and how likely it is.</summary>
internal readonly record struct Guess(string Class, double Probability);

/// <summary>What a model makes of one input.</summary>
/// <param name="Input">The input: a file, a row of a file, or a row as it was typed.</param>
/// <param name="Remark">What was done to it beforehand; null for nothing.</param>
/// <param name="Top">The most likely classes, the first first; null where the target is a number.</param>
/// <param name="Value">The number, in units of the target column; null for classes.</param>
internal sealed record Prediction(string Input, string? Remark, IReadOnlyList<Guess>? Top, double? Value);

/// <summary>Applies a saved model to pictures and rows.</summary>
internal sealed class Predictor(SavedModel saved)
{
    private const int Guesses = 3;
    private readonly CsvSchema? _schema = ModelNotes.SchemaOf(saved.Description);

    /// <summary>Predicts for a file of pictures or rows, or for a row of numbers with commas between them.</summary>
    /// <exception cref="UsageException">The input is not what the model takes.</exception>
    public IReadOnlyList<Prediction> Predict(string input)
    {
        try
        {
            return PredictAny(input);
        }
        catch (DataException e) when (_schema is not null && e.Help is not null)
        {
            throw CsvErrors.Plain(e);
        }
    }

    private IReadOnlyList<Prediction> PredictAny(string input)
    {
        string extension = Path.GetExtension(input).ToLowerInvariant();
        bool file = File.Exists(input);
        if (_schema is null)
        {
            if (extension == ".png" || file) return [Picture(input)];
            throw new UsageException(LooksLikeRow(input)
                ? "the model takes pictures; expected a PNG file, got a row of numbers."
                : $"there is no file '{input}'; the model takes pictures, as PNG files.");
        }
        if (extension == ".png")
            throw new UsageException($"the model takes rows ({Columns()}); '{input}' is a picture.");
        if (file || extension is ".csv" or ".tsv" or ".gz") return Rows(CsvTable.Read(input), input);
        if (!input.Contains(',') && _schema.Features.Count > 1)
            throw new UsageException($"there is no file '{input}', and a row has numbers with commas between them: "
                + $"{Columns()}.");
        return [Row(input)];
    }

    private Prediction Picture(string path)
    {
        if (saved.Description.InputShape is not [int channels, int height, int width] || channels != 1)
            throw new UsageException("the model does not say what size of grey picture it takes.");
        PngImage image = PngImage.Read(path);
        // Clothes fill their picture, digits stand in a box: each as in the set that the model learned from.
        bool digits = height == Digits.Size && width == Digits.Size
            && ModelNotes.DataOf(saved.Description) != DataNames.FashionMnist;
        byte[] pixels = digits ? DigitPicture.Prepare(image, path) : PictureFit.Grey(image, height, width);
        List<string> done = [];
        if (DigitPicture.IsOnLightPaper(image)) done.Add("inverted, for it is dark on light");
        if (image.Width != width || image.Height != height)
            done.Add($"fitted from {image.Width} x {image.Height} to {width} x {height}");
        Tensor x = Tensor.From(pixels, [1, 1, height, width]);
        foreach (Transform t in TrainSetup.Transforms(saved.Description.Scaling)) x = t.Apply(x, default);
        return Answers(x)(0, path, done.Count > 0 ? string.Join("; ", done) : null);
    }

    private IReadOnlyList<Prediction> Rows(CsvTable table, string path)
    {
        var answer = Answers(_schema!.EncodeInputs(table));
        return [.. Enumerable.Range(0, table.RowCount).Select(r => answer(r, $"{path} line {table.LineOf(r)}", null))];
    }

    private Prediction Row(string row)
    {
        CsvTable table = CsvTable.Parse(row, ',', header: false);
        if (table.Columns.Count != _schema!.Features.Count)
        {
            throw new UsageException(
                $"the row has {table.Columns.Count} cells; expected {_schema.Features.Count}: {Columns()}.");
        }
        return Answers(_schema.EncodeInputs(table))(0, row, null);
    }

    private Func<int, string, string?, Prediction> Answers(Tensor inputs)
    {
        Tensor output = saved.Predict(inputs);
        if (saved.Description.Classes is not { } classes)
        {
            float[] values = output.ToArray<float>();
            return (i, input, remark) => new Prediction(input, remark, null, _schema!.Target.Restore(values[i]));
        }
        float[] shares = output.Softmax(-1).ToArray<float>();
        int count = output.Shape[1];
        return (i, input, remark) => new Prediction(input, remark,
            [.. Enumerable.Range(0, count).OrderByDescending(c => shares[i * count + c]).Take(Guesses)
                .Select(c => new Guess(c < classes.Count ? classes[c] : c.ToString(CultureInfo.InvariantCulture),
                    shares[i * count + c]))], null);
    }

    private string Columns() => string.Join(", ", _schema!.Features.Select(f => f.Name));

    private static bool LooksLikeRow(string input) => input.Contains(',')
        && input.All(c => char.IsAsciiDigit(c) || c is ',' or '.' or '-' or ' ');
}
