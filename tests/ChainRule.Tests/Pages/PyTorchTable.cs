using System.Reflection;
using System.Text;
using System.Xml.Linq;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Contracts;
using Module = ChainRule.Nn.Module;

namespace ChainRule.Tests.Pages;

/// <summary>
/// What each public name of the core is called in PyTorch. Most names are PyTorch's own but for capitals and
/// underscores, and are found in its list; where ours differs, the comment says so: <c>&lt;torch>torch.ceil&lt;/torch>
/// </c>, or <c>&lt;torch>none&lt;/torch></c> where PyTorch has no such thing.
/// </summary>
internal static class PyTorchTable
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Of each part of the public names: its title and the modules of PyTorch that are searched for its names.
    private static readonly Part[] Parts =
    [
        new("Tensors", ["torch", "torch.nn.functional", "torch.Tensor", "torch.linalg"], () => Members(typeof(Tensor))),
        new("Functions of layers and losses", ["torch.nn.functional", "torch"], () => Members(typeof(F))),
        new("Layers", ["torch.nn"], () => Types(OfLayers)),
        new("Start values", ["torch.nn.init"], () => Members(typeof(Init))),
        new("Optimisers", ["torch.optim"], () => Types(t => typeof(Optimizer).IsAssignableFrom(t))),
        new("Schedules", ["torch.optim.lr_scheduler"], () => Types(t =>
            typeof(Schedule).IsAssignableFrom(t) || t == typeof(ReduceLrOnPlateau))),
        new("Clipping", ["torch.nn.utils"], () => Members(typeof(Clip))),
        new("Differentiation", ["torch.autograd", "torch.autograd.functional", "torch"], () =>
            [.. Members(typeof(Autograd)), .. Types(t => t == typeof(GradCheck) || t == typeof(NoGrad))]),
    ];

    private static readonly Dictionary<string, Dictionary<string, string>> Theirs = ReadTheirs();

    private static readonly ILookup<string, string> Said = PublicApi.Comments()
        .SelectMany(c => c.Comment.Elements("torch").SelectMany(e => e.Value.Split(','))
            .Select(name => (c.Key, Name: name.Trim())))
        .ToLookup(p => p.Key, p => p.Name);

    private static readonly Entry[] Entries = [.. Parts.SelectMany(p => p.Names().Distinct().Select(n =>
        new Entry(p.Title, n.Name, Said[n.Key].Any() ? [.. Said[n.Key].Distinct()] : Found(n.Name, p.Modules))))];

    /// <summary>Public names of which nothing says what PyTorch calls them.</summary>
    public static IEnumerable<string> Silent => Entries.Where(e => e.Names.Length == 0).Select(e => e.Ours);

    /// <summary>Names that comments say PyTorch has, and it has not.</summary>
    public static IEnumerable<string> Unknown => Entries.SelectMany(e => e.Names).Where(n => n != "none" && !Exists(n));

    /// <summary>The whole page.</summary>
    public static string Page()
    {
        StringBuilder page = new("""
            # PyTorch's names and ours

            <!-- Made from the code by: dotnet run dev.cs -- pages -->

            A function of `torch` that is a method of tensors too (`torch.exp(x)`, `x.exp()`) is listed once, as the
            function. Departures in meaning have numbers in [DIFFERENCES](../DIFFERENCES.md). Keys of saved
            parameters are PyTorch's.

            """);
        foreach (var part in Entries.GroupBy(e => e.Part))
        {
            page.Append($"\n## {part.Key}\n\n| PyTorch | ChainRule |\n|---|---|\n");
            foreach (Entry e in part.Where(e => !e.None && e.Names.Length > 0)
                .OrderBy(e => e.Names[0], StringComparer.OrdinalIgnoreCase)
                .ThenBy(e => e.Ours, StringComparer.Ordinal))
            {
                page.Append($"| {string.Join(", ", e.Names.Select(n => $"`{n}`"))} | `{e.Ours}` |\n");
            }
            string[] own = [.. part.Where(e => e.None).Select(e => $"`{e.Ours}`").Order(StringComparer.Ordinal)];
            if (own.Length > 0) page.Append($"\nWithout a name in PyTorch: {string.Join(", ", own)}.\n");
        }
        return page.ToString();
    }

    private static bool OfLayers(Type type) => typeof(Module).IsAssignableFrom(type)
        || type == typeof(Parameter) || type == typeof(SequenceBatch);

    private static IEnumerable<(string Name, string Key)> Members(Type type)
    {
        string[] ofEveryObject = ["ToString", "Equals", "GetHashCode", "Dispose"];
        return type.GetMembers(Declared)
            .Where(m => m is MethodInfo { IsSpecialName: false }
                || (m is PropertyInfo p && p.GetIndexParameters().Length == 0))
            .Where(m => !ofEveryObject.Contains(m.Name))
            .Select(m => ($"{type.Name}.{m.Name}", $"{type.FullName}.{m.Name}"))
            .OrderBy(n => n.Item1, StringComparer.Ordinal);
    }

    private static IEnumerable<(string Name, string Key)> Types(Func<Type, bool> belongs) =>
        PublicApi.Types.Where(t => t.Assembly == typeof(Tensor).Assembly && belongs(t)
                && (!t.IsAbstract || t.IsSealed || t == typeof(Module) || t == typeof(Optimizer)))
            .Select(t => (t.Name, t.FullName!)).OrderBy(n => n.Name, StringComparer.Ordinal);

    private static string[] Found(string ours, string[] modules)
    {
        string plain = Plain(ours[(ours.IndexOf('.') + 1)..]);
        string[] found = [.. modules.Where(m => Theirs[m].ContainsKey(plain)).Select(m => $"{m}.{Theirs[m][plain]}")];
        return found.Contains("torch." + found.FirstOrDefault()?.Split('.')[^1])
            ? [.. found.Where(n => !n.StartsWith("torch.Tensor.", StringComparison.Ordinal))] : found;
    }

    private static bool Exists(string name)
    {
        int point = name.LastIndexOf('.');
        return point > 0 && Theirs.TryGetValue(name[..point], out var module)
            && module.ContainsValue(name[(point + 1)..]);
    }

    private static string Plain(string name) => name.Replace("_", "").ToLowerInvariant();

    // Lines "module:" with the names below; of names that differ in underscores alone the shorter.
    private static Dictionary<string, Dictionary<string, string>> ReadTheirs()
    {
        Dictionary<string, Dictionary<string, string>> all = [];
        Dictionary<string, string> module = [];
        foreach (string line in File.ReadLines(Checkout.In("tests", "ChainRule.Tests", "Pages", "pytorch-names.txt")))
        {
            if (line.StartsWith('#')) continue;
            if (line.EndsWith(':')) all.Add(line[..^1], module = []);
            foreach (string name in line.EndsWith(':') ? [] : line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                module.TryAdd(Plain(name), name);
        }
        return all;
    }

    private sealed record Part(
        string Title, string[] Modules, Func<IEnumerable<(string Name, string Key)>> Names);

    private sealed record Entry(string Part, string Ours, string[] Names)
    {
        public bool None => Names is ["none"];
    }
}
