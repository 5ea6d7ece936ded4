using System.Reflection;
using System.Xml.Linq;

namespace ChainRule.Tests.Contracts;

/// <summary>The public surface: closed types, and shapes in the documentation of all that takes tensors.</summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Words = ["shape", "size", "rank"];

    [Fact]
    public void Public_classes_are_sealed_abstract_or_static()
    {
        var open = PublicApi.Types.Where(t => t.IsClass && !t.IsSealed && !t.IsAbstract).Select(t => t.FullName);
        Assert.Empty(open);
    }

    [Fact]
    public void Operators_state_shapes_of_parameters_and_results()
    {
        List<string> wrong = [];
        foreach (var method in Operators())
        {
            var comment = PublicApi.Comment(method);
            // The compiler asks for a comment where there is none.
            if (comment is null || comment.Element("inheritdoc") is not null) continue;
            foreach (var parameter in method.GetParameters().Where(p => IsTensor(p.ParameterType)))
            {
                string name = parameter.Name!;
                var text = comment.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == name);
                var first = text?.Nodes().FirstOrDefault(n => n is not XText blank || blank.Value.Trim() != "");
                if (first is not XElement { Name.LocalName: "c" })
                    wrong.Add($"{PublicApi.Id(method)}: parameter {name} does not begin with its shape in <c>");
            }
            // Where the caller gives the sizes, its parameter has said it.
            bool given = method.GetParameters().Any(p => p.ParameterType.Name == "Shape");
            if (IsTensor(method.ReturnType) && !given && !StatesShape(comment))
                wrong.Add($"{PublicApi.Id(method)}: neither returns nor summary state the shape of the result");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Layers_state_the_shapes_they_take_and_give()
    {
        var layer = PublicApi.Core("Module");
        var wrong = PublicApi.Types
            .Where(t => layer is not null && layer.IsAssignableFrom(t) && !t.IsAbstract)
            .Where(t => !PublicApi.Comment(t)!.Descendants("c").Any(c => c.Value.AsSpan().ContainsAny("[*.")))
            .Select(t => $"{t.Name}: the comment of the class has no shape in <c>").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<MethodInfo> Operators() => ((string[])["Tensor", "F"])
        .Select(PublicApi.Core).OfType<Type>().SelectMany(t => t.GetMethods(Declared)).Where(m => !m.IsSpecialName);

    private static bool IsTensor(Type type) => type.Name == "Tensor"
        || (type.IsArray && IsTensor(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments().Any(IsTensor));

    private static bool StatesShape(XElement comment)
    {
        var texts = comment.Elements().Where(e => e.Name.LocalName is "returns" or "summary").ToList();
        return texts.Any(t => t.Descendants("c").Any()
            || Words.Any(w => t.Value.Contains(w, StringComparison.OrdinalIgnoreCase)));
    }
}
