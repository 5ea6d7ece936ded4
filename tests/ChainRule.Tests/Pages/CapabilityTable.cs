using System.Text;
using System.Text.RegularExpressions;
using ChainRule.Conformance;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Contracts;
using ChainRule.Tests.NnTests;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Pages;

/// <summary>What was proven of each operator, layer, optimiser, schedule and model, by the tests of one run.</summary>
internal sealed class CapabilityTable(TestResults results)
{
    /// <summary>Says that the page is made.</summary>
    public const string Mark = "<!-- Made from a run of the tests by: dotnet run dev.cs -- pages -->";

    private const string Modules = "Modules of several inputs or outputs";

    private const string Yes = "yes", Nothing = "", Failed = "FAILED";

    // Golden operations whose names are not those of the types that they are cases of.
    private static readonly Dictionary<string, string[]> OtherNames = new()
    {
        ["ElasticAveraging"] = ["optimizer/easgd"],
        ["SubtractiveNorm"] = ["layer/lcn_subtractive"],
        ["DivisiveNorm"] = ["layer/lcn_divisive"],
        ["SubSampling2d"] = ["layer/lenet_subsampling"],
        ["Upsample"] = ["layer/upsample_nearest", "layer/upsample_bilinear"],
        ["KernelRidge"] = ["classic/kernel_ridge", "classic/kernel_ridge_bootstrap"],
        ["Circuit"] = ["classic/circuit_product", "classic/circuit_sigmoid_neuron"],
    };

    private static readonly ILookup<string, string> GoldenOps = Adapters.All.Keys
        .Where(op => op.Split('/')[0] is "layer" or "activation" or "optimizer" or "scheduler" or "classic")
        .ToLookup(op => Plain(op.Split('/')[1]));

    private static readonly ILookup<Type, LayerRow> RowsByType =
        LayerRows.All.ToLookup(r => r.Make(new Rng(1), DType.Float32).GetType());

    /// <summary>Types that the page lists beside the operators.</summary>
    public static IEnumerable<Type> Listed => PublicApi.Types.Where(t => !t.IsAbstract && Kind(t) != "")
        .OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>The whole page.</summary>
    public string Page()
    {
        StringBuilder page = new($"""
            # What is proven

            {Mark}

            Every mark stands for tests that passed in one run of all of them. An empty field: there is nothing to
            check, such as the derivative of a comparison. Goldens are cases computed by other programs (PyTorch in
            double precision, NumPy, plain mathematics); the number says how many agree in values and gradients, in
            float32 and in float64.

            ## Operators

            Each operator against a plain loop in double precision; with inputs at the edge of their memory, which
            it must not change; as views; with NaN, infinities, largest and smallest numbers; its first and second
            derivative against differences; the same bits for 1 to 4 threads; the number of wrong uses whose error
            text is asserted.

            | Row | Operators | Values | Memory | Views | Special | Gradient | Second | Threads | Errors | Goldens |
            |---|---|---|---|---|---|---|---|---|---:|---:|

            """);
        foreach (OpRow row in OpTable.All.OrderBy(r => r.Name, StringComparer.Ordinal)) page.Append(Operator(row));
        page.Append("""

            ## Layers

            Each layer gives the documented shape and state; its gradients equal differences, in learning and
            evaluation mode; float32 agrees with float64; the two modes differ where they should and only there; the
            number of error texts asserted. Goldens are those of the operation that it runs.

            | Layer | Shape, state | Gradient | float32 | Modes | Errors | Goldens |
            |---|---|---|---|---|---:|---:|

            """);
        foreach (Type type in Listed.Where(t => RowsOf(t).Length > 0)) page.Append(OfLayer(type));
        foreach (string kind in new[] { Modules, "Optimisers", "Schedules", "Models" })
        {
            page.Append($"\n## {kind}\n\n| Name | Goldens | Test classes that passed |\n|---|---:|---|\n");
            foreach (Type t in Listed.Where(t => RowsOf(t).Length == 0 && Kind(t) == kind))
                page.Append($"| `{t.Name}` | {Goldens(OpsOf(t))} | {Tests(t)} |\n");
        }
        page.Append("\n## Other cases\n\n| Golden operation | Cases |\n|---|---:|\n");
        IEnumerable<string> shown = [.. OpTable.All.SelectMany(r => r.Goldens), .. Listed.SelectMany(OpsOf)];
        foreach (string op in Adapters.All.Keys.Except(shown).Order(StringComparer.Ordinal))
            page.Append($"| {op} | {Goldens([op])} |\n");
        return page.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        _ when typeof(Optimizer).IsAssignableFrom(type) || type == typeof(ElasticAveraging) => "Optimisers",
        _ when typeof(Schedule).IsAssignableFrom(type) || type == typeof(ReduceLrOnPlateau) => "Schedules",
        { Namespace: "ChainRule.Models" } when OpsOf(type).Length > 0 => "Models",
        _ when !typeof(Module).IsAssignableFrom(type) => "",
        { Namespace: "ChainRule.Nn" } => Modules,
        _ => "Models",
    };

