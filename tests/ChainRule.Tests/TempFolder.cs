namespace ChainRule.Tests;

/// <summary>A folder of one test's own, removed with all it holds.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("chainrule-test-").FullName;

    /// <summary>A path in the folder.</summary>
    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file, making its folder, and returns its path.</summary>
    internal string Write(string name, byte[] content)
    {
        string path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes a text file and returns its path.</summary>
    internal string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
