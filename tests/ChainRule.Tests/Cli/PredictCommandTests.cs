using System.Text.Json;
using ChainRule.Cli;
using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Cli;

/// <summary>A small digit classifier, trained once for all tests here.</summary>
public sealed class DigitModel : IDisposable
{
    private readonly TempFolder _folder = new();

    public DigitModel()
    {
        CliRun run = CliRun.Of($"train --samples 2000 --model lenet5 --epochs 4 --out {Path}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
    }

    /// <summary>File of the model.</summary>
    public string Path => _folder["digits.safetensors"];

    /// <summary>A file in the model's folder.</summary>
    public string Write(string name, byte[] content) => _folder.Write(name, content);

    public void Dispose() => _folder.Dispose();
}

public sealed class PredictCommandTests(DigitModel model) : IClassFixture<DigitModel>
{
    [Fact]
    public void Picture_of_the_networks_size_gives_three_classes_that_are_most_likely()
    {
        int right = 0;
        for (int i = 0; i < 20; i++)
        {
            var pixels = new byte[784];
            int digit = Digits.Draw(seed: 5, index: i, pixels);
            string file = model.Write($"digit{i}.png", new PngImage(28, 28, 1, pixels).Encode());
            JsonElement p = Assert.Single(CliRun.Of($"predict {model.Path} {file} --json").Events);
            double[] shares = [.. p.GetProperty("top").EnumerateArray().Select(g =>
                g.GetProperty("probability").GetDouble())];
            Assert.Equal(3, shares.Length);
            Assert.True(shares[0] >= shares[1] && shares[1] >= shares[2] && shares.Sum() <= 1.0001);
            if (p.GetProperty("class").GetString() == $"{digit}") right++;
        }
        Assert.InRange(right, 16, 20);
    }

    [Fact]
    public void Large_dark_picture_on_light_paper_is_inverted_and_fitted()
    {
        // A plain 1 in ink on paper: a bar of 6 x 60 points.
        var pixels = new byte[90 * 120];
        Array.Fill(pixels, (byte)250);
        for (int y = 30; y < 90; y++) pixels.AsSpan(y * 90 + 42, 6).Fill(10);
        string file = model.Write("one.png", new PngImage(90, 120, 1, pixels).Encode());
        CliRun run = CliRun.Of($"predict {model.Path} {file}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.StartsWith($"{file}: 1 ", run.Output);
        Assert.EndsWith("(inverted, for it is dark on light; fitted from 90 x 120 to 28 x 28)\n", run.Output);
    }

    [Fact]
    public void Evaluation_shows_the_confusion_matrix()
    {
        CliRun run = CliRun.Of($"evaluate {model.Path}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Equal("data      digits, test part: 4,000 samples", run.Lines[1]);
        Assert.Equal("Rows: what it is; columns: what it was taken for.", run.Lines[5]);
        Assert.Matches(@"^ +0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +recall$", run.Lines[6]);
        Assert.Matches(@"^9 .*\d\d\.\d\d%$", run.Lines[16]);
        Assert.StartsWith("precision", run.Lines[17]);
    }

    [Fact]
    public void File_that_is_no_picture_is_an_error()
    {
        string file = model.Write("text.png", "no picture"u8.ToArray());
        CliRun run = CliRun.Of($"predict {model.Path} {file}");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith("chainrule: PNG: ", run.Errors);
        Assert.Contains($"file: {file}", run.Errors);
    }

    [Fact]
    public void Row_for_a_model_of_pictures_is_refused() => CliRun.Refused($"predict {model.Path} 1,2,3",
        "chainrule: the model takes pictures; expected a PNG file, got a row of numbers.");

    [Fact]
    public void Data_of_another_kind_are_refused() => CliRun.Refused($"evaluate {model.Path} --data iris",
        "chainrule: the model takes pictures; 'iris' are rows.");

    [Fact]
    public void Folder_as_model_is_refused()
    {
        string folder = Path.GetDirectoryName(model.Path)!;
        CliRun.Refused($"evaluate {folder}", $"chainrule: '{folder}' is a folder; expected the file of a model.");
    }

    [Fact]
    public void Missing_model_is_an_error() => CliRun.Fails(
        CliRun.Of($"evaluate {model.Path}.none"), ExitCode.Failed, $"chainrule: there is no file {model.Path}.none.");

    [Fact]
    public void Model_cut_short_is_an_error()
    {
        byte[] whole = File.ReadAllBytes(model.Path);
        string file = model.Write("short.safetensors", whole[..^100]);
        CliRun run = CliRun.Of($"predict {file} 1.png");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith("chainrule: SafeTensors: ", run.Errors);
        Assert.Contains($"file: {file}", run.Errors);
    }

    [Fact]
    public void File_that_is_no_model_is_an_error()
    {
        string file = model.Write("lie.safetensors", [255, 255, 255, 255, 0, 0, 0, 0, 123]);
        CliRun run = CliRun.Of($"evaluate {file}");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith("chainrule: SafeTensors: the header should take 4294967295 bytes, but only 1 follow",
            run.Errors);
    }
}
