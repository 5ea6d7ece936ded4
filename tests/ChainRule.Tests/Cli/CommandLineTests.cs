using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

/// <summary>What the command line understands, what it says when it does not, and its help.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Version_is_that_of_the_package()
    {
        CliRun run = CliRun.Of("--version");
        Assert.Matches(@"^chainrule \d+\.\d+\.\d+[-\w.]*\n$", run.Output);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
    }

    [Fact]
    public void Unknown_command_is_refused_with_the_nearest_name() => CliRun.Refused("doktor",
        "chainrule: there is no command 'doktor' (did you mean 'doctor'?); "
        + "expected train, evaluate, predict, summary, lab, data or doctor.\n  help: see chainrule --help");

    [Fact]
    public void No_command_is_refused() => CliRun.Refused("",
        """
        chainrule: which command? train, evaluate, predict, summary, lab, data or doctor.
          help: see chainrule --help
        """);

    [Fact]
    public void Unknown_subcommand_is_refused_with_the_nearest_name() => CliRun.Refused("data fech mnist",
        """
        chainrule: there is no command 'fech' (did you mean 'fetch'?); expected list, where or fetch.
          help: see chainrule data --help
        """);

    [Fact]
    public void Unknown_option_is_refused_with_the_nearest_name() => CliRun.Refused("data list --jsom",
        """
        chainrule: there is no option --jsom (did you mean '--json'?).
          help: see chainrule data list --help
        """);

    [Fact]
    public void Unknown_option_is_not_taken_for_an_argument() => CliRun.Refused("data fetch --verbose",
        """
        chainrule: there is no option --verbose.
          help: see chainrule data fetch --help
        """);

    [Fact]
    public void Too_many_arguments_are_refused() => CliRun.Refused("doctor now",
        """
        chainrule: 'now' is one argument too many.
          help: see chainrule doctor --help
        """);

    [Fact]
    public void Missing_argument_is_refused() => CliRun.Refused("data fetch",
        """
        chainrule: NAME is missing.
          help: see chainrule data fetch --help
        """);

    [Fact]
    public void Value_for_a_switch_is_refused()
    {
        CliRun run = CliRun.Of("doctor --json=perhaps");
        Assert.Equal(ExitCode.WrongUse, run.Code);
        Assert.Equal("", run.Output);
    }
}
