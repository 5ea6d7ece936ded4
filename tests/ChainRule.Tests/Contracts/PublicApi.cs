using System.Reflection;
using System.Xml.Linq;

namespace ChainRule.Tests.Contracts;

/// <summary>The public types of what ships, and their documentation.</summary>
internal static class PublicApi
{
    private static readonly Assembly[] Assemblies =
        [
            typeof(ChainRuleException).Assembly, Assembly.Load("ChainRule.Formats"), Assembly.Load("ChainRule.Models"),
            Assembly.Load("ChainRule.Reports"), Assembly.Load("ChainRule.Labs"),
        ];

    private static readonly Dictionary<string, XElement> Documentation = Assemblies
        .Select(a => XDocument.Load(Path.Combine(AppContext.BaseDirectory, a.GetName().Name + ".xml")))
        .SelectMany(d => d.Descendants("member")).ToDictionary(m => m.Attribute("name")!.Value);

    public static IReadOnlyList<Type> Types { get; } = [.. Assemblies.SelectMany(a => a.GetExportedTypes())];

    /// <summary>A public type of the core by its name; null before it is written.</summary>
    public static Type? Core(string name) => Assemblies[0].GetType("ChainRule." + name);

    /// <summary>Every comment under the name of its type or member, overloads alike: "ChainRule.Tensor.Sum".</summary>
    public static IEnumerable<(string Key, XElement Comment)> Comments() =>
        Documentation.Select(c => (c.Key[2..].Split('(', '`')[0], c.Value));

    /// <summary>The comment of a type.</summary>
    public static XElement? Comment(Type type) => Documentation.GetValueOrDefault("T:" + Name(type));

    /// <summary>The comment of a method or constructor.</summary>
    public static XElement? Comment(MethodBase method) => Documentation.GetValueOrDefault(Id(method));

    /// <summary>The name under which the compiler files a method's comment (C# standard, annex D.4.2).</summary>
    public static string Id(MethodBase method)
    {
        string name = method.IsConstructor ? "#ctor" : method.Name;
        string generics = method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "";
        string parameters = string.Join(',', method.GetParameters().Select(p => Name(p.ParameterType)));
        return $"M:{Name(method.DeclaringType!)}.{name}{generics}{(parameters == "" ? "" : $"({parameters})")}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!) + "@";
        if (type.IsPointer) return Name(type.GetElementType()!) + "*";
        if (type.IsArray) return Name(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (type.IsGenericMethodParameter) return "``" + type.GenericParameterPosition;
        if (type.IsGenericParameter) return "`" + type.GenericParameterPosition;
        string scope = type.IsNested ? Name(type.DeclaringType!) : type.Namespace!;
        if (!type.IsConstructedGenericType) return $"{scope}.{type.Name}";
        string arguments = string.Join(',', type.GetGenericArguments().Select(Name));
        return $"{scope}.{type.Name[..type.Name.IndexOf('`')]}{{{arguments}}}";
    }
}
