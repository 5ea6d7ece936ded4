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

    [Fact]
    public void Doctor_tells_the_memory_of_a_step_before_the_run()
    {
        var small = Assert.Single(CliRun.Of("doctor --memory mlp --data iris --batch 16 --json").Events);
        var large = Assert.Single(CliRun.Of("doctor --memory mlp --data iris --batch 32 --json").Events);
        Assert.Equal(("memory", 16), (small.GetProperty("event").GetString(), small.GetProperty("batch").GetInt32()));
        string[] parts = ["weights", "gradients", "optimizer", "batches", "results", "kernels"];
        Assert.Equal(small.GetProperty("peak").GetInt64(), parts.Sum(p => small.GetProperty(p).GetInt64()));
        Assert.True(small.GetProperty("process").GetInt64() > small.GetProperty("peak").GetInt64());
        double growth = large.GetProperty("results").GetInt64() / (double)small.GetProperty("results").GetInt64();
        Assert.InRange(growth, 1.5, 2.0);

        string table = CliRun.Of("doctor --memory mlp --data iris").Output;
        string[] told = ["Mlp 4 -> 10 -> 20 -> 10 -> 3, batch 16", "optimiser", "peak", "process"];
        foreach (string expected in told)
            Assert.Contains(expected, table);
    }

    [Theory]
    [InlineData("doctor --memory mpl", "there is no network 'mpl' (did you mean 'mlp'?); expected cnn, mlp, softmax")]
    [InlineData("doctor --batch 8", "--batch is for --memory.")]
    [InlineData("doctor --memory cnn --data iris", "--model cnn takes pictures")]
    [InlineData("doctor --memory nowhere.safetensors", "nowhere.safetensors")]
    [InlineData("doctor --memory nowhere.safetensors --data iris", "the model's file tells both")]
    public void Doctor_refuses_memory_of_what_cannot_be_trained(string line, string problem)
    {
        CliRun run = CliRun.Of(line);
        Assert.NotEqual(ExitCode.Done, run.Code);
        Assert.Contains(problem, run.Errors);
    }
}
