using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

/// <summary>What <c>train</c> refuses before it begins, each with the whole text.</summary>
public sealed class TrainRefusalTests : IDisposable
{
    private const string SeeHelp = "\n  help: see chainrule train --help";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--epochs 0", "--epochs: got '0'; expected a whole number of 1 or more." + SeeHelp)]
    [InlineData("--epochs two", "--epochs: got 'two'; expected a whole number of 1 or more." + SeeHelp)]
    [InlineData("--batch 1.5", "--batch: got '1.5'; expected a whole number of 1 or more." + SeeHelp)]
    [InlineData("--batch", "--batch needs a value: N." + SeeHelp)]
    [InlineData("--seed -1", "--seed: got '-1'; expected a whole number of 0 or more." + SeeHelp)]
    [InlineData("--threads 0", "--threads: got '0'; expected a whole number from 1 to 256." + SeeHelp)]
    [InlineData("--threads 100000", "--threads: got '100000'; expected a whole number from 1 to 256." + SeeHelp)]
    [InlineData("--lr 0", "--lr: got '0'; expected a number above 0." + SeeHelp)]
    [InlineData("--lr NaN", "--lr: got 'NaN'; expected a number above 0." + SeeHelp)]
    [InlineData("--validation 1", "--validation: got '1'; expected a share of 0 or more and below 1." + SeeHelp)]
    [InlineData("--hidden 10,,5", "--hidden: got '10,,5'; expected whole numbers of 1 or more with commas between "
        + "them, such as "
        + "10,20,10." + SeeHelp)]
    [InlineData("--model lenet", "--model: there is no 'lenet' (did you mean 'lenet5'?); expected cnn, mlp, softmax "
        + "or lenet5."
        + SeeHelp)]
    [InlineData("--optimizer adem",
        "--optimizer: there is no 'adem' (did you mean 'adam'?); expected sgd, momentum, adam or adamw."
        + SeeHelp)]
    [InlineData("--epoch 5", "there is no option --epoch (did you mean '--epochs'?)." + SeeHelp)]
    [InlineData("--epochs 1 --epochs 2", "--epochs is given more than once." + SeeHelp)]
    [InlineData("digits", "'digits' is one argument too many." + SeeHelp)]
    [InlineData("--data minst", "there is no data set 'minst' (did you mean 'mnist'?); expected digits, mnist, "
        + "fashion-mnist, iris "
        + "or a CSV file.\n  help: see chainrule data list")]
    [InlineData("--data iris --model cnn", "--model cnn takes pictures; the data 'iris' are rows of numbers."
        + "\n  help: use --model mlp or --model softmax")]
    [InlineData("--model cnn --hidden 5", "--hidden is for --model mlp; the model is cnn.")]
    [InlineData("--activation tanh", "--activation is for --model mlp or lenet5; the model is cnn.")]
    [InlineData("--target species", "--target is for a CSV file; the data are 'digits'.")]
    [InlineData("--data iris --test 0.3", "--test is for a CSV file; the data are 'iris'.")]
    public void Wrong_use_is_refused(string options, string expected) =>
        CliRun.Refused("train " + options, "chainrule: " + expected);

    [Fact]
    public void Batch_larger_than_the_data_is_an_error() => Fails("train --data iris --batch 121",
        """
        chainrule: DataLoader: a batch of 121 samples is larger than the data, 120.
          help: use a batch size of 120 or less.
        """);

    [Fact]
    public void More_samples_than_there_are_is_an_error() => Fails("train --data iris --samples 200",
        """
        chainrule: Samples: 200 training samples are asked for; there are 120.
          help: use --samples 120 or less, or leave it out.
        """);

    [Fact]
    public void Folder_as_output_is_refused() => CliRun.Fails(CliRun.Of($"train --out {_folder.Root}"),
        ExitCode.WrongUse,
        $"chainrule: --out: '{_folder.Root}' is a folder; expected a file, such as {_folder["model.safetensors"]}.");

