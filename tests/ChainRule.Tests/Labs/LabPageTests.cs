using ChainRule.Labs;
using ChainRule.Reports;

namespace ChainRule.Tests.LabTests;

public sealed class LabPageTests
{
    [Fact]
    public void Page_is_printed_part_by_part()
    {
        StringWriter text = new() { NewLine = "\n" };
        new Sums().Run(new LabOptions { Seed = 5 }).Print(text, width: 40);
        Assert.Equal(
            """
            Sums
            What is the sum?

            How
            ---

            A paragraph that is longer than forty
            columns and so is broken.

              numbers     sum
              1 and 2       3
              <a> | 10_0   12

            curve.svg: It rises.

            Holds: The sum is 3 (3.0)

            DOES NOT HOLD: It is 4 (3.0)

            """, text.ToString());
    }

    [Fact]
    public void Page_is_Markdown_whose_signs_stand_for_themselves() => Assert.Equal(
        """
        # Sums

        What is the sum?

        Made by `chainrule lab sums --seed 5`.

        ## How

        A paragraph that is longer than forty columns and so is broken.

        | numbers | sum |
        |---|---:|
        | 1 and 2 | 3 |
        | \<a\> \| 10\_0 | 12 |

        ![A curve](curve.svg)

        *It rises.*

        Holds: The sum is 3 (3.0)

        **Does not hold**: It is 4 (3.0)

        """, new Sums().Run(new LabOptions { Seed = 5 }).ToMarkdown());

    [Fact]
    public void Page_of_a_browser_needs_no_other_file()
    {
        string html = new Sums().Run().ToHtml();
        Assert.Contains("<td>&lt;a&gt; | 10_0</td><td class=\"n\">12</td>", html);
        Assert.Contains("<p class=\"claim not\"><b>Does not hold</b>: It is 4 (3.0)</p>", html);
        Assert.Contains("src=\"data:image/svg+xml;base64,", html);
        Assert.DoesNotContain("http", html);
    }

    [Fact]
    public void Quick_page_says_so_and_claims_nothing()
    {
        LabPage page = new Sums().Run(new LabOptions { Quick = true });
        Assert.Empty(page.Claims);
        Assert.StartsWith("This is a quick run", Assert.IsType<LabText>(page.Parts[0]).Text);
        Assert.EndsWith(" --quick", page.Command);
    }

    [Fact]
    public void Figures_are_found_by_name()
    {
        LabPage page = new Sums().Run();
        Assert.Equal(3, page["sum"]);
        Assert.Equal("LabPage: sums has measured no 'product'.",
            Assert.Throws<KeyNotFoundException>(() => page["product"]).Message);
    }

    [Fact]
    public void Saved_page_has_its_texts_and_pictures()
    {
        using TempFolder folder = new();
        new Sums().Run().Save(folder["page"]);
        Assert.Equal(["README.md", "curve.png", "curve.svg", "index.html"],
            Directory.GetFiles(folder["page"]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Row_of_another_length_is_refused() => Assert.Equal(
        "LabTable: the row has 1 cells for 2 columns. (Parameter 'cells')",
        Assert.Throws<ArgumentException>(() => new LabTable("a", "b").Add("1")).Message);

    private sealed class Sums : Lab
    {
        public override string Name => "sums";

        public override string Title => "Sums";

        public override string Question => "What is the sum?";

        protected override void Measure(LabOptions options, LabPage page)
        {
            double sum = page.Figure("sum", 1 + 2);
            page.Heading("How");
            page.Text("A paragraph that is longer than forty columns and so is broken.");
            page.Table(new LabTable("numbers", ">sum").Add("1 and 2", "3").Add("<a> | 10_0", "12"));
            page.Picture("curve", new LinePlot { Title = "A curve" }.Add("", [1, 2]), "It rises.");
            page.Claim("The sum is 3", sum == 3, "3.0");
            page.Claim("It is 4", sum == 4, "3.0");
        }
    }
}
