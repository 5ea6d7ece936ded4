namespace ChainRule.Tests;

/// <summary>
/// Finds the folder of shared test material: the environment variable CHAINRULE_SHARED, else a folder <c>shared</c>
/// beside one of the folders above the tests. Tests that need it are skipped, with the reason, where it is not.
/// </summary>
internal static class SharedData
{
    /// <summary>The folder; null when this machine has none.</summary>
    internal static string? Root { get; } = FindRoot();

    /// <summary>Path of a file or folder below the shared folder.</summary>
    internal static string Path(string relative) =>
        System.IO.Path.Combine(Root ?? throw new DirectoryNotFoundException("no shared folder"), relative);

    internal static bool Has(string relative) =>
        Root is not null && (File.Exists(Path(relative)) || Directory.Exists(Path(relative)));

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("CHAINRULE_SHARED") is { Length: > 0 } named) return named;
        // A checkout may lie elsewhere than the folder that its tests are started in.
        string[] starts = [AppContext.BaseDirectory, Environment.CurrentDirectory];
        foreach (string start in starts)
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                string shared = System.IO.Path.Combine(folder.FullName, "shared");
                if (Directory.Exists(System.IO.Path.Combine(shared, "goldens"))) return shared;
            }
        }
        return null;
    }
}

/// <summary>
/// A fact that needs a file or folder of the shared test material, and is skipped where it is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string needs)
    {
        Needs = needs;
        if (!SharedData.Has(needs)) Skip = $"needs shared/{needs}; set CHAINRULE_SHARED to the folder that holds it";
    }

    public string Needs { get; }
}

/// <summary>
/// A theory that needs a file or folder of the shared test material, and is skipped where it is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string needs)
    {
        Needs = needs;
        if (!SharedData.Has(needs)) Skip = $"needs shared/{needs}; set CHAINRULE_SHARED to the folder that holds it";
    }

    public string Needs { get; }
}
