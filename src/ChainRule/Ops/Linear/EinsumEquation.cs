namespace ChainRule.Ops;

/// <summary>
/// The dimensions of each operand and of the result of an Einstein summation as labels: 0 to 51 for the letters in
/// their order (capitals first), from 52 on for what an ellipsis stands for.
/// </summary>
internal sealed class EinsumEquation
{
    private const int Letters = 52;
    private const int Dots = -1;

    private readonly string _text;
    private readonly List<List<int>> _terms = [[]];
    private List<int>? _result;

    private EinsumEquation(string text) => _text = text;

    /// <summary>Labels of the dimensions of each operand.</summary>
    public int[][] Operands { get; private set; } = [];

    /// <summary>Labels of the dimensions of the result.</summary>
    public int[] Result { get; private set; } = [];

    /// <summary>Reads an equation and fits it to the operands.</summary>
    /// <exception cref="ArgumentException">The equation is malformed, or has another number of operands.</exception>
    /// <exception cref="ShapeException">An operand has another rank than the equation says.</exception>
    public static EinsumEquation For(string equation, ReadOnlySpan<Tensor> operands)
    {
        EinsumEquation e = new(equation);
        e.Read();
        if (e._terms.Count != operands.Length)
        {
            throw new ArgumentException(
                $"einsum: \"{equation}\" takes {e._terms.Count} operand{(e._terms.Count == 1 ? "" : "s")}, got "
                + $"{operands.Length}.", nameof(operands));
        }
        e.Fit(operands);
        return e;
    }

    /// <summary>A label as it stands in messages.</summary>
    public static string Text(int label) => label >= Letters ? "a dimension of ..."
        : $"'{(char)(label < 26 ? 'A' + label : 'a' + label - 26)}'";

    private void Read()
    {
        List<int> term = _terms[0];
        for (int i = 0; i < _text.Length; i++)
        {
            char c = _text[i];
            if (c == ' ') continue;
            if (char.IsAsciiLetter(c))
            {
                int label = char.IsAsciiLetterUpper(c) ? c - 'A' : c - 'a' + 26;
                if (term == _result && term.Contains(label)) throw Wrong(i, $"'{c}' stands twice in the result");
                if (term == _result && !_terms.Exists(t => t.Contains(label)))
                    throw Wrong(i, $"'{c}' of the result is in no operand");
                term.Add(label);
            }
            else if (string.CompareOrdinal(_text, i, "...", 0, 3) == 0)
            {
                if (term.Contains(Dots)) throw Wrong(i, "a second \"...\" in one place");
                term.Add(Dots);
                i += 2;
            }
            else if (c == ',' && _result is null)
            {
                _terms.Add(term = []);
            }
            else if (string.CompareOrdinal(_text, i, "->", 0, 2) == 0 && _result is null)
            {
                _result = term = [];
                i++;
            }
            else
            {
                throw Wrong(i, c switch
                {
                    ',' => "the result is one term, but there is a ','",
                    '-' when _result is not null => "a second \"->\"",
                    '-' => "'-' without '>'",
                    '.' => "'.' where only \"...\" is possible",
                    _ => $"unexpected '{c}'",
                });
            }
        }
    }

    private ArgumentException Wrong(int position, string what) => new(
        $"einsum: {what}, at position {position} of \"{_text}\".\n"
        + "  help: letters name dimensions, \"...\" stands for any; ',' between operands, \"->\" before the result.",
        "equation");

    // Every "..." becomes labels, the last of them common to all operands that have any.
    private void Fit(ReadOnlySpan<Tensor> operands)
    {
        int most = 0;
        int[] extra = new int[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            List<int> term = _terms[i];
            bool any = term.Contains(Dots);
            int named = any ? term.Count - 1 : term.Count;
            extra[i] = operands[i].Rank - named;
            if (extra[i] < 0 || (extra[i] > 0 && !any))
            {
                throw new ShapeException(
                    $"einsum: operand {i} is {operands[i].Shape}, but \"{_text}\" gives it {named} dimensions"
                    + $"{(any ? " or more" : "")}.", operands[i].Shape);
            }
            most = Math.Max(most, extra[i]);
        }
        Operands = new int[operands.Length][];
        for (int i = 0; i < operands.Length; i++) Operands[i] = Spread(_terms[i], most, extra[i]);
        Result = Spread(_result ?? Implied(), most, most);
    }

    // Without "->": first what broadcasts, then the letters that occur once, in their order.
    private List<int> Implied()
    {
        List<int> result = [Dots];
        for (int label = 0; label < Letters; label++)
        {
            int times = 0;
            foreach (List<int> term in _terms) times += term.FindAll(l => l == label).Count;
            if (times == 1) result.Add(label);
        }
        return result;
    }

    private static int[] Spread(List<int> term, int most, int count)
    {
        List<int> labels = [];
        foreach (int label in term)
        {
            if (label != Dots) labels.Add(label);
            else for (int i = most - count; i < most; i++) labels.Add(Letters + i);
        }
        return [.. labels];
    }
}