    [Fact]
    public void Output_that_cannot_be_written_is_found_before_the_data_are_read()
    {
        string file = _folder.Write("file", "");
        CliRun run = CliRun.Of($"train --data none.csv --out {file}/model.safetensors");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith($"chainrule: cannot write {file}/model.safetensors: ", run.Errors);
        Assert.EndsWith("\n  help: choose another file with --out.\n", run.Errors);
    }

    [Fact]
    public void Missing_data_file_is_an_error() => Fails($"train --data {_folder["none.csv"]}",
        $"chainrule: there is no file {_folder["none.csv"]}.");

    [Fact]
    public void Missing_data_set_is_an_error_that_says_how_to_provide_it()
    {
        CliRun run = CliRun.Of($"train --data mnist --out {_folder["m.safetensors"]}", _folder);
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.Contains("mnist: train-images-idx3-ubyte.gz was not found", run.Errors);
        Assert.Contains("CHAINRULE_DATA", run.Errors);
    }

    [Fact]
    public void Data_file_cut_short_is_an_error()
    {
        // The header of 60,000 images of 28 x 28 and the first 100 points.
        byte[] images = [0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[100]];
        string path = _folder.Write(Path.Combine("cache", "mnist", "train-images-idx3-ubyte"), images);
        foreach (string name in (string[])["train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
            _folder.Write(Path.Combine("cache", "mnist", $"{name}-ubyte"), "");
        CliRun run = CliRun.Of($"train --data mnist --out {_folder["m.safetensors"]}", _folder);
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith("chainrule: IDX: ", run.Errors);
        Assert.Contains($"file: {path}", run.Errors);
    }

    [Fact]
    public void Unknown_target_column_is_an_error() => FailsOn("a,b,kind\n1,2,x\n3,4,y\n", "--target kinds", file =>
        $"""
        chainrule: CSV: there is no column 'kinds'; there are 'a', 'b', 'kind'.
          file: {file}
          help: did you mean 'kind'?
        """);

    [Fact]
    public void Missing_cell_is_an_error() => FailsOn("a,b,kind\n1,2,x\n3,,y\n5,6,x\n7,8,y\n", "", file =>
        $"""
        chainrule: CSV: the cell is empty.
          file: {file}
          at: row 3, column 2 'b'
          help: leave such rows out with --missing drop, or fill them with --missing mean.
        """);

    [Fact]
    public void One_class_only_is_an_error() => FailsOn("a,kind\n1,x\n3,x\n5,x\n7,x\n", "", file =>
        $"""
        chainrule: CSV: there is one class only, 'x'; expected 2 or more.
          file: {file}
          at: column 2 'kind'
        """);

    [Fact]
    public void Text_in_a_column_of_numbers_is_an_error() => FailsOn("a,kind\n1,x\n3,y\n5,x\nseven,y\n", "", file =>
        $"""
        chainrule: CSV: 'seven' is not a finite number, in a column where 3 of 4 cells are.
          file: {file}
          at: row 5, column 1 'a'
          help: if the column holds categories name it in --categorical, if it is of no use in --ignore.
        """);

    [Fact]
    public void Ragged_row_is_an_error() => FailsOn("a,kind\n1,x\n3,y,z\n5,x\n", "", file =>
        $"""
        chainrule: CSV: a row of 3 cells; expected 2, as in the first.
          file: {file}
          at: row 3
        """);

    [Fact]
    public void Error_in_json_is_an_event_too()
    {
        CliRun run = CliRun.Of("train --data iris --batch 121 --json");
        var error = Assert.Single(run.Events);
        Assert.Equal("error", error.GetProperty("event").GetString());
        Assert.Equal(ExitCode.Failed, error.GetProperty("exitCode").GetInt32());
        Assert.StartsWith("chainrule: DataLoader", run.Errors);
    }

    private void Fails(string words, string expected) => CliRun.Fails(
        CliRun.Of($"{words} --out {_folder["model.safetensors"]}", _folder), ExitCode.Failed, expected);

    private void FailsOn(string csv, string options, Func<string, string> expected)
    {
        string file = _folder.Write("table.csv", csv);
        Fails($"train --data {file} {options}", expected(file));
    }
}
