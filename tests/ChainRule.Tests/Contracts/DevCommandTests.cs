namespace ChainRule.Tests.Contracts;

/// <summary>The developer command's answers to having been called wrongly; CI calls it rightly.</summary>
[Collection(Checkout.Builds)]
public sealed class DevCommandTests
{
    [Fact]
    public void Dev_without_a_word_lists_the_words()
    {
        var (code, output, _) = Dev();
        Assert.Equal(0, code);
        string[] words = ["check", "test", "coverage", "bench", "docs", "pages"];
        Assert.All(words, word => Assert.Contains($"\n  {word}", output));
    }

    [Theory]
    [InlineData("chek", "check")]
    [InlineData("Tests", "test")]
    [InlineData("cover", "coverage")]
    [InlineData("bnech", "bench")]
    [InlineData("doc", "docs")]
    public void Dev_with_an_unknown_word_suggests_the_nearest(string given, string nearest)
    {
        var (code, output, errors) = Dev(given);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal($"dev: no command '{given}'; did you mean '{nearest}'? There are check, test, "
            + "coverage, bench, docs, pages.",
            errors.Trim());
    }

    private static (int Code, string Output, string Errors) Dev(params string[] arguments) =>
        Checkout.Run(Path.GetTempPath(), Checkout.Dotnet, ["run", Checkout.In("dev.cs"), "--", .. arguments]);
}
