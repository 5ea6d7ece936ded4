using System.Reflection;

namespace ChainRule.Tests.Operators;

/// <summary>No public operation without a row. (Errors without a snapshot: <c>Contracts.ErrorTests</c>.)</summary>
public sealed class OpCompletenessTests
{
    /// <summary>Public members that return tensors but compute nothing from tensors that a row could check.</summary>
    private static readonly Dictionary<string, string> NotOperations = new()
    {
        ["From"] = "makes a tensor from data",
        ["Scalar"] = "makes a tensor from a number",
        ["Zeros"] = "makes a tensor from a number",
        ["Ones"] = "makes a tensor from a number",
        ["Full"] = "makes a tensor from a number",
        ["Arange"] = "makes a tensor from numbers",
        ["Linspace"] = "makes a tensor from numbers",
        ["Eye"] = "makes a tensor from a number",
        ["Rand"] = "makes a tensor from a generator",
        ["Randn"] = "makes a tensor from a generator",
        ["Detach"] = "copies and cuts the gradient off: tested with the graph",
        ["Grad"] = "reads what Backward stored",
    };

    [Fact]
    public void Operations_each_have_a_row()
    {
        string[] operations = [.. Operations().Distinct().Where(o => !NotOperations.ContainsKey(o))];
        HashSet<string> covered = [.. OpTable.All.SelectMany(r => r.Covers)];
        string[] missing = [.. operations.Where(o => !covered.Contains(o))];
        Assert.True(missing.Length == 0,
            $"without a row in {nameof(OpTable)} (see tests/ChainRule.Tests/Ops/README.md): "
            + $"{string.Join("; ", missing)}");
        string[] unknown = [.. covered.Where(c => !operations.Contains(c))];
        Assert.True(unknown.Length == 0, $"rows cover what is no public operation: {string.Join("; ", unknown)}");
    }

    [Fact]
    public void Rows_have_names_of_their_own() =>
        Assert.Equal(OpTable.All.Length, OpTable.All.Select(r => r.Name).Distinct().Count());

    /// <summary>True for a method that computes a tensor from tensors.</summary>
    internal static bool IsOperation(MethodInfo m) => ReturnsTensor(m.ReturnType) && !NotOperations.ContainsKey(m.Name);

    private static IEnumerable<string> Operations()
    {
        const BindingFlags own =
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (PropertyInfo p in typeof(Tensor).GetProperties(own).Where(p => ReturnsTensor(p.PropertyType)))
            yield return p.GetIndexParameters().Length > 0 ? "this[]" : p.Name;
        foreach (MethodInfo m in typeof(Tensor).GetMethods(own).Where(m => ReturnsTensor(m.ReturnType)))
        {
            if (!m.IsSpecialName) yield return m.Name;
            else if (m.Name.StartsWith("op_", StringComparison.Ordinal)) yield return Operator(m);
        }
        foreach (MethodInfo m in typeof(F).GetMethods(own).Where(m => ReturnsTensor(m.ReturnType)))
            yield return "F." + m.Name;
    }

    private static bool ReturnsTensor(Type type) =>
        type == typeof(Tensor)
        || (type.IsArray && ReturnsTensor(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments().Any(ReturnsTensor));

    // As it is written: "operator +(Tensor, double)".
    private static string Operator(MethodInfo m)
    {
        string sign = m.Name switch
        {
            "op_Addition" => "+",
            "op_Subtraction" or "op_UnaryNegation" => "-",
            "op_Multiply" => "*",
            "op_Division" => "/",
            "op_LessThan" => "<",
            "op_GreaterThan" => ">",
            "op_LessThanOrEqual" => "<=",
            "op_GreaterThanOrEqual" => ">=",
            _ => m.Name,
        };
        IEnumerable<string> operands = m.GetParameters().Select(p =>
            p.ParameterType == typeof(double) ? "double" : p.ParameterType.Name);
        return $"operator {sign}({string.Join(", ", operands)})";
    }
}
