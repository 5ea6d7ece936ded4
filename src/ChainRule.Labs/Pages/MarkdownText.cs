using System.Text;

namespace ChainRule.Labs;

/// <summary>A page for repositories.</summary>
internal static class MarkdownText
{
    public static string Of(LabPage page)
    {
        StringBuilder text = new();
        text.Append($"# {page.Title}\n\n{Escaped(page.Question)}\n\nMade by `{page.Command}`.\n");
        foreach (LabPart part in page.Parts)
        {
            text.Append('\n').Append(part switch
            {
                LabHeading heading => $"## {Escaped(heading.Title)}\n",
                LabText paragraph => Escaped(paragraph.Text) + "\n",
                LabTable table => Rows(table),
                LabPicture picture => $"![{Escaped(picture.Plot.Title ?? picture.Name)}]({picture.Name}.svg)\n\n"
                    + $"*{Escaped(picture.Caption)}*\n",
                LabClaim claim => $"{(claim.Holds ? "Holds" : "**Does not hold**")}: {Escaped(claim.Text)} "
                    + $"({Escaped(claim.Measured)})\n",
                _ => throw new InvalidOperationException($"LabPage: no part of type {part.GetType().Name} is known."),
            });
        }
        return text.ToString();
    }

    private static string Rows(LabTable table)
    {
        StringBuilder text = new();
        text.Append(Row(table.Header));
        text.Append('|').AppendJoin('|', table.AtRight.Select(r => r ? "---:" : "---")).Append("|\n");
        foreach (IReadOnlyList<string> row in table.Rows) text.Append(Row(row));
        return text.ToString();
    }

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells.Select(Escaped))} |\n";

    private static string Escaped(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char c in text)
        {
            if (c is '*' or '_' or '`' or '<' or '>' or '|' or '[' or ']' or '\\' or '#') escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }
}
