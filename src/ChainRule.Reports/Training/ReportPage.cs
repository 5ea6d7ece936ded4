using System.Text;

namespace ChainRule.Reports;

/// <summary>A page of HTML that needs nothing but itself: its style and pictures are in it, and no script.</summary>
internal sealed class ReportPage
{
    private const string Style =
        """
        body { font: 15px/1.5 system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; color: #222;
          background: #fff; max-width: 1320px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 26px; margin: 0; }
        h2 { font-size: 19px; margin: 32px 0 10px; border-bottom: 1px solid #ddd; padding-bottom: 4px; }
        p { margin: 4px 0; color: #555; }
        .plots { display: flex; flex-wrap: wrap; gap: 12px; }
        .plots svg { max-width: 100%; height: auto; border: 1px solid #eee; border-radius: 4px; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid #eee; }
        th { color: #555; font-weight: 600; }
        td.n, th.n { text-align: right; }
        td.wrong { color: #b34f00; font-weight: 600; }
        tr.best td { background: #eef6fb; }
        @media print { body { padding: 0; max-width: none; font-size: 11px; } .plots svg { break-inside: avoid; }
          tr { break-inside: avoid; } h2 { break-after: avoid; } }
        """;

    private readonly StringBuilder _html = new();

    /// <summary>A page with a title and a line below it.</summary>
    public ReportPage(string title, string subtitle)
    {
        _html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + $"<title>{Escape(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n"
            + $"<h1>{Escape(title)}</h1>\n<p>{Escape(subtitle)}</p>\n");
    }

    /// <summary>Begins a part.</summary>
    public void Heading(string text) => _html.Append($"<h2>{Escape(text)}</h2>\n");

    /// <summary>Adds a line of text.</summary>
    public void Text(string text) => _html.Append($"<p>{Escape(text)}</p>\n");

    /// <summary>Adds plots side by side.</summary>
    public void Plots(IEnumerable<Plot> plots)
    {
        _html.Append("<div class=\"plots\">\n");
        foreach (Plot plot in plots) _html.Append(plot.ToInlineSvg());
        _html.Append("</div>\n");
    }

    /// <summary>Adds a table; a column whose header begins with '&gt;' stands at the right.</summary>
    /// <param name="header">Texts of the columns.</param>
    /// <param name="rows">Cells, and the class of the row, or empty.</param>
    public void Table(IReadOnlyList<string> header, IEnumerable<(IReadOnlyList<string> Cells, string Class)> rows)
    {
        _html.Append("<table>\n");
        if (header.Any(h => h.Length > 0)) Row("th", header, "");
        foreach ((IReadOnlyList<string> cells, string kind) in rows) Row("td", cells, kind);
        _html.Append("</table>\n");

        void Row(string element, IReadOnlyList<string> cells, string kind)
        {
            _html.Append(kind.Length == 0 ? "<tr>" : $"<tr class=\"{kind}\">");
            for (int i = 0; i < cells.Count; i++)
            {
                string right = header[i].StartsWith('>') ? " class=\"n\"" : "";
                string text = element == "th" ? cells[i].TrimStart('>') : cells[i];
                // Spaces at the front show what is within what.
                string inner = text.TrimStart(' ');
                string indent = string.Concat(Enumerable.Repeat("&nbsp;", text.Length - inner.Length));
                _html.Append($"<{element}{right}>{indent}{Escape(inner)}</{element}>");
            }
            _html.Append("</tr>\n");
        }
    }

    /// <summary>The whole page.</summary>
    public string Finish() => _html.Append("</body>\n</html>\n").ToString();

    private static string Escape(string text) => SvgCanvas.Escape(text);
}
