using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

public sealed class DoctorCommandTests
{
    [Fact]
    public void Doctor_shows_machine_and_passes_its_self_test()
    {
        CliRun run = CliRun.Of("doctor");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        foreach (string expected in (string[])["ChainRule ", ".NET", "Processor", "vectors", "threads",
            "CHAINRULE_DATA", "cache",
            "mnist", "not here", "Self-test", "products", "GFLOP/s"])
        {
            Assert.Contains(expected, run.Output);
        }
        Assert.DoesNotContain("FAILED", run.Output);
    }

    [Fact]
    public void Doctor_as_json_ends_with_the_verdict_and_the_speed()
    {
        var events = CliRun.Of("doctor --json").Events;
        Assert.Contains(events, e => e.GetProperty("event").GetString() == "fact");
        Assert.Equal(5, events.Count(e => e.GetProperty("event").GetString() == "check"
            && e.GetProperty("passed").GetBoolean()));
        Assert.Equal("end", events[^1].GetProperty("event").GetString());
        Assert.True(events[^1].GetProperty("passed").GetBoolean());
        Assert.True(events[^1].GetProperty("gflops").GetDouble() > 0);
    }

    [Fact]
    public void Doctor_that_is_interrupted_says_so()
    {
        CliRun run = CliRun.Of("doctor", cancellation: new CancellationToken(canceled: true));
        Assert.Equal((ExitCode.Failed, "chainrule: interrupted.\n"), (run.Code, run.Errors));
    }
}
