using System.Text;
using ChainRule.Nn;
using ChainRule.Tests.NnTests;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Errors;

/// <summary>
/// Every layer of <see cref="LayerRows"/> with inputs of wrong rank, size and type: what is said, word by word in
/// Snapshots/, and that the layer's path is part of it.
/// </summary>
public sealed class LayerErrorTests
{
    /// <summary>Layers that are one call, whose name is the better one.</summary>
    private static readonly Dictionary<Type, string> Inner = new()
    {
        [typeof(Dropout1d)] = "ChannelDropout",
        [typeof(Dropout2d)] = "ChannelDropout",
        [typeof(Dropout3d)] = "ChannelDropout",
        [typeof(Lambda)] = "mul",
    };

    [Fact]
    public void Wrong_inputs_are_refused_in_our_form_with_the_approved_text()
    {
        StringBuilder page = new();
        List<string> faults = [];
        foreach (IGrouping<Type, LayerRow> rows in LayerRows.All
            .GroupBy(r => r.Make(new Rng(1), DType.Float32).GetType()).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
        {
            LayerRow row = rows.First();
            ErrorText text = Tried(row);
            page.Append(text.Page);
            faults.AddRange(text.Faults);
        }
        SnapshotFile.Check("Layers", page.ToString());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static ErrorText Tried(LayerRow row)
    {
        Layer layer = row.Make(new Rng(1), DType.Float32);
        ErrorText text = new(layer.GetType().Name, [.. Tree(layer), Inner.GetValueOrDefault(layer.GetType(), "")]);
        Tensor right = row.Sample(DType.Float32);
        foreach (int[] shape in WrongInputs.Shapes(row.Input))
        {
            Tensor x = Tensor.Zeros(shape, right.DType);
            Try($"{x.Shape} for {right.Shape}", x, x.Shape.ToString(), $"rank {shape.Length}");
        }
        foreach (DType type in WrongInputs.Types.Where(t => t != right.DType))
            Try($"{type.Text()} for {right.DType.Text()}", Tensor.Zeros(row.Input, type), type.Text());
        if (row.Bound is { } bound)
        {
            Try($"number {bound + 7} of {bound}", Tensor.Full(row.Input, bound + 7, DType.Int64), $"{bound + 7}");
            Try($"number -1 of {bound}", Tensor.Full(row.Input, -1, DType.Int64), "-1");
        }
        return text;

        void Try(string use, Tensor x, params string[] given) => text.Try(
            use,
            () =>
            {
                try
                {
                    layer.Forward(x);
                }
                catch (ChainRuleException e)
                {
                    Assert.EndsWith($"model ({layer.Summary})", e.Layers[^1], StringComparison.Ordinal);
                    throw;
                }
            },
            given);
    }

    private static IEnumerable<string> Tree(Module module) =>
        [module.GetType().Name, .. module.Children.SelectMany(c => Tree(c.Module))];
}
