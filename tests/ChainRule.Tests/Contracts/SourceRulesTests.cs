using System.Text.RegularExpressions;

namespace ChainRule.Tests.Contracts;

/// <summary>What every file of the checkout keeps to, whatever it says.</summary>
public sealed class SourceRulesTests
{
    private static readonly string[] Trees = ["src", "tests", "bench", "samples"];

    private static IEnumerable<string> Sources =>
        Trees.SelectMany(t => Checkout.Files(t, "*.cs")).Append(Checkout.In("dev.cs"));

    [Fact]
    public void Source_files_have_at_most_600_lines() => AssertNone(Sources
        .Select(f => (File: f, Lines: File.ReadLines(f).Count())).Where(f => f.Lines > 600)
        .Select(f => $"{Checkout.Name(f.File)}: {f.Lines} lines; a file this long is two ideas"));

    [Fact]
    public void Source_lines_have_at_most_120_characters() => AssertNone(Lines(Sources)
        .Where(l => l.Text.Length > 120)
        .Select(l => $"{l.Place}: {l.Text.Length} characters"));

    [Fact]
    public void Sources_leave_nothing_for_later()
    {
        // Written in halves, so that this file does not find itself.
        var later = new Regex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X|NotImplemented" + "Exception)");
        AssertNone(Lines(Sources).Where(l => later.IsMatch(l.Text)).Select(l => $"{l.Place}: {l.Text.Trim()}"));
    }

    [Fact]
    public void Core_uses_no_reflection()
    {
        var reflection = new Regex(
            @"\bSystem\.(Reflection|Linq\.Expressions)\b|\bActivator\.|\bType\.GetType\(|"
            + @"\.(MakeGenericType|MakeGenericMethod|GetMethods?|GetProperty|GetProperties|GetFields?)\(|\bdynamic\s");
        AssertNone(Lines(Checkout.Files("src/ChainRule", "*.cs"))
            .Where(l => !l.Text.TrimStart().StartsWith("//", StringComparison.Ordinal) && reflection.IsMatch(l.Text))
            .Select(l => $"{l.Place}: {l.Text.Trim()}"));
    }

    [Fact]
    public void Source_folders_say_in_15_lines_what_they_are()
    {
        List<string> wrong = [];
        foreach (string assembly in Directory.GetDirectories(Checkout.In("src")))
        {
            wrong.AddRange(Directory.GetDirectories(assembly).Prepend(assembly)
                .Where(f => !File.Exists(Path.Combine(f, "README.md")))
                .Select(f => $"{Checkout.Name(f)} has no README.md"));
        }
        wrong.AddRange(Checkout.Files("src", "README.md").Where(f => File.ReadLines(f).Count() > 15)
            .Select(f => $"{Checkout.Name(f)}: {File.ReadLines(f).Count()} lines"));
        AssertNone(wrong);
    }

    [Fact]
    public void Contributing_has_at_most_60_lines() =>
        Assert.InRange(File.ReadLines(Checkout.In("CONTRIBUTING.md")).Count(), 1, 60);

    [Fact]
    public void Differences_are_numbered_without_a_gap()
    {
        string differences = File.ReadAllText(Checkout.In("DIFFERENCES.md"));
        var numbers = Regex.Matches(differences, @"^\*\*D(\d+)\.", RegexOptions.Multiline);
        Assert.NotEmpty(numbers);
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers.Select(m => int.Parse(m.Groups[1].ValueSpan)));
    }

    [Fact]
    public void Differences_named_in_the_sources_exist()
    {
        string differences = File.ReadAllText(Checkout.In("DIFFERENCES.md"));
        AssertNone(Lines(Checkout.Files("src", "*.cs"))
            .SelectMany(l => Regex.Matches(l.Text, @"///.*\((D\d+)\)")
                .Select(m => (l.Place, Number: m.Groups[1].Value)))
            .Where(d => !differences.Contains($"**{d.Number}.", StringComparison.Ordinal))
            .Select(d => $"{d.Place}: DIFFERENCES.md has no {d.Number}"));
    }

    private static IEnumerable<(string Place, string Text)> Lines(IEnumerable<string> files) => files
        .SelectMany(f => File.ReadLines(f).Select((text, i) => ($"{Checkout.Name(f)}:{i + 1}", text)));

    private static void AssertNone(IEnumerable<string> wrong) =>
        Assert.True(!wrong.Any(), string.Join('\n', wrong));
}
