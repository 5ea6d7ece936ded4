using System.Globalization;
using System.Text;

namespace ChainRule.Tests.Errors;

/// <summary>What wrong uses of one thing gave: the page of its snapshot, and what is wrong with the messages.</summary>
internal sealed class ErrorText(string subject, IEnumerable<string> names)
{
    private static readonly Type[] Kinds =
    [
        typeof(ShapeException), typeof(DTypeException), typeof(DataException), typeof(ArgumentException),
        typeof(ArgumentOutOfRangeException), typeof(ArgumentNullException), typeof(InvalidOperationException),
    ];

    private readonly string[] _names = [.. names.Select(Plain).Distinct()];
    private readonly StringBuilder _page = new();
    private readonly List<string> _accepted = [];
    private readonly HashSet<string> _seen = [];

    /// <summary>Uses that nothing was said against.</summary>
    public IReadOnlyList<string> Accepted => _accepted;

    /// <summary>What is wrong with the messages, a line each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>
    /// The page: what is accepted, then each error's kind and text, equal texts once, those of null not at all.
    /// </summary>
    public string Page
    {
        get
        {
            string accepted = _accepted.Count == 0 ? "" : Wrapped("accepted: " + string.Join("; ", _accepted));
            return $"== {subject}\n{accepted}{_page}\n";
        }
    }

    /// <summary>Runs a wrong use and notes what came of it.</summary>
    /// <param name="use">The use in words.</param>
    /// <param name="call">The use.</param>
    /// <param name="given">Texts of what is wrong; a message must show one of them.</param>
    public void Try(string use, Action call, params string[] given)
    {
        Exception? thrown = Record.Exception(call);
        if (thrown is null)
        {
            _accepted.Add(use);
            return;
        }
        string text = thrown.Message.ReplaceLineEndings("\n");
        if (thrown is not ArgumentNullException && _seen.Add(text))
        {
            _page.Append(CultureInfo.InvariantCulture, $"{use}: {thrown.GetType().Name}\n");
            foreach (string line in text.Split('\n')) _page.Append("    ").Append(line).Append('\n');
        }
        if (Fault(thrown, text, given) is { } fault)
            Faults.Add($"{subject}, {use}: {fault}\n    {thrown.GetType().Name}: {text.Replace("\n", "\n    ")}");
    }

    private string? Fault(Exception thrown, string text, string[] given)
    {
        if (!Kinds.Contains(thrown.GetType())) return "not a kind of error that a caller should meet";
        string first = text.Split('\n')[0];
        if (thrown is ChainRuleException)
        {
            int colon = first.IndexOf(':');
            if (colon < 0) return "the first line does not begin with the name of what was called";
            string name = Plain(first[..colon]);
            if (!_names.Contains(name)) return $"speaks of '{first[..colon]}', not of what was called";
            if (!first.EndsWith('.')) return "the first line does not end with a full stop";
        }
        else if (thrown is ArgumentNullException)
        {
            return null;                                             // may come from the call within, by its own names
        }
        // A wrong shape may show as a number that is none of the classes, or as a choice that is not there.
        if (thrown is InvalidOperationException) return null;
        if (text.Contains(" at position ", StringComparison.Ordinal)) return null;
        return given.Length == 0 || given.Any(g => text.Contains(g, StringComparison.OrdinalIgnoreCase))
            ? null
            : $"shows none of {string.Join(", ", given)}";
    }

    // "batch_norm in training", "BatchNorm" and "BatchNorm2d" speak of one thing.
    private static string Plain(string name)
    {
        string plain = name.Replace("_", "").Split(' ')[0].ToUpperInvariant();
        return plain.Length > 2 && plain[^1] == 'D' && plain[^2] is >= '1' and <= '3' ? plain[..^2] : plain;
    }

    private static string Wrapped(string text)
    {
        StringBuilder page = new();
        int width = 0;
        foreach (string part in text.Split("; "))
        {
            if (width > 0) page.Append(width + part.Length > 110 ? ";\n    " : "; ");
            width = width + part.Length > 110 ? 4 + part.Length : width + part.Length + 2;
            page.Append(part);
        }
        return page.Append('\n').ToString();
    }
}
