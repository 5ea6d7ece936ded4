namespace ChainRule.Labs;

/// <summary>What a lab has measured and says about it, part by part.</summary>
public sealed class LabPage
{
    private readonly bool _quick;
    private readonly List<LabPart> _parts = [];
    private readonly List<LabFigure> _figures = [];

    internal LabPage(Lab lab, LabOptions options)
    {
        (Name, Title, Question) = (lab.Name, lab.Title, lab.Question);
        Command = $"chainrule lab {lab.Name} --seed {options.Seed}{(options.Quick ? " --quick" : "")}";
        _quick = options.Quick;
        if (_quick)
            Text("This is a quick run: small networks, trained for a moment, to see what the lab does. Its figures "
                + "prove nothing.");
    }

    /// <summary>The lab's name.</summary>
    public string Name { get; }

    /// <summary>Its heading.</summary>
    public string Title { get; }

    /// <summary>What it asks.</summary>
    public string Question { get; }

    /// <summary>The command that makes this page again.</summary>
    public string Command { get; }

    /// <summary>What there is to read, in order.</summary>
    public IReadOnlyList<LabPart> Parts => _parts;

    /// <summary>The numbers that were measured, by name.</summary>
    public IReadOnlyList<LabFigure> Figures => _figures;

    /// <summary>What was expected, and whether it is so.</summary>
    public IEnumerable<LabClaim> Claims => _parts.OfType<LabClaim>();

    /// <summary>Begins a section.</summary>
    /// <param name="title">Its heading.</param>
    public void Heading(string title) => _parts.Add(new LabHeading(title));

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">Plain words, no markup.</param>
    public void Text(string text) => _parts.Add(new LabText(text));

    /// <summary>Adds a table.</summary>
    /// <param name="table">The table.</param>
    public void Table(LabTable table) => _parts.Add(table);

    /// <summary>Adds a plot.</summary>
    /// <param name="name">Name of its files, without an ending.</param>
    /// <param name="plot">The plot.</param>
    /// <param name="caption">What one sees in it.</param>
    public void Picture(string name, Plot plot, string caption) => _parts.Add(new LabPicture(name, plot, caption));

    /// <summary>Adds what was expected, and whether the run shows it; nothing in a quick run, which shows nothing.
    /// </summary>
    /// <param name="text">What was expected.</param>
    /// <param name="holds">Whether it is so.</param>
    /// <param name="measured">The figures that decide it.</param>
    public void Claim(string text, bool holds, string measured)
    {
        if (!_quick) _parts.Add(new LabClaim(text, holds, measured));
    }

    /// <summary>Keeps a number for programs; it is shown only where a part shows it.</summary>
    /// <param name="name">What it is, in words with slashes between them.</param>
    /// <param name="value">The number.</param>
    /// <returns>The number.</returns>
    public double Figure(string name, double value)
    {
        _figures.Add(new LabFigure(name, value));
        return value;
    }

    /// <summary>A number that was kept.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such number.</exception>
    public double this[string name] => _figures.FirstOrDefault(f => f.Name == name)?.Value
        ?? throw new KeyNotFoundException($"LabPage: {Name} has measured no '{name}'.");

    /// <summary>Writes the page for a terminal; pictures are named only.</summary>
    /// <param name="writer">Takes the lines.</param>
    /// <param name="width">Columns that paragraphs are broken at.</param>
    public void Print(TextWriter writer, int width = 100)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PlainText.Write(this, writer, width);
    }

    /// <summary>The page as Markdown; its pictures are the SVG files beside it.</summary>
    public string ToMarkdown() => MarkdownText.Of(this);

    /// <summary>The page as HTML, pictures included: one file that needs nothing else.</summary>
    public string ToHtml() => HtmlText.Of(this);

    /// <summary>
    /// Saves the page as <c>README.md</c> and <c>index.html</c>, and each picture as SVG and PNG.
    /// </summary>
    /// <param name="folder">The folder; made where it is not there. Files of the same names are replaced.</param>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        foreach (LabPicture picture in _parts.OfType<LabPicture>())
        {
            picture.Plot.Save(Path.Combine(folder, picture.Name + ".svg"));
            picture.Plot.Save(Path.Combine(folder, picture.Name + ".png"));
        }
        File.WriteAllText(Path.Combine(folder, "README.md"), ToMarkdown());
        File.WriteAllText(Path.Combine(folder, "index.html"), ToHtml());
    }
}
