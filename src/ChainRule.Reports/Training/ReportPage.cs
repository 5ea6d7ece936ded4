using System.Text;

namespace ChainRule.Reports;

/// <summary>A row of a table on a page.</summary>
/// <param name="Cells">Its texts; spaces at the front of one set it in.</param>
/// <param name="Kind">How it looks.</param>
internal readonly record struct ReportRow(IReadOnlyList<string> Cells, RowKind Kind = RowKind.Plain);

/// <summary>How a row of a table looks.</summary>
internal enum RowKind
{
    Plain,

    /// <summary>One to be seen: the best, a total.</summary>
    Best,

    /// <summary>A mistake.</summary>
    Wrong,
}

/// <summary>A page of HTML that needs nothing but itself: its style and pictures are in it, and no script.</summary>
internal sealed class ReportPage
{
    // In the dark, plots are turned from dark on light to light on dark with their hues kept; pictures are turned back.
    private const string Style =
        """
        :root { color-scheme: light dark; --ink: #222; --quiet: #555; --line: #e6e6e6; --ground: #fff;
          --best: #eef6fb; --wrong: #b34f00; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #dcdcdc; --quiet: #a0a0a0; --line: #333; --ground: #191919; --best: #16262f;
            --wrong: #ff9d52; }
          svg { filter: invert(.9) hue-rotate(180deg); }
          svg image { filter: hue-rotate(180deg) invert(1); }
        }
        body { font: 15px/1.5 system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; color: var(--ink);
          background: var(--ground); max-width: 1320px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 26px; margin: 0; }
        h2 { font-size: 19px; margin: 32px 0 10px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
        p { margin: 4px 0 8px; color: var(--quiet); }
        dl { display: flex; flex-wrap: wrap; gap: 8px 36px; margin: 16px 0 0; }
        dt { color: var(--quiet); font-size: 13px; }
        dd { margin: 0; font-size: 19px; font-weight: 600; }
        .plots { display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 12px; }
        .plots svg { max-width: 100%; height: auto; outline: 1px solid #eee; border-radius: 4px; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 3px 18px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        th { color: var(--quiet); font-weight: 600; }
        td.n, th.n { text-align: right; }
        tr.wrong td, p.wrong { color: var(--wrong); font-weight: 600; }
        tr.best td { background: var(--best); }
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

    /// <summary>Adds figures to be seen first, each below its name.</summary>
    public void Facts(IEnumerable<(string Name, string Value)> facts)
    {
        _html.Append("<dl>\n");
        foreach ((string name, string value) in facts)
            _html.Append($"<div><dt>{Escape(name)}</dt><dd>{Escape(value)}</dd></div>\n");
        _html.Append("</dl>\n");
    }

    /// <summary>Begins a part.</summary>
    public void Heading(string text) => _html.Append($"<h2>{Escape(text)}</h2>\n");

    /// <summary>Adds a line of text.</summary>
    public void Text(string text) => _html.Append($"<p>{Escape(text)}</p>\n");

    /// <summary>Adds a line of text about something that is wrong.</summary>
    public void Warning(string text) => _html.Append($"<p class=\"wrong\">{Escape(text)}</p>\n");

    /// <summary>Adds plots side by side.</summary>
    public void Plots(IEnumerable<Plot> plots)
    {
        _html.Append("<div class=\"plots\">\n");
        foreach (Plot plot in plots) _html.Append(plot.ToInlineSvg());
        _html.Append("</div>\n");
    }

    /// <summary>Adds a table; a column whose header begins with '&gt;' stands at the right.</summary>
    /// <param name="header">Texts of the columns; all empty for no line of them.</param>
    /// <param name="rows">The rows.</param>
    public void Table(IReadOnlyList<string> header, IEnumerable<ReportRow> rows)
    {
        _html.Append("<div class=\"wide\"><table>\n");
        if (header.Any(h => h.Length > 0)) Row("th", [.. header.Select(h => h.TrimStart('>'))], RowKind.Plain);
        foreach (ReportRow row in rows) Row("td", row.Cells, row.Kind);
        _html.Append("</table></div>\n");

        void Row(string element, IReadOnlyList<string> cells, RowKind kind)
        {
            _html.Append(kind switch
            {
                RowKind.Best => "<tr class=\"best\">",
                RowKind.Wrong => "<tr class=\"wrong\">",
                _ => "<tr>",
            });
            for (int i = 0; i < cells.Count; i++)
            {
                string right = header[i].StartsWith('>') ? " class=\"n\"" : "";
                string inner = cells[i].TrimStart(' ');
                string indent = string.Concat(Enumerable.Repeat("&nbsp;", cells[i].Length - inner.Length));
                _html.Append($"<{element}{right}>{indent}{Escape(inner)}</{element}>");
            }
            _html.Append("</tr>\n");
        }
    }

    /// <summary>The whole page.</summary>
    public string Finish() => _html.Append("</body>\n</html>\n").ToString();

    private static string Escape(string text) => SvgCanvas.Escape(text);
}
