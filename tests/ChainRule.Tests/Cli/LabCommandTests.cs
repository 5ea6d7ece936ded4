using ChainRule.Cli;
using ChainRule.Labs;

namespace ChainRule.Tests.Cli;

public sealed class LabCommandTests
{
    [Fact]
    public void Labs_are_listed()
    {
        CliRun run = CliRun.Of("lab");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.All(Lab.All, lab => Assert.Contains(run.Lines, l => l.StartsWith(lab.Name) && l.EndsWith(lab.Question)));
        Assert.Equal("Run one with: chainrule lab NAME", run.Lines[^1]);
        Assert.Equal(Lab.All.Select(l => l.Name),
            CliRun.Of("lab --json").Events.Select(e => e.GetProperty("name").GetString()));
    }

    [Fact]
    public void Lab_prints_its_figures_and_writes_its_page()
    {
        using TempFolder folder = new();
        string pages = folder["pages"];
        CliRun run = CliRun.Of(["lab", "init", "--quick", "--seed", "3", "--out", pages], folder);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal("Initialisation", run.Lines[0]);
        Assert.Equal($"The page with its plots: {Path.Combine(pages, "index.html")}", run.Lines[^1]);
        Assert.Contains("activations and gradients through Relu\n", run.Errors);
        Assert.True(File.Exists(Path.Combine(pages, "README.md")));

        var events = CliRun.Of(["lab", "init", "--quick", "--seed", "3", "--out", pages, "--json"], folder).Events;
        Assert.Equal("end", events[^1].GetProperty("event").GetString());
        Assert.Contains(events, e => e.GetProperty("event").GetString() == "figure"
            && e.GetProperty("name").GetString() == "difference/all 0.01" && e.GetProperty("value").GetDouble() == 0);
    }

    [Fact]
    public void Unknown_lab_is_refused_with_those_there_are() => CliRun.Refused("lab ini",
        $"""
        chainrule: there is no lab 'ini' (did you mean 'init'?); expected {Expected}.
          help: see chainrule lab
        """);

    private static string Expected => ChainRule.Cli.Parsing.Opt.Or(Lab.All.Select(l => l.Name));
}
