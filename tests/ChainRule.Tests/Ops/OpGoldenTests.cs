using Xunit.Abstractions;

namespace ChainRule.Tests.Operators;

/// <summary>Check 8: cases computed by other programs, in both floating types.</summary>
public sealed class OpGoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> GoldenRows { get; } =
        [.. OpTable.All.Where(r => r.Goldens.Length > 0).Select(r => r.Name)];

    [SharedTheory("goldens")]
    [MemberData(nameof(GoldenRows))]
    public void Check08_results_and_gradients_equal_the_goldens(string row)
    {
        foreach (string op in OpTable.Find(row).Goldens) Goldens.AssertPass(op, output);
    }
}
