using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ChainRule.Tests.Pages;

/// <summary>Which tests passed in a run, read from its result files, and how many golden cases they compared.</summary>
internal sealed partial class TestResults
{
    // By "Class.Method", then by the test's first argument in quotes, "" where there is none.
    private readonly Dictionary<string, Dictionary<string, bool>> _passed = [];
    private readonly Dictionary<string, int> _goldens = [];

    public TestResults(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.trx").Order(StringComparer.Ordinal))
        {
            foreach (XElement e in XDocument.Load(file).Descendants().Where(e => e.Name.LocalName == "UnitTestResult"))
                Take(e);
        }
    }

    /// <summary>How many cases of a golden operation were compared, "tensor/add"; 0 for one that was not.</summary>
    public int Goldens(string op) => _goldens.GetValueOrDefault(op);

    /// <summary>Whether any golden case was there.</summary>
    public bool HasGoldens => _goldens.Count > 0;

    /// <summary>Whether a test passed, or the one of its cases that has this argument.</summary>
    public bool Passed(string test, string argument = "") =>
        _passed.TryGetValue(test, out var cases) && cases.GetValueOrDefault(argument);

    /// <summary>Whether there are tests of a class, and all of them passed.</summary>
    public bool PassedAll(string testClass)
    {
        var tests = _passed.Where(t => t.Key.StartsWith(testClass + ".", StringComparison.Ordinal)).ToList();
        return tests.Count > 0 && tests.All(t => t.Value.Values.All(p => p));
    }

    private void Take(XElement result)
    {
        string name = result.Attribute("testName")!.Value, outcome = result.Attribute("outcome")!.Value;
        if (outcome == "NotExecuted") return;
        string test = string.Join('.', name.Split('(')[0].Split('.')[^2..]);
        if (!_passed.TryGetValue(test, out var cases)) _passed.Add(test, cases = []);
        string argument = Argument().Match(name).Groups[1].Value;
        cases[argument] = outcome == "Passed" && cases.GetValueOrDefault(argument, true);
        if (outcome != "Passed") return;
        foreach (Match golden in Golden().Matches(result.Value))
            _goldens[golden.Groups[1].Value] = int.Parse(golden.Groups[2].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("""\(\w+: "([^"]*)""")]
    private static partial Regex Argument();

    [GeneratedRegex(@"golden (\S+): (\d+) cases")]
    private static partial Regex Golden();
}
