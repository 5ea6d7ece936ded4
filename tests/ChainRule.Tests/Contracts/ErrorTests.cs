namespace ChainRule.Tests.Contracts;

/// <summary>The whole text of every kind of error that is thrown is asserted somewhere.</summary>
public sealed class ErrorTests
{
    [Fact]
    public void Every_exception_that_is_thrown_has_a_snapshot()
    {
        string sources = string.Join('\n', Checkout.Files("src", "*.cs").Select(File.ReadAllText));
        string tests = string.Join('\n', Checkout.Files("tests", "*.cs").Select(File.ReadAllText));
        var without = PublicApi.Types.Where(t => typeof(ChainRuleException).IsAssignableFrom(t) && !t.IsAbstract)
            .Where(t => sources.Contains($"new {t.Name}(", StringComparison.Ordinal))
            .Where(t => !tests.Contains($"ErrorSnapshot.Throws<{t.Name}>", StringComparison.Ordinal)
                && !tests.Contains($"ErrorSnapshot.ThrowsAsync<{t.Name}>", StringComparison.Ordinal))
            .Select(t => $"{t.Name}: no test calls ErrorSnapshot.Throws<{t.Name}>").ToList();
        Assert.True(without.Count == 0, string.Join('\n', without));
    }
}
