namespace ChainRule.Labs;

/// <summary>A page for terminals.</summary>
internal static class PlainText
{
    public static void Write(LabPage page, TextWriter writer, int width)
    {
        writer.WriteLine(page.Title);
        Paragraph(writer, page.Question, width);
        foreach (LabPart part in page.Parts)
        {
            writer.WriteLine();
            switch (part)
            {
                case LabHeading heading:
                    writer.WriteLine(heading.Title);
                    writer.WriteLine(new string('-', heading.Title.Length));
                    break;
                case LabText paragraph: Paragraph(writer, paragraph.Text, width); break;
                case LabTable table: Rows(writer, table); break;
                case LabPicture picture: Paragraph(writer, $"{picture.Name}.svg: {picture.Caption}", width); break;
                case LabClaim claim:
                    Paragraph(writer,
                        $"{(claim.Holds ? "Holds" : "DOES NOT HOLD")}: {claim.Text} ({claim.Measured})", width);
                    break;
            }
        }
    }

    private static void Paragraph(TextWriter writer, string text, int width)
    {
        int pen = 0;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pen > 0 && pen + 1 + word.Length > width)
            {
                writer.WriteLine();
                pen = 0;
            }
            if (pen > 0) writer.Write(' ');
            writer.Write(word);
            pen += word.Length + (pen > 0 ? 1 : 0);
        }
        writer.WriteLine();
    }

    private static void Rows(TextWriter writer, LabTable table)
    {
        IReadOnlyList<string>[] rows = [table.Header, .. table.Rows];
        int[] widths = [.. table.Header.Select((_, c) => rows.Max(r => r[c].Length))];
        foreach (IReadOnlyList<string> row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, c) =>
                table.AtRight[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            writer.WriteLine("  " + string.Join("  ", cells).TrimEnd());
        }
    }
}
