namespace ChainRule.Tests.Contracts;

/// <summary>
/// The <c>chainrule</c> script against a <c>dotnet</c> that only writes down what it was asked: when it builds, what
/// it passes on, and what it says on a machine without the SDK.
/// </summary>
public sealed class LauncherTests : IDisposable
{
    private const string WorkingDotnet = """
        #!/bin/bash
        root=$(cd "${0%/*}/.." && pwd)
        case $1 in
            --list-sdks) echo "9.0.100 [/x]"; echo "10.0.100 [/x]" ;;
            build)
                echo built >> "$root/builds"
                [ -e "$root/broken" ] && { echo "Net.cs(3,1): error CS1002"; exit 1; }
                mkdir -p "$root/artifacts/bin/ChainRule.Cli/release"
                : > "$root/artifacts/bin/ChainRule.Cli/release/ChainRule.Cli.dll" ;;
            exec) shift 2; printf '[%s]' "$@"; exit 7 ;;
        esac
        """;

    private readonly TempFolder _folder = new();

    public LauncherTests()
    {
        Directory.CreateDirectory(_folder["src/ChainRule"]);
        Directory.CreateDirectory(_folder["bin"]);
        File.WriteAllText(_folder["src/ChainRule/Net.cs"], "");
        File.Copy(Checkout.In("chainrule"), _folder["chainrule"]);
    }

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public void Launcher_without_dotnet_says_in_one_line_what_to_install()
    {
        var (code, output, errors) = Launch();
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Equal("chainrule: the .NET 10 SDK is needed; install it from " +
            "https://dotnet.microsoft.com/download/dotnet/10.0\n", errors);
    }

    [UnixFact]
    public void Launcher_with_an_older_sdk_names_the_one_it_found()
    {
        Install("#!/bin/bash\necho '8.0.404 [/usr/share/dotnet/sdk]'\n");
        var (code, _, errors) = Launch();
        Assert.Equal(1, code);
        Assert.Equal("chainrule: the .NET 10 SDK is needed (found only: 8.0.404); install it from " +
            "https://dotnet.microsoft.com/download/dotnet/10.0\n", errors);
    }

    [UnixFact]
    public void Launcher_passes_arguments_and_exit_code_through()
    {
        Install(WorkingDotnet);
        var (code, output, errors) = Launch("train", "--out", "a b", "", "*");
        Assert.Equal((7, "[train][--out][a b][][*]", ""), (code, output, errors));
    }

    [UnixFact]
    public void Launcher_builds_only_after_a_change()
    {
        Install(WorkingDotnet);
        Launch();
        Launch();
        Assert.Equal(1, Builds());

        File.SetLastWriteTimeUtc(_folder["src/ChainRule/Net.cs"], DateTime.UtcNow.AddSeconds(5));
        Launch();
        Assert.Equal(2, Builds());

        File.SetLastWriteTimeUtc(_folder["src/ChainRule/Net.cs"], DateTime.UtcNow.AddMinutes(-5));
        Launch();
        Assert.Equal(2, Builds());

        File.Delete(_folder["src/ChainRule/Net.cs"]);
        Directory.SetLastWriteTimeUtc(_folder["src/ChainRule"], DateTime.UtcNow.AddSeconds(5));
        Launch();
        Assert.Equal(3, Builds());
    }

    [UnixFact]
    public void Launcher_shows_the_errors_of_a_failed_build_and_builds_again_next_time()
    {
        Install(WorkingDotnet);
        File.WriteAllText(_folder["broken"], "");
        var (code, output, errors) = Launch();
        Assert.Equal((1, ""), (code, output));
        Assert.Equal("Net.cs(3,1): error CS1002\nchainrule: the build failed\n", errors);

        File.Delete(_folder["broken"]);
        Assert.Equal(7, Launch().Code);
    }

    [UnixFact]
    public void Launcher_finds_its_checkout_through_symbolic_links()
    {
        Install(WorkingDotnet);
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["elsewhere/first"], "../chainrule");
        File.CreateSymbolicLink(_folder["elsewhere/second"], _folder["elsewhere/first"]);
        Assert.Equal(7, Launch(_folder["elsewhere/second"], "/", []).Code);
        Assert.True(File.Exists(_folder["artifacts/chainrule.stamp"]));
    }

    private int Builds() => File.ReadAllLines(_folder["builds"]).Length;

    private void Install(string dotnet)
    {
        File.WriteAllText(_folder["bin/dotnet"], dotnet.ReplaceLineEndings("\n"));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(_folder["bin/dotnet"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private (int Code, string Output, string Errors) Launch(params string[] arguments) =>
        Launch(_folder["chainrule"], _folder.Root, arguments);

    // The machine's tools by links, so that a dotnet installed beside them is not found.
    private (int Code, string Output, string Errors) Launch(string script, string from, string[] arguments)
    {
        foreach (string tool in (string[])["readlink", "find", "head", "mkdir", "mv"])
        {
            string link = _folder[$"bin/{tool}"];
            string target = File.Exists($"/bin/{tool}") ? $"/bin/{tool}" : $"/usr/bin/{tool}";
            if (!File.Exists(link)) File.CreateSymbolicLink(link, target);
        }
        return Checkout.Run(from, "/bin/bash", [script, .. arguments], new Dictionary<string, string?>
        {
            ["PATH"] = _folder["bin"],
            ["HOME"] = _folder.Root,
            ["DOTNET_ROOT"] = null,
        });
    }
}
