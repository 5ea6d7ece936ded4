using System.Text;
using ChainRule.Tests.Contracts;

namespace ChainRule.Tests.Errors;

/// <summary>
/// Texts kept in files beside the tests, so that a change of a message is a change somebody reads. To take over what
/// the program says now, run the tests with CHAINRULE_SNAPSHOTS=write and read the difference before the commit.
/// </summary>
internal static class SnapshotFile
{
    private static readonly bool Write = Environment.GetEnvironmentVariable("CHAINRULE_SNAPSHOTS") == "write";

    /// <summary>Compares a text with the file of that name, line by line.</summary>
    public static void Check(string name, string text)
    {
        string path = Checkout.In("tests", "ChainRule.Tests", "Errors", "Snapshots", name + ".txt");
        if (Write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, new UTF8Encoding(false));
            return;
        }
        string how = "; run with CHAINRULE_SNAPSHOTS=write to take over what is said now";
        if (!File.Exists(path)) Assert.Fail($"{Checkout.Name(path)} is not there{how}");
        string[] expected = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n'), got = text.Split('\n');
        for (int i = 0; i < Math.Max(expected.Length, got.Length); i++)
        {
            string? was = expected.ElementAtOrDefault(i), now = got.ElementAtOrDefault(i);
            if (was == now) continue;
            string near = string.Join('\n', got.Skip(Math.Max(0, i - 4)).Take(4));
            Assert.Fail($"{Checkout.Name(path)}, line {i + 1}, after\n{near}\nexpected\n{was}\ngot\n{now}\n{how[2..]}");
        }
    }
}
