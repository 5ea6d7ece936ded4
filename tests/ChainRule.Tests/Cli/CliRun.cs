using System.Text.Json;
using ChainRule.Cli;
using ChainRule.Data;

namespace ChainRule.Tests.Cli;

/// <summary>Runs the command line inside the test's process, with data folders of the test's own.</summary>
internal sealed record CliRun(int Code, string Output, string Errors)
{
    /// <summary>Lines of the output.</summary>
    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    /// <summary>The output as JSON objects, one a line; fails where a line is none.</summary>
    public List<JsonElement> Events => [.. Lines.Select(l => JsonDocument.Parse(l).RootElement)];

    /// <summary>Runs a command line; words are parted at spaces.</summary>
    public static CliRun Of(
        string words, TempFolder? folder = null, CancellationToken cancellation = default, bool interactive = false) =>
        Of(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), folder, cancellation, interactive);

    /// <summary>Runs a command line.</summary>
    public static CliRun Of(
        string[] args, TempFolder? folder = null, CancellationToken cancellation = default, bool interactive = false)
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        string root = folder?.Root ?? "/nowhere";
        int code = CommandLine.Run(args, new Session(output, errors, cancellation)
        {
            Interactive = interactive,
            Data = new DataFolder(own: null, Path.Combine(root, "cache"), () => new NoNetwork()),
        });
        return new CliRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>Asserts that a command line is refused before any work, with exactly this text.</summary>
    public static void Refused(string words, string expected) => Fails(Of(words), ExitCode.WrongUse, expected);

    /// <summary>
    /// Asserts the exit code and the whole text of an error, and that nothing was written to the output.
    /// </summary>
    public static void Fails(CliRun run, int code, string expected)
    {
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", run.Errors);
        Assert.Equal("", run.Output);
        Assert.Equal(code, run.Code);
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request,
            CancellationToken cancellationToken) =>
            throw new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known");
    }
}
