using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>What every layer must do, for every row of <see cref="LayerRows"/>.</summary>
public sealed class LayerTests
{
    public static TheoryData<string> Rows => [.. LayerRows.All.Select(r => r.Name)];

    public static TheoryData<string> ErrorRows =>
        [.. LayerRows.All.Where(r => r.Wrong is not null).Select(r => r.Name)];

    [Fact]
    public void Every_layer_has_a_row()
    {
        HashSet<Type> have = [.. LayerRows.All.Select(r => r.Make(new Rng(1), DType.Float32).GetType())];
        IEnumerable<string> lacking = typeof(Layer).Assembly.GetExportedTypes()
            .Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract && !have.Contains(t)).Select(t => t.Name);
        Assert.Empty(lacking);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layer_gives_the_documented_shape_state_and_summary(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        Layer layer = row.Make(new Rng(1), DType.Float32);
        Tensor y = layer.Forward(row.Sample(DType.Float32));
        Assert.Equal(row.Output, y.Shape.Dims.ToArray());
        Assert.Equal(DType.Float32, y.DType);
        Assert.Equal(row.State, layer.State().Select(s => $"{s.Key} {s.Value.Shape}"));
        Assert.Equal(row.Summary, layer.Summary);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layer_passes_the_gradient_check_in_both_modes(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        foreach (bool training in new[] { true, false })
        {
            Layer layer = row.Make(new Rng(1), DType.Float64);
            if (training) layer.Train();
            else layer.Eval();
            LayerAssert.Gradients(layer, row.Sample(DType.Float64));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layer_in_float32_agrees_with_float64(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        Layer wide = row.Make(new Rng(1), DType.Float64), narrow = row.Make(new Rng(1), DType.Float32);
        static Tensor Narrow(Tensor t) => t.DType == DType.Float64 ? t.To(DType.Float32) : t;
        narrow.LoadState(wide.State().ToDictionary(s => s.Key, s => Narrow(s.Value)));
        Tensor x = row.Sample(DType.Float64);
        double[] expected = wide.Forward(x).ToArray<double>();
        float[] got = narrow.Forward(Narrow(x)).ToArray<float>();
        for (int i = 0; i < got.Length; i++) Assert.Equal(expected[i], got[i], 1e-5 + (1e-5 * Math.Abs(expected[i])));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Mode_changes_the_result_where_the_layer_has_modes(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        Layer layer = row.Make(new Rng(1), DType.Float32);
        Tensor x = row.Sample(DType.Float32);
        float[] learning = layer.Forward(x).ToArray<float>();
        layer.Eval();
        Assert.False(layer.IsTraining);
        float[] evaluating = layer.Forward(x).ToArray<float>();
        Assert.Equal(!row.HasModes, learning.SequenceEqual(evaluating));
        Assert.Equal(evaluating, layer.Forward(x).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(ErrorRows))]
    public void Wrong_shape_gets_an_error_with_the_layers_path(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        Layer layer = row.Make(new Rng(1), DType.Float32);
        ShapeException e = Assert.Throws<ShapeException>(() => layer.Forward(Tensor.Zeros(row.Wrong!)));
        Assert.Equal(row.Error, e.Message);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Same_generator_gives_the_same_layer(string name)
    {
        LayerRow row = LayerRows.ByName(name);
        var first = row.Make(new Rng(7), DType.Float32).State();
        var second = row.Make(new Rng(7), DType.Float32).State();
        foreach (((string key, Tensor a), (_, Tensor b)) in first.Zip(second))
            Assert.True(a.ToDoubles().SequenceEqual(b.ToDoubles()), key);
    }
}