    private string Operator(OpRow row)
    {
        string Check(string test, bool applies = true) => applies ? Cell(results.Passed(test, row.Name)) : Nothing;
        string All(bool applies, params string[] tests) =>
            applies ? Cell(tests.All(t => results.Passed(t, row.Name))) : Nothing;

        string[] fields =
        [
            row.Name, string.Join(", ", row.Covers.Select(c => $"`{c}`")),
            Check("OpTests.Check01_result_equals_the_double_reference"),
            All(true, "OpTests.Check02_guarded_and_unaligned_inputs_give_the_same_bits",
                "OpTests.Check11_inputs_are_not_modified"),
            Check("OpTests.Check03_views_give_what_dense_inputs_give"),
            All(row.NoSpecials is null || row.NoExtremes is null,
                "OpTests.Check04_nan_infinities_and_signed_zero_follow_the_reference",
                "OpTests.Check05_largest_and_smallest_numbers_follow_the_reference"),
            All(row.Differentiable && row.NoDifferences is null,
                "OpTests.Check06_gradient_equals_differences_in_float64",
                "OpTests.Check07_float32_gradient_equals_the_float64_one"),
            Check("OpTests.Check06_second_derivative_equals_differences_in_float64",
                row.Differentiable && row.NoDifferences is null && row.NoSecondOrder is null),
            Check("OpThreadTests.Check09_bits_are_the_same_for_any_number_of_threads", row.Serial is null),
            Count(row.Errors.Length, results.Passed("OpTests.Check10_wrong_use_gives_its_exact_text", row.Name)),
            Goldens(row.Goldens),
        ];
        return $"| {string.Join(" | ", fields)} |\n";
    }

    private string OfLayer(Type type)
    {
        LayerRow[] rows = RowsOf(type);
        bool Passed(string test, IEnumerable<LayerRow> of) => of.All(r => results.Passed("LayerTests." + test, r.Name));
        LayerRow[] wrong = [.. rows.Where(r => r.Wrong is not null)];
        string[] fields =
        [
            $"`{type.Name}`",
            Cell(Passed("Layer_gives_the_documented_shape_state_and_summary", rows)),
            Cell(Passed("Layer_passes_the_gradient_check_in_both_modes", rows)),
            Cell(Passed("Layer_in_float32_agrees_with_float64", rows)),
            Cell(Passed("Mode_changes_the_result_where_the_layer_has_modes", rows)),
            Count(wrong.Length, Passed("Wrong_shape_gets_an_error_with_the_layers_path", wrong)),
            Goldens(OpsOf(type)),
        ];
        return $"| {string.Join(" | ", fields)} |\n";
    }

    private static LayerRow[] RowsOf(Type type) => [.. RowsByType[type]];

    // The operation of a layer of one to three dimensions may have one name for all.
    private static string[] OpsOf(Type type) => OtherNames.GetValueOrDefault(type.Name)
        ?? [.. GoldenOps[Plain(type.Name)].Union(GoldenOps[Plain(Regex.Replace(type.Name, "[123]d$", ""))])];

    private string Goldens(string[] ops) => Count(ops.Sum(results.Goldens), true);

    // Test classes of the folder of its kind that name it, or whose rows do.
    private string Tests(Type type)
    {
        string folder = Kind(type) switch { "Models" => "Models", Modules => "Nn", _ => "Optim" };
        var near = Checkout.Files($"tests/ChainRule.Tests/{folder}", "*.cs")
            .Select(f => (Class: Path.GetFileName(f).Split('.')[0], Text: File.ReadAllText(f))).ToList();
        Regex name = new($"(?<![A-Za-z]){type.Name}(?![A-Za-z0-9])");
        string[] naming = [.. near.Where(f => name.IsMatch(f.Text)).Select(f => f.Class)];
        string[] rows = [.. naming.Where(c => c.EndsWith("Rows", StringComparison.Ordinal))];
        return string.Join(", ", near
            .Where(f => naming.Contains(f.Class) || rows.Any(r => f.Text.Contains(r + ".", StringComparison.Ordinal)))
            .Select(f => f.Class).Distinct().Where(results.PassedAll).Order(StringComparer.Ordinal));
    }

    private static string Cell(bool passed) => passed ? Yes : Failed;

    private static string Count(int n, bool passed) => n == 0 ? Nothing : passed ? n.ToString() : Failed;

    private static string Plain(string name) => name.Replace("_", "").ToLowerInvariant();
}
