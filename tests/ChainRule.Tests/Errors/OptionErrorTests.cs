using System.Reflection;
using System.Text;
using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Contracts;
using ChainRule.Tests.Operators;

namespace ChainRule.Tests.Errors;

/// <summary>
/// Every public layer, optimiser, schedule and operator with one option out of range: what is said, word by word in
/// Snapshots/. What is new is found by reflection; where the good arguments of <see cref="GoodArguments"/> do not do, a
/// test says so.
/// </summary>
public sealed class OptionErrorTests
{
    /// <summary>Numbers that are elements or operands like those of a tensor, and may be NaN as they may.</summary>
    private static readonly HashSet<string> TakesNaN =
    [
        "EqualTo.other", "NotEqual.other", "Greater.other", "GreaterEqual.other", "Less.other", "LessEqual.other",
        "MaskedFill.value", "Scatter.value", "Pow.base", "Pow.exponent", "Constant.value", "Full.value", "Scalar.value",
    ];

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Wrong_options_of_layers_are_refused_with_the_approved_text() => Constructors<Nn.Module>("LayerOptions");

    [Fact]
    public void Wrong_options_of_optimisers_are_refused_with_the_approved_text() =>
        Constructors<Optimizer>("OptimizerOptions");

    [Fact]
    public void Wrong_options_of_schedules_are_refused_with_the_approved_text() =>
        Constructors<Schedule>("ScheduleOptions", typeof(ReduceLrOnPlateau));

    [Fact]
    public void Wrong_options_of_samplers_transforms_and_splits_are_refused_with_the_approved_text()
    {
        Type[] types =
        [
            .. PublicApi.Types.Where(t => t.Assembly == typeof(Sampler).Assembly && !t.IsAbstract
                && (t.IsSubclassOf(typeof(Sampler)) || t.IsSubclassOf(typeof(Transform)))),
            typeof(DataSplit), typeof(KFold),
        ];
        string[] makers = ["Balanced", "ByGroup", "Fit", "Random", "Split", "Stratified"];
        Check("DataOptions", types.OrderBy(t => t.Name, StringComparer.Ordinal)
            .SelectMany(t => (t == typeof(DataSplit) ? [] : t.GetConstructors().Cast<MethodBase>())
                .Concat(t.GetMethods(Declared).Where(m => makers.Contains(m.Name))))
            .Where(m => m.GetParameters().Length > 0 && !m.GetParameters().Any(p => p.ParameterType.IsByRefLike)));
    }

    [Fact]
    public void Wrong_options_of_start_values_are_refused_with_the_approved_text() =>
        Check("InitOptions", Ordered(typeof(Init)));

    [Fact]
    public void Wrong_numbers_of_new_tensors_are_refused_with_the_approved_text() => Check("CreationOptions",
        Ordered(typeof(Tensor)).Where(m => m.IsStatic && m.ReturnType == typeof(Tensor)
            && m.GetParameters().Any(p => p.ParameterType == typeof(DType))));

    [Fact]
    public void Wrong_options_of_limits_and_penalties_are_refused_with_the_approved_text() => Check("LimitOptions",
        Ordered(typeof(Clip)).Concat<MethodBase>(typeof(WeightPenalty).GetConstructors())
            .Concat(typeof(ElasticAveraging).GetConstructors()));

    [Fact]
    public void Wrong_options_of_operators_are_refused_with_the_approved_text() => Check("OperatorOptions",
        Ordered(typeof(Tensor), typeof(F)).Where(OpCompletenessTests.IsOperation));

    // Those that take something that can be boxed.
    private static IEnumerable<MethodInfo> Ordered(params Type[] types) => types.SelectMany(t => t.GetMethods(Declared))
        .Where(m => !m.IsSpecialName && !m.IsGenericMethod && m.GetParameters().Length > 0
            && !m.GetParameters().Any(p => p.ParameterType.IsByRefLike))
        .OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.GetParameters().Length)
        .ThenBy(m => m.ToString(), StringComparer.Ordinal);

    private static void Constructors<T>(string page, params Type[] also) => Check(page,
        PublicApi.Types.Where(t => t.Assembly == typeof(T).Assembly && t.IsSubclassOf(typeof(T)) && !t.IsAbstract)
            .Concat(also).OrderBy(t => t.Name, StringComparer.Ordinal).SelectMany(t => t.GetConstructors())
            .Where(c => c.GetParameters().Length > 0 && !c.GetParameters().Any(p => p.ParameterType.IsByRefLike)));

    private static void Check(string name, IEnumerable<MethodBase> methods)
    {
        StringBuilder page = new();
        List<string> faults = [];
        foreach (MethodBase method in methods)
        {
            string of = method.IsConstructor ? method.DeclaringType!.Name : method.Name;
            string type = method.DeclaringType!.Name;
            bool operation = method.IsConstructor || type is nameof(Tensor) or nameof(F);
            string call = operation ? of : $"{type}.{of}";
            string subject = $"{call}({string.Join(", ", method.GetParameters().Select(p => p.Name))})";
            string[] names = operation ? [of] : [type, call];
            ErrorText text = new(subject, [.. names, .. GoodArguments.AlsoCalled(of)]);
            object?[] good = [.. method.GetParameters().Select(p => GoodArguments.For(of, p))];
            object? target = method.IsStatic || method.IsConstructor ? null : GoodArguments.Subject(of);
            WrongOptions options = new(method, target, good);
            if (options.CheckGood() is { } wrong) faults.Add(wrong);
            options.Try(text);
            page.Append(text.Page);
            faults.AddRange(text.Accepted.Where(use => use.EndsWith(" NaN", StringComparison.Ordinal))
                .Select(use => $"{of}.{use[..^4]}").Where(option => !TakesNaN.Contains(option))
                .Select(option => $"{option} takes NaN"));
            faults.AddRange(text.Faults);
        }
        SnapshotFile.Check(name, page.ToString());
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
