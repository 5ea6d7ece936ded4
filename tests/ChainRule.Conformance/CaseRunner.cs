namespace ChainRule.Conformance;

/// <summary>How a case ended.</summary>
public enum Verdict
{
    /// <summary>Every expected tensor is within its tolerance.</summary>
    Passed,

    /// <summary>A tensor is not, or computing it raised an error.</summary>
    Failed,

    /// <summary>Nothing here computes this operation; counts as failed.</summary>
    Unknown,
}

/// <summary>A case and how it ended.</summary>
/// <param name="Area">Area of the operation.</param>
/// <param name="OpName">Operation.</param>
/// <param name="Case">Name of the case.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Tensor">The tensor that failed, if one did.</param>
/// <param name="Detail">Worst error and tolerance, or the error's text.</param>
public sealed record CaseResult(string Area, string OpName, string Case, Verdict Verdict, string Tensor, string Detail)
{
    /// <summary>As one line: "failed tensor/add/add-01 out.y: element 3: ...".</summary>
    public override string ToString()
    {
        string tensor = Tensor.Length > 0 ? " " + Tensor : "", detail = Detail.Length > 0 ? ": " + Detail : "";
        return $"{Verdict.ToString().ToLowerInvariant()} {Area}/{OpName}/{Case}{tensor}{detail}";
    }
}

/// <summary>Runs cases and compares what they compute with what is expected.</summary>
public static class CaseRunner
{
    /// <summary>Runs every case under a folder whose area/op/case holds the pattern.</summary>
    /// <param name="folder">Folder, searched with all below it.</param>
    /// <param name="only">
    /// Part of "area/op/case" in any case of letters; <c>*</c> stands for anything. Null for all.
    /// </param>
    /// <param name="precision">Float32, or Float64 with its tight tolerance.</param>
    /// <returns>The results, in the order of the paths.</returns>
    public static IEnumerable<CaseResult> RunFolder(string folder, string? only = null, DType precision = DType.Float32)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories);
        foreach (string path in files.Order(StringComparer.Ordinal))
        {
            if (Load(path, only, precision, out GoldenCase? golden) is { } broken) yield return broken;
            else if (golden is not null) yield return Run(golden);
        }
    }

    /// <summary>Runs one case.</summary>
    /// <param name="golden">The case.</param>
    public static CaseResult Run(GoldenCase golden)
    {
        if (!Adapters.All.TryGetValue($"{golden.Area}/{golden.OpName}", out Action<CaseRun>? adapter))
            return Result(golden, Verdict.Unknown, "", "no adapter computes this operation");
        try
        {
            CaseRun run = new(golden);
            adapter(run);
            run.Finish();
            foreach (Comparison c in run.Comparisons)
            {
                if (!c.Passed) return Result(golden, Verdict.Failed, c.Tensor, c.Detail);
            }
            return run.Comparisons.Count == 0
                ? Result(golden, Verdict.Failed, "", "nothing was compared")
                : Result(golden, Verdict.Passed, "", "");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Result(golden, Verdict.Failed, "", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static CaseResult? Load(string path, string? only, DType precision, out GoldenCase? golden)
    {
        golden = null;
        try
        {
            GoldenCase read = GoldenCase.Read(path, precision);
            if (Matches($"{read.Area}/{read.OpName}/{read.Name}", only)) golden = read;
            return null;
        }
        catch (Exception e) when (
            e is ChainRuleException or IOException or InvalidDataException or System.Text.Json.JsonException)
        {
            string name = Path.GetFileNameWithoutExtension(path);
            return Matches(path, only)
                ? new CaseResult("?", "?", name, Verdict.Failed, "", e.Message.ReplaceLineEndings(" ")) : null;
        }
    }

    private static bool Matches(string name, string? only) =>
        only is null
            || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression($"*{only}*", name, ignoreCase: true);

    private static CaseResult Result(GoldenCase golden, Verdict verdict, string tensor, string detail) =>
        new(golden.Area, golden.OpName, golden.Name, verdict, tensor, detail);
}
