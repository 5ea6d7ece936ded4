using System.Diagnostics;

namespace ChainRule.Tests.Contracts;

/// <summary>The checkout these tests were built from: its files, and programs run on it.</summary>
internal static class Checkout
{
    /// <summary>Test classes of this collection build in the checkout, so they run one after the other.</summary>
    public const string Builds = "Builds in the checkout";

    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path inside the checkout.</summary>
    public static string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path as a message names it: relative to the checkout, with slashes.</summary>
    public static string Name(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Every file below a folder of the checkout, in a fixed order; build outputs are left out.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        Directory.Exists(In(folder))
            ? [.. Directory.EnumerateFiles(In(folder), pattern, SearchOption.AllDirectories)
                .Where(f => !Name(f).Split('/').Any(p => p is "artifacts" or "bin" or "obj" or "models" || p[0] == '.'))
                .Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Runs a program to its end and returns what it wrote; one that takes over five minutes fails.</summary>
    public static (int Code, string Output, string Errors) Run(
        string folder,
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string?>? variables = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test host was given for itself would lead a build of its own astray.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", IgnoreCase)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables ?? new Dictionary<string, string?>()) start.Environment[name] = value;

        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync();
        var errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            child.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within five minutes");
        }
        return (child.ExitCode, output.Result, errors.Result);
    }

    /// <summary>The dotnet command that runs these tests.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "ChainRule.slnx"))) return at.FullName;
        throw new DirectoryNotFoundException($"No ChainRule.slnx at or above {AppContext.BaseDirectory}");
    }
}

/// <summary>A test of what only Unix has (bash scripts, symbolic links without rights); skipped on Windows.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs bash" : null;
}
