using ChainRule.Conformance;
using ChainRule.IO;

namespace ChainRule.Tests.ConformanceTests;

/// <summary>What the format of the cases allows and no golden case uses: the adapters take it all the same.</summary>
public sealed class AdapterTests
{
    [Theory]
    [InlineData("where", "cond")]
    [InlineData("masked_fill", "mask")]
    public void Mask_is_seen_through_its_views(string op, string mask)
    {
        string attrs = $$$"""{"value": 9, "views": {"{{{mask}}}": [["permute", [1, 0]]]}}""";
        Tensor chosen = Numbers([2, 3], 9, 2, 9, 4, 9, 6);
        AssertPasses(
            "tensor", op, attrs,
            ("in." + mask, Tensor.From([1L, 0, 0, 1, 1, 0], [3, 2])),
            ("in.x", Numbers([2, 3], 1, 2, 3, 4, 5, 6)), ("in.a", Numbers([1], 9)),
            ("in.b", Numbers([2, 3], 1, 2, 3, 4, 5, 6)), ("out.y", chosen.To(DType.Float64)));
    }

    [Theory]
    [InlineData("prod", "y", 24)]
    [InlineData("max", "values", 4)]
    [InlineData("min", "values", 1)]
    public void Reduction_of_all_dims_keeps_them_where_asked(string op, string name, double expected) =>
        AssertPasses(
            "tensor", op, """{"dim": null, "keepdim": true}""",
            ("in.x", Numbers([2, 2], 1, 2, 3, 4)), ("out." + name, Tensor.From([expected], [1, 1])));

    [Fact]
    public void Position_among_all_elements_keeps_dims_where_asked() =>
        AssertPasses(
            "tensor", "argmax", """{"dim": null, "keepdim": true}""",
            ("in.x", Numbers([2, 2], 1, 2, 9, 4)), ("out.y", Tensor.From([2L], [1, 1])));

    [Fact]
    public void Negative_padding_cuts() => AssertPasses(
        "tensor", "pad", """{"pad": [-1, 1, 1, -1], "mode": "constant", "value": 7}""",
        ("in.x", Numbers([2, 2], 1, 2, 3, 4)), ("out.y", Tensor.From([7.0, 7, 2, 7], [2, 2])));

    [Fact]
    public void Hidden_state_that_is_left_out_is_zeros_beside_a_given_cell()
    {
        // With weights of zero all gates are a half: c = c0 / 2, h = tanh(c) / 2.
        Tensor cell = Tensor.From([1.0], [1, 1, 1]), hidden = cell.Tanh() / 2;
        AssertPasses(
            "layer", "lstm",
            """
            {"hidden_size": 1, "num_layers": 1, "bias": false, "batch_first": false, "bidirectional": false}
            """,
            ("in.x", Numbers([1, 1, 1], 3)), ("param.weight_ih_l0", Tensor.Zeros([4, 1])),
            ("param.weight_hh_l0", Tensor.Zeros([4, 1])), ("state_in.c0", Numbers([1, 1, 1], 2)),
            ("out.output", hidden), ("state_out.h_n", hidden), ("state_out.c_n", cell));
    }

    [Fact]
    public void Signs_may_be_integers() => AssertPasses(
        "loss", "hinge", """{"reduction": "sum"}""",
        ("in.input", Numbers([2], 0.5f, 0.25f)), ("in.target", Tensor.From([1L, -1])),
        ("out.loss", Tensor.Scalar(1.75, DType.Float64)));

    [Fact]
    public void Lengths_are_seen_through_their_views() => AssertPasses(
        "layer", "rnn",
        """
        {"hidden_size": 1, "num_layers": 1, "bias": false, "batch_first": true, "bidirectional": false,
         "nonlinearity": "tanh", "views": {"lengths": [["slice", 0, 0, 4, 2]]}}
        """,
        ("in.x", Tensor.Ones([2, 2, 1])), ("in.lengths", Tensor.From([1L, 9, 2, 9])),
        ("param.weight_ih_l0", Tensor.Ones([1, 1])), ("param.weight_hh_l0", Tensor.Zeros([1, 1])),
        ("out.output", Tensor.From([1.0, 0, 1, 1], [2, 2, 1]).Tanh()),
        ("state_out.h_n", Tensor.From([1.0, 1], [1, 2, 1]).Tanh()));

    [Fact]
    public void Single_number_may_name_its_dim() => AssertPasses(
        "tensor", "sum", """{"dim": -1, "keepdim": true}""",
        ("in.x", Numbers([], 3)), ("out.y", Tensor.Scalar(3, DType.Float64)));

    private static Tensor Numbers(Shape shape, params float[] values) => Tensor.From(values, shape);

    private static void AssertPasses(string area, string op, string attrs, params (string, Tensor)[] tensors)
    {
        using TempFolder folder = new();
        SafeTensors.Write(folder["case.safetensors"], tensors, new Dictionary<string, string>
        {
            ["area"] = area,
            ["op"] = op,
            ["case"] = "one",
            ["attrs"] = attrs,
            ["tolerance"] = """{"rtol": 1e-6, "atol": 1e-6}""",
        });
        CaseResult result = Assert.Single(CaseRunner.RunFolder(folder.Root));
        Assert.True(result.Verdict == Verdict.Passed, result.ToString());
    }
}
