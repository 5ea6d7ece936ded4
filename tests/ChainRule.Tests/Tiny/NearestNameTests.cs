namespace ChainRule.Tests.Tiny;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("spceies", "species")]
    [InlineData("Petal Widht", "petal width")]
    [InlineData("clas", "class")]
    [InlineData("zebra", null)]
    [InlineData("", null)]
    public void Nearest_name_is_found_or_none(string given, string? expected) =>
        Assert.Equal(expected, NearestName.Of(given, ["petal width", "species", "class"]));

    [Fact]
    public void Name_without_a_letter_in_common_is_not_near() => Assert.Null(NearestName.Of("d", ["a", "b"]));

    [Fact]
    public void First_of_equally_near_names_is_taken() => Assert.Equal("cat", NearestName.Of("bat", ["cat", "hat"]));
}
