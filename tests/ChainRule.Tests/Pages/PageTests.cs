using ChainRule.Tests.Contracts;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Pages;

/// <summary>
/// The pages that are made from the code and the tests. <c>dotnet run dev.cs -- pages</c> runs these tests with
/// CHAINRULE_PAGES=write, and then they write what they otherwise compare.
/// </summary>
public sealed class PageTests
{
    [Fact]
    public void Public_names_say_what_PyTorch_calls_them()
    {
        string silent = string.Join(", ", PyTorchTable.Silent), unknown = string.Join(", ", PyTorchTable.Unknown);
        Assert.True(silent == "", "PyTorch has no name like these; add to the comment <torch>torch.NAME</torch>, or "
            + $"<torch>none</torch> where it has no such thing: {silent}");
        Assert.True(unknown == "", $"comments name what PyTorch does not have (see pytorch-names.txt): {unknown}");
    }

    [Fact]
    public void Page_of_PyTorchs_names_is_what_the_code_says() => Check("pytorch.md", PyTorchTable.Page());

    /// <summary>
    /// Compares the page with a run of all tests where CHAINRULE_RESULTS names the folder of its results, as
    /// <c>dotnet run dev.cs -- pages</c> does; without it, looks for every name on the page.
    /// </summary>
    [Fact]
    public void Page_of_capabilities_lists_everything_public_and_what_the_tests_proved()
    {
        if (Environment.GetEnvironmentVariable("CHAINRULE_RESULTS") is { Length: > 0 } folder)
        {
            TestResults results = new(folder);
            Assert.True(results.HasGoldens, $"no golden case was compared in the run under {folder}; is "
                + "CHAINRULE_SHARED set to the folder that holds them?");
            Check("capabilities.md", new CapabilityTable(results).Page());
        }
        string page = File.ReadAllText(Checkout.In("docs", "capabilities.md"));
        Assert.Contains(CapabilityTable.Mark, page, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", page, StringComparison.Ordinal);
        IEnumerable<string> names =
            [.. OpTable.All.SelectMany(r => r.Covers), .. CapabilityTable.Listed.Select(t => t.Name)];
        string lacking = string.Join(", ", names.Distinct().Where(n => !page.Contains($"`{n}`")));
        Assert.True(lacking == "", $"docs/capabilities.md does not list {lacking}; run: dotnet run dev.cs -- pages");
    }

    private static void Check(string name, string page)
    {
        string path = Checkout.In("docs", name);
        if (Environment.GetEnvironmentVariable("CHAINRULE_PAGES") == "write") File.WriteAllText(path, page);
        Assert.True(File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == page,
            $"docs/{name} is not what the code says; run: dotnet run dev.cs -- pages");
    }
}
