using System.Net;
using System.Text;

namespace ChainRule.Labs;

/// <summary>A page for browsers: one file that fetches nothing.</summary>
internal static class HtmlText
{
    private const string Style =
        """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
        table { border-collapse: collapse; margin: 1rem 0 }
        th, td { padding: .25rem .75rem; border-bottom: 1px solid #ddd; text-align: left }
        .n { text-align: right; font-variant-numeric: tabular-nums }
        figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto } figcaption { color: #666 }
        .claim { border-left: .3rem solid #0072b2; padding-left: .75rem } .claim.not { border-color: #d55e00 }
        """;

    public static string Of(LabPage page)
    {
        StringBuilder html = new();
        html.Append($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width\">\n")
            .Append($"<title>{Text(page.Title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n")
            .Append($"<h1>{Text(page.Title)}</h1>\n<p>{Text(page.Question)}</p>\n")
            .Append($"<p>Made by <code>{Text(page.Command)}</code>.</p>\n");
        foreach (LabPart part in page.Parts)
        {
            html.Append(part switch
            {
                LabHeading heading => $"<h2>{Text(heading.Title)}</h2>\n",
                LabText paragraph => $"<p>{Text(paragraph.Text)}</p>\n",
                LabTable table => Rows(table),
                LabPicture picture => Figure(picture),
                LabClaim claim => $"<p class=\"claim{(claim.Holds ? "" : " not")}\">"
                    + (claim.Holds ? "Holds" : "<b>Does not hold</b>")
                    + $": {Text(claim.Text)} ({Text(claim.Measured)})</p>\n",
                _ => throw new InvalidOperationException($"LabPage: no part of type {part.GetType().Name} is known."),
            });
        }
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static string Figure(LabPicture picture)
    {
        string svg = Convert.ToBase64String(Encoding.UTF8.GetBytes(picture.Plot.ToSvg()));
        return $"<figure><img src=\"data:image/svg+xml;base64,{svg}\" width=\"{picture.Plot.Width}\" "
            + $"alt=\"{Text(picture.Plot.Title ?? picture.Name)}\">"
            + $"<figcaption>{Text(picture.Caption)}</figcaption></figure>\n";
    }

    private static string Rows(LabTable table)
    {
        StringBuilder html = new("<table>\n");
        Row(html, "th", table, table.Header);
        foreach (IReadOnlyList<string> row in table.Rows) Row(html, "td", table, row);
        return html.Append("</table>\n").ToString();
    }

    private static void Row(StringBuilder html, string tag, LabTable table, IReadOnlyList<string> cells)
    {
        html.Append("<tr>");
        for (int i = 0; i < cells.Count; i++)
            html.Append($"<{tag}{(table.AtRight[i] ? " class=\"n\"" : "")}>{Text(cells[i])}</{tag}>");
        html.Append("</tr>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
