namespace ChainRule.Tests.Contracts;

/// <summary>
/// The direction of the core: a file may name types of its own folder and of the folders before it. Parts of Tensor and
/// F belong to the folder of their file; the type itself belongs to the first folder that declares a part.
/// </summary>
public sealed class FolderDirectionTests
{
    private static readonly string[] Chain =
        ["Tensors", "Kernels", "Autograd", "Ops", "Nn", "Optim", "Data", "Training"];

    // Each with its reason; an exception that no file needs any more fails the test.
    private static readonly (string Folder, string Type, string Why)[] Exceptions = [];

    [Fact]
    public void Core_folders_name_only_types_of_the_folders_before_them()
    {
        var files = Checkout.Files("src/ChainRule", "*.cs")
            .Select(f => new CoreFile(f, Folder(f), CSharpText.Tokens(File.ReadAllText(f)))).ToList();
        Dictionary<string, string> home = [];
        foreach (var file in files)
        {
            foreach (string type in file.Declared())
            {
                bool known = home.TryGetValue(type, out string? other);
                if (!known || Rank(file.Folder) < Rank(other!)) home[type] = file.Folder;
            }
        }

        HashSet<(string, string)> needed = [];
        List<string> wrong = [];
        foreach (var file in files)
        {
            foreach (var (type, line) in file.Named())
            {
                if (!home.TryGetValue(type, out string? owner) || MayUse(file, type, owner)) continue;
                if (Exceptions.Any(e => e.Folder == file.Folder && e.Type == type)) needed.Add((file.Folder, type));
                else wrong.Add($"{Checkout.Name(file.Path)}:{line}: {file.Folder}/ may not name {type} of {owner}/");
            }
        }
        wrong.AddRange(Exceptions.Where(e => !needed.Contains((e.Folder, e.Type)))
            .Select(e => $"the exception for {e.Type} in {e.Folder}/ is no longer needed"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    [Fact]
    public void Core_has_only_the_folders_of_the_architecture()
    {
        string[] known = [.. Chain, "IO", "Diagnostics"];
        var found = Directory.GetDirectories(Checkout.In("src", "ChainRule")).Select(d => Path.GetFileName(d));
        Assert.Empty(found.Except(known));
    }

    private static bool MayUse(CoreFile file, string type, string owner)
    {
        if (owner == file.Folder) return true;
        bool isError = type.EndsWith("Exception", StringComparison.Ordinal);
        if (owner == "Diagnostics") return isError || file.Folder == "Training";
        if (owner == "IO") return file.Folder is "Data" or "Training" or "Diagnostics";
        bool declaresErrors = file.Folder == "Diagnostics" && Path.GetFileName(file.Path).Contains("Exception");
        return Rank(owner) <= (declaresErrors ? Rank("Tensors") : Rank(file.Folder));
    }

    // Files beside the folders (settings of the whole engine) stand with the kernels. IO is between Nn and Training;
    // Diagnostics looks at everything, but its exceptions know no more than tensors.
    private static double Rank(string folder) => folder switch
    {
        "" => Array.IndexOf(Chain, "Kernels"),
        "IO" => Array.IndexOf(Chain, "Nn") + 0.5,
        "Diagnostics" => Chain.Length,
        _ => Array.IndexOf(Chain, folder),
    };

    private static string Folder(string file)
    {
        string[] parts = Path.GetRelativePath(Checkout.In("src", "ChainRule"), file).Split(Path.DirectorySeparatorChar);
        return parts.Length == 1 ? "" : parts[0];
    }

    private sealed record CoreFile(string Path, string Folder, List<Token> Tokens)
    {
        private static readonly HashSet<string> Declaring =
            ["class", "struct", "interface", "enum", "record", "delegate"];

        /// <summary>Types declared directly in a namespace; nested ones cannot be named without these.</summary>
        public IEnumerable<string> Declared()
        {
            Stack<bool> braces = new();                              // true: the braces of a namespace
            for (int i = 0; i < Tokens.Count; i++)
            {
                string text = Tokens[i].Text;
                if (text == "{") braces.Push(OpensNamespace(i));
                else if (text == "}") braces.TryPop(out _);
                else if (Declaring.Contains(text) && braces.All(b => b) && i + 1 < Tokens.Count && !Constraint(i))
                {
                    int name = i + 1;
                    while (Tokens[name].Text is "class" or "struct") name++;
                    if (Tokens[name].IsName) yield return Tokens[name].Text;
                }
            }
        }

        /// <summary>Names that stand where only a type can stand, with their lines.</summary>
        public IEnumerable<(string Type, int Line)> Named()
        {
            for (int i = 1; i + 1 < Tokens.Count; i++)
            {
                if (!Tokens[i].IsName) continue;
                string before = Tokens[i - 1].Text, after = Tokens[i + 1].Text;
                if (before == "." || Declaring.Contains(before)) continue;
                if (before == ">" && i > 1 && Tokens[i - 2].Text == "-") continue;    // pointer->Member
                if (after == "?" && IsCondition(i)) continue;
                if (after == "<" && before != "new" && IsGenericMethod(i + 1)) continue;
                bool asType = before is "new" or "is" or "as" or "typeof" or "where"
                    || after is "." or "<" or "[" or "?" || (before == ":" && after is "{" or "," or "(")
                    || (before == "<" && after is ">" or ",") || IsCast(i)
                    || Tokens[i + 1].IsName;
                if (asType) yield return (Tokens[i].Text, Tokens[i].Line);
            }
        }

        // a < Name ? b : c, where a nullable type has no operator before it and a name.
        private bool IsCondition(int i) =>
            Tokens[i - 1].Text is "<" or ">" or "=" or "&" or "|" or "+" or "-"
            && i + 2 < Tokens.Count
            && !(Tokens[i + 2].Text is ">" or ")" or "," or "[");

        // (Name) with its operand behind it; an argument has a sign there.
        private bool IsCast(int i) => Tokens[i - 1].Text == "(" && Tokens[i + 1].Text == ")"
            && i + 2 < Tokens.Count && (Tokens[i + 2].IsName || Tokens[i + 2].Text == "(");

        // The list of type arguments that opens here is followed by the parameters of a method.
        private bool IsGenericMethod(int open)
        {
            int depth = 0;
            for (int i = open; i + 1 < Tokens.Count && i < open + 50; i++)
            {
                if (Tokens[i].Text == "<") depth++;
                else if (Tokens[i].Text == ">" && --depth == 0) return Tokens[i + 1].Text == "(";
            }
            return false;
        }

        private bool Constraint(int i) => i > 0 && Tokens[i - 1].Text is ":" or ",";

        private bool OpensNamespace(int brace)
        {
            int i = brace - 1;
            while (i >= 0 && (Tokens[i].IsName || Tokens[i].Text == ".") && Tokens[i].Text != "namespace") i--;
            return i >= 0 && Tokens[i].Text == "namespace";
        }
    }
}
