using ChainRule.Conformance;
using Xunit.Abstractions;

namespace ChainRule.Tests;

/// <summary>The golden cases of the shared folder, run as the conformance runner runs them.</summary>
internal static class Goldens
{
    /// <summary>
    /// Fails unless there are cases of an operation, "tensor/add", and all pass in both floating types. Says how many
    /// there are, for the page of capabilities.
    /// </summary>
    public static void AssertPass(string op, ITestOutputHelper output)
    {
        int cases = 0;
        foreach (DType precision in (DType[])[DType.Float32, DType.Float64])
        {
            CaseResult[] results = [.. CaseRunner.RunFolder(SharedData.Path("goldens/" + op), precision: precision)];
            Assert.True(results.Length > 0, $"{op}: there is no case.");
            CaseResult[] bad = [.. results.Where(r => r.Verdict != Verdict.Passed)];
            Assert.True(bad.Length == 0, $"in {precision.Text()}:\n{string.Join("\n", bad.AsEnumerable())}");
            cases = results.Length;
        }
        output.WriteLine($"golden {op}: {cases} cases");
    }
}
