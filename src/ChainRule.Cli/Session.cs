using ChainRule.Data;

namespace ChainRule.Cli;

/// <summary>
/// One run of the command line: where it writes, whom it talks to, where its data are, and when to stop.
/// </summary>
internal sealed class Session(TextWriter output, TextWriter errors, CancellationToken cancellation)
{
    /// <summary>Results and progress.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>Errors and remarks.</summary>
    public TextWriter Errors { get; } = errors;

    /// <summary>Set when the user wants to stop.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether a person looks at a terminal that can move its cursor.</summary>
    public bool Interactive { get; init; }

    /// <summary>Whether colours are welcome (https://no-color.org).</summary>
    public bool Colours { get; init; }

    /// <summary>Whether a part of the screen may be drawn anew: a terminal with colours, not a CI's.</summary>
    public bool Redraws { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 100;

    /// <summary>The terminal's columns and rows at this moment.</summary>
    public Func<(int Columns, int Rows)> Size { get; init; } = () => (100, 40);

    /// <summary>Where data sets are looked for.</summary>
    public DataFolder Data { get; init; } = DataFolder.FromEnvironment();

    /// <summary>Whether the output is JSON events; errors are then events too.</summary>
    public bool Json { get; set; }

    /// <summary>Looks at the process's console.</summary>
    public static Session OfConsole(TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        // Whoever passes another writer than the console's gets plain text.
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Session(output, errors, cancellation)
        {
            Interactive = terminal,
            Colours = colours,
            Redraws = colours && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")),
            Size = () => (Console.WindowWidth, Console.WindowHeight),
            Width = terminal && Console.WindowWidth > 20 ? Math.Min(Console.WindowWidth, 120) : 100,
        };
    }

    /// <summary>Writes a line of output.</summary>
    public void Line(string text = "") => Output.WriteLine(text);

    /// <summary>Writes a remark, beside the output.</summary>
    public void Remark(string text) => Errors.WriteLine($"chainrule: {text}");

    /// <summary>Writes one JSON event on a line of its own.</summary>
    public void Event(Output.JsonLine line) => Output.WriteLine(line.ToString());
}
