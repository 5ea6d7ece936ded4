using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ChainRule.Conformance;

/// <summary>Reads every case under a folder, runs it in float32 and says which fail.</summary>
public static class Command
{
    private const string Usage = """
        Runs the reference cases under a folder and compares every result with its expected values.

          dotnet run -c Release --project tests/ChainRule.Conformance -- FOLDER [--only PATTERN] [--json]

          FOLDER          a folder with safetensors files of the golden format, searched with all below it
          --only PATTERN  only cases whose area/op/case holds the pattern; * stands for anything
          --json          one JSON object a case instead of lines and a table

        Exit code 0 when every case passes, 1 when one fails or is unknown, 2 for wrong use.
        """;

    /// <summary>Does what the arguments ask for.</summary>
    /// <param name="args">Arguments of the command line.</param>
    /// <param name="output">Takes the results.</param>
    /// <param name="errors">Takes what is wrong with the arguments.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        string? folder = null, only = null;
        bool json = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "-h" or "--help") return Say(output, Usage, 0);
            if (args[i] == "--json") json = true;
            else if (args[i] == "--only" && i + 1 < args.Length) only = args[++i];
            else if (args[i].StartsWith('-') || folder is not null)
                return Say(errors, $"Unknown argument '{args[i]}'.\n\n{Usage}", 2);
            else folder = args[i];
        }
        if (folder is null) return Say(errors, Usage, 2);
        if (!Directory.Exists(folder)) return Say(errors, $"There is no folder '{folder}'.", 2);

        Stopwatch watch = Stopwatch.StartNew();
        List<CaseResult> results = [];
        foreach (CaseResult result in CaseRunner.RunFolder(folder, only))
        {
            results.Add(result);
            if (json) output.WriteLine(Json(result));
            else if (result.Verdict != Verdict.Passed) output.WriteLine(result);
        }
        int passed = results.Count(r => r.Verdict == Verdict.Passed), failed = results.Count - passed;
        if (!json)
        {
            WriteTable(results, output);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{results.Count} cases in {watch.Elapsed.TotalSeconds:F1} s"));
        }
        if (results.Count == 0)
            errors.WriteLine($"No case {(only is null ? "" : $"that holds '{only}' ")}under '{folder}'.");
        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static int Say(TextWriter to, string text, int code)
    {
        to.WriteLine(text);
        return code;
    }

    private static string Json(CaseResult r)
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
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteTable(List<CaseResult> results, TextWriter output)
    {
        output.WriteLine($"{"area",-12}{"op",-32}{"passed",8}{"failed",8}{"unknown",9}");
        foreach (var op in results.GroupBy(r => (r.Area, r.OpName)).OrderBy(g => g.Key.Area, StringComparer.Ordinal))
        {
            int Count(Verdict v) => op.Count(r => r.Verdict == v);
            output.WriteLine(
                $"{op.Key.Area,-12}{op.Key.OpName,-32}"
                + $"{Count(Verdict.Passed),8}{Count(Verdict.Failed),8}{Count(Verdict.Unknown),9}");
        }
    }
}
