using System.Globalization;
using System.Text;
using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>Writes SVG.</summary>
/// <remarks>Source: W3C "Scalable Vector Graphics (SVG) 1.1 (Second Edition)".</remarks>
internal sealed class SvgCanvas : Canvas
{
    private readonly StringBuilder _text = new();

    /// <summary>
    /// An empty picture: a file of its own where it is <paramref name="standalone"/>, else an element of a page.
    /// </summary>
    public SvgCanvas(int width, int height, string? title, bool standalone)
    {
        string space = standalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "";
        Line($"<svg{space} width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" "
            + "font-family=\"system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif\">");
        if (title is not null) Line($"<title>{Escape(title)}</title>");
        Line($"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    }

    /// <summary>The whole text; nothing can be drawn afterwards.</summary>
    public string Finish() => _text.Append("</svg>\n").ToString();

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<Spot> spots, Colour colour, double width, double dash = 0)
    {
        if (spots.Length < 2) return;
        string dashes = dash > 0 ? $" stroke-dasharray=\"{Number(dash)}\"" : "";
        if (spots.Length == 2)
        {
            Line($"<line x1=\"{Number(spots[0].X)}\" y1=\"{Number(spots[0].Y)}\" x2=\"{Number(spots[1].X)}\" "
                + $"y2=\"{Number(spots[1].Y)}\" stroke=\"{colour}\" stroke-width=\"{Number(width)}\"{dashes}/>");
            return;
        }
        _text.Append("<polyline points=\"");
        for (int i = 0; i < spots.Length; i++)
            _text.Append(i == 0 ? "" : " ").Append(Number(spots[i].X)).Append(',').Append(Number(spots[i].Y));
        Line($"\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{Number(width)}\" stroke-linejoin=\"round\" "
            + $"stroke-linecap=\"round\"{dashes}/>");
    }

    /// <inheritdoc/>
    public override void Fill(Box box, Colour colour) => Line($"<rect {Place(box)} fill=\"{colour}\"/>");

    /// <inheritdoc/>
    public override void Dot(Spot middle, double radius, Colour colour) =>
        Line($"<circle cx=\"{Number(middle.X)}\" cy=\"{Number(middle.Y)}\" r=\"{Number(radius)}\" fill=\"{colour}\"/>");

    /// <inheritdoc/>
    public override void Text(Spot at, string text, in TextStyle style)
    {
        string x = Number(at.X), y = Number(at.Y);
        string anchor = style.Anchor switch
        {
            Anchor.Middle => " text-anchor=\"middle\"",
            Anchor.End => " text-anchor=\"end\"",
            _ => "",
        };
        string bold = style.Bold ? " font-weight=\"600\"" : "";
        string turned = style.Upwards ? $" transform=\"rotate(-90 {x} {y})\"" : "";
        Line($"<text x=\"{x}\" y=\"{y}\" font-size=\"{Number(style.Size)}\" fill=\"{style.Colour}\"{anchor}{bold}"
            + $"{turned}>{Escape(text)}</text>");
    }

    /// <inheritdoc/>
    public override void Picture(Box box, PngImage picture) => Line(
        $"<image {Place(box)} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
        + $"href=\"data:image/png;base64,{Convert.ToBase64String(picture.Encode())}\"/>");

    /// <summary>Text as it stands in XML: characters that XML cannot hold become a question mark.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                < 32 and not ('\t' or '\n') or 0xFFFE or 0xFFFF => escaped.Append('?'),
                _ => escaped.Append(rune.ToString()),
            };
        }
        return escaped.ToString();
    }

    private static string Place(Box box) => $"x=\"{Number(box.X)}\" y=\"{Number(box.Y)}\" "
        + $"width=\"{Number(box.Width)}\" height=\"{Number(box.Height)}\"";

    // Hundredths of a point: finer than any screen shows. The sum turns -0 into 0.
    private static string Number(double value) =>
        (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    private void Line(string text) => _text.Append(text).Append('\n');
}
