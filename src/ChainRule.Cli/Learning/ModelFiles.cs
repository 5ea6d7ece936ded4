using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>Opens a model that the command line or a program saved.</summary>
internal static class ModelFiles
{
    /// <summary>The model of a file.</summary>
    /// <exception cref="UsageException">The path is a folder's.</exception>
    public static SavedModel Load(string path) => Directory.Exists(path)
        ? throw new UsageException($"'{path}' is a folder; expected the file of a model.")
        : SavedModel.Load(path);
}
