using System.Reflection;
using System.Text;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Errors;

/// <summary>
/// Every operator of <see cref="OpTable"/> with inputs of wrong rank, size, type and class number: what is said, word
/// by word in Snapshots/, and that it is said in our form. A new row is tried by itself; its page is taken over with
/// CHAINRULE_SNAPSHOTS=write.
/// </summary>
public sealed class OpErrorTests
{
    private static readonly Dictionary<string, OpRow[]> Groups = typeof(OpTable).Assembly.GetTypes()
        .Where(t => t.Namespace == typeof(OpTable).Namespace && t.Name.EndsWith("Rows", StringComparison.Ordinal))
        .Select(t => (t.Name, Rows: t.GetProperty("All", BindingFlags.Static | BindingFlags.Public)?.GetValue(null)))
        .Where(t => t.Rows is OpRow[])
        .ToDictionary(t => t.Name[..^"Rows".Length], t => (OpRow[])t.Rows!);

    private static readonly Dictionary<string, string> Signs = new()
    {
        ["+"] = "add",
        ["-"] = "sub",
        ["*"] = "mul",
        ["/"] = "div",
        ["<"] = "less",
        ["<="] = "less_equal",
        [">"] = "greater",
        [">="] = "greater_equal",
    };

    public static TheoryData<string> GroupNames => [.. Groups.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(GroupNames))]
    public void Wrong_inputs_are_refused_in_our_form_with_the_approved_text(string group)
    {
        StringBuilder page = new();
        List<string> faults = [];
        foreach (OpRow row in Groups[group])
        {
            ErrorText text = Tried(row);
            page.Append(text.Page);
            faults.AddRange(text.Faults);
        }
        SnapshotFile.Check("Ops/" + group, page.ToString());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_row_belongs_to_a_group() =>
        Assert.Empty(OpTable.All.Select(r => r.Name).Except(Groups.Values.SelectMany(g => g).Select(r => r.Name)));

    // The case with the most dimensions: most can be wrong with it.
    private static ErrorText Tried(OpRow row)
    {
        ErrorText text = new(row.Name, Names(row));
        DType dtype = row.Types.Contains(DType.Float32) ? DType.Float32 : row.Types[0];
        OpCase richest = row.Cases.Where(c => c.Inputs.All(i => Nd.Product(i.Shape) > 0))
            .MaxBy(c => c.Inputs.Sum(i => Math.Min(3, i.Shape.Length)))!;
        for (int i = 0; i < richest.Inputs.Length; i++) EachWrong(text, row, richest, dtype, i);
        return text;
    }

    // What a message may call the operator: by its row, its methods, and operators by what they stand for.
    private static IEnumerable<string> Names(OpRow row)
    {
        yield return row.Name;
        foreach (string covered in row.Covers)
        {
            if (covered.StartsWith("operator ", StringComparison.Ordinal))
                yield return Signs[covered.Split(' ', '(')[1]];
            else if (covered == "this[]") yield return "slice";
            else yield return covered.StartsWith("F.", StringComparison.Ordinal) ? covered[2..] : covered;
        }
    }

    // Numbers given one by one mean something: a larger input has them again from the start.
    private static double[]? Again(In was, int[] shape) => was.Given is not { } given
        ? null
        : [.. Enumerable.Range(0, Nd.Product(shape)).Select(i => given[i % given.Length])];

    private static void EachWrong(ErrorText text, OpRow row, OpCase right, DType dtype, int input)
    {
        In was = right.Inputs[input];
        string which = right.Inputs.Length == 1 ? "" : $"input {input} ";
        foreach (int[] shape in WrongInputs.Shapes(was.Shape))
        {
            string shown = Shape.Create(shape).ToString();
            Try($"{which}{shown} for {was}", was with { Shape = shape, Given = Again(was, shape) }, Shown(shape));
        }
        DType type = was.Type ?? dtype;
        foreach (DType other in WrongInputs.Types.Where(t => t != type))
        {
            string[] given = [other.Text(), .. Shown(was.Shape)];
            Try($"{which}{other.Text()} for {type.Text()}", was with { Type = other }, given);
        }
        if (was.Bound == 0 || type is not (DType.Int64 or DType.Int32)) return;
        foreach (long wrong in new long[] { -1, was.Bound + 7 })
        {
            Sample sample = Sample.Make(row, right, dtype);
            double[] numbers = sample.Tensors[input].ToDoubles();
            numbers[^1] = wrong;
            Sample moved = sample.With(input, Tensor.From(numbers, was.Shape).ConvertTo(type, kept: true));
            text.Try($"{which}number {wrong} of {was.Bound}", () => moved.Run(), $"{wrong}");
        }

        // A message may hold another input against the wrong one, and show that.
        string[] Shown(int[] shape) =>
        [
            .. right.Inputs.Where((_, i) => i != input).Select(i => i.ToString()), Shape.Create(shape).ToString(),
            shape.Length == 0 ? "a single number" : $"rank {shape.Length}", $"operand {input}",
        ];

        void Try(string use, In wrong, string[] given)
        {
            In[] inputs = [.. right.Inputs];
            inputs[input] = wrong;
            Sample sample = Sample.Make(row, right with { Inputs = inputs }, dtype);
            text.Try(use, () => sample.Run(), given);
        }
    }
}
