using System.Diagnostics;
using System.Text.Json;

namespace ChainRule.Conformance;

/// <summary>Reads every case under a folder, runs it in float32 and says which fail.</summary>
internal static class Program
{
    private const string Usage = """
        Runs the reference cases under a folder and compares every result with its expected values.

          dotnet run -c Release --project tests/ChainRule.Conformance -- FOLDER [--only PATTERN] [--json]

          FOLDER          a folder with safetensors files of the golden format, searched with all below it
          --only PATTERN  only cases whose area/op/case holds the pattern; * stands for anything
          --json          one JSON object a case instead of lines and a table

        Exit code 0 when every case passes, 1 when one fails or is unknown, 2 for wrong use.
        """;

    private static int Main(string[] args)
    {
        string? folder = null, only = null;
        bool json = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "-h" or "--help") return Say(Usage, 0);
            if (args[i] == "--json") json = true;
            else if (args[i] == "--only" && i + 1 < args.Length) only = args[++i];
            else if (args[i].StartsWith('-') || folder is not null) return Say($"Unknown argument '{args[i]}'.\n\n{Usage}", 2);
            else folder = args[i];
        }
        if (folder is null) return Say(Usage, 2);
        if (!Directory.Exists(folder)) return Say($"There is no folder '{folder}'.", 2);

        Stopwatch watch = Stopwatch.StartNew();
        List<CaseResult> results = [];
        foreach (CaseResult result in CaseRunner.RunFolder(folder, only))
        {
            results.Add(result);
            if (json) PrintJson(result);
            else if (result.Verdict != Verdict.Passed) PrintLine(result);
        }
        int passed = results.Count(r => r.Verdict == Verdict.Passed), failed = results.Count - passed;
        if (!json)
        {
            PrintTable(results);
            Console.WriteLine($"{results.Count} cases in {watch.Elapsed.TotalSeconds:F1} s");
        }
        if (results.Count == 0) Console.Error.WriteLine($"No case {(only is null ? "" : $"that holds '{only}' ")}under '{folder}'.");
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static int Say(string text, int code)
    {
        (code == 0 ? Console.Out : Console.Error).WriteLine(text);
        return code;
    }

    private static void PrintLine(CaseResult r)
    {
        string what = r.Verdict == Verdict.Unknown ? "unknown" : "failed ";
        Console.WriteLine($"{what} {r.Area}/{r.OpName}/{r.Case}{(r.Tensor.Length > 0 ? " " + r.Tensor : "")}: {r.Detail}");
    }

    private static void PrintJson(CaseResult r)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("area", r.Area);
            writer.WriteString("op", r.OpName);
            writer.WriteString("case", r.Case);
            writer.WriteString("verdict", r.Verdict.ToString().ToLowerInvariant());
            if (r.Tensor.Length > 0) writer.WriteString("tensor", r.Tensor);
            if (r.Detail.Length > 0) writer.WriteString("detail", r.Detail);
            writer.WriteEndObject();
        }
        Console.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void PrintTable(List<CaseResult> results)
    {
        Console.WriteLine($"{"area",-12}{"op",-32}{"passed",8}{"failed",8}{"unknown",9}");
        foreach (var group in results.GroupBy(r => (r.Area, r.OpName)).OrderBy(g => g.Key.Area, StringComparer.Ordinal))
        {
            int Count(Verdict v) => group.Count(r => r.Verdict == v);
            Console.WriteLine(
                $"{group.Key.Area,-12}{group.Key.OpName,-32}{Count(Verdict.Passed),8}{Count(Verdict.Failed),8}{Count(Verdict.Unknown),9}");
        }
    }
}
