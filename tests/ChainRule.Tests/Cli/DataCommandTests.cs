using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

public sealed class DataCommandTests
{
    [Fact]
    public void List_names_every_data_set_and_where_it_is()
    {
        using var folder = new TempFolder();
        CliRun run = CliRun.Of("data list", folder);
        Assert.Equal(
            """
            NAME           WHAT                                             SIZE  WHERE
            digits         handwritten digits drawn by code, 28 x 28  any number  built in
            iris           iris flowers, 4 measures, 3 species          150 rows  built in
            mnist          MNIST handwritten digits                      11.6 MB  not here
            fashion-mnist  Fashion-MNIST clothes                         30.9 MB  not here

            Sources:
              mnist: https://ossci-datasets.s3.amazonaws.com/mnist/
              fashion-mnist: http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/

            Fetch one that is not here with: chainrule data fetch NAME

            """.ReplaceLineEndings("\n"), run.Output);
        Assert.Equal(ExitCode.Done, run.Code);
    }

    [Fact]
    public void List_tells_of_a_set_that_is_there_in_part()
    {
        using var folder = new TempFolder();
        folder.Write(Path.Combine("cache", "mnist", "train-images-idx3-ubyte"), "not looked into");
        Assert.Contains($"1 of 4 files, in {folder["cache"]}{Path.DirectorySeparatorChar}mnist",
            CliRun.Of("data list", folder).Output);
    }

    [Fact]
    public void List_as_json_is_one_object_a_line()
    {
        var sets = CliRun.Of("data list --json").Events;
        Assert.Equal(["digits", "iris", "mnist", "fashion-mnist"], sets.Select(s =>
            s.GetProperty("name").GetString()!));
        Assert.Equal([true, true, false, false], sets.Select(s => s.GetProperty("here").GetBoolean()));
        Assert.Equal(4, sets[2].GetProperty("files").GetArrayLength());
    }

    [Fact]
    public void Where_shows_the_folders_in_order()
    {
        using var folder = new TempFolder();
        string path = folder.Write(Path.Combine("cache", "mnist", "t10k-labels-idx1-ubyte"), "not looked into");
        Assert.Equal(
            $"""
            mnist: 1 of 4 files, in {Path.GetDirectoryName(path)}
              {Path.GetDirectoryName(path)}
                train-images-idx3-ubyte.gz  not found
                train-labels-idx1-ubyte.gz  not found
                t10k-images-idx3-ubyte.gz  not found
                t10k-labels-idx1-ubyte.gz  {path}

            """.ReplaceLineEndings("\n"), CliRun.Of("data where mnist", folder).Output);
    }

    [Fact]
    public void Unknown_set_is_refused_with_the_nearest_name() => CliRun.Refused("data fetch fashion",
        "chainrule: there is no data set 'fashion' (did you mean 'fashion-mnist'?); "
        + "expected digits, iris, mnist or fashion-mnist.\n  help: see chainrule data list");

    [Fact]
    public void Fetch_of_a_built_in_set_has_nothing_to_do() =>
        Assert.Equal("iris is built in: nothing to fetch.\n", CliRun.Of("data fetch iris").Output);

    [Fact]
    public void Fetch_without_a_network_fails_and_says_how_to_go_on()
    {
        using var folder = new TempFolder();
        CliRun run = CliRun.Of("data fetch mnist", folder);
        Assert.Equal(ExitCode.Failed, run.Code);
        const string File = "train-images-idx3-ubyte";
        const string Address = $"https://ossci-datasets.s3.amazonaws.com/mnist/{File}.gz";
        Assert.Equal(
            $"chainrule: mnist: {File}.gz was not found, and fetching {Address} failed: Name or service not known.\n"
            + $"  looked in:\n    {folder["cache"]}{Path.DirectorySeparatorChar}mnist\n"
            + $"  help: put {File}.gz or {File} into one of these folders, "
            + "or name a folder that has a sub-folder mnist in CHAINRULE_DATA.\n",
            run.Errors);
    }
}
