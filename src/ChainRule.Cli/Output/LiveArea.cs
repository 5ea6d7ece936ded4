using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ChainRule.Cli.Output;

/// <summary>
/// A part of the terminal that is drawn anew in its place. The cursor is hidden meanwhile and comes back when this is
/// disposed.
/// </summary>
internal sealed class LiveArea : IDisposable
{
    private const string HideCursor = "\u001b[?25l", ShowCursor = "\u001b[?25h", ClearScreen = "\u001b[2J\u001b[H";
    private const string ClearLine = "\u001b[K", ClearBelow = "\u001b[J";

    private readonly Session _session;
    private int _lines, _width;

    /// <summary>An area below what was written so far.</summary>
    public LiveArea(Session session)
    {
        _session = session;
        session.Output.Write(HideCursor);
    }

    /// <summary>Draws, over what was drawn before; the whole in one piece, so that nothing flickers.</summary>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="content">What to draw; its lines are shorter than the terminal is wide.</param>
    public void Draw(int width, IRenderable content)
    {
        StringBuilder frame = new();
        // A terminal that became narrower has broken our lines: where they begin is not known any more.
        if (_lines > 0) frame.Append(width < _width ? ClearScreen : $"\r\u001b[{_lines}A");
        string[] lines = TextOf(width, content).TrimEnd('\n').Split('\n');
        foreach (string line in lines) frame.Append(line).Append(ClearLine).Append('\n');
        _session.Output.Write(frame.Append(ClearBelow).ToString());
        _session.Output.Flush();
        (_lines, _width) = (lines.Length, width);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Output.Write(ShowCursor);

    private string TextOf(int width, IRenderable content)
    {
        using StringWriter text = new() { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.No,
            ColorSystem = _session.Colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        console.Profile.Width = width;
        console.Write(content);
        return text.ToString().ReplaceLineEndings("\n");
    }
}
