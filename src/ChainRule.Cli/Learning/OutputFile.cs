namespace ChainRule.Cli.Learning;

/// <summary>Finds out before a long work whether its result can be written.</summary>
internal static class OutputFile
{
    /// <summary>Makes the folder, and writes and removes a small file in it.</summary>
    /// <param name="path">Where the result will go.</param>
    /// <param name="option">The option that says so.</param>
    /// <param name="example">A file as it may be called.</param>
    /// <exception cref="UsageException">There cannot be a file of this name.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public static void Check(string path, string option = "--out", string example = "model.safetensors")
    {
        if (string.IsNullOrWhiteSpace(path) || path.EndsWith('/') || path.EndsWith(Path.DirectorySeparatorChar)
            || Directory.Exists(path))
        {
            throw new UsageException($"{option}: '{path}' is a folder; expected a file, such as "
                + $"{Path.Combine(path.Trim(), example)}.");
        }
        Probe(Path.GetDirectoryName(Path.GetFullPath(path))!, path, $"file with {option}");
    }

    /// <summary>Makes a folder for results, and writes and removes a small file in it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public static void CheckFolder(string folder, string option) => Probe(folder, folder, $"folder with {option}");

    private static void Probe(string folder, string result, string other)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot write {result}: {e.Message}\n  help: choose another {other}.", e);
        }
    }
}
