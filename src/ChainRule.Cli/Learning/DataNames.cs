using ChainRule.Cli.Parsing;

namespace ChainRule.Cli.Learning;

/// <summary>Names of the data that can be learned from.</summary>
internal static class DataNames
{
    /// <summary>Digits drawn by code.</summary>
    public const string Digits = "digits";

    /// <summary>MNIST.</summary>
    public const string Mnist = "mnist";

    /// <summary>Fashion-MNIST.</summary>
    public const string FashionMnist = "fashion-mnist";

    /// <summary>Iris.</summary>
    public const string Iris = "iris";

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = [Digits, Mnist, FashionMnist, Iris];

    /// <summary>Whether the samples are pictures.</summary>
    public static bool IsPictures(string data) => data is Digits or Mnist or FashionMnist;

    /// <summary>Whether the data are a file of rows rather than one of the names.</summary>
    public static bool IsFile(string data) => !All.Contains(data);

    /// <summary>Throws where the data are neither a name nor look like a file or are one.</summary>
    /// <exception cref="UsageException">The name is unknown.</exception>
    public static void Check(string data)
    {
        if (!IsFile(data) || File.Exists(data) || Path.HasExtension(data)
            || data.Contains(Path.DirectorySeparatorChar)) return;
        throw new UsageException($"there is no data set '{data}'{Opt.Suggestion(data, All)}; "
            + $"expected {string.Join(", ", All)} or a CSV file.", "see chainrule data list");
    }
}
