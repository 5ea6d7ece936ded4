using System.Text.Json;
using System.Text.RegularExpressions;
using ChainRule.Conformance;
using ChainRule.IO;

namespace ChainRule.Tests.ConformanceTests;

/// <summary>The conformance runner on folders made for it.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Failing_cases_each_have_a_line_and_all_ops_a_row()
    {
        using TempFolder folder = new();
        Write(folder, "neg", "good", [1, -2], [-1, 2]);
        Write(folder, "neg", "wrong", [1, -2], [-1, 2.5]);
        Write(folder, "negate_twice", "strange", [1], [1]);
        folder.Write("tensor/neg/broken.safetensors", "no");
        string[] expected =
        [
            "failed ?/?/broken: SafeTensors: the file ends after 2 of the 8 bytes that hold the header's length; "
                + "the file is cut short or not safetensors."
                + $"   file: {folder["tensor/neg/broken.safetensors"]}   offset: 2",
            "failed tensor/neg/wrong out.y: element 1: 2, expected 2.5, error 0.5, tolerance 3.5e-06",
            "unknown tensor/negate_twice/strange: no adapter computes this operation",
            "area        op                                passed  failed  unknown",
            "?           ?                                      0       1        0",
            "tensor      neg                                    1       1        0",
            "tensor      negate_twice                           0       0        1",
            "4 cases in TIME s",
            "1 passed, 3 failed",
        ];
        var (code, output, errors) = Run(folder.Root);
        Assert.Equal(expected, output);
        Assert.Empty(errors);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Wrong_gradient_fails_by_its_name()
    {
        using TempFolder folder = new();
        SafeTensors.Write(folder["case.safetensors"],
        [
            ("in.x", Tensor.From(3f)),
            ("out.y", Tensor.From(-3.0)),
            ("grad_out.y", Tensor.From(2f)),
            ("grad.in.x", Tensor.From(2.0)),
        ], Metadata("neg", "gradient"));
        var (code, output, _) = Run(folder.Root);
        Assert.Equal(
            "failed tensor/neg/gradient grad.in.x: element 0: -2, expected 2, error 4, tolerance 3e-06", output[0]);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Result_that_an_adapter_leaves_out_fails()
    {
        using TempFolder folder = new();
        SafeTensors.Write(folder["case.safetensors"],
        [
            ("in.x", Tensor.From(3f)),
            ("out.y", Tensor.From(-3.0)),
            ("out.z", Tensor.From(0.0)),
        ], Metadata("neg", "two"));
        Assert.Equal("failed tensor/neg/two out.z: nothing was computed for it", Run(folder.Root).Output[0]);
    }

    [Fact]
    public void Good_cases_alone_end_with_code_0()
    {
        using TempFolder folder = new();
        Write(folder, "neg", "good", [1, -2], [-1, 2]);
        Write(folder, "neg", "wrong", [1, -2], [-1, 2.5]);
        var (code, output, errors) = Run(folder.Root, "--only", "NEG/g*d");
        Assert.Equal("1 passed, 0 failed", output[^1]);
        Assert.Empty(errors);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Json_gives_one_object_a_case()
    {
        using TempFolder folder = new();
        Write(folder, "neg", "good", [1], [-1]);
        Write(folder, "neg", "wrong", [1], [1]);
        var (code, output, _) = Run(folder.Root, "--json");
        Assert.Equal("""{"area":"tensor","op":"neg","case":"good","verdict":"passed"}""", output[0]);
        JsonElement wrong = JsonDocument.Parse(output[1]).RootElement;
        Assert.Equal(
            ["tensor", "neg", "wrong", "failed", "out.y", "element 0: -1, expected 1, error 2, tolerance 2e-06"],
            wrong.EnumerateObject().Select(p => p.Value.GetString()));
        Assert.Equal("1 passed, 1 failed", output[2]);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Folder_without_cases_is_a_failure()
    {
        using TempFolder folder = new();
        var (code, output, errors) = Run(folder.Root);
        Assert.Equal($"No case under '{folder.Root}'.", errors.Trim());
        Assert.Equal("0 passed, 0 failed", output[^1]);
        Assert.Equal(1, code);
    }

    [Theory]
    [InlineData("Unknown argument '--what'.", "--what")]
    [InlineData("Unknown argument '--only'.", "--only")]
    [InlineData("There is no folder 'nowhere'.", "nowhere")]
    [InlineData("Runs the reference cases")]
    public void Wrong_use_is_said_and_ends_with_code_2(string text, params string[] args)
    {
        var (code, output, errors) = Run(args);
        Assert.Equal([""], output);
        Assert.StartsWith(text, errors);
        Assert.Equal(2, code);
    }

    private static (int Code, string[] Output, string Errors) Run(params string[] args)
    {
        using StringWriter output = new(), errors = new();
        int code = Command.Run(args, output, errors);
        string text = Regex.Replace(output.ToString(), @"cases in [0-9.]+ s", "cases in TIME s");
        return (code, text.TrimEnd().Split(Environment.NewLine), errors.ToString());
    }

    private static void Write(TempFolder folder, string op, string name, float[] x, double[] y)
    {
        Directory.CreateDirectory(folder[$"tensor/{op}"]);
        SafeTensors.Write(
            folder[$"tensor/{op}/{name}.safetensors"], [("in.x", Tensor.From(x)), ("out.y", Tensor.From(y))],
            Metadata(op, name));
    }

    private static Dictionary<string, string> Metadata(string op, string name) => new()
    {
        ["format"] = "chainrule-golden/1",
        ["area"] = "tensor",
        ["op"] = op,
        ["case"] = name,
        ["attrs"] = "{}",
        ["tolerance"] = """{"rtol": 1e-6, "atol": 1e-6}""",
    };
}
